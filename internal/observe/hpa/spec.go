package hpa

import (
	"cmp"
	"fmt"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// tellSpec tells how the autoscaler scales where that is new, so that it can be
// played again.
func (f *fleet) tellSpec(h *autoscalingv2.HorizontalPodAutoscaler) {
	text, err := autoscale.Spec{HPA: specOf(h)}.Text()
	if err != nil {
		f.rec.Warn("how it scales is not kept: " + err.Error())
		return
	}
	if text != f.spec {
		f.spec = text
		f.rec.Scales(time.Time{}, text)
	}
}

// specOf is an autoscaler in the terms of the algorithm.
func specOf(h *autoscalingv2.HorizontalPodAutoscaler) *autoscale.HPASpec {
	spec := &autoscale.HPASpec{HPA: autoscale.HPA{
		Min: int(leastOf(h)), Max: int(h.Spec.MaxReplicas), Behavior: behaviorOf(h),
	}}
	shared := sharedNames(h.Spec.Metrics)
	for _, s := range h.Spec.Metrics {
		m := autoscale.MetricSpec{Name: nameOf(s, shared)}
		var ok bool
		if m.Kind, m.Target, ok = heldTo(s); ok {
			spec.Metrics = append(spec.Metrics, m)
			continue
		}
		spec.Unread = append(spec.Unread, fmt.Sprintf("metric %s of type %s: onair does not know what it is held to", cmp.Or(m.Name, "without a name"), s.Type))
	}
	return spec
}

// heldTo is the target of a metric and what that is held against.
func heldTo(s autoscalingv2.MetricSpec) (kind string, target float64, ok bool) {
	var t autoscalingv2.MetricTarget
	average := autoscale.OfPod
	switch {
	case s.Resource != nil:
		t = s.Resource.Target
	case s.ContainerResource != nil:
		t = s.ContainerResource.Target
	case s.Pods != nil:
		t = s.Pods.Target
	case s.Object != nil:
		t, average = s.Object.Target, autoscale.OfTotal
	case s.External != nil:
		t, average = s.External.Target, autoscale.OfTotal
	}
	target, ok = valueOf(autoscalingv2.MetricValueStatus{AverageUtilization: t.AverageUtilization, AverageValue: t.AverageValue, Value: t.Value})
	switch {
	case t.AverageUtilization != nil:
		kind = autoscale.OfRequest
	case t.AverageValue != nil:
		kind = average
	case t.Value != nil:
		kind = autoscale.OfValue
	}
	return kind, target, ok
}
