package world

import (
	"fmt"
	"time"
)

// wantScan plans a look at the unschedulable pods, as a node autoscaler makes one every Scan.
func (w *World) wantScan() {
	g := w.group
	if g.config.ScalesOn != PendingPods || g.scanning {
		return
	}
	g.scanning = true
	scans := w.now.Sub(w.start)/g.config.Scan + 1
	w.at(w.start.Add(scans*g.config.Scan), w.scan)
}

// scan launches as many instances as the unschedulable pods need, beyond those that already come.
func (w *World) scan() {
	g := w.group
	g.scanning = false
	room := g.config.PodsPerInstance
	waiting := w.waitingPods()
	coming := (g.desired - g.inService()) * room // those that are launched again after a failure included
	if len(waiting) <= coming {
		return
	}
	waiting = waiting[coming:]
	desired := min(g.desired+(len(waiting)+room-1)/room, g.config.Max)
	helped := min(len(waiting), max(0, desired-g.desired)*room)
	for _, p := range waiting[:helped] {
		w.tellTriggered(p, desired)
	}
	for _, p := range waiting[helped:] {
		w.tellRefused(p)
	}
	if helped > 0 {
		w.resize(desired, "a user request explicitly set group desired capacity")
	}
}

// waitingPods returns the pods without room, the oldest first.
func (w *World) waitingPods() []*pod {
	var waiting []*pod
	for _, p := range w.pods {
		if !p.Unschedulable.IsZero() && !p.going() {
			waiting = append(waiting, p)
		}
	}
	return waiting
}

func (w *World) tellTriggered(p *pod, desired int) {
	if p.triggered {
		return
	}
	p.triggered = true
	g := w.group
	w.podEvent(p, "Normal", "TriggeredScaleUp", "pod triggered scale-up: [{%s %d->%d (max: %d)}]", g.config.Name, g.desired, desired, g.config.Max)
}

func (w *World) tellRefused(p *pod) {
	if p.refused {
		return
	}
	p.refused = true
	w.podEvent(p, "Normal", "NotTriggerScaleUp", "pod didn't trigger scale-up: 1 max node group size reached")
}

// noteEmpty begins the time after which an instance without pods is given back.
func (w *World) noteEmpty(i *instance) {
	if w.group.config.ScalesOn != PendingPods || i.Lifecycle != inService || i.pods > 0 {
		return
	}
	since := w.now
	i.empty = since
	w.after(w.group.config.Unneeded, func() {
		if i.pods == 0 && i.empty.Equal(since) {
			w.giveBack(i)
		}
	})
}

// giveBack takes an unneeded instance away, unless the group is at its minimum.
func (w *World) giveBack(i *instance) {
	g := w.group
	if i.Lifecycle != inService || g.desired <= g.config.Min {
		return
	}
	from := g.desired
	g.desired--
	w.terminate(i, fmt.Sprintf("At %s instance %s was taken out of service in response to a user request, shrinking the capacity from %d to %d.",
		stamp(w.now), i.ID, from, g.desired))
}

// counted says whether a target-tracking policy counts the instance.
func (i *instance) counted(now time.Time) bool {
	return i.Lifecycle == inService && !i.warm.After(now)
}
