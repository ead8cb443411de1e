package world

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// group is the Auto Scaling group at work.
type group struct {
	config     Group
	desired    int
	created    time.Time
	instances  []*instance // in order of launch
	activities []*Activity // oldest first
	alarmID    string      // ends the names of the target-tracking alarms
	retrying   bool        // launches that the quota forbade are to be made again, after retry
	retry      time.Duration
	scanning   bool // a scan for unschedulable pods is planned
	meters     map[*unit]meter
	points     []float64 // the alarms' data points, oldest first
}

// instance is a member of the group.
type instance struct {
	Instance
	warm   time.Time // from when the policy counts it
	pods   int       // on it, those that still finish included
	empty  time.Time // since when there is none; zero while there are some
	unit   *unit     // itself, where instances are the units; nil while it is started again
	began  time.Time // when that began to serve
	failed Failure   // its latest crash
	ending *Activity // its termination, once nothing is left on it the last step of its life
}

// The states of an instance's life.
const (
	pending     = "Pending"
	inService   = "InService"
	terminating = "Terminating"
)

// shutdown is what an instance takes to terminate when nothing is left on it.
const shutdown = 10 * time.Second

// buildGroup makes the group with its instances in service.
func (w *World) buildGroup() {
	c := *w.config.Group
	w.group = &group{config: c, desired: c.Desired, created: w.now, alarmID: w.uuid(), meters: map[*unit]meter{}}
	for range c.Desired {
		i := w.newInstance()
		i.warm = w.now
		w.inService(i)
	}
	if c.ScalesOn == TargetTracking {
		w.every(c.Period, w.track)
	}
}

// newInstance makes an instance that is launched and no more, in the zone with the fewest.
func (w *World) newInstance() *instance {
	g := w.group
	id := w.instanceID()
	w.addresses++
	i := &instance{Instance: Instance{
		ID: id, Zone: g.emptiestZone(), Type: InstanceType, Lifecycle: pending, Health: "Healthy", Launched: w.now,
		Host: fmt.Sprintf("ip-10-1-%d-%d.%s.compute.internal", w.addresses/250, w.addresses%250+4, g.config.Region),
	}}
	g.instances = append(g.instances, i)
	w.dirty = true
	return i
}

func (g *group) zones() []string {
	letters := "abc"
	if strings.HasPrefix(g.config.Region, "ap-northeast-1") {
		letters = "acd" // Tokyo gives no b to new accounts
	}
	zones := make([]string, len(letters))
	for i, l := range letters {
		zones[i] = g.config.Region + string(l)
	}
	return zones
}

// live counts the instances of a zone, or of all where it is empty, that are not on their way out.
func (g *group) live(zone string) int {
	n := 0
	for _, i := range g.instances {
		if i.Lifecycle != terminating && (zone == "" || i.Zone == zone) {
			n++
		}
	}
	return n
}

func (g *group) emptiestZone() string {
	return slices.MinFunc(g.zones(), func(a, b string) int { return g.live(a) - g.live(b) })
}

// inService counts the instances that can carry pods.
func (g *group) inService() int {
	n := 0
	for _, i := range g.instances {
		if i.Lifecycle == inService {
			n++
		}
	}
	return n
}

// roomiest is the instance in service with the most room, nil where all are full.
func (g *group) roomiest() *instance {
	var best *instance
	for _, i := range g.instances {
		if i.Lifecycle == inService && i.pods < g.config.PodsPerInstance && (best == nil || i.pods < best.pods) {
			best = i
		}
	}
	return best
}

// inService makes an instance fit for work: for pods, or as the unit itself.
func (w *World) inService(i *instance) {
	i.Lifecycle, i.InService = inService, w.now
	w.dirty = true
	if w.config.HPA == nil {
		w.serveOn(i)
		return
	}
	w.placeWaiting()
	w.noteEmpty(i)
}

// serveOn makes an instance the unit that it is.
func (w *World) serveOn(i *instance) {
	i.began = w.now
	i.unit = w.newReady(i.ID, func() { w.crashOn(i) })
	w.register(i.unit, &i.Healthy)
}

// resize sets the desired count, for the reason that opens each activity's cause, and moves towards it.
func (w *World) resize(desired int, reason string) {
	g := w.group
	reason = fmt.Sprintf("At %s %s changing the desired capacity from %d to %d.", stamp(w.now), reason, g.desired, desired)
	g.desired = desired
	w.dirty = true
	from := g.live("")
	w.fill(reason + "  ")
	for range from - desired {
		i := g.victim()
		w.terminate(i, fmt.Sprintf("%s  At %s an instance was taken out of service in response to a difference between desired and actual capacity, shrinking the capacity from %d to %d.  At %s instance %s was selected for termination.",
			reason, stamp(w.now), from, desired, stamp(w.now), i.ID))
	}
}

