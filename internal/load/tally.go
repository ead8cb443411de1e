package load

import (
	"cmp"
	"net/netip"
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
	recent timeline.Histogram // lags since recentLag was last called

	addresses map[netip.Addr]string // as they are written
}

func newTally() *tally {
	return &tally{parts: make(map[int]*timeline.Second), addresses: make(map[netip.Addr]string)}
}

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

// letGo counts an arrival that is sent; queued is one that waited because too
// many others were in flight.
func (t *tally) letGo(due time.Duration, queued bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.part(due)
	p.Planned++
	p.Sent++
	t.totals.Planned++
	t.totals.Sent++
	if queued {
		p.Queued++
	}
}

// drop counts an arrival that is never sent, and why.
func (t *tally) drop(due time.Duration, f fate) {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := t.part(due)
	p.Planned++
	p.Dropped++
	t.totals.Planned++
	t.totals.Dropped++
	switch f {
	case heldBack:
		p.HeldBack++
	case overCap:
		p.Capped++
	}
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
// One that found no port or file here has a lag alone: it never was the target's.
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
		count(&p.Errors, a.class)
	}
	if h.address.IsValid() {
		count(&p.Addresses, t.address(h.address))
	}
	if h.unit != "" {
		count(&p.Units, h.unit)
	}
	if h.opened {
		p.NewConns++
	}
	p.BytesIn += h.bytesIn
	p.BytesOut += h.bytesOut
	p.Lag.Record(a.lag)
	t.recent.Record(a.lag)
	if a.class == timeline.GeneratorLimit || a.class == timeline.Cancelled {
		return
	}
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

// count adds one to a name's count.
func count(counts *map[string]int64, name string) {
	if *counts == nil {
		*counts = make(map[string]int64)
	}
	(*counts)[name]++
}

// A run reports requests by at most so many addresses; those of all further ones
// are counted together.
const mostAddresses = 64

// address returns the name under which an address is counted.
func (t *tally) address(a netip.Addr) string {
	name, known := t.addresses[a]
	switch {
	case known:
	case len(t.addresses) >= mostAddresses:
		name = timeline.OtherAddresses
	default:
		name = a.String()
		t.addresses[a] = name
	}
	return name
}

// recentLag returns the lag that 99 % of what was answered since it was last
// called did not exceed; ok is false where nothing was.
func (t *tally) recentLag() (p99 time.Duration, ok bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	recent := t.recent
	t.recent = timeline.Histogram{}
	return recent.Quantile(0.99)
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
