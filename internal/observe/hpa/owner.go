package hpa

import (
	"slices"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// What an autoscaler scales seldom creates pods itself: a Deployment, and most
// of what is scaled by /scale, has ReplicaSets that do. Where a quota or an
// admission webhook forbids a pod, there is no pod that could say so; an event
// of its owner does.

// ownerStream watches the ReplicaSets of a target.
func (t target) ownerStream(c *cluster, namespace string, f *fleet) *stream {
	take := func(r *appsv1.ReplicaSet) { f.owner(r.UID, t.owns(r)) }
	return &stream{
		client: c.apps, resource: replicaSets, namespace: namespace, labels: t.selector,
		object: &appsv1.ReplicaSet{}, list: func() runtime.Object { return &appsv1.ReplicaSetList{} },
		store: &store[*appsv1.ReplicaSet]{seen: take},
	}
}

// owns reports whether a ReplicaSet is the target's, or is the target.
func (t target) owns(r *appsv1.ReplicaSet) bool {
	if t.kind == "ReplicaSet" && r.Name == t.name {
		return true
	}
	return slices.ContainsFunc(r.OwnerReferences, func(o metav1.OwnerReference) bool {
		return o.Kind == t.kind && o.Name == t.name
	})
}

// ownerAbout chooses the events of what creates the pods.
func (t target) ownerAbout() fields.Selector {
	if t.resource == statefulSets {
		return about("StatefulSet", t.name)
	}
	return about("ReplicaSet", "")
}

// owner takes note of something that creates the fleet's pods.
func (f *fleet) owner(uid types.UID, own bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if own && !f.owners[uid] {
		f.owners[uid] = true
		f.tellEarly(uid)
	}
}
