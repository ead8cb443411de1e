package simulation

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// progress is how far a unit has come.
type progress uint8

const (
	created  progress = iota // to be scheduled, or launched
	waiting                  // for a node with room
	starting                 // on a node
	lost                     // with its zone, which nobody has noticed yet
	ready
	gone
)

// unit is one pod or instance, of those ever made in a run.
type unit struct {
	ready    time.Duration // since when it serves
	number   uint64        // by which its delays are drawn
	node     int32
	loss     uint16 // by which it is lost
	progress progress
}

// longAgo is since when what is there at the beginning has been there.
const longAgo = time.Duration(math.MinInt64 / 2)

// fleet is a Fleet at work.
type fleet struct {
	Fleet
	m      *Simulator
	number uint16

	units    []unit // in the order they were made
	places   places
	first    int // those before it are gone
	desired  int
	total    int // not gone
	lost     int // of them, lost
	ready    int
	newest   time.Duration // since when all that are ready have been
	outcome  FleetOutcome
	perUnit  Rate // in this run, as law
	law      Law
	late     stream
	reactive bool // something looks at what the units use

	sustained, saturation float64 // all that are ready carry
	unitSaturation        float64 // each of them, among the others
	rate, use             history // of each ready unit: requests a second, utilisation

	// Of pods.
	controller   *autoscale.Controller
	loads        []autoscale.Load
	sights       []sight // of the HPA's metrics, or the policies'
	place, start stages
	phase        stream
	nodes        *nodes

	// Of a group.
	limits   autoscale.Group // Min and Max as they are now
	points   [][]float64     // the policies' data points, oldest first
	fresh    []bool          // which of them have a new one
	moved    time.Duration   // the last change by a policy
	deciding bool            // the policies are to decide at this instant
}

func (m *Simulator) newFleet(number int) *fleet {
	f := &fleet{Fleet: m.service.Fleets[number], m: m, number: uint16(number)}
	f.late = m.chance.newStream()
	switch {
	case f.Pods != nil:
		f.prepare()
	case f.Group != nil:
		f.start = m.chance.stages(f.Group.Boot)
		for _, p := range f.Group.Policies {
			f.see(p.Metric)
			f.points = append(f.points, make([]float64, 0, p.remembered()+1))
			f.fresh = append(f.fresh, false)
		}
	}
	if f.reactive {
		f.rate, f.use = newHistory(m.seconds), newHistory(m.seconds)
	}
	return f
}

func (f *fleet) prepare() {
	p, c := f.Pods, &f.m.chance
	f.place, f.start, f.phase = c.stages(p.Place), c.stages(p.Start), c.newStream()
	f.controller = autoscale.NewController(p.HPA)
	f.loads = make([]autoscale.Load, len(p.Metrics))
	for _, metric := range p.Metrics {
		f.see(metric)
	}
	if p.Nodes != nil {
		f.nodes = f.newNodes(p.Nodes)
	}
}

// see adds a metric that is looked at.
func (f *fleet) see(metric Metric) {
	f.reactive = f.reactive || metric.Kind == Utilisation || metric.Kind == PerUnit
	f.sights = append(f.sights, sight{Metric: metric, phase: f.m.chance.newStream()})
}

// begin sets what is there at the beginning.
func (f *fleet) begin() {
	f.perUnit, f.law = f.drawn(f.m.replicate)
	f.units, f.first, f.total, f.ready, f.newest = f.units[:0], 0, f.Start, f.Start, longAgo
	f.lost = 0
	f.places.clear()
	f.desired = f.Start
	f.outcome = FleetOutcome{Desired: f.Start}
	for range f.Start {
		f.units = append(f.units, unit{ready: longAgo, progress: ready})
	}
	f.carry()
	for i, o := range f.Orders {
		f.m.agenda.push(entry{at: f.dated(o), fleet: f.number, what: toOrder, index: int32(i)})
	}
	for i, l := range f.Losses {
		f.m.agenda.push(entry{at: l.At, fleet: f.number, what: toLose, index: int32(i)})
	}
	for i := range f.sights {
		f.sights[i].begin(&f.m.chance)
	}
	switch {
	case f.Pods != nil:
		f.beginPods()
	case f.Group != nil:
		f.beginGroup()
	}
}

