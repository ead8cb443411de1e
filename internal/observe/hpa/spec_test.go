package hpa

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// metricsOfEveryKind are those of an autoscaler that looks at all there can be.
func metricsOfEveryKind() []autoscalingv2.MetricSpec {
	amount := func(text string) *resource.Quantity { return new(resource.MustParse(text)) }
	ratio := autoscalingv2.MetricTarget{Type: autoscalingv2.UtilizationMetricType, AverageUtilization: new(int32(65))}
	average := func(text string) autoscalingv2.MetricTarget {
		return autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: amount(text)}
	}
	value := func(text string) autoscalingv2.MetricTarget {
		return autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: amount(text)}
	}
	named := func(name string) autoscalingv2.MetricIdentifier { return autoscalingv2.MetricIdentifier{Name: name} }
	shop := autoscalingv2.CrossVersionObjectReference{Kind: "Ingress", Name: "shop"}
	return []autoscalingv2.MetricSpec{
		{Resource: &autoscalingv2.ResourceMetricSource{Name: corev1.ResourceCPU, Target: ratio}},
		{ContainerResource: &autoscalingv2.ContainerResourceMetricSource{Name: corev1.ResourceCPU, Container: "app", Target: ratio}},
		{Resource: &autoscalingv2.ResourceMetricSource{Name: corev1.ResourceMemory, Target: average("1Gi")}},
		{Pods: &autoscalingv2.PodsMetricSource{Metric: named("requests"), Target: average("12500m")}},
		{External: &autoscalingv2.ExternalMetricSource{Metric: named("queue"), Target: average("30")}},
		{External: &autoscalingv2.ExternalMetricSource{Metric: named("lag"), Target: value("2")}},
		{Object: &autoscalingv2.ObjectMetricSource{Metric: named("hits"), DescribedObject: shop, Target: average("100")}},
		{Object: &autoscalingv2.ObjectMetricSource{Metric: named("queue"), DescribedObject: shop, Target: value("5k")}},
		{Type: "Weather"},
		{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricSource{Metric: named("void")}},
	}
}

func TestSpecOf(t *testing.T) {
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Spec.MinReplicas, h.Spec.MaxReplicas, h.Spec.Metrics = new(int32(2)), 40, metricsOfEveryKind()
	up := direction(0, "Min", policy(percent, 50, 30), policy(pods, 10, 60))
	up.Tolerance = new(resource.MustParse("50m"))
	h.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: up}
	want := &autoscale.HPASpec{
		HPA: autoscale.HPA{Min: 2, Max: 40, Behavior: &autoscale.Behavior{ScaleUp: &autoscale.Rules{
			Stabilization: new(time.Duration), Select: autoscale.SelectMin, Tolerance: new(0.05),
			Policies: []autoscale.Policy{{Type: autoscale.Percent, Value: 50, Period: 30 * time.Second}, {Type: autoscale.Pods, Value: 10, Period: time.Minute}},
		}}},
		Metrics: []autoscale.MetricSpec{
			{Name: "cpu", Kind: autoscale.OfRequest, Target: 0.65},
			{Name: "cpu/app", Kind: autoscale.OfRequest, Target: 0.65},
			{Name: "memory", Kind: autoscale.OfPod, Target: 1 << 30},
			{Name: "requests", Kind: autoscale.OfPod, Target: 12.5},
			{Name: "queue", Kind: autoscale.OfTotal, Target: 30},
			{Name: "lag", Kind: autoscale.OfValue, Target: 2},
			{Name: "hits", Kind: autoscale.OfTotal, Target: 100},
			{Name: "queue of Ingress/shop", Kind: autoscale.OfValue, Target: 5000},
		},
		Unread: []string{
			"metric without a name of type Weather: onair does not know what it is held to",
			"metric void of type Pods: onair does not know what it is held to",
		},
	}
	got := specOf(h)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("specOf(…) differs (-want +got):\n%s", diff)
	}
	text, err := autoscale.Spec{HPA: got}.Text()
	if err != nil {
		t.Fatal(err)
	}
	read, err := autoscale.ParseSpec(text)
	if diff := cmp.Diff(autoscale.Spec{HPA: want}, read, cmpopts.EquateEmpty()); diff != "" || err != nil {
		t.Errorf("ParseSpec(%s) = %v; differs from what is set (-want +got):\n%s", text, err, diff)
	}
	for _, m := range got.Metrics {
		if limit, ok := targets(h.Spec.Metrics)[m.Name]; !ok || limit != m.Target {
			t.Errorf("reading %s%s = %v, %v; want what the spec says, %v", timeline.TargetOf, m.Name, limit, ok, m.Target)
		}
	}
}

// How it scales is told at the start and when that becomes another, and not again
// with every other change, nor after an outage.
func TestSpecIsTold(t *testing.T) {
	f, told := newTestFleet()
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Spec.MaxReplicas = 8
	see := func(change func()) {
		now := h.DeepCopy()
		h = now
		change()
		f.autoscaler(now)
	}
	see(func() {})
	see(func() { h.Status.DesiredReplicas = 3 })
	see(func() { h.Spec.MaxReplicas = 9 })
	f.begin(f.rec, f.ref, f.fail)
	see(func() {})
	see(func() { h.Spec.MinReplicas = new(int32(4)) })
	see(func() { h.Spec.Metrics = metricsOfEveryKind()[:1] })
	see(func() { h.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: direction(30, "")} })
	limits := func(least, most int, rest string) string {
		return fmt.Sprintf(`{"hpa":{"min":%d,"max":%d,%s}}`, least, most, rest)
	}
	const cpu = `"metrics":[{"name":"cpu","kind":"utilisation","target":0.65}]`
	want := []string{
		limits(1, 8, `"metrics":[]`), limits(1, 9, `"metrics":[]`), limits(4, 9, `"metrics":[]`), limits(4, 9, cpu),
		limits(4, 9, `"behavior":{"up":{"stabilization":30}},`+cpu),
	}
	if diff := cmp.Diff(want, told.specs); diff != "" {
		t.Errorf("specs told (-want +got):\n%s", diff)
	}
}
