package hpa

import (
	"errors"
	"fmt"
	"sync"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// fleet is what is known of an autoscaler and its pods, and turns each news
// into facts. It lives through outages, so that no fact is told twice. Safe
// for concurrent use: every watch calls it from its own goroutine.
type fleet struct {
	mu     sync.Mutex
	rec    *observe.Recorder
	fail   func(error)
	ref    autoscalingv2.CrossVersionObjectReference
	values map[string]float64 // readings of this observation, by name

	scaler   *autoscalingv2.HorizontalPodAutoscaler // nil: not seen yet
	rules    string                                 // of its behavior, as they were told last
	spec     string                                 // how it scales, likewise
	replicas *int32                                 // the workload's desired count, nil: not seen yet

	began  bool          // the pods of the start are known
	listed chan struct{} // closed when they are
	known  map[types.UID]*unit
	byKey  map[string]*unit // by uid and by nameKey
	newest *corev1.Pod      // nil: none seen yet

	owners  map[types.UID]bool             // what creates the pods
	serving map[string]map[string]presence // endpoints that are ready, by slice and endpointKey

	scalerSight, podSight, sliceSight *sight    // of what tells no time of its own
	rescales                          []rescale // what the autoscaler did, as events tell, when it was last out of sight

	scalerEvents, podEvents, ownerEvents *eventLog

	early []earlyEvent // of objects that are not known yet
}

func newFleet() *fleet {
	f := &fleet{
		listed: make(chan struct{}), known: map[types.UID]*unit{}, byKey: map[string]*unit{},
		owners: map[types.UID]bool{}, serving: map[string]map[string]presence{},
		scalerSight: &sight{}, podSight: &sight{}, sliceSight: &sight{},
	}
	f.scalerEvents = newEventLog(f, f.scalerEvent)
	f.podEvents = newEventLog(f, f.podEvent)
	f.ownerEvents = newEventLog(f, f.ownerEvent)
	return f
}

// begin starts an observation, the first or one after an outage: every reading
// is told again.
func (f *fleet) begin(rec *observe.Recorder, ref autoscalingv2.CrossVersionObjectReference, fail func(error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.rec, f.ref, f.fail = rec, ref, fail
	f.values = map[string]float64{}
	for _, s := range []*sight{f.scalerSight, f.podSight, f.sliceSight} {
		s.begin(time.Now())
	}
}

// silent takes note of a cause that ended all watches: where the API had fallen
// silent, they showed nothing since.
func (f *fleet) silent(cause error) {
	if lost, ok := errors.AsType[*outage](cause); ok && lost.whole {
		for _, s := range []*sight{f.scalerSight, f.podSight, f.sliceSight} {
			s.lostSince(lost.since)
		}
	}
}

// read records a number where it is new. After an outage the fleet is seen again
// when its pods are: no other reading ends the gap.
func (f *fleet) read(name string, value float64, whenTrue time.Time) {
	if was, ok := f.values[name]; ok && was == value {
		return
	}
	f.values[name] = value
	if name != timeline.Ready {
		f.rec.Beside(name, value, whenTrue)
		return
	}
	f.rec.Read(name, value, whenTrue)
}

func (f *fleet) autoscalers(all []*autoscalingv2.HorizontalPodAutoscaler) {
	if len(all) == 0 {
		f.autoscalerGone(nil)
		return
	}
	f.autoscaler(all[0])
}

func (f *fleet) autoscalerGone(*autoscalingv2.HorizontalPodAutoscaler) {
	f.fail(errors.New("was deleted"))
}

// autoscaler takes the autoscaler as it is now.
func (f *fleet) autoscaler(now *autoscalingv2.HorizontalPodAutoscaler) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if now.Spec.ScaleTargetRef != f.ref {
		f.fail(fmt.Errorf("now scales %s %s", now.Spec.ScaleTargetRef.Kind, now.Spec.ScaleTargetRef.Name))
		return
	}
	was := f.scaler
	f.scaler = now
	if was != nil {
		f.decision(was, now)
	}
	for _, c := range now.Status.Conditions {
		f.condition(was, c)
	}
	least := 1.0 // what the API takes an absent minimum for
	if now.Spec.MinReplicas != nil {
		least = float64(*now.Spec.MinReplicas)
	}
	f.read(timeline.Min, least, time.Time{})
	f.tellBehavior(now)
	f.tellSpec(now)
	f.read(timeline.Max, float64(now.Spec.MaxReplicas), time.Time{})
	// What was seen comes before what was decided because of it.
	f.readTargets()
	f.readLimits()
	for _, m := range currentMetrics(now) {
		f.read(timeline.MetricOf+m.name, m.value, time.Time{})
	}
	f.readDesired(lastScale(now))
}

// workload takes the desired count of what is scaled.
func (f *fleet) workload(replicas *int32) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.replicas = replicasOf(replicas)
	f.readDesired(time.Time{})
}

