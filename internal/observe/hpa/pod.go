package hpa

import (
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// unit is what has been told of one pod.
type unit struct {
	uid       types.UID
	name      string
	told      int       // stages of order; all of them for a pod that was there at the start
	at        time.Time // of the last stage told
	inService bool      // it is told, or was so at the start
	placed    bool      // it has a node
	ready     bool
	left      bool

	containers map[string]starts // by name
	addressed  bool              // its addresses are told
	gated      bool              // a load balancer decides when it is in service
	open       bool              // it has decided so
	gate       time.Time         // since when
}

// pods takes all pods there are, at first and after a watch expired.
func (f *fleet) pods(all []*corev1.Pod) {
	f.mu.Lock()
	defer f.mu.Unlock()
	there := map[types.UID]bool{}
	for _, p := range all {
		there[p.UID] = true
		f.take(p)
	}
	for uid, u := range f.known {
		if !there[uid] {
			f.leave(u, time.Time{})
			f.forget(u)
		}
	}
	if !f.began {
		f.began = true
		close(f.listed)
	}
	f.readReady(time.Time{})
}

// pod takes one pod as it is now.
func (f *fleet) pod(p *corev1.Pod) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.take(p)
	f.readReady(readySince(p))
}

func (f *fleet) podGone(p *corev1.Pod) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if u := f.known[p.UID]; u != nil {
		f.leave(u, leftAt(p))
		f.forget(u)
	}
	f.readReady(leftAt(p))
}

// take tells what is new of a pod.
func (f *fleet) take(p *corev1.Pod) {
	u := f.known[p.UID]
	if u == nil {
		u = &unit{uid: p.UID, name: p.Name}
		if !f.began {
			u.told, u.inService, u.addressed = len(order), true, true
		}
		f.know(u)
		defer f.tellEarly(p.UID)
	}
	for u.told < len(order) {
		stage := order[u.told]
		at, reached := stage.reached(p)
		if !reached {
			break
		}
		f.tellStage(u, stage.kind, at, stage.text(p))
		u.told++
	}
	u.placed = p.Spec.NodeName != ""
	u.gate, u.open, u.gated = balanced(p)
	f.tellAddress(u, p)
	f.tellRestarts(u, p)
	f.tellInService(u)
	if leaving(p) {
		f.leave(u, leftAt(p))
		return
	}
	if f.newest == nil || !p.CreationTimestamp.Before(&f.newest.CreationTimestamp) {
		f.newest = p
		f.readLimits()
	}
	ready := condition(p, corev1.PodReady)
	u.ready = ready != nil && ready.Status == corev1.ConditionTrue
}

// tellAddress tells once by which addresses others know a new pod, as a target
// group does; where the pod has a readiness gate for that it tells more exactly.
func (f *fleet) tellAddress(u *unit, p *corev1.Pod) {
	all := p.Status.PodIPs
	if len(all) == 0 && p.Status.PodIP != "" {
		all = []corev1.PodIP{{IP: p.Status.PodIP}}
	}
	if u.addressed || u.gated || len(all) == 0 {
		return
	}
	u.addressed = true
	for _, a := range all {
		f.rec.Event(time.Time{}, timeline.Address, u.name, a.IP)
	}
}

// know keeps a unit under everything that it is called by.
func (f *fleet) know(u *unit) {
	f.known[u.uid] = u
	f.byKey[string(u.uid)], f.byKey[nameKey(u.name)] = u, u
}

func (f *fleet) forget(u *unit) {
	delete(f.known, u.uid)
	delete(f.byKey, string(u.uid))
	if key := nameKey(u.name); f.byKey[key] == u { // else another took the name over
		delete(f.byKey, key)
	}
}

