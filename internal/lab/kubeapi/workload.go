package kubeapi

import (
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

func (r *renderer) replicaSetName() string { return r.workload + "-" + world.TemplateHash }

func (r *renderer) podLabels() map[string]string {
	return map[string]string{"app": r.workload, appsv1.DefaultDeploymentUniqueLabelKey: world.TemplateHash}
}

func (r *renderer) deployment() object {
	now := r.Deployment
	meta := r.meta("Deployment", r.workload, now.Created)
	meta.Labels, meta.Generation = r.labels(), now.Generation
	desired := int32(now.Desired)
	return &appsv1.Deployment{
		TypeMeta:   typeMeta("apps/v1", "Deployment"),
		ObjectMeta: meta,
		Spec: appsv1.DeploymentSpec{
			Replicas: &desired,
			Selector: &metav1.LabelSelector{MatchLabels: r.labels()},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: r.labels()}, Spec: r.podSpec("")},
		},
		Status: appsv1.DeploymentStatus{
			ObservedGeneration: now.Generation, Replicas: int32(now.Total), UpdatedReplicas: int32(now.Total),
			ReadyReplicas: int32(now.Ready), AvailableReplicas: int32(now.Ready),
			UnavailableReplicas: int32(max(now.Desired-now.Ready, 0)),
		},
	}
}

func (r *renderer) replicaSet() object {
	now := r.Deployment
	meta := r.meta("ReplicaSet", r.replicaSetName(), now.Created)
	meta.Labels, meta.Generation = r.podLabels(), now.Generation
	meta.OwnerReferences = r.owned("Deployment", r.workload)
	desired := int32(now.Desired)
	return &appsv1.ReplicaSet{
		TypeMeta:   typeMeta("apps/v1", "ReplicaSet"),
		ObjectMeta: meta,
		Spec: appsv1.ReplicaSetSpec{
			Replicas: &desired,
			Selector: &metav1.LabelSelector{MatchLabels: r.podLabels()},
			Template: corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: r.podLabels()}, Spec: r.podSpec("")},
		},
		Status: appsv1.ReplicaSetStatus{
			ObservedGeneration: now.Generation, Replicas: int32(now.Total), FullyLabeledReplicas: int32(now.Total),
			ReadyReplicas: int32(now.Ready), AvailableReplicas: int32(now.Ready),
		},
	}
}
