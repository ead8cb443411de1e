package hpa

import (
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

// eventLog tells events of one kind of object once each. The cluster keeps
// them for about an hour: what is there at the start is history and is not
// told.
type eventLog struct {
	fleet *fleet
	tell  func(e *corev1.Event, again bool)
	began bool
	times map[types.UID]int32 // how often each has happened
}

func newEventLog(f *fleet, tell func(e *corev1.Event, again bool)) *eventLog {
	return &eventLog{fleet: f, tell: tell, times: map[types.UID]int32{}}
}

func (l *eventLog) one(e *corev1.Event) {
	l.fleet.mu.Lock()
	defer l.fleet.mu.Unlock()
	l.take(e)
}

// all takes every event there is, and forgets those that are no more.
func (l *eventLog) all(events []*corev1.Event) {
	l.fleet.mu.Lock()
	defer l.fleet.mu.Unlock()
	before := l.times
	l.times = make(map[types.UID]int32, len(events))
	for _, e := range events {
		if n, ok := before[e.UID]; ok {
			l.times[e.UID] = n
		}
		l.take(e)
	}
	l.began = true
}

func (l *eventLog) gone(e *corev1.Event) {
	l.fleet.mu.Lock()
	defer l.fleet.mu.Unlock()
	delete(l.times, e.UID)
}

func (l *eventLog) take(e *corev1.Event) {
	n := max(e.Count, 1)
	if e.Series != nil {
		n = max(n, e.Series.Count)
	}
	before, again := l.times[e.UID]
	l.times[e.UID] = n
	if l.began && n > before {
		l.tell(e, again)
	}
}

// happened is when an event happened last, by whichever of its times is set:
// old and new reporters fill different ones.
func happened(e *corev1.Event) time.Time {
	switch {
	case !e.LastTimestamp.IsZero():
		return e.LastTimestamp.Time
	case e.Series != nil:
		return e.Series.LastObservedTime.Time
	case !e.EventTime.IsZero():
		return e.EventTime.Time
	}
	return e.CreationTimestamp.Time
}

// scalerEvent tells an event of the autoscaler in the cluster's own words.
func (f *fleet) scalerEvent(e *corev1.Event, _ bool) {
	f.rec.Event(happened(e), e.Reason, "", e.Message)
}

// telling are the events of pods that say why there is no node, or that there
// will be one.
var telling = []string{"FailedScheduling", "TriggeredScaleUp", "NotTriggerScaleUp"}

// earlyEvent is an event of an object that no watch has delivered yet: the order
// between two watches is anyone's.
type earlyEvent struct {
	event *corev1.Event
	came  time.Time
}

// earlyFor is how long an event waits for its object. Most of those that wait
// are of other workloads in the namespace, whose objects never come.
const earlyFor = 10 * time.Second

// noise are the reasons of pods' events that tell nothing here and are most of
// what a namespace has to say: they are not asked for.
var noise = []string{"Scheduled", "Pulling", "Pulled", "Created", "Started", "Killing", "Unhealthy", "BackOff"}

// podEvent tells an event of one of the fleet's pods the first time it
// happens; the scheduler repeats it at every attempt.
func (f *fleet) podEvent(e *corev1.Event, again bool) {
	if again || !slices.Contains(telling, e.Reason) {
		return
	}
	f.tellOrKeep(e, f.known[e.InvolvedObject.UID] != nil)
}

// failedCreate is the reason why pods that are wanted do not even exist: a
// quota, a limit range, an admission webhook.
const failedCreate = "FailedCreate"

// ownerEvent tells why what owns the pods could not create one.
func (f *fleet) ownerEvent(e *corev1.Event, again bool) {
	if again || e.Reason != failedCreate {
		return
	}
	f.tellOrKeep(e, f.owners[e.InvolvedObject.UID])
}

// tellOrKeep tells an event where what it is about is known to be the fleet's,
// and else keeps it for a while.
func (f *fleet) tellOrKeep(e *corev1.Event, known bool) {
	if known {
		f.tellEvent(e)
		return
	}
	now := time.Now()
	f.early = slices.DeleteFunc(f.early, func(w earlyEvent) bool { return now.Sub(w.came) > earlyFor })
	f.early = append(f.early, earlyEvent{e, now})
}

// tellEarly tells what was said of an object before it was known.
func (f *fleet) tellEarly(uid types.UID) {
	f.early = slices.DeleteFunc(f.early, func(w earlyEvent) bool {
		if w.event.InvolvedObject.UID != uid {
			return false
		}
		f.tellEvent(w.event)
		return true
	})
}

func (f *fleet) tellEvent(e *corev1.Event) {
	unit := ""
	if e.InvolvedObject.Kind == "Pod" {
		unit = e.InvolvedObject.Name
	}
	f.rec.Event(happened(e), e.Reason, unit, e.Message)
}
