package load

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// tally adds up what became of the arrivals, by the second they were due in. It
// keeps the totals of the run and the parts that were not taken yet. Safe for
// concurrent use: the pacer counts what it decides, the consumer what comes back.
type tally struct {
	mu     sync.Mutex
	parts  map[int]*timeline.Second
	totals Result
}

func newTally() *tally { return &tally{parts: make(map[int]*timeline.Second)} }

// part returns the second that holds the due time.
func (t *tally) part(due time.Duration) *timeline.Second {
	n := int(due / time.Second)
	p := t.parts[n]
	if p == nil {
		p = &timeline.Second{Second: n}
		t.parts[n] = p
	}
	return p
}

// letGo counts an arrival that is sent.
func (t *tally) letGo(due time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.part(due)
	p.Planned++
	p.Sent++
	t.totals.Planned++
	t.totals.Sent++
}

// drop counts an arrival that is never sent.
func (t *tally) drop(due time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.part(due)
	p.Planned++
	p.Dropped++
	t.totals.Planned++
	t.totals.Dropped++
}

// holdBack counts an arrival that is never sent because the target kept too
// many others waiting.
func (t *tally) holdBack(due time.Duration) {
	t.drop(due)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.part(due).HeldBack++
}

// answer is what is known of a hit that is over, besides the hit itself.
type answer struct {
	name         string // of the request
	class        string // of its failure; empty for success
	lag, service time.Duration
	late         bool
}

// answer counts a hit that is over. Failed ones have a lag, a service time and a
// response time too: leaving them out would flatter a target that times out.
// Their response times stand apart, since an error that comes fast is no answer.
func (t *tally) answer(h *hit, a answer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.part(h.arrival.Due)
	if a.late {
		p.Late++
		t.totals.Late++
	}
	if a.class == "" {
		p.Succeeded++
		t.totals.Succeeded++
	} else {
		p.Failed++
		t.totals.Failed++
		if p.Errors == nil {
			p.Errors = make(map[string]int64)
		}
		p.Errors[a.class]++
	}
	if h.opened {
		p.NewConns++
	}
	p.BytesIn += h.bytesIn
	p.BytesOut += h.bytesOut
	p.Lag.Record(a.lag)
	p.Service.Record(a.service)
	responses := &p.Response
	if a.class != "" {
		responses = &p.Failures
	}
	if *responses == nil {
		*responses = make(map[string]timeline.Histogram)
	}
	response := (*responses)[a.name]
	response.Record(a.lag + a.service)
	(*responses)[a.name] = response
}

// take returns the parts gathered since it was last called, in order of time,
// and the totals so far.
func (t *tally) take() ([]timeline.Second, Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	parts := make([]timeline.Second, 0, len(t.parts))
	for _, p := range t.parts {
		parts = append(parts, *p)
	}
	clear(t.parts)
	slices.SortFunc(parts, func(a, b timeline.Second) int { return cmp.Compare(a.Second, b.Second) })
	return parts, t.totals
}

func (t *tally) result() Result {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.totals
}
