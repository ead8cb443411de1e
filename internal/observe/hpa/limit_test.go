package hpa

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// container has a request and a limit of cpu; empty: none.
func container(name, request, limit string) corev1.Container {
	c := corev1.Container{Name: name, Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{}, Limits: corev1.ResourceList{}}}
	if request != "" {
		c.Resources.Requests[corev1.ResourceCPU] = resource.MustParse(request)
	}
	if limit != "" {
		c.Resources.Limits[corev1.ResourceCPU] = resource.MustParse(limit)
	}
	return c
}

func TestLimitOf(t *testing.T) {
	always := corev1.ContainerRestartPolicyAlways
	sidecar := container("proxy", "100m", "1")
	sidecar.RestartPolicy = &always
	for _, c := range []struct {
		name      string
		spec      corev1.PodSpec
		container string
		want      float64
		ok        bool
	}{
		{"limit = request", corev1.PodSpec{Containers: []corev1.Container{container("app", "500m", "500m")}}, "", 1, true},
		{"sums, not a mean of ratios", corev1.PodSpec{Containers: []corev1.Container{container("app", "400m", "600m"), container("log", "100m", "400m")}}, "", 2, true},
		{"one container of them", corev1.PodSpec{Containers: []corev1.Container{container("app", "400m", "600m"), container("log", "100m", "")}}, "app", 1.5, true},
		{"a sidecar counts", corev1.PodSpec{Containers: []corev1.Container{container("app", "400m", "500m")}, InitContainers: []corev1.Container{sidecar}}, "", 3, true},
		{"what ends before does not", corev1.PodSpec{Containers: []corev1.Container{container("app", "1", "2")}, InitContainers: []corev1.Container{container("init", "", "")}}, "", 2, true},
		{"one without a limit", corev1.PodSpec{Containers: []corev1.Container{container("app", "400m", "600m"), container("log", "100m", "")}}, "", 0, false},
		{"one without a request", corev1.PodSpec{Containers: []corev1.Container{container("app", "", "600m")}}, "", 0, false},
		{"requests of nothing", corev1.PodSpec{Containers: []corev1.Container{container("app", "0", "600m")}}, "", 0, false},
		{"no such container", corev1.PodSpec{Containers: []corev1.Container{container("app", "1", "2")}}, "web", 0, false},
		{"of the pod as a whole", corev1.PodSpec{Containers: []corev1.Container{container("app", "1", "2")}, Resources: &corev1.ResourceRequirements{}}, "", 0, false},
	} {
		got, ok := limitOf(&c.spec, corev1.ResourceCPU, c.container)
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%s: limitOf(…, cpu, %q) = %v, %v; want %v, %v", c.name, c.container, got, ok, c.want, c.ok)
		}
	}
}

func TestTargetsAndLimitsAreTold(t *testing.T) {
	f, told := newTestFleet()
	pod := fullPod()
	pod.Spec.Containers = []corev1.Container{container("app", "250m", "500m"), container("log", "250m", "250m")}
	f.pod(pod)
	if got := told.values("limit/cpu"); got != nil {
		t.Errorf("limit/cpu before the autoscaler is known = %v; want none", got)
	}
	seventy, half := int32(70), resource.MustParse("500m")
	scaler := &autoscalingv2.HorizontalPodAutoscaler{}
	scaler.Spec.Metrics = []autoscalingv2.MetricSpec{
		{Resource: &autoscalingv2.ResourceMetricSource{Name: "cpu", Target: autoscalingv2.MetricTarget{AverageUtilization: &seventy}}},
		{ContainerResource: &autoscalingv2.ContainerResourceMetricSource{Name: "cpu", Container: "app", Target: autoscalingv2.MetricTarget{AverageUtilization: &seventy}}},
		{Resource: &autoscalingv2.ResourceMetricSource{Name: "memory", Target: autoscalingv2.MetricTarget{AverageValue: &half}}},
		{Pods: &autoscalingv2.PodsMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "requests"}, Target: autoscalingv2.MetricTarget{AverageValue: &half}}},
	}
	f.autoscaler(scaler)
	f.autoscaler(scaler) // told once
	changed := scaler.DeepCopy()
	fifty := int32(50)
	changed.Spec.Metrics[0].Resource.Target.AverageUtilization = &fifty
	f.autoscaler(changed)
	later := pod.DeepCopy() // a new template
	later.UID, later.Name, later.CreationTimestamp = "uid-d", "d", stamp(20)
	later.Spec.Containers = []corev1.Container{container("app", "250m", "1250m"), container("log", "250m", "250m")}
	f.pod(later)
	f.pod(pod) // an older pod says nothing of the newest
	for name, want := range map[string][]float64{
		"target/cpu": {0.7, 0.5}, "target/cpu/app": {0.7}, "target/memory": {0.5}, "target/requests": {0.5},
		"limit/cpu": {1.5, 3}, "limit/cpu/app": {2, 5}, "limit/memory": nil, "limit/requests": nil,
	} {
		if got := told.values(name); !cmp.Equal(got, want) {
			t.Errorf("%s = %v; want %v", name, got, want)
		}
	}
}

// What the autoscaler saw is told before what it wants because of it.
func TestMetricIsToldBeforeDesired(t *testing.T) {
	f, told := newTestFleet()
	used := int32(90)
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Status.DesiredReplicas = 5
	h.Status.CurrentMetrics = []autoscalingv2.MetricStatus{
		{Resource: &autoscalingv2.ResourceMetricStatus{Name: "cpu", Current: autoscalingv2.MetricValueStatus{AverageUtilization: &used}}},
	}
	f.autoscaler(h)
	var names []string
	for _, r := range told.readings {
		if r.Name == "desired" || r.Name == "metric/cpu" {
			names = append(names, r.Name)
		}
	}
	if want := []string{"metric/cpu", "desired"}; !cmp.Equal(names, want) {
		t.Errorf("readings in their order = %v; want %v", names, want)
	}
}
