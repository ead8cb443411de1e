package hpa

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// slim takes off a pod all that nobody here reads, which is most of it: a list
// of thousands is in memory at once.
func slim(object runtime.Object) {
	p, ok := object.(*corev1.Pod)
	if !ok {
		return
	}
	m := p.ObjectMeta
	p.ObjectMeta = metav1.ObjectMeta{
		Name: m.Name, Namespace: m.Namespace, UID: m.UID, ResourceVersion: m.ResourceVersion, CreationTimestamp: m.CreationTimestamp,
		DeletionTimestamp: m.DeletionTimestamp, DeletionGracePeriodSeconds: m.DeletionGracePeriodSeconds,
	}
	s := p.Spec
	p.Spec = corev1.PodSpec{
		NodeName: s.NodeName, Containers: sizes(s.Containers), InitContainers: sizes(s.InitContainers), Resources: s.Resources,
		Overhead: s.Overhead, NodeSelector: s.NodeSelector, Tolerations: s.Tolerations, ReadinessGates: s.ReadinessGates,
		PriorityClassName: s.PriorityClassName, ActiveDeadlineSeconds: s.ActiveDeadlineSeconds,
	}
	p.Status = corev1.PodStatus{
		Phase: p.Status.Phase, PodIP: p.Status.PodIP, PodIPs: p.Status.PodIPs, Conditions: bare(p.Status.Conditions), ContainerStatuses: states(p.Status.ContainerStatuses),
	}
}

func sizes(all []corev1.Container) []corev1.Container {
	var kept []corev1.Container
	for _, c := range all {
		kept = append(kept, corev1.Container{Name: c.Name, Resources: c.Resources, RestartPolicy: c.RestartPolicy})
	}
	return kept
}

func bare(all []corev1.PodCondition) []corev1.PodCondition {
	for i, c := range all {
		all[i] = corev1.PodCondition{Type: c.Type, Status: c.Status, LastTransitionTime: c.LastTransitionTime}
	}
	return all
}

func states(all []corev1.ContainerStatus) []corev1.ContainerStatus {
	for i, c := range all {
		all[i] = corev1.ContainerStatus{Name: c.Name, State: c.State, RestartCount: c.RestartCount, LastTerminationState: c.LastTerminationState}
	}
	return all
}
