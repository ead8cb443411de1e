package simulation

import "time"

// what is the kind of an entry.
type what uint8

const (
	toSync    what = iota // of a fleet's HPA
	toWatch               // the end of a data point of a fleet's policy (index)
	toDecide              // a fleet's policies, after their data points of this instant
	toOrder               // an order of a fleet's (index)
	toLose                // a share (of the fleet's loss index) of a fleet goes
	toReplace             // others begin in the place of what went so
	toPlace               // a unit (index) is to be scheduled
	toReady               // a unit (index) serves
	toScan                // look for pods that wait for a node
	toBoot                // an instance (index) is in service
	toEmpty               // an instance (index) was perhaps empty for long enough
	toOrderNodes
)

// entry is what is to happen at an instant.
type entry struct {
	at    time.Duration
	seq   uint32 // entries of one instant are worked off in the order they were made
	fleet uint16
	what  what
	index int32
}

func (e entry) before(o entry) bool { return e.at < o.at || e.at == o.at && e.seq < o.seq }

// agenda is a heap of entries. That of container/heap boxes each of them.
type agenda struct {
	entries []entry
	seq     uint32
}

func (a *agenda) clear() { a.entries, a.seq = a.entries[:0], 0 }

// due says whether the first entry's instant has come.
func (a *agenda) due(now time.Duration) bool {
	return len(a.entries) > 0 && a.entries[0].at <= now
}

func (a *agenda) push(e entry) {
	a.seq++
	e.seq = a.seq
	h := append(a.entries, e)
	i := len(h) - 1
	for ; i > 0 && e.before(h[(i-1)/2]); i = (i - 1) / 2 {
		h[i] = h[(i-1)/2]
	}
	h[i] = e
	a.entries = h
}

func (a *agenda) pop() entry {
	h := a.entries
	top, last := h[0], h[len(h)-1]
	h = h[:len(h)-1]
	i := 0
	for child := 1; child < len(h); child = 2*i + 1 {
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if last.before(h[child]) {
			break
		}
		h[i] = h[child]
		i = child
	}
	if len(h) > 0 {
		h[i] = last
	}
	a.entries = h
	return top
}
