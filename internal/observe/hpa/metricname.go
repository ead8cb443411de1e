package hpa

import (
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// A metric is told under its own name. An autoscaler may look at several of one
// name, as at the lengths of two queues, which differ by their selectors or by
// the objects that they are of:
//
//	queue{name=orders}   queue{name=mails}   requests of Ingress/shop

// sharedNames are the names that more than one metric of an autoscaler has.
func sharedNames(specs []autoscalingv2.MetricSpec) map[string]bool {
	times := map[string]int{}
	for _, s := range specs {
		times[nameOf(s, nil)]++
	}
	shared := map[string]bool{}
	for name, n := range times {
		shared[name] = n > 1
	}
	return shared
}

// nameIn is the name of a metric among others, whose shared names do not tell
// which one is meant; of is the object that it is of, if any.
func nameIn(shared map[string]bool, m autoscalingv2.MetricIdentifier, of string) string {
	if !shared[m.Name] {
		return m.Name
	}
	name := m.Name
	if m.Selector != nil {
		if text := metav1.FormatLabelSelector(m.Selector); text != "<none>" {
			name += "{" + text + "}"
		}
	}
	if of != "" {
		name += " of " + of
	}
	return name
}

func objectText(o autoscalingv2.CrossVersionObjectReference) string { return o.Kind + "/" + o.Name }

// nameOf is the name under which metrics tells the metric of a specification;
// empty: it is of no known type.
func nameOf(s autoscalingv2.MetricSpec, shared map[string]bool) string {
	switch {
	case s.Resource != nil:
		return string(s.Resource.Name)
	case s.ContainerResource != nil:
		return string(s.ContainerResource.Name) + "/" + s.ContainerResource.Container
	case s.Pods != nil:
		return nameIn(shared, s.Pods.Metric, "")
	case s.Object != nil:
		return nameIn(shared, s.Object.Metric, objectText(s.Object.DescribedObject))
	case s.External != nil:
		return nameIn(shared, s.External.Metric, "")
	}
	return ""
}
