// Package hpa observes one HorizontalPodAutoscaler, what it scales, and the
// pods of that, by watching: nothing is polled.
//
// Four things are watched, each with its own list and then one stream of
// changes:
//
//	HorizontalPodAutoscaler   desired, min, max, metrics, their targets, decisions, conditions
//	Deployment, StatefulSet   the desired count while the autoscaler has none
//	pods by its selector      ready, the stages of each new pod, limits over requests
//	events of both            why something was, or was not, done
//
// Without one of the first three there is nothing to observe: a gap. Without
// events the numbers are complete and only reasons are missing: it is told when
// it begins, and a warning where it lasts to the end.
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
// A pod that was there when the observation began has no stages, for nobody
// saw them. After an outage the observation goes on with what it knew: a pod
// that came meanwhile has its stages at its own times, seen late.
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

	appsv1 "k8s.io/api/apps/v1"
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

var _ observe.Observer = (*Observer)(nil)

// Options say which autoscaler to observe.
type Options struct {
	Config    *rest.Config // how to reach the cluster; not changed
	Namespace string       // default "default"
	Name      string
	Source    string // the fleet's name in readings; default hpa/NAMESPACE/NAME
}

// Observer watches one HorizontalPodAutoscaler. Observe it once at a time.
type Observer struct {
	namespace, name, source string
	cluster                 *cluster
	fleet                   *fleet
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
	return &Observer{o.Namespace, o.Name, o.Source, cluster, newFleet(), patience}, nil
}

// Source names the fleet as readings do.
func (o *Observer) Source() string { return o.source }

// Observe records facts until ctx ends and then returns nil. It returns an
// error at once where the autoscaler or a permission is missing, or where the
// API cannot be reached at first; later, where a watch stays broken for 5 s.
// Events are not worth an error.
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
		running.Go(func() { s.run(watching, o.patience, fail) })
	}
	events := o.events()
	for _, s := range events {
		running.Go(func() { s.runAside(watching, o.patience, o.fleet.eventsLost) })
	}
	<-watching.Done()
	running.Wait()
	if ctx.Err() != nil {
		warn(rec, events)
	}
	return context.Cause(watching)
}

// warn says what could not be watched at the end.
func warn(rec *observe.Recorder, aside []*stream) {
	for _, s := range aside {
		if cause := s.health.broken(); cause != nil {
			rec.Warn("events were not observed: " + cause.Error())
		}
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
	return []*stream{
		{
			client: c.autoscaling, resource: autoscalers, namespace: o.namespace, fields: named(o.name),
			object: &autoscalingv2.HorizontalPodAutoscaler{}, list: func() runtime.Object { return &autoscalingv2.HorizontalPodAutoscalerList{} },
			store: &store[*autoscalingv2.HorizontalPodAutoscaler]{seen: f.autoscaler, all: f.autoscalers, gone: f.autoscalerGone},
		},
		t.stream(c, o.namespace, f),
		{
			client: c.core, resource: "pods", namespace: o.namespace, labels: t.selector,
			object: &corev1.Pod{}, list: func() runtime.Object { return &corev1.PodList{} },
			store: &store[*corev1.Pod]{seen: f.pod, all: f.pods, gone: f.podGone},
		},
	}
}

// events are the watches beside them.
func (o *Observer) events() []*stream {
	c, f := o.cluster, o.fleet
	about := func(kind string) fields.Selector { return fields.OneTermEqualSelector("involvedObject.kind", kind) }
	return []*stream{
		{
			client: c.core, resource: "events", namespace: o.namespace,
			fields: fields.AndSelectors(about("HorizontalPodAutoscaler"), fields.OneTermEqualSelector("involvedObject.name", o.name)),
			object: &corev1.Event{}, list: func() runtime.Object { return &corev1.EventList{} },
			store: &store[*corev1.Event]{seen: f.scalerEvents.one, all: f.scalerEvents.all, gone: f.scalerEvents.gone},
		},
		{
			client: c.core, resource: "events", namespace: o.namespace, fields: about("Pod"),
			object: &corev1.Event{}, list: func() runtime.Object { return &corev1.EventList{} },
			store: &store[*corev1.Event]{seen: f.podEvents.one, all: f.podEvents.all, gone: f.podEvents.gone},
		},
	}
}

func named(name string) fields.Selector {
	return fields.OneTermEqualSelector(metav1.ObjectNameField, name)
}

// stream watches the workload itself.
func (t target) stream(c *cluster, namespace string, f *fleet) *stream {
	s := &stream{client: c.apps, resource: t.resource, namespace: namespace, fields: named(t.name)}
	if t.resource == statefulSets {
		s.object, s.list = &appsv1.StatefulSet{}, func() runtime.Object { return &appsv1.StatefulSetList{} }
		s.store = &store[*appsv1.StatefulSet]{seen: func(w *appsv1.StatefulSet) { f.workload(w.Spec.Replicas) }}
		return s
	}
	s.object, s.list = &appsv1.Deployment{}, func() runtime.Object { return &appsv1.DeploymentList{} }
	s.store = &store[*appsv1.Deployment]{seen: func(w *appsv1.Deployment) { f.workload(w.Spec.Replicas) }}
	return s
}
