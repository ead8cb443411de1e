package kubeapi

import (
	"cmp"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// nodes are the instances in service, or one for all where there are none.
func (r *renderer) nodes() {
	if r.Group == nil {
		r.add("nodes", r.node(world.Instance{ID: world.LoneNode, InService: r.Deployment.Created}))
		return
	}
	for _, i := range r.Group.Instances {
		if i.Lifecycle == "InService" {
			r.add("nodes", r.node(i))
		}
	}
}

func (r *renderer) node(i world.Instance) object {
	name := cmp.Or(i.Host, i.ID)
	meta := r.meta("Node", name, i.InService)
	meta.Namespace = ""
	meta.Labels = map[string]string{corev1.LabelHostname: name}
	n := &corev1.Node{TypeMeta: typeMeta("v1", "Node"), Status: corev1.NodeStatus{
		NodeInfo:   corev1.NodeSystemInfo{KubeletVersion: "v1.34.0+onair"},
		Conditions: []corev1.NodeCondition{nodeReady(i.InService)},
	}}
	if i.Zone != "" {
		meta.Labels[corev1.LabelTopologyZone] = i.Zone
		n.Spec.ProviderID = "aws:///" + i.Zone + "/" + i.ID
	}
	if i.Type != "" {
		meta.Labels[corev1.LabelInstanceTypeStable] = i.Type
	}
	n.ObjectMeta = meta
	return n
}

func nodeReady(since time.Time) corev1.NodeCondition {
	return corev1.NodeCondition{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastTransitionTime: metav1.NewTime(since),
	}
}
