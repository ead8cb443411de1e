// Package hpa observes one HorizontalPodAutoscaler, what it scales, and the
// pods of that.
//
// What changes is watched, each with its own list and then one stream of
// changes:
//
//	HorizontalPodAutoscaler   desired, min, max, metrics, their targets, decisions, conditions, rules
//	Deployment, StatefulSet   the desired count while the autoscaler has none
//	pods by its selector      ready, the stages of each new pod, limits over requests
//	EndpointSlices            since when each new pod is sent requests
//	events, ReplicaSets       why something was, or was not, done
//
// That all of this still answers is asked every 15 s: a connection may die in
// silence.
//
// Anything else that is scaled is known by its /scale alone, which cannot be
// watched and is polled. So is what the pods use, every 15 s, where the cluster
// measures it. What a quota and the nodes leave room for is read when the pods
// are known and once more at the end.
//
// Without autoscaler, workload or pods there is nothing to observe: a gap.
// Without any of the others the rest is complete: it is told when it begins, and
// a warning where it lasts to the end.
//
// Every stage of a pod has two times. At is the pod's own account, a condition
// time in whole seconds, rounded down; Seen is when the watch delivered it:
//
//	         true instant
//	At         |   Seen
//	|----------x---|---------> time
//	12.000     |   12.480      the truth lies between At and the earlier of
//	                           Seen and At + 1 s
//
// Two accounts may contradict each other, by their rounding or their clocks: At
// is never before that of the stage before, and never after Seen. To be in
// service is of the whole path to a pod and has no condition time where a slice
// tells it: At is then the receipt, and there is no Seen.
//
// A pod that was there when the observation began has no stages, for nobody
// saw them. After an outage the observation goes on with what it knew: a pod
// that came meanwhile has its stages at its own times, seen late. What has no
// time of its own and is first seen then is told as missed, and is no stage. A
// watch that was cut and is answered only after more than 5 s leaves a gap,
// though what it missed is delivered then.
//
// The desired count is what the autoscaler wants after its own limits of rate
// and maximum; it is not demand. Demand is package traffic's.
package hpa

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"github.com/seed-f864f198/onair/internal/observe"
)

var _ observe.Checker = (*Observer)(nil)

// Options say which autoscaler to observe.
type Options struct {
	Config    *rest.Config // how to reach the cluster; not changed
	Namespace string       // default "default"
	Name      string
	Source    string   // the fleet's name in readings; default hpa/NAMESPACE/NAME
	Nodes     *Nodes   // of the cluster, to share with its other observers; default its own
	Permits   *Permits // of the cluster, to share likewise
}

// Observer watches one HorizontalPodAutoscaler. Observe it once at a time.
type Observer struct {
	namespace, name, source string
	cluster                 *cluster
	fleet                   *fleet
	usage                   usage
	outlook                 outlook
	patience                time.Duration
}

// New returns an observer; it contacts nothing yet.
func New(o Options) (*Observer, error) {
	if o.Namespace == "" {
		o.Namespace = "default"
	}
	if o.Source == "" {
		o.Source = "hpa/" + o.Namespace + "/" + o.Name
	}
	cluster, err := newCluster(o.Config)
	if err != nil {
		return nil, fmt.Errorf("hpa %s/%s: %w", o.Namespace, o.Name, err)
	}
	if o.Nodes != nil {
		cluster.nodes = o.Nodes
	}
	if o.Permits != nil {
		cluster.permits = o.Permits
	}
	return &Observer{
		namespace: o.Namespace, name: o.Name, source: o.Source,
		cluster: cluster, fleet: newFleet(), usage: usage{every: usageEvery}, patience: patience,
	}, nil
}

// Source names the fleet as readings do.
func (o *Observer) Source() string { return o.source }

// Observe records facts until ctx ends and then returns nil. It returns an
// error at once where the autoscaler or a permission is missing, or where the
// API cannot be reached at first; later, where a watch stays broken for 5 s.
// What the observation can do without is not worth an error.
func (o *Observer) Observe(ctx context.Context, rec *observe.Recorder) error {
	// The libraries log what they retry; what matters of it is returned.
	ctx = klog.NewContext(ctx, klog.Logger{})
	err := o.observe(ctx, rec)
	if ctx.Err() != nil {
		return nil
	}
	err = fmt.Errorf("hpa %s/%s: %w", o.namespace, o.name, err)
	if lost := (*outage)(nil); errors.As(err, &lost) {
		rec.Lost(lost.since, err)
	}
	return err
}

func (o *Observer) observe(ctx context.Context, rec *observe.Recorder) error {
	scaler, err := o.autoscaler(ctx)
	if err != nil {
		return err
	}
	ref := scaler.Spec.ScaleTargetRef
	target, err := o.cluster.target(ctx, o.namespace, ref)
	if err != nil {
		return err
	}
	watching, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	o.fleet.begin(rec, ref, fail)
	var running sync.WaitGroup
	for _, s := range o.streams(target) {
		s.missed = func(since time.Time, verb string) {
			rec.Missed(since, fmt.Errorf("hpa %s/%s: %s %s: the API server took all that time to answer", o.namespace, o.name, verb, s.resource))
		}
		running.Go(func() { s.run(watching, o.patience, fail) })
	}
	if target.scale != "" {
		running.Go(guarded(fail, func() { target.follow(watching, o.cluster, o.namespace, o.fleet, o.patience, fail) }))
	}
	asides := o.asides(target)
	for _, a := range asides {
		running.Go(func() { a.run(watching, rec, o.patience) })
	}
	running.Go(guarded(fail, func() { o.beat(watching, fail) }))
	running.Go(guarded(fail, func() { o.usage.run(watching, rec, o.cluster, o.namespace, target.selector, o.fleet) }))
	running.Go(guarded(fail, func() { o.lookAtFirst(watching, rec) }))
	<-watching.Done()
	running.Wait()
	o.fleet.silent(context.Cause(watching))
	o.cluster.http.CloseIdleConnections() // one that died in silence would be used again
	if ctx.Err() != nil {
		o.lookAtLast(ctx, rec)
		for _, a := range asides {
			a.warn(rec)
		}
		o.usage.warn(rec)
		o.outlook.warn(rec)
	}
	return context.Cause(watching)
}

