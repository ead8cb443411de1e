package kubeapi

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	"k8s.io/apimachinery/pkg/labels"
)

// scaleOf is a Deployment as autoscalers see it.
func scaleOf(o object) object {
	d, ok := o.(*appsv1.Deployment)
	if !ok {
		return o
	}
	meta := d.ObjectMeta
	meta.Labels, meta.Generation = nil, 0
	return &autoscalingv1.Scale{
		TypeMeta: typeMeta("autoscaling/v1", "Scale"), ObjectMeta: meta,
		Spec: autoscalingv1.ScaleSpec{Replicas: *d.Spec.Replicas},
		Status: autoscalingv1.ScaleStatus{
			Replicas: d.Status.Replicas, Selector: labels.SelectorFromSet(d.Spec.Selector.MatchLabels).String(),
		},
	}
}

var scaleColumns = []column{
	nameColumn,
	number("Desired", func(d *appsv1.Deployment) int32 { return *d.Spec.Replicas }),
	number("Available", func(d *appsv1.Deployment) int32 { return d.Status.Replicas }),
	ageColumn,
}
