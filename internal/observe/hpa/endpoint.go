package hpa

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/selection"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A pod is in service when what sends requests to it knows that it may. Two
// things can know:
//
//	pod ready ──> EndpointSlice has it as ready ──> proxies of the cluster
//	target healthy ──> readiness gate is true ──> pod ready
//
// Where the pod has such a gate, a load balancer sends to the pod itself and the
// gate decides; its condition has a time. A slice tells no time, so that its
// receipt stands for it, unless it was out of sight before: then the stage is
// told as missed. Neither is told before the pod's own readiness.

// gatePrefix begins the readiness gates that the AWS Load Balancer Controller
// sets when a target group says that the pod is healthy.
const gatePrefix = "target-health.elbv2.k8s.aws/"

// balanced is since when the first load balancer that a pod waits for has it;
// gated is false where it waits for none.
func balanced(p *corev1.Pod) (since time.Time, open, gated bool) {
	for _, g := range p.Spec.ReadinessGates {
		if !strings.HasPrefix(string(g.ConditionType), gatePrefix) {
			continue
		}
		gated = true
		c := condition(p, g.ConditionType)
		if c == nil || c.Status != corev1.ConditionTrue {
			continue
		}
		if !open || c.LastTransitionTime.Time.Before(since) {
			since = c.LastTransitionTime.Time
		}
		open = true
	}
	return since, open, gated
}

// endpointKey is what an endpoint is known by: the uid of its pod, or where it
// does not tell one the pod's name. It is empty for what is no pod.
func endpointKey(e *discoveryv1.Endpoint) string {
	switch ref := e.TargetRef; {
	case ref == nil || ref.Kind != "Pod":
		return ""
	case ref.UID != "":
		return string(ref.UID)
	case ref.Name != "":
		return nameKey(ref.Name)
	}
	return ""
}

func nameKey(name string) string { return "/" + name } // no uid begins so

// isReady is what the API says of an endpoint: it takes an absent condition for
// ready.
func isReady(e *discoveryv1.Endpoint) bool { return e.Conditions.Ready == nil || *e.Conditions.Ready }

// endpointSlices takes all slices there are.
func (f *fleet) endpointSlices(all []*discoveryv1.EndpointSlice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	there := map[string]bool{}
	for _, s := range all {
		there[s.Name] = true
		f.takeSlice(s)
	}
	maps.DeleteFunc(f.serving, func(name string, _ map[string]presence) bool { return !there[name] })
}

// endpointSlice takes one slice as it is now.
func (f *fleet) endpointSlice(s *discoveryv1.EndpointSlice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.takeSlice(s)
}

func (f *fleet) endpointSliceGone(s *discoveryv1.EndpointSlice) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.serving, s.Name)
}

// presence is since when an endpoint is ready.
type presence struct {
	seen  time.Time // when a slice first told so
	after time.Time // it may be so since then, for the slice was out of sight; zero: it was in sight
}

func (f *fleet) takeSlice(s *discoveryv1.EndpointSlice) {
	now := time.Now()
	fresh := presence{now, f.sliceSight.late(now)}
	before := f.serving[s.Name]
	ready := make(map[string]presence, len(s.Endpoints))
	for i := range s.Endpoints {
		key := endpointKey(&s.Endpoints[i])
		if key == "" || !isReady(&s.Endpoints[i]) {
			continue
		}
		since, known := before[key]
		if !known {
			since = fresh
		}
		ready[key] = since
	}
	f.serving[s.Name] = ready
	for key := range ready {
		if u := f.byKey[key]; u != nil {
			f.tellInService(u)
		}
	}
}

// sentTo is since when a unit may be sent requests, by the first slice or its
// own gate.
func (f *fleet) sentTo(u *unit) (since presence, by string, ok bool) {
	if u.gated {
		return presence{seen: u.gate}, "load balancer target healthy (readiness gate)", u.open
	}
	for _, ready := range f.serving {
		for _, key := range []string{string(u.uid), nameKey(u.name)} {
			if p, there := ready[key]; there && (!ok || p.seen.Before(since.seen)) {
				since, ok = p, true
			}
		}
	}
	return since, "in the endpoints of a service", ok
}

// tellInService tells once that a new unit is in service.
func (f *fleet) tellInService(u *unit) {
	if u.inService || u.told < len(order) || u.left {
		return
	}
	since, by, ok := f.sentTo(u)
	if !ok {
		return
	}
	u.inService = true
	if after := later(since.after, u.at); !since.after.IsZero() && since.seen.Sub(after) > prompt {
		f.tellMissed(timeline.InService, u.name, after, since.seen, by)
		return
	}
	f.tellStage(u, timeline.InService, since.seen, by)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// endpointStream watches the slices of the services that lead to the fleet's
// pods, or where none does yet those of the whole namespace: a slice is sent
// whole whenever one of its hundred endpoints changes, and other fleets' slices
// would cost more than everything else. A service that leads to the pods only
// later on is not seen then.
func (o *Observer) endpointStream() *stream {
	f := o.fleet
	return &stream{
		client: o.cluster.discovery, resource: endpoints, namespace: o.namespace,
		object: &discoveryv1.EndpointSlice{}, list: func() runtime.Object { return &discoveryv1.EndpointSliceList{} },
		store:  &store[*discoveryv1.EndpointSlice]{seen: f.endpointSlice, all: f.endpointSlices, gone: f.endpointSliceGone},
		narrow: o.ownServices, sight: f.sliceSight,
	}
}

// ownServices selects the slices of the services that lead to the fleet's pods,
// when those are known; nil where there are none, or nobody knows.
func (o *Observer) ownServices(ctx context.Context) labels.Selector {
	select {
	case <-o.fleet.listed:
	case <-ctx.Done():
		return nil
	}
	var own []string // the services of the slices that lead to the pods
	list := func() runtime.Object { return &discoveryv1.EndpointSliceList{} }
	err := o.cluster.eachOf(ctx, o.cluster.discovery, o.namespace, endpoints, metav1.ListOptions{}, list, func(object runtime.Object) {
		if s := object.(*discoveryv1.EndpointSlice); o.fleet.leads(s) {
			own = append(own, s.Labels[discoveryv1.LabelServiceName])
		}
	})
	if err != nil {
		return nil // the watch's own list will say
	}
	if len(own) == 0 || slices.Contains(own, "") { // a slice may be of no service
		return nil
	}
	slices.Sort(own)
	only, err := labels.NewRequirement(discoveryv1.LabelServiceName, selection.In, slices.Compact(own))
	if err != nil {
		return nil
	}
	return labels.NewSelector().Add(*only)
}

// leads reports whether a slice names a pod of the fleet, ready or not.
func (f *fleet) leads(s *discoveryv1.EndpointSlice) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.ContainsFunc(s.Endpoints, func(e discoveryv1.Endpoint) bool { return f.byKey[endpointKey(&e)] != nil })
}
