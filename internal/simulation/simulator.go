package simulation

import (
	"math"
	"time"
)

// Simulator runs one Service, over and over, in buffers of its own. Not safe
// for concurrent use: each goroutine makes its own.
type Simulator struct {
	service Service
	seconds int
	steady  []float64 // the waves that are certain, added up
	factors []stream  // of the waves
	shapes  []stream  // of the waves with Forms
	stretch []uint16  // of each second: 1 + the number of its stretch of spots, 0 outside all
	owner   []uint16  // of each second: 1 + the number of the spot that began last, of the first to begin before that
	spots   []asked   // of each spot, in this run
	chance  chance
	rates   stream // by which each run draws its replicate

	agenda  agenda
	fleets  []*fleet
	queue   *line
	demand  []float64
	offered history // requests a second, those that come again included
	now     int     // the second at work

	replicate            float64 // the place in every list of what was measured, from 0 to less than 1
	ceiling              float64 // in this run
	capacity, saturation float64 // of what is ready now
	outcome              Outcome
	trace                *Trace
}

// New prepares a service for running; the error joins every mistake in it.
func New(s Service) (*Simulator, error) {
	s = s.complete()
	if err := s.check(); err != nil {
		return nil, err
	}
	m := &Simulator{service: s}
	for _, w := range s.Waves {
		m.seconds = max(m.seconds, w.seconds())
	}
	m.addSteady()
	m.markSpots()
	m.rates = m.chance.newStream()
	for i := range s.Fleets {
		m.fleets = append(m.fleets, m.newFleet(i))
	}
	if s.Queue != nil {
		m.queue = newLine(*s.Queue, m.seconds)
	}
	return m, nil
}

func (m *Simulator) addSteady() {
	m.steady = make([]float64, m.seconds)
	m.demand = m.steady
	m.offered = newHistory(m.seconds)
	for _, w := range m.service.Waves {
		m.factors = append(m.factors, m.chance.newStream())
		if !w.certain() {
			m.demand = nil // drawn anew for each run
			continue
		}
		for t, r := range w.Requests {
			m.steady[t] += r
		}
	}
	if m.demand == nil {
		m.demand = make([]float64, m.seconds)
	}
	m.shapes = make([]stream, len(m.service.Waves))
	var drawn []stream
	for i, w := range m.service.Waves {
		if len(w.Times) > 1 {
			drawn = append(drawn, m.factors[i])
		}
		if len(w.Forms) > 0 {
			m.shapes[i] = m.chance.newStream()
		}
		if len(w.Forms) > 1 {
			drawn = append(drawn, m.shapes[i])
		}
	}
	m.chance.deal(drawn)
}

// markSpots says of each second which stretch of spots it is in, and which spot's it
// is: a spot's are those from its beginning until the next one's, the first one's also
// those before it. Spots that overlap or touch are one stretch, as package capacity has
// it of a rehearsal's scale lag:
//
//	spots    |--- 1 ---|          |-- 3 --|
//	               |--- 2 ---|
//	owner  ---- 1 -|------ 2 -----|--- 3 ----
//	stretch  |------ 1 ------|    |-- 2 --|
func (m *Simulator) markSpots() {
	m.stretch, m.owner = make([]uint16, m.seconds), make([]uint16, m.seconds)
	m.spots = make([]asked, max(len(m.service.Spots), 1))
	stretches, before := uint16(0), false
	for t := range m.stretch {
		at := time.Duration(t) * time.Second
		if m.owner[t] = m.ownerAt(at); len(m.service.Spots) == 0 {
			m.owner[t] = 1
		}
		inside := m.service.inSpots(at)
		if inside && !before {
			stretches++
		}
		if before = inside; inside {
			m.stretch[t] = stretches
		}
	}
}

// ownerAt is 1 + the number of the spot that began last, or of the first to begin; 0
// where there are no spots.
func (m *Simulator) ownerAt(at time.Duration) (owner uint16) {
	spots := m.service.Spots
	for i, s := range spots {
		if owner == 0 || s.From < spots[owner-1].From {
			owner = uint16(i + 1)
		}
	}
	for i, s := range spots {
		if at >= s.From && s.From >= spots[owner-1].From {
			owner = uint16(i + 1)
		}
	}
	return owner
}

// inSpots reports whether the second that begins at an instant is in a spot; each is
// where there are none.
func (s Service) inSpots(at time.Duration) bool {
	for _, spot := range s.Spots {
		if at >= spot.From && at < spot.To {
			return true
		}
	}
	return len(s.Spots) == 0
}

// Run plays the service under a seed: the same outcome each time.
func (m *Simulator) Run(seed uint64) Outcome {
	m.begin(seed)
	for m.now = 0; m.now < m.seconds; m.now++ {
		for now := time.Duration(m.now) * time.Second; m.agenda.due(now); {
			m.do(m.agenda.pop())
		}
		m.tick()
	}
	return m.end()
}

