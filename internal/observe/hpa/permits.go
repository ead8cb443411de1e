package hpa

import (
	"context"
	"sync"
)

// atOnce is how many questions are asked of the API at a time.
const atOnce = 8

// Permits is what the API of one cluster says of what is allowed. It asks each
// question once, and no more than eight at a time, however many autoscalers are
// checked: observers of one cluster should share one. Safe for concurrent use.
type Permits struct {
	places chan struct{}

	mu    sync.Mutex
	asked map[need]*permit
}

// permit is one answer.
type permit struct {
	once    sync.Once
	allowed bool
	err     error
}

// NewPermits returns one of which nothing is known.
func NewPermits() *Permits {
	return &Permits{places: make(chan struct{}, atOnce), asked: make(map[need]*permit)}
}

// may tells whether something is allowed. What is allowed of all objects is
// allowed of each, so that one by its name is asked for only where all are not.
func (p *Permits) may(ctx context.Context, c *cluster, n need) (bool, error) {
	if n.object != "" {
		every := n
		every.object = ""
		if allowed, err := p.may(ctx, c, every); allowed || err != nil {
			return allowed, err
		}
	}
	p.mu.Lock()
	told := p.asked[n]
	if told == nil {
		told = &permit{}
		p.asked[n] = told
	}
	p.mu.Unlock()
	told.once.Do(func() {
		p.places <- struct{}{}
		defer func() { <-p.places }()
		told.allowed, told.err = c.may(ctx, n)
	})
	return told.allowed, told.err
}
