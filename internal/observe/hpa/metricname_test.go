package hpa

import (
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Metrics of one name are readings of their own, and do not change each other.
func TestMetricsOfOneName(t *testing.T) {
	value := func(n int64) *resource.Quantity { return resource.NewQuantity(n, resource.DecimalSI) }
	queue := func(name string) autoscalingv2.MetricIdentifier {
		return autoscalingv2.MetricIdentifier{Name: "queue", Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"name": name}}}
	}
	alone := queue("only")
	alone.Name = "lag"
	shop := autoscalingv2.CrossVersionObjectReference{Kind: "Ingress", Name: "shop"}
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	external := func(m autoscalingv2.MetricIdentifier, now, target int64) {
		h.Spec.Metrics = append(h.Spec.Metrics, autoscalingv2.MetricSpec{
			External: &autoscalingv2.ExternalMetricSource{Metric: m, Target: autoscalingv2.MetricTarget{Value: value(target)}}})
		h.Status.CurrentMetrics = append(h.Status.CurrentMetrics, autoscalingv2.MetricStatus{
			External: &autoscalingv2.ExternalMetricStatus{Metric: m, Current: autoscalingv2.MetricValueStatus{Value: value(now)}}})
	}
	external(queue("orders"), 7, 10)
	external(queue("mails"), 80, 100)
	external(alone, 3, 30)
	named := autoscalingv2.MetricIdentifier{Name: "queue"}
	h.Spec.Metrics = append(h.Spec.Metrics, autoscalingv2.MetricSpec{
		Object: &autoscalingv2.ObjectMetricSource{Metric: named, DescribedObject: shop, Target: autoscalingv2.MetricTarget{Value: value(5)}}})
	h.Status.CurrentMetrics = append(h.Status.CurrentMetrics, autoscalingv2.MetricStatus{
		Object: &autoscalingv2.ObjectMetricStatus{Metric: named, DescribedObject: shop, Current: autoscalingv2.MetricValueStatus{Value: value(4)}}})

	f, told := newTestFleet()
	f.ref = h.Spec.ScaleTargetRef
	for range 2 {
		f.autoscaler(h)
	}
	got := map[string][]float64{}
	for _, name := range []string{"queue{name=orders}", "queue{name=mails}", "lag", "queue of Ingress/shop", "queue"} {
		got[name] = append(told.values(timeline.MetricOf+name), told.values(timeline.TargetOf+name)...)
	}
	want := map[string][]float64{
		"queue{name=orders}": {7, 10}, "queue{name=mails}": {80, 100}, "lag": {3, 30}, "queue of Ingress/shop": {4, 5}, "queue": nil,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("values and targets read twice (-want +got):\n%s", diff)
	}
	shared := sharedNames(h.Spec.Metrics)
	var names []string
	for _, s := range h.Spec.Metrics {
		names = append(names, nameOf(s, shared))
	}
	slices.Sort(names)
	if of := slices.Sorted(maps.Keys(targets(h.Spec.Metrics))); !cmp.Equal(names, of) {
		t.Errorf("checks name %q; want what readings are called, %q", names, of)
	}
}