// tellStage tells a stage at the time that the pod's own account has for it, or
// now where it has none. The account is in whole seconds and by other clocks
// than the watch's: the stage lies neither before the one it follows nor after
// its receipt.
func (f *fleet) tellStage(u *unit, kind string, at time.Time, text string) {
	now := time.Now()
	if after := f.podSight.late(now); at.IsZero() && !after.IsZero() {
		u.at = later(u.at, after)
		f.tellMissed(kind, u.name, after, now, text)
		return
	}
	switch {
	case at.IsZero() || at.After(now):
		at = now
	case at.Before(u.at):
		at = u.at
	}
	u.at = at
	f.rec.Event(at, kind, u.name, text)
}

// leave tells once that a pod left: when it began to terminate, for from then
// on nothing new is sent to it.
func (f *fleet) leave(u *unit, at time.Time) {
	u.ready = false
	if !u.left {
		u.left = true
		if at.After(time.Now()) {
			at = time.Time{} // the cluster's clock is ahead
		}
		text := "pod gone"
		if now := time.Now(); at.IsZero() {
			text += between(f.podSight.late(now), now)
		}
		f.rec.Event(at, timeline.Gone, u.name, text)
	}
}

func (f *fleet) readReady(whenTrue time.Time) {
	if !f.began {
		return
	}
	n := 0
	for _, u := range f.known {
		if u.ready {
			n++
		}
	}
	f.read(timeline.Ready, float64(n), whenTrue)
}

// order is the stages of a new pod. A pod that has reached one has reached
// those before it.
var order = []struct {
	kind    string
	reached func(*corev1.Pod) (time.Time, bool)
	text    func(*corev1.Pod) string
}{
	{timeline.Create, created, says("pod created")},
	{timeline.Place, became(corev1.PodScheduled), func(p *corev1.Pod) string { return "pod scheduled on " + p.Spec.NodeName }},
	{timeline.Start, started, says("all containers running")},
	{timeline.UnitReady, became(corev1.PodReady), says("pod ready")},
}

func says(text string) func(*corev1.Pod) string { return func(*corev1.Pod) string { return text } }

func created(p *corev1.Pod) (time.Time, bool) { return p.CreationTimestamp.Time, true }

func became(kind corev1.PodConditionType) func(*corev1.Pod) (time.Time, bool) {
	return func(p *corev1.Pod) (time.Time, bool) {
		c := condition(p, kind)
		if c == nil || c.Status != corev1.ConditionTrue {
			return time.Time{}, false
		}
		return c.LastTransitionTime.Time, true
	}
}

// started is when the last of a pod's containers began to run.
func started(p *corev1.Pod) (at time.Time, ok bool) {
	if len(p.Status.ContainerStatuses) == 0 || len(p.Status.ContainerStatuses) < len(p.Spec.Containers) {
		return time.Time{}, false
	}
	for _, c := range p.Status.ContainerStatuses {
		if c.State.Running == nil {
			return time.Time{}, false
		}
		if c.State.Running.StartedAt.After(at) {
			at = c.State.Running.StartedAt.Time
		}
	}
	return at, true
}

func condition(p *corev1.Pod, kind corev1.PodConditionType) *corev1.PodCondition {
	for i, c := range p.Status.Conditions {
		if c.Type == kind {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

// leaving reports whether a pod serves no more: deletion was asked for, or it
// ended by itself, as by eviction.
func leaving(p *corev1.Pod) bool {
	return p.DeletionTimestamp != nil || p.Status.Phase == corev1.PodFailed || p.Status.Phase == corev1.PodSucceeded
}

// leftAt is when deletion was asked for; the API states the end of the grace
// that begins then. It is zero where no one asked.
func leftAt(p *corev1.Pod) time.Time {
	if p.DeletionTimestamp == nil {
		return time.Time{}
	}
	at := p.DeletionTimestamp.Time
	if p.DeletionGracePeriodSeconds != nil {
		at = at.Add(-time.Duration(*p.DeletionGracePeriodSeconds) * time.Second)
	}
	return at
}

// readySince is since when a pod is as ready, or as little, as it is.
func readySince(p *corev1.Pod) time.Time {
	if leaving(p) {
		return leftAt(p)
	}
	if c := condition(p, corev1.PodReady); c != nil {
		return c.LastTransitionTime.Time
	}
	return time.Time{}
}
