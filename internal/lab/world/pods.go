package world

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// pod is a unit that Kubernetes runs.
type pod struct {
	Pod
	node      *instance // nil until scheduled, and where there is no group
	unit      *unit     // nil until ready
	triggered bool      // an instance was launched for it
	refused   bool      // none could be
}

// going says whether the pod was told to go.
func (p *pod) going() bool { return !p.Deleted.IsZero() }

// terminatedStay is how long a terminated pod can still be seen.
const terminatedStay = time.Minute

// buildDeployment makes the Deployment with its first pods ready.
func (w *World) buildDeployment() {
	w.deployment = Deployment{Desired: w.config.Pods.Start, Generation: 1, Created: w.now}
	for range w.config.Pods.Start {
		p := w.newPod()
		p.Scheduled, p.Running = w.now, w.now
		w.occupy(p)
		w.serve(p)
	}
}

func (w *World) podEvent(p *pod, typ, reason, format string, args ...any) {
	w.event("Pod", p.Name, typ, reason, fmt.Sprintf(format, args...))
}

// newPod makes a pod that is created and no more.
func (w *World) newPod() *pod {
	p := &pod{Pod: Pod{Name: w.podName(), UID: w.uuid(), Created: w.now}}
	w.pods = append(w.pods, p)
	w.deployment.Total++
	w.dirty = true
	return p
}

// scaleDeployment sets the desired count and moves towards it.
func (w *World) scaleDeployment(desired int) {
	was := w.deployment.Desired
	w.deployment.Desired = desired
	w.deployment.Generation++
	verb := "up"
	if desired < was {
		verb = "down"
	}
	w.event("Deployment", w.name(), "Normal", "ScalingReplicaSet",
		fmt.Sprintf("Scaled %s replica set %s from %d to %d", verb, w.replicaSet(), was, desired))
	w.reconcile()
}

// reconcile creates or deletes pods until as many are there as are desired.
func (w *World) reconcile() {
	for room := w.podRoom(); w.deployment.Total < w.deployment.Desired; room-- {
		if room < 1 {
			w.podRefused()
			return
		}
		p := w.newPod()
		w.after(w.delay(w.config.Pods.Schedule, w.config.Pods.Spread), func() { w.place(p) })
	}
	for w.deployment.Total > w.deployment.Desired {
		w.delete(w.victim())
	}
	w.requeue = 0
}

// victim is the pod a ReplicaSet gives up first: not scheduled before scheduled, not running before
// running, not ready before ready, then the youngest.
func (w *World) victim() *pod {
	live := slices.DeleteFunc(slices.Clone(w.pods), (*pod).going)
	slices.Reverse(live)
	return slices.MinFunc(live, func(a, b *pod) int { return cmp.Compare(a.progress(), b.progress()) })
}

// progress counts the stages behind a pod.
func (p *pod) progress() int {
	n := 0
	for _, t := range []time.Time{p.Scheduled, p.Running, p.Ready} {
		if !t.IsZero() {
			n++
		}
	}
	return n
}

// place schedules a pod where there is room, else leaves it unschedulable.
func (w *World) place(p *pod) {
	if p.going() {
		return
	}
	if w.group != nil && w.group.roomiest() == nil {
		w.unschedulable(p)
		return
	}
	p.Unschedulable = time.Time{}
	p.Scheduled = w.now
	w.occupy(p)
	namespace, _ := w.config.Workload()
	w.podEvent(p, "Normal", "Scheduled", "Successfully assigned %s/%s to %s", namespace, p.Name, p.Node)
	w.after(w.delay(w.config.Pods.Run, w.config.Pods.Spread), func() { w.started(p) })
}

// occupy takes room for a pod and gives it its address.
func (w *World) occupy(p *pod) {
	w.dirty = true
	w.addresses++
	p.IP = address(w.addresses)
	if w.group == nil {
		p.Node = LoneNode
		return
	}
	p.node = w.group.roomiest()
	p.node.pods++
	p.Instance, p.Node = p.node.ID, p.node.Host
}

func (w *World) unschedulable(p *pod) {
	if !p.Unschedulable.IsZero() {
		return
	}
	p.Unschedulable = w.now
	n := w.group.inService()
	w.podEvent(p, "Warning", "FailedScheduling", "0/%d nodes are available: %d Too many pods.", n, n)
	w.wantScan()
}

// placeWaiting tries again for the pods without room, the oldest first.
func (w *World) placeWaiting() {
	for _, p := range w.pods {
		if p.Unschedulable.IsZero() || p.going() {
			continue
		}
		if w.group.roomiest() == nil {
			return
		}
		w.place(p)
	}
}

func (w *World) started(p *pod) {
	if p.going() {
		return
	}
	p.Running = w.now
	w.podEvent(p, "Normal", "Started", "Started container "+Container)
	w.after(w.delay(w.config.Pods.Ready, w.config.Pods.Spread), func() {
		switch {
		case p.going():
		case w.fails(w.config.Pods.Fail):
			w.exited(p)
		default:
			w.serve(p)
		}
	})
}

// exited notes that a container exited, and starts it again after a while.
func (w *World) exited(p *pod) {
	p.Failed = w.failure(p.Failed, p.Running)
	namespace, _ := w.config.Workload()
	w.podEvent(p, "Warning", "BackOff", "Back-off restarting failed container %s in pod %s_%s(%s)", Container, p.Name, namespace, p.UID)
	w.after(p.Failed.Wait, func() {
		if !p.going() {
			p.Restarts++
			w.started(p)
		}
	})
}

// serve makes a pod ready and lets the load balancer know.
func (w *World) serve(p *pod) {
	p.Ready = w.now
	p.unit = w.newReady(p.Name, func() { w.crash(p) })
	w.register(p.unit, &p.Healthy)
	w.deployment.Ready++
	w.dirty = true
}

// delete tells a pod to go; it terminates when it has finished what it has.
func (w *World) delete(p *pod) {
	p.Deleted = w.now
	w.deployment.Total--
	w.dirty = true
	if !p.Running.IsZero() {
		w.podEvent(p, "Normal", "Killing", "Stopping container "+Container)
	}
	if p.unit == nil {
		w.terminated(p)
		return
	}
	w.deployment.Ready--
	w.withdraw(p.unit)
	if p.unit.drain(func() { w.post(func() { w.terminated(p) }) }) {
		w.terminated(p)
	}
}

// terminated gives a pod's room back and forgets the pod after a while.
func (w *World) terminated(p *pod) {
	p.Terminated = w.now
	p.Unschedulable = time.Time{}
	w.dirty = true
	w.after(terminatedStay, func() {
		w.pods = slices.DeleteFunc(w.pods, func(q *pod) bool { return p == q })
		delete(w.named, p.Name)
		w.dirty = true
	})
	if p.node != nil {
		w.vacate(p.node)
	}
	if w.requeue > 0 {
		w.reconcile() // the quota has room again
	}
}
