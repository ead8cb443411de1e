package hpa

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Nodes is what the nodes of one cluster have, and what all its pods take of it.
// That is the most expensive thing there is to read, and the same for every
// autoscaler: observers of one cluster should share one. Safe for concurrent use.
type Nodes struct {
	turn chan struct{} // holds a token while someone reads

	read  time.Time // when what follows was
	nodes []corev1.Node
	used  map[string]corev1.ResourceList // by node
}

// NewNodes returns one of which nothing is known.
func NewNodes() *Nodes { return &Nodes{turn: make(chan struct{}, 1)} }

// nodesFresh is how long the nodes are good for whoever asks.
const nodesFresh = 10 * time.Second

// look reads the nodes, unless someone has just done so.
func (n *Nodes) look(ctx context.Context, c *cluster) ([]corev1.Node, map[string]corev1.ResourceList, error) {
	select {
	case n.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	}
	defer func() { <-n.turn }()
	if !n.read.IsZero() && time.Since(n.read) < nodesFresh {
		return n.nodes, n.used, nil
	}
	var nodes []corev1.Node
	list := func() runtime.Object { return &corev1.NodeList{} }
	err := c.eachOf(ctx, c.core, "", "nodes", metav1.ListOptions{}, list, func(o runtime.Object) { nodes = append(nodes, slimNode(o.(*corev1.Node))) })
	if err != nil {
		return nil, nil, err
	}
	used, err := c.usedByNode(ctx)
	if err != nil {
		return nil, nil, err
	}
	n.read, n.nodes, n.used = time.Now(), nodes, used
	return n.nodes, n.used, nil
}

// slimNode is of a node what decides whether a pod fits on it: the rest, the
// images that it has foremost, is most of it, and nodes are kept.
func slimNode(n *corev1.Node) corev1.Node {
	kept := corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: n.Name, Labels: n.Labels},
		Spec:       corev1.NodeSpec{Unschedulable: n.Spec.Unschedulable, Taints: n.Spec.Taints},
		Status:     corev1.NodeStatus{Allocatable: n.Status.Allocatable},
	}
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			kept.Status.Conditions = []corev1.NodeCondition{{Type: c.Type, Status: c.Status}}
		}
	}
	return kept
}
