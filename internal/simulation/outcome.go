package simulation

import "time"

// Outcome is what became of one run. Demand is Served and Unserved together.
type Outcome struct {
	Demand, Served, Unserved float64 // requests; who still waits at the end is unserved
	Highest                  float64 // req/s: the demand of its highest second, without those who come again

	// Shortfall is when demand first passed what the ready units sustain, and Lag
	// how long it was until, for as long as that stretch of spots lasts, capacity was
	// at least demand. Shortfall is nil where there is none, Lag also where capacity
	// never recovered.
	Shortfall, Lag *time.Duration
	Fleets         []FleetOutcome // as in the service

	first, last int // seconds that were short, of one stretch of spots; first is below 0 where none was
	share       float64
}

// asked is what a spot asked for while it lasted, and what went unserved from its
// beginning until the next one's.
type asked struct{ demand, unserved float64 }

// worst is the largest share of a spot's demand that went unserved.
func worst(spots []asked) (share float64) {
	for _, s := range spots {
		if s.unserved > 0 {
			share = max(share, min(s.unserved/s.demand, 1))
		}
	}
	return share
}

// FleetOutcome is what became of a fleet.
type FleetOutcome struct {
	Peak    int // most units that were ready at a time
	Desired int // most that were desired
	Nodes   int // most instances that its pods stood on or were coming; 0 where there are no nodes
}

// Share is the share of a spot's demand that went unserved, of the spot with which
// it went worst: a quiet hour around it makes no spot better. What is unserved after
// a spot counts as its own until the next one, what is before the first as the first
// one's. Without Spots it is the share of all demand.
func (o Outcome) Share() float64 { return o.share }

// lag says when the shortfall began and how long it took.
func (o *Outcome) lag(stretch []uint16) {
	if o.first < 0 {
		return
	}
	at := time.Duration(o.first) * time.Second
	o.Shortfall = &at
	if next := o.last + 1; next < len(stretch) && stretch[next] == stretch[o.first] {
		took := time.Duration(next)*time.Second - at
		o.Lag = &took
	}
}

// Trace is a run second by second; of fleets first the fleet, then the second.
type Trace struct {
	Demand, Capacity, Served, Unserved []float64 // requests in, and capacity of, each second
	Ready, Desired                     [][]int
}

func (m *Simulator) newTrace() *Trace {
	n := m.seconds
	t := &Trace{Demand: make([]float64, n), Capacity: make([]float64, n), Served: make([]float64, n), Unserved: make([]float64, n)}
	for range m.fleets {
		t.Ready = append(t.Ready, make([]int, n))
		t.Desired = append(t.Desired, make([]int, n))
	}
	return t
}

// note writes a second down.
func (m *Simulator) note(served, lost float64) {
	t, now := m.trace, m.now
	t.Demand[now], t.Capacity[now], t.Served[now], t.Unserved[now] = m.demand[now], m.capacity, served, lost
	for i, f := range m.fleets {
		t.Ready[i][now], t.Desired[i][now] = f.ready, f.desired
	}
}
