package load

import (
	"net/netip"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// hit is one request on its way. The pacer writes the first part before vegeta
// knows of it, the worker that sends it writes the second, and the tally reads
// both when vegeta's result has come.
type hit struct {
	arrival traffic.Arrival
	due     time.Time

	status    int        // of the answer; 0 where there was none
	refused   string     // class of a status that was not expected; empty otherwise
	err       error      // why there was no answer, or not the whole of it
	connected bool       // it was given a connection
	opened    bool       // which was opened for it
	address   netip.Addr // to which that connection leads; invalid where unknown
	bytesIn   int64      // of the answer's body
	bytesOut  int64      // of the request's body
	unit      string     // that answered, as the answer names it; empty where none did
	excerpt   *excerpt   // of the answer's body; nil unless its class wants a sample

	landed bool // it is no longer in flight; the flight's alone
}

// flight holds the hits let go and not yet folded, by vegeta's number, and counts
// those in flight: let go, and not yet over for the worker that sends them.
// Answers that wait to be folded, since this process is short of time, are not
// the target's to answer for. Safe for concurrent use.
type flight struct {
	landed chan struct{} // receives when hits land; one that waits for room looks again then

	mu       sync.Mutex
	hits     map[uint64]*hit
	inFlight int
}

func newFlight() *flight {
	return &flight{landed: make(chan struct{}, 1), hits: make(map[uint64]*hit)}
}

func (f *flight) start(seq uint64, a traffic.Arrival, due time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.hits[seq] = &hit{arrival: a, due: due}
	f.inFlight++
}

// get returns the hit with number seq, which is in flight.
func (f *flight) get(seq uint64) *hit {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.hits[seq]
}

// land notes that a hit is over, once however often it is told.
func (f *flight) land(h *hit) {
	f.mu.Lock()
	first := !h.landed
	if first {
		h.landed = true
		f.inFlight--
	}
	f.mu.Unlock()
	if !first {
		return
	}
	select {
	case f.landed <- struct{}{}:
	default:
	}
}

// take returns the hit with number seq, which is over, and forgets it.
func (f *flight) take(seq uint64) *hit {
	f.mu.Lock()
	h := f.hits[seq]
	delete(f.hits, seq)
	f.mu.Unlock()
	f.land(h) // where vegeta never came to send it
	return h
}

func (f *flight) size() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inFlight
}
