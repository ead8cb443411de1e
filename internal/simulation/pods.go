package simulation

import (
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// epoch is the beginning of a run where package autoscale wants an instant.
var epoch = time.Unix(0, 0).UTC()

func (f *fleet) beginPods() {
	f.controller.Forget()
	f.controller.Min, f.controller.Max = f.Pods.HPA.Min, f.Pods.HPA.Max
	f.m.agenda.push(entry{at: f.m.chance.within(f.phase, f.Pods.Phase, f.Pods.Sync), fleet: f.number, what: toSync})
	if f.nodes != nil {
		f.nodes.begin()
	}
}

// sync does what the HPA does every period.
func (f *fleet) sync(at time.Duration) {
	f.m.agenda.push(entry{at: at + f.Pods.Sync, fleet: f.number, what: toSync})
	for i := range f.sights {
		f.loads[i] = f.load(at, &f.sights[i])
	}
	if n := f.controller.Sync(epoch.Add(at), f.desired, f.loads); n != f.desired {
		f.scale(at, n)
	}
}

// load is what a sync sees by one metric. A pod that is lost is Running and has no
// metrics, whether or not its node was noticed: the controller asks for those before it
// asks for readiness (groupPods in replica_calculator.go), and takes it for one that is
// missing. So it counts as using nothing where more are wanted, and as using the target
// or all of its request where fewer are.
func (f *fleet) load(at time.Duration, s *sight) autoscale.Load {
	switch s.Kind {
	case Cron:
		return autoscale.Load{Target: 1, Measured: f.desired, Sum: float64(s.shift(at))}
	case Total:
		return autoscale.Load{Target: s.Target, Measured: f.desired, Sum: s.mean(&f.m.offered, at)}
	}
	if s.Kind == Value {
		return autoscale.Load{Target: s.Target, Measured: f.ready, Sum: float64(f.ready) * s.mean(&f.m.offered, at)}
	}
	whole := f.readySince(s.reading(at) - s.Window)
	l := autoscale.Load{Target: s.Target, Measured: whole, Missing: f.lost, Unready: f.total - f.lost - whole}
	if s.Kind == PerUnit {
		// Only of CPU does the controller ask whether a pod was ready for the window.
		l.Missing, l.Unready = f.lost+f.ready-whole, f.total-f.lost-f.ready
		l.Sum = float64(whole) * s.mean(&f.rate, at)
		return l
	}
	l.Utilisation = !s.OwnUnit
	l.Sum = float64(whole) * s.mean(&f.use, at)
	return l
}

// scale sets the desired count and moves towards it.
func (f *fleet) scale(at time.Duration, n int) {
	f.want(n)
	f.reconcile(at)
}

// reconcile creates or deletes pods until as many are there as are desired, or
// the quota allows.
func (f *fleet) reconcile(at time.Duration) {
	for f.total < f.desired && (f.Pods.Quota == 0 || f.total < f.Pods.Quota) {
		number := f.places.take(f.total)
		f.units = append(f.units, unit{node: -1, number: number})
		f.total++
		f.m.agenda.push(entry{at: at + f.m.chance.delay(f.place, number), fleet: f.number, what: toPlace, index: int32(len(f.units) - 1)})
	}
	for f.total > f.desired {
		f.remove(at, f.victim())
	}
}

// victim is the pod that a ReplicaSet gives up first: the least far, of those
// the youngest.
func (f *fleet) victim() int {
	best := -1
	for i := len(f.units) - 1; i >= f.first; i-- {
		if p := f.units[i].progress; p != gone && (best < 0 || p < f.units[best].progress) {
			best = i
		}
	}
	return best
}

// schedule gives a pod a node where there is room, else lets it wait.
func (f *fleet) schedule(at time.Duration, index int32) {
	u := &f.units[index]
	if u.progress > waiting {
		return // it is gone, or lost
	}
	if f.nodes != nil && !f.nodes.take(at, u) {
		return
	}
	u.progress = starting
	f.m.agenda.push(entry{at: at + f.m.chance.delay(f.start, u.number), fleet: f.number, what: toReady, index: index})
}
