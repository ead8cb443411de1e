package hpa

import (
	"fmt"
	"strconv"
	"strings"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
)

// metric is the present value of one metric an autoscaler looks at.
type metric struct {
	name  string
	value float64 // a ratio where the autoscaler thinks in utilisation, else in the metric's own unit
}

// metrics reads the metrics of a status in their order; one without a value is
// left out. Those whose name is shared are told apart.
func metrics(all []autoscalingv2.MetricStatus, shared map[string]bool) []metric {
	var found []metric
	for _, s := range all {
		name, current := "", autoscalingv2.MetricValueStatus{}
		switch {
		case s.Resource != nil:
			name, current = string(s.Resource.Name), s.Resource.Current
		case s.ContainerResource != nil:
			name, current = string(s.ContainerResource.Name)+"/"+s.ContainerResource.Container, s.ContainerResource.Current
		case s.Pods != nil:
			name, current = nameIn(shared, s.Pods.Metric, ""), s.Pods.Current
		case s.Object != nil:
			name, current = nameIn(shared, s.Object.Metric, objectText(s.Object.DescribedObject)), s.Object.Current
		case s.External != nil:
			name, current = nameIn(shared, s.External.Metric, ""), s.External.Current
		}
		if value, ok := valueOf(current); ok && name != "" {
			found = append(found, metric{name, value})
		}
	}
	return found
}

// currentMetrics are the present values of an autoscaler's metrics.
func currentMetrics(h *autoscalingv2.HorizontalPodAutoscaler) []metric {
	return metrics(h.Status.CurrentMetrics, sharedNames(h.Spec.Metrics))
}

// valueOf takes what the autoscaler compares with its target: utilisation
// first, then the average of the units, then the whole.
func valueOf(v autoscalingv2.MetricValueStatus) (float64, bool) {
	switch {
	case v.AverageUtilization != nil:
		return float64(*v.AverageUtilization) / 100, true
	case v.AverageValue != nil:
		return number(*v.AverageValue), true
	case v.Value != nil:
		return number(*v.Value), true
	}
	return 0, false
}

// number is the float64 nearest to a quantity; the library's own conversion
// multiplies, which would tell 12.498 as 12.498000000000001.
func number(q resource.Quantity) float64 {
	v, err := strconv.ParseFloat(q.AsDec().String(), 64)
	if err != nil {
		return q.AsApproximateFloat64()
	}
	return v
}

// targets are the values that the autoscaler holds its metrics to, by name.
func targets(specs []autoscalingv2.MetricSpec) map[string]float64 {
	as := func(t autoscalingv2.MetricTarget) autoscalingv2.MetricValueStatus {
		return autoscalingv2.MetricValueStatus{AverageUtilization: t.AverageUtilization, AverageValue: t.AverageValue, Value: t.Value}
	}
	var all []autoscalingv2.MetricStatus
	for _, s := range specs {
		var m autoscalingv2.MetricStatus
		switch {
		case s.Resource != nil:
			m.Resource = &autoscalingv2.ResourceMetricStatus{Name: s.Resource.Name, Current: as(s.Resource.Target)}
		case s.ContainerResource != nil:
			m.ContainerResource = &autoscalingv2.ContainerResourceMetricStatus{
				Name: s.ContainerResource.Name, Container: s.ContainerResource.Container, Current: as(s.ContainerResource.Target)}
		case s.Pods != nil:
			m.Pods = &autoscalingv2.PodsMetricStatus{Metric: s.Pods.Metric, Current: as(s.Pods.Target)}
		case s.Object != nil:
			m.Object = &autoscalingv2.ObjectMetricStatus{Metric: s.Object.Metric, DescribedObject: s.Object.DescribedObject, Current: as(s.Object.Target)}
		case s.External != nil:
			m.External = &autoscalingv2.ExternalMetricStatus{Metric: s.External.Metric, Current: as(s.External.Target)}
		}
		all = append(all, m)
	}
	found := map[string]float64{}
	for _, m := range metrics(all, sharedNames(specs)) {
		found[m.name] = m.value
	}
	return found
}

// metricsText says each metric's value beside its target.
func metricsText(h *autoscalingv2.HorizontalPodAutoscaler) string {
	limits := targets(h.Spec.Metrics)
	var all []string
	for _, m := range currentMetrics(h) {
		text := m.name + " " + short(m.value)
		if limit, ok := limits[m.name]; ok {
			text += fmt.Sprintf(" for a target of %s", short(limit))
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

func short(v float64) string { return strconv.FormatFloat(v, 'g', 4, 64) }
