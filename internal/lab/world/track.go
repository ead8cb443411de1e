package world

import (
	"fmt"
	"math"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// track does what CloudWatch and a target-tracking policy do at the end of every period.
func (w *World) track() {
	g := w.group
	warm := 0
	sum := 0.0
	use := w.instanceUse()
	for _, i := range g.instances {
		if i.counted(w.now) {
			warm++
			sum += use[i]
		}
	}
	point := math.NaN()
	if warm > 0 {
		point = sum / float64(warm)
	}
	g.points = append(g.points, point)
	g.points = g.points[max(0, len(g.points)-max(g.config.Out, g.config.In)):]

	size := autoscale.Group{Min: g.config.Min, Max: g.config.Max, Desired: g.desired, Warm: warm}
	if m := g.tracking().Decide(size, g.points); m.Alarm != "" {
		w.resize(m.Desired, fmt.Sprintf("a monitor alarm TargetTracking-%s-%s-%s in state ALARM triggered policy %s-target-tracking",
			g.config.Name, m.Alarm, g.alarmID, g.config.Name))
	}
}

// instanceUse is each instance's utilisation since the last call: that of its units, over all it has room
// for. A unit that began in between counts from its beginning as a part of the whole period.
func (w *World) instanceUse() map[*instance]float64 {
	g := w.group
	use := map[*instance]float64{}
	meters := map[*unit]meter{}
	add := func(i *instance, u *unit) {
		now := u.meter()
		meters[u] = now
		from := g.meters[u]
		from.at = now.at - int64(g.config.Period)
		use[i] += u.utilisation(from, now) / float64(g.config.PodsPerInstance)
	}
	for _, i := range g.instances {
		if i.unit != nil {
			add(i, i.unit)
		}
	}
	for _, p := range w.pods {
		if p.node != nil && p.unit != nil && p.Terminated.IsZero() {
			add(p.node, p.unit)
		}
	}
	g.meters = meters
	return use
}