// readDesired records what the autoscaler wants, or where it has not decided
// yet, what its workload was told.
func (f *fleet) readDesired(whenTrue time.Time) {
	switch {
	case f.scaler == nil:
	case f.scaler.Status.DesiredReplicas > 0:
		f.read(timeline.Desired, float64(f.scaler.Status.DesiredReplicas), whenTrue)
	case f.replicas != nil:
		f.read(timeline.Desired, float64(*f.replicas), time.Time{})
	}
}

func lastScale(h *autoscalingv2.HorizontalPodAutoscaler) time.Time {
	if h.Status.LastScaleTime == nil {
		return time.Time{}
	}
	return h.Status.LastScaleTime.Time
}

// decision records that the desired count changed. The status is the witness:
// the event that goes with it may be withheld by the cluster's rate limit, and
// comes as its own fact.
func (f *fleet) decision(was, now *autoscalingv2.HorizontalPodAutoscaler) {
	to := now.Status.DesiredReplicas
	if was.Status.DesiredReplicas == to {
		return
	}
	seen := time.Now()
	after := f.scalerSight.late(seen)
	from := was.Status.DesiredReplicas
	if !after.IsZero() {
		from = f.tellRescales(was, now)
	}
	var at time.Time
	if scaled := lastScale(now); !scaled.Equal(lastScale(was)) {
		at = scaled
	}
	text := fmt.Sprintf("desired %d to %d", from, to)
	if seen := metricsText(now); seen != "" {
		text += ": " + seen
	}
	if at.IsZero() && !after.IsZero() {
		f.tellMissed(timeline.Decision, "", after, seen, text)
		return
	}
	f.rec.Event(at, timeline.Decision, "", text)
}

// condition records a condition that became another, or at first one that
// limits. Reasons change often while all is well; only those of ScalingLimited
// tell something by themselves.
func (f *fleet) condition(was *autoscalingv2.HorizontalPodAutoscaler, now autoscalingv2.HorizontalPodAutoscalerCondition) {
	before := find(was, now.Type)
	good := corev1.ConditionTrue
	if now.Type == autoscalingv2.ScalingLimited {
		good = corev1.ConditionFalse
	}
	switch {
	case before == nil && now.Status == good:
		return
	case before == nil:
	case before.Status != now.Status:
	case now.Type == autoscalingv2.ScalingLimited && before.Reason != now.Reason:
	default:
		return
	}
	at := now.LastTransitionTime.Time
	if before != nil && before.LastTransitionTime.Equal(&now.LastTransitionTime) {
		at = time.Time{} // another reason has no time of its own
	}
	f.rec.Event(at, string(now.Type), "", conditionText(now))
}

func find(h *autoscalingv2.HorizontalPodAutoscaler, kind autoscalingv2.HorizontalPodAutoscalerConditionType) *autoscalingv2.HorizontalPodAutoscalerCondition {
	if h == nil {
		return nil
	}
	for i, c := range h.Status.Conditions {
		if c.Type == kind {
			return &h.Status.Conditions[i]
		}
	}
	return nil
}

// conditionText says what a condition means to who waits for units.
func conditionText(c autoscalingv2.HorizontalPodAutoscalerCondition) string {
	text := map[string]string{
		"ScalingLimited/True/TooManyReplicas": "wants more units than its maximum allows",
		"ScalingLimited/True/TooFewReplicas":  "wants fewer units than its minimum allows",
		"ScalingLimited/True/ScaleUpLimit":    "wants more units than it may add at once",
		"ScalingLimited/True/ScaleDownLimit":  "wants to remove more units than it may at once",
	}[fmt.Sprintf("%s/%s/%s", c.Type, c.Status, c.Reason)]
	switch {
	case text != "":
	case c.Type == autoscalingv2.ScalingLimited && c.Status == corev1.ConditionFalse:
		text = "no longer limited"
	case c.Type == autoscalingv2.ScalingActive && c.Status == corev1.ConditionFalse:
		text = "cannot compute how many units it wants"
	case c.Type == autoscalingv2.ScalingActive:
		text = "computes how many units it wants"
	case c.Status == corev1.ConditionFalse:
		text = "cannot scale"
	default:
		text = "can scale"
	}
	why := c.Reason
	if c.Message != "" {
		why += ": " + c.Message
	}
	return text + " (" + why + ")"
}
