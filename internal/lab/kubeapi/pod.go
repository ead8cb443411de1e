package kubeapi

import (
	"cmp"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

const (
	containerImage = "onair/lab"
	gracePeriod    = 30 * time.Second
)

// podSpec is the spec of every pod: one container that may use more CPU than it
// requests, by the configured limit.
func (r *renderer) podSpec(node string) corev1.PodSpec {
	request := r.request()
	limit := cmp.Or(r.cpuLimit, 1) * request.Cpu().AsApproximateFloat64()
	return corev1.PodSpec{NodeName: node, Containers: []corev1.Container{{
		Name: world.Container, Image: containerImage,
		Ports: []corev1.ContainerPort{{Name: "http", ContainerPort: containerPort, Protocol: corev1.ProtocolTCP}},
		Resources: corev1.ResourceRequirements{
			Requests: request,
			Limits:   corev1.ResourceList{corev1.ResourceCPU: *quantity(limit), corev1.ResourceMemory: request[corev1.ResourceMemory]},
		},
	}}}
}

func (r *renderer) pod(p world.Pod) object {
	meta := r.meta("Pod", p.Name, p.Created)
	meta.UID = types.UID(p.UID)
	meta.Labels = r.podLabels()
	meta.OwnerReferences = r.owned("ReplicaSet", r.replicaSetName())
	node := ""
	if !p.Scheduled.IsZero() {
		node = nodeOf(p)
	}
	if !p.Deleted.IsZero() {
		// The API states the end of the grace that deletion begins.
		grace := int64(gracePeriod.Seconds())
		meta.DeletionGracePeriodSeconds = &grace
		meta.DeletionTimestamp = &metav1.Time{Time: p.Deleted.Add(gracePeriod)}
	}
	pod := &corev1.Pod{
		TypeMeta:   typeMeta("v1", "Pod"),
		ObjectMeta: meta,
		Spec:       r.podSpec(node),
		Status:     corev1.PodStatus{Phase: corev1.PodPending, Conditions: podConditions(p)},
	}
	if node != "" {
		pod.Status.StartTime = &metav1.Time{Time: p.Scheduled}
		pod.Status.ContainerStatuses = []corev1.ContainerStatus{r.containerStatus(p)}
	}
	if !p.Running.IsZero() {
		pod.Status.Phase = corev1.PodRunning
		pod.Status.PodIP = p.IP
		if p.IP != "" {
			pod.Status.PodIPs = []corev1.PodIP{{IP: p.IP}}
		}
	}
	return pod
}

// nodeOf is the node that a scheduled pod is on.
func nodeOf(p world.Pod) string { return cmp.Or(p.Node, p.Instance, world.LoneNode) }

func (r *renderer) containerStatus(p world.Pod) corev1.ContainerStatus {
	runs := !p.Running.IsZero() && !p.BacksOff()
	c := corev1.ContainerStatus{
		Name: world.Container, Image: containerImage, Ready: !p.Ready.IsZero(), Started: &runs, RestartCount: int32(p.Restarts),
	}
	switch {
	case p.BacksOff():
		c.State.Waiting = &corev1.ContainerStateWaiting{Reason: "CrashLoopBackOff", Message: fmt.Sprintf(
			"back-off %v restarting failed container=%s pod=%s_%s(%s)", p.Failed.Wait, world.Container, p.Name, r.namespace, p.UID)}
	case runs:
		c.State.Running = &corev1.ContainerStateRunning{StartedAt: metav1.NewTime(p.Running)}
	default:
		c.State.Waiting = &corev1.ContainerStateWaiting{Reason: "ContainerCreating"}
	}
	if !p.Failed.Exited.IsZero() {
		c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{
			ExitCode: 1, Reason: "Error", StartedAt: metav1.NewTime(p.Failed.Started), FinishedAt: metav1.NewTime(p.Failed.Exited),
		}
	}
	return c
}

// podConditions tell a pod's life as the kubelet and the scheduler do: who is
// not scheduled has at most the scheduler's word.
func podConditions(p world.Pod) []corev1.PodCondition {
	if p.Scheduled.IsZero() {
		if p.Unschedulable.IsZero() {
			return nil
		}
		return []corev1.PodCondition{{
			Type: corev1.PodScheduled, Status: corev1.ConditionFalse, Reason: corev1.PodReasonUnschedulable,
			Message: "no node has room for this pod", LastTransitionTime: metav1.NewTime(p.Unschedulable),
		}}
	}
	unready := p.Scheduled
	if !p.Crashed.IsZero() {
		unready = p.Crashed
	}
	return []corev1.PodCondition{
		holds(corev1.PodInitialized, p.Scheduled, p.Scheduled),
		holds(corev1.PodReady, p.Ready, unready),
		holds(corev1.ContainersReady, p.Ready, unready),
		holds(corev1.PodScheduled, p.Scheduled, p.Scheduled),
	}
}

// holds is a condition true since an instant, or where that is zero, false
// since another.
func holds(kind corev1.PodConditionType, since, otherwise time.Time) corev1.PodCondition {
	if since.IsZero() {
		return corev1.PodCondition{
			Type: kind, Status: corev1.ConditionFalse, Reason: "ContainersNotReady",
			Message: "containers with unready status: [" + world.Container + "]", LastTransitionTime: metav1.NewTime(otherwise),
		}
	}
	return corev1.PodCondition{Type: kind, Status: corev1.ConditionTrue, LastTransitionTime: metav1.NewTime(since)}
}