// Trace is Run that tells what happened in each second.
func (m *Simulator) Trace(seed uint64) (Outcome, Trace) {
	m.trace = m.newTrace()
	defer func() { m.trace = nil }()
	return m.Run(seed), *m.trace
}

func (m *Simulator) begin(seed uint64) {
	m.chance.begin(seed)
	m.agenda.clear()
	m.drawDemand()
	m.replicate = m.chance.uniform(m.rates)
	if m.ceiling = m.service.Ceiling; len(m.service.Ceilings) > 0 {
		m.ceiling = chosen(m.replicate, m.service.Ceilings)
	}
	m.outcome = Outcome{Fleets: make([]FleetOutcome, len(m.fleets)), first: -1}
	m.now = 0
	clear(m.spots)
	if m.queue != nil {
		m.queue.clear()
	}
	m.offered.begin(m.demand[0])
	for _, f := range m.fleets {
		f.begin()
	}
	m.refresh()
	for _, f := range m.fleets {
		f.settle(m.demand[0])
	}
}

func (m *Simulator) drawDemand() {
	drawn := false
	for i, w := range m.service.Waves {
		if w.certain() {
			continue
		}
		if !drawn {
			copy(m.demand, m.steady)
			drawn = true
		}
		times, requests := 1.0, w.Requests
		if len(w.Times) > 0 {
			times = one(&m.chance, m.factors[i], w.Times)
		}
		if len(w.Forms) > 0 {
			requests = one(&m.chance, m.shapes[i], w.Forms)
		}
		for t, r := range requests {
			m.demand[t] += times * r
		}
	}
}

// do works an entry of the agenda off.
func (m *Simulator) do(e entry) {
	f := m.fleets[e.fleet]
	switch e.what {
	case toSync:
		f.sync(e.at)
	case toWatch:
		f.watch(e.at, int(e.index))
	case toDecide:
		f.decide(e.at)
	case toOrder:
		f.obey(e.at, f.Orders[e.index])
	case toLose:
		f.lose(e.at, int(e.index))
	case toReplace:
		f.replace(e.at, int(e.index))
	case toPlace:
		f.schedule(e.at, e.index)
	case toReady:
		f.serve(e.at, e.index)
	case toScan:
		f.nodes.scan(e.at)
	case toBoot:
		f.nodes.serve(e.at, e.index)
	case toEmpty:
		f.nodes.giveBack(e.at, e.index)
	case toOrderNodes:
		f.nodes.obey(e.at, f.Pods.Nodes.Orders[e.index])
	}
}

// refresh recomputes what is carried after a fleet's ready units changed.
func (m *Simulator) refresh() {
	m.capacity, m.saturation = math.Inf(1), math.Inf(1)
	if m.ceiling > 0 {
		m.capacity, m.saturation = m.ceiling, m.ceiling
	}
	for _, f := range m.fleets {
		m.capacity = min(m.capacity, f.sustained)
		m.saturation = min(m.saturation, f.saturation)
	}
}

// tick plays one second.
func (m *Simulator) tick() {
	demand := m.demand[m.now]
	var served, lost float64
	offered, answered, worked := demand, demand, demand
	if m.queue == nil {
		served = min(demand, m.capacity)
		lost = demand - served
	} else {
		var refused float64
		offered, served, refused, lost = m.queue.second(m.now, demand, m.saturation, m.fleets[0].ready)
		answered, worked = served+refused, served
	}
	if demand > m.capacity*(1+1e-9) {
		m.short()
	}
	m.offered.add(m.now, offered)
	for _, f := range m.fleets {
		f.work(m.now, answered, worked)
	}
	m.outcome.Demand += demand
	m.outcome.Highest = max(m.outcome.Highest, demand)
	m.outcome.Served += served
	m.outcome.Unserved += lost
	m.count(demand, lost)
	if m.trace != nil {
		m.note(served, lost)
	}
}

// count adds a second to its spot.
func (m *Simulator) count(demand, lost float64) {
	owner := m.owner[m.now]
	if owner == 0 {
		return
	}
	spot := &m.spots[owner-1]
	spot.unserved += lost
	if m.stretch[m.now] != 0 {
		spot.demand += demand
	}
}

// short notes a second in which demand is above capacity.
func (m *Simulator) short() {
	o := &m.outcome
	stretch := m.stretch[m.now]
	if stretch == 0 || o.first >= 0 && stretch != m.stretch[o.first] {
		return
	}
	if o.first < 0 {
		o.first = m.now
	}
	o.last = m.now
}

// end completes the outcome: who still waits was not served.
func (m *Simulator) end() Outcome {
	o := m.outcome
	if m.queue != nil {
		left := m.queue.left()
		o.Unserved += left
		if owner := m.owner[m.seconds-1]; owner != 0 {
			m.spots[owner-1].unserved += left
		}
		if m.trace != nil {
			m.trace.Unserved[m.seconds-1] += left
		}
	}
	for i, f := range m.fleets {
		o.Fleets[i] = f.outcome
	}
	o.lag(m.stretch)
	o.share = worst(m.spots)
	return o
}
