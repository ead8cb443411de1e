package kubeapi

import (
	"cmp"
	"time"

	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
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
			r.entries = append(r.entries, r.memory.nodes.entry(i.ID, i, func() entry { return newEntry("nodes", r.node(i)) }))
		}
	}
}

func (r *renderer) node(i world.Instance) object {
	name := cmp.Or(i.Host, i.ID)
	meta := r.meta("Node", name, i.InService)
	meta.Namespace = ""
	meta.Labels = map[string]string{corev1.LabelHostname: name}
	capacity := r.capacity()
	n := &corev1.Node{TypeMeta: typeMeta("v1", "Node"), Status: corev1.NodeStatus{
		Capacity: capacity, Allocatable: capacity,
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

// plenty is room for more pods than any staging has.
const plenty = 100_000

// capacity is what a node has for pods: no share of it is reserved.
func (r *renderer) capacity() corev1.ResourceList {
	cores, memory, pods := world.InstanceVCPUs, int64(world.InstanceMemory), r.podsPerNode
	if pods == 0 {
		cores, memory, pods = plenty, plenty*loneMemory, plenty
	}
	return corev1.ResourceList{corev1.ResourceCPU: whole(cores), corev1.ResourceMemory: bytesOf(memory), corev1.ResourcePods: whole(pods)}
}

// loneMemory is what a pod requests where there are no instances to share.
const loneMemory = 1 << 30

// request is what a pod asks for: its share of an instance, so that as many fit as
// the configuration says and no more.
func (r *renderer) request() corev1.ResourceList {
	if r.podsPerNode == 0 {
		return corev1.ResourceList{corev1.ResourceCPU: *quantity(1), corev1.ResourceMemory: bytesOf(loneMemory)}
	}
	const milli, page = 1000, 1 << 20
	share := int64(world.InstanceVCPUs) * milli / int64(r.podsPerNode)
	memory := world.InstanceMemory / page / int64(r.podsPerNode) * page
	return corev1.ResourceList{
		corev1.ResourceCPU: *apiresource.NewMilliQuantity(share, apiresource.DecimalSI), corev1.ResourceMemory: bytesOf(memory),
	}
}

func bytesOf(n int64) apiresource.Quantity { return *apiresource.NewQuantity(n, apiresource.BinarySI) }

// halfOf is what every pod holds of the memory that it requests.
func halfOf(q apiresource.Quantity) apiresource.Quantity { return bytesOf(q.Value() / 2) }

func nodeReady(since time.Time) corev1.NodeCondition {
	return corev1.NodeCondition{
		Type: corev1.NodeReady, Status: corev1.ConditionTrue, Reason: "KubeletReady", LastTransitionTime: metav1.NewTime(since),
	}
}
