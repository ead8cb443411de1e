package kubeapi

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// podMetrics is a PodMetrics of metrics.k8s.io/v1beta1, which k8s.io/api does not
// have.
type podMetrics struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Timestamp  metav1.Time        `json:"timestamp"`
	Window     metav1.Duration    `json:"window"`
	Containers []containerMetrics `json:"containers"`
}

type containerMetrics struct {
	Name  string              `json:"name"`
	Usage corev1.ResourceList `json:"usage"`
}

// DeepCopyObject makes it an object.
func (m *podMetrics) DeepCopyObject() runtime.Object {
	c := *m
	c.ObjectMeta = *m.ObjectMeta.DeepCopy()
	c.Containers = nil
	for _, one := range m.Containers {
		c.Containers = append(c.Containers, containerMetrics{one.Name, one.Usage.DeepCopy()})
	}
	return &c
}

// podUsage are the pods as they were measured last. A pod that was not ready for
// the whole window is not measured yet.
func podUsage(s world.State) []object {
	if s.Usage == nil {
		return nil
	}
	r := newRenderer(s, newMemory(settingOf(s.Config)))
	request := r.request()
	var all []object
	for _, u := range s.Usage.Pods {
		meta := metav1.ObjectMeta{Name: u.Name, Namespace: r.namespace, Labels: r.podLabels(), CreationTimestamp: metav1.NewTime(s.Now)}
		cores := u.Share * cmp.Or(s.Config.Pods.CPULimit, 1) * request.Cpu().AsApproximateFloat64()
		all = append(all, &podMetrics{
			TypeMeta: typeMeta("metrics.k8s.io/v1beta1", "PodMetrics"), ObjectMeta: meta,
			Timestamp: metav1.NewTime(s.Usage.At), Window: metav1.Duration{Duration: s.Usage.Window},
			Containers: []containerMetrics{{Name: world.Container, Usage: corev1.ResourceList{
				corev1.ResourceCPU: *quantity(cores), corev1.ResourceMemory: halfOf(request[corev1.ResourceMemory]),
			}}},
		})
	}
	return all
}

var podMetricsColumns = []column{
	nameColumn,
	text("CPU", func(m *podMetrics) string { return m.Containers[0].Usage.Cpu().String() }),
	text("Memory", func(m *podMetrics) string { return m.Containers[0].Usage.Memory().String() }),
	text("Window", func(m *podMetrics) string { return m.Window.Duration.String() }),
}