// fill launches what the group lacks of the desired count; reason opens each activity's cause.
func (w *World) fill(reason string) {
	g := w.group
	if g.frozen(launching) {
		return
	}
	from := g.live("")
	for range g.desired - from {
		cause := fmt.Sprintf("%sAt %s an instance was started in response to a difference between desired and actual capacity, increasing the capacity from %d to %d.",
			reason, stamp(w.now), from, g.desired)
		if !w.vcpuRoom() {
			w.launchRefused(cause)
			return
		}
		w.launch(cause)
	}
	g.retry = 0
}

// launch starts an instance; it is in service after Boot, or fails then.
func (w *World) launch(cause string) {
	i := w.newInstance()
	a := w.activity("Launching a new EC2 instance: "+i.ID, cause)
	boot := w.delay(w.group.config.Boot, w.group.config.Spread)
	i.warm = w.now.Add(boot + w.group.config.Warmup)
	w.after(boot, func() {
		switch {
		case i.Lifecycle != pending:
			w.finish(a)
		case w.fails(w.group.config.Fail):
			w.launchFailed(i, a)
		default:
			w.finish(a)
			w.inService(i)
		}
	})
}

// evaluation is how long after a failed launch a group finds that it lacks an instance.
const evaluation = 10 * time.Second

// launchFailed takes away an instance that did not come up; the desired count stays, so the group launches
// another at its next evaluation.
func (w *World) launchFailed(i *instance, a *Activity) {
	w.finish(a)
	a.StatusCode = "Failed"
	a.StatusMessage = "Instance became unhealthy while waiting for instance to be in InService state. Termination Reason: Client.InternalError: Client error on launch"
	w.group.remove(i)
	w.after(evaluation, func() { w.fill("") })
}

// remove forgets an instance.
func (g *group) remove(i *instance) {
	g.instances = slices.DeleteFunc(g.instances, func(o *instance) bool { return o == i })
}

// victim is the instance the default termination policy takes: of the zone with most, the oldest.
func (g *group) victim() *instance {
	var victim *instance
	for _, i := range g.instances {
		if i.Lifecycle != terminating && (victim == nil || g.live(i.Zone) > g.live(victim.Zone)) {
			victim = i
		}
	}
	return victim
}

// terminate takes an instance out of service. What runs on it finishes what it has, and the Deployment
// makes new pods in its place.
func (w *World) terminate(i *instance, cause string) {
	i.Lifecycle = terminating
	i.empty = time.Time{}
	i.ending = w.activity("Terminating EC2 instance: "+i.ID, cause)
	w.dirty = true
	if i.unit != nil {
		w.withdraw(i.unit)
		if i.unit.drain(func() { w.post(func() { w.shutDown(i) }) }) {
			w.shutDown(i)
		}
		return
	}
	if i.pods == 0 {
		w.shutDown(i)
		return
	}
	for _, p := range slices.Clone(w.pods) {
		if p.node == i && !p.going() {
			w.delete(p)
		}
	}
	w.reconcile()
}

// vacate notes that a pod has left an instance.
func (w *World) vacate(i *instance) {
	i.pods--
	if i.Lifecycle == terminating {
		if i.pods == 0 {
			w.shutDown(i)
		}
		return
	}
	w.placeWaiting()
	w.noteEmpty(i)
}

// shutDown ends an instance with nothing left on it.
func (w *World) shutDown(i *instance) {
	w.after(shutdown, func() {
		w.finish(i.ending)
		w.group.remove(i)
		w.dirty = true
	})
}

// activity records the beginning of a launch or termination.
func (w *World) activity(description, cause string) *Activity {
	a := &Activity{ID: w.uuid(), Description: description, Cause: cause, StatusCode: "InProgress", Start: w.now, Progress: 30}
	w.group.activities = append(w.group.activities, a)
	w.dirty = true
	return a
}

func (w *World) finish(a *Activity) {
	a.StatusCode, a.Progress, a.End = "Successful", 100, w.now
	w.dirty = true
}

// stamp is an instant as an activity's cause shows it.
func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// state copies the group, with the activities newest first as AWS lists them.
func (g *group) state() *GroupState {
	s := &GroupState{Desired: g.desired, Min: g.config.Min, Max: g.config.Max, Created: g.created, AlarmID: g.alarmID}
	for _, i := range g.instances {
		s.Instances = append(s.Instances, i.Instance)
	}
	for _, a := range slices.Backward(g.activities) {
		s.Activities = append(s.Activities, *a)
	}
	return s
}

// tracking is the group's policy in the terms of the algorithm.
func (g *group) tracking() autoscale.Tracking {
	return autoscale.Tracking{
		Target: g.config.Target,
		Out:    autoscale.Alarm{Periods: g.config.Out, Period: g.config.Period},
		In:     autoscale.Alarm{Periods: g.config.In, Period: g.config.Period},
	}
}