// guarded is run with a panic made into a failure: nobody else would recover it.
func guarded(fail func(error), run func()) func() {
	return func() {
		defer func() {
			if cause := recover(); cause != nil {
				fail(fmt.Errorf("panicked: %v", cause))
			}
		}()
		run()
	}
}

// autoscaler reads the autoscaler once, so that a missing one is an error at
// once rather than a watch in which nothing happens.
func (o *Observer) autoscaler(ctx context.Context) (*autoscalingv2.HorizontalPodAutoscaler, error) {
	scaler := &autoscalingv2.HorizontalPodAutoscaler{}
	err := o.cluster.get(ctx, o.cluster.autoscaling, scaler, o.namespace, autoscalers, o.name)
	switch {
	case err == nil:
		return scaler, nil
	case apierrors.IsNotFound(err) && namesObject(err):
		return nil, fmt.Errorf("not found (is there such an autoscaler in namespace %s of this context?)", o.namespace)
	case apierrors.IsNotFound(err):
		return nil, errors.New("autoscaling/v2 is not served (needs Kubernetes 1.23 or later)")
	}
	return nil, err
}

// streams are the watches that one observation cannot do without.
func (o *Observer) streams(t target) []*stream {
	c, f := o.cluster, o.fleet
	streams := []*stream{
		{
			client: c.autoscaling, resource: autoscalers, namespace: o.namespace, fields: named(o.name),
			object: &autoscalingv2.HorizontalPodAutoscaler{}, list: func() runtime.Object { return &autoscalingv2.HorizontalPodAutoscalerList{} },
			store: &store[*autoscalingv2.HorizontalPodAutoscaler]{seen: f.autoscaler, all: f.autoscalers, gone: f.autoscalerGone},
			sight: f.scalerSight, recall: o.recall,
		},
		{
			client: c.core, resource: "pods", namespace: o.namespace, labels: t.selector, paged: true, slim: slim,
			object: &corev1.Pod{}, list: func() runtime.Object { return &corev1.PodList{} },
			store: &store[*corev1.Pod]{seen: f.pod, all: f.pods, gone: f.podGone}, sight: f.podSight,
		},
	}
	if t.scale == "" {
		streams = append(streams, t.stream(c, o.namespace, f))
	}
	return streams
}

// asides are the watches beside them.
func (o *Observer) asides(t target) []*aside {
	f := o.fleet
	pods := about("Pod", "")
	for _, reason := range noise {
		pods = fields.AndSelectors(pods, fields.OneTermNotEqualSelector("reason", reason))
	}
	asides := []*aside{
		{noun: "events", streams: []*stream{
			o.eventStream(about("HorizontalPodAutoscaler", o.name), f.scalerEvents),
			o.eventStream(pods, f.podEvents),
			o.eventStream(t.ownerAbout(), f.ownerEvents),
		}},
		{noun: "endpoint slices", streams: []*stream{o.endpointStream()}},
	}
	if t.resource != statefulSets {
		asides = append(asides, &aside{noun: "replica sets", streams: []*stream{t.ownerStream(o.cluster, o.namespace, f)}})
	}
	return asides
}

func (o *Observer) eventStream(which fields.Selector, log *eventLog) *stream {
	return &stream{
		client: o.cluster.core, resource: "events", namespace: o.namespace, fields: which,
		object: &corev1.Event{}, list: func() runtime.Object { return &corev1.EventList{} },
		store: &store[*corev1.Event]{seen: log.one, all: log.all, gone: log.gone},
	}
}

func named(name string) fields.Selector {
	return fields.OneTermEqualSelector(metav1.ObjectNameField, name)
}

// about chooses the events of a kind, and of one name where it is not empty.
func about(kind, name string) fields.Selector {
	s := fields.OneTermEqualSelector("involvedObject.kind", kind)
	if name != "" {
		s = fields.AndSelectors(s, fields.OneTermEqualSelector("involvedObject.name", name))
	}
	return s
}

// lookWithin bounds the look at the room after the run.
const lookWithin = 4 * time.Second

func (o *Observer) lookAtFirst(ctx context.Context, rec *observe.Recorder) {
	select {
	case <-o.fleet.listed:
		o.look(ctx, rec)
	case <-ctx.Done():
	}
}

// lookAtLast looks once more when ctx has ended, unless nothing was ever seen.
func (o *Observer) lookAtLast(ctx context.Context, rec *observe.Recorder) {
	select {
	case <-o.fleet.listed:
	default:
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookWithin)
	defer cancel()
	o.look(ctx, rec)
}