// dated is when an order takes effect.
func (f *fleet) dated(o Order) time.Duration {
	if len(o.Late) == 0 {
		return o.At
	}
	return o.At + one(&f.m.chance, f.late, o.Late)
}

// settle makes what was before the beginning like the first second.
func (f *fleet) settle(demand float64) {
	if f.reactive {
		r := f.each(demand)
		f.rate.begin(r)
		f.use.begin(f.CPU.use(min(r, f.unitSaturation)))
	}
}

// each is what one unit gets of a rate.
func (f *fleet) each(rate float64) float64 {
	if f.ready == 0 {
		return 0
	}
	return rate / float64(f.ready)
}

// work notes what each unit did in a second: what was answered counts as
// requests, what was worked on takes CPU.
func (f *fleet) work(second int, answered, worked float64) {
	if f.reactive {
		f.rate.add(second, f.each(answered))
		f.use.add(second, f.CPU.use(min(f.each(worked), f.unitSaturation)))
	}
}

// carry recomputes what the ready units carry.
func (f *fleet) carry() {
	n := float64(f.ready)
	slower := f.law.slower(f.ready)
	f.unitSaturation = f.perUnit.Saturation / slower
	f.sustained, f.saturation = n*f.perUnit.Sustained/slower, n*f.unitSaturation
	f.outcome.Peak = max(f.outcome.Peak, f.ready)
}

// changed is called after the number of ready units has changed.
func (f *fleet) changed() {
	f.carry()
	f.m.refresh()
}

// want sets the desired count.
func (f *fleet) want(n int) {
	f.desired = n
	f.outcome.Desired = max(f.outcome.Desired, n)
}

// serve lets a unit serve from now on.
func (f *fleet) serve(at time.Duration, index int32) {
	u := &f.units[index]
	if u.progress != starting {
		return // it is gone, or lost
	}
	u.progress, u.ready = ready, at
	f.newest = max(f.newest, at)
	f.ready++
	f.changed()
}

// readySince counts the units that have been ready since an instant.
func (f *fleet) readySince(at time.Duration) int {
	if f.newest <= at {
		return f.ready
	}
	n := 0
	for i := range f.units[f.first:] {
		if u := &f.units[f.first+i]; u.progress == ready && u.ready <= at {
			n++
		}
	}
	return n
}

// remove lets a unit go at once.
func (f *fleet) remove(at time.Duration, index int) {
	u := &f.units[index]
	was := u.progress
	u.progress = gone
	f.total--
	for f.first < len(f.units) && f.units[f.first].progress == gone {
		f.first++
	}
	switch was {
	case lost:
		f.lost--
	case ready:
		f.ready--
		f.changed()
	}
	if f.nodes != nil {
		f.nodes.leave(at, *u, was)
	}
}

// obey sets what an order names.
func (f *fleet) obey(at time.Duration, o Order) {
	if f.Pods != nil {
		set(&f.controller.Min, o.Min)
		set(&f.controller.Max, o.Max)
		if o.Desired != nil {
			f.scale(at, *o.Desired)
		}
		return
	}
	f.limits.Desired = f.desired
	f.limits = o.apply(f.limits)
	f.resize(at, f.limits.Desired)
}

// apply is what an order makes of a group.
func (o Order) apply(g autoscale.Group) autoscale.Group {
	at := time.Unix(0, 0)
	return autoscale.Apply([]autoscale.Scheduled{{At: at, Min: o.Min, Max: o.Max, Desired: o.Desired}}, at.Add(-1), at, g)
}

func set(v *int, to *int) {
	if to != nil {
		*v = *to
	}
}
