package hpa

import (
	"context"
	"time"

	corev1 "k8s.io/api/core/v1"
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
	all := &corev1.NodeList{}
	if err := c.list(ctx, c.core, all, "", "nodes"); err != nil {
		return nil, nil, err
	}
	used, err := c.usedByNode(ctx)
	if err != nil {
		return nil, nil, err
	}
	n.read, n.nodes, n.used = time.Now(), all.Items, used
	return n.nodes, n.used, nil
}
