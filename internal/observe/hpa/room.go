package hpa

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/klog/v2"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// What would stop a fleet from growing before its maximum does:
//
//	units now |=======|                         max
//	quota     |=======|#########|               |   of the namespace
//	nodes     |=======|##############|          |   that are there
//
// Another pod is taken to be like the newest one. Node room leaves out what only
// the scheduler itself knows (affinity, spreading, volumes), and nodes that are
// not there yet.

// crew is the units of a fleet, as far as room is concerned.
type crew struct {
	like   *corev1.Pod // one of them; nil: none is known
	units  int         // that have not left
	placed int         // of them on a node
}

func (f *fleet) crew() crew {
	f.mu.Lock()
	defer f.mu.Unlock()
	c := crew{like: f.newest}
	for _, u := range f.known {
		if u.left {
			continue
		}
		c.units++
		if u.placed {
			c.placed++
		}
	}
	return c
}

// room is what there is room for.
type room struct {
	quota, nodes bound
	forbidden    []string // why a limit range admits no more
	limitsErr    error    // why limit ranges are not known
	doubts       []string
}

// room reads what there is room for; the crew is not empty.
func (c *cluster) room(ctx context.Context, namespace string, crew crew) room {
	var r room
	var reading sync.WaitGroup
	reading.Go(func() {
		all := &corev1.ResourceQuotaList{}
		if r.quota.err = c.list(ctx, c.core, all, namespace, quotas); r.quota.err == nil {
			r.quota, r.doubts = quotaRoom(all.Items, crew.like, crew.units)
		}
	})
	reading.Go(func() {
		all := &corev1.LimitRangeList{}
		if r.limitsErr = c.list(ctx, c.core, all, namespace, limitRanges); r.limitsErr == nil {
			r.forbidden = forbids(all.Items, crew.like)
		}
	})
	reading.Go(func() { r.nodes = c.nodeRoom(ctx, crew) })
	reading.Wait()
	return r
}

// nodeRoom is the most units that the nodes there are have room for.
func (c *cluster) nodeRoom(ctx context.Context, crew crew) bound {
	nodes, used, err := c.nodes.look(ctx, c)
	if err != nil {
		return bound{err: err}
	}
	return roomOn(nodes, used, crew)
}

// usedByNode is what the pods of all namespaces ask of each node, and how many
// they are.
func (c *cluster) usedByNode(ctx context.Context) (map[string]corev1.ResourceList, error) {
	used := map[string]corev1.ResourceList{}
	alive := fields.AndSelectors(
		fields.OneTermNotEqualSelector("status.phase", string(corev1.PodSucceeded)),
		fields.OneTermNotEqualSelector("status.phase", string(corev1.PodFailed)),
	)
	err := c.pages(ctx, "", metav1.ListOptions{FieldSelector: alive.String()}, func(p *corev1.Pod) {
		if used[p.Spec.NodeName] == nil {
			used[p.Spec.NodeName] = corev1.ResourceList{}
		}
		add(used[p.Spec.NodeName], oneOf(&p.Spec))
	})
	return used, err
}

// pages reads pods page by page and keeps none. An empty namespace is all.
func (c *cluster) pages(ctx context.Context, namespace string, options metav1.ListOptions, each func(*corev1.Pod)) error {
	list := func() runtime.Object { return &corev1.PodList{} }
	return c.eachOf(ctx, c.core, namespace, "pods", options, list, func(o runtime.Object) { each(o.(*corev1.Pod)) })
}

// oneOf is what a node is charged for one pod.
func oneOf(p *corev1.PodSpec) corev1.ResourceList {
	one := requestsOf(p)
	one[corev1.ResourcePods] = *resource.NewQuantity(1, resource.DecimalSI)
	return one
}

// roomOn adds what fits on each node to the units that have one. It is unknown
// where a node does not say how much it has.
func roomOn(nodes []corev1.Node, used map[string]corev1.ResourceList, crew crew) bound {
	one, most, open := oneOf(&crew.like.Spec), crew.placed, 0
	for i := range nodes {
		n := &nodes[i]
		if !takes(n, &crew.like.Spec) {
			continue
		}
		open++
		left := maps.Clone(n.Status.Allocatable)
		if left == nil {
			return bound{err: fmt.Errorf("node %s does not tell what it has", n.Name)}
		}
		for name := range one {
			if _, has := left[name]; !has && name != corev1.ResourcePods {
				left[name] = resource.Quantity{} // a node lists what it has
			}
		}
		take(left, used[n.Name])
		if times, _, ok := fits(left, one); ok {
			most += int(times)
		} else {
			return bound{err: fmt.Errorf("node %s does not tell how many pods it takes", n.Name)}
		}
	}
	return bound{known: true, most: most, by: fmt.Sprintf("%d schedulable %s", open, plural(open, "node"))}
}

func plural(n int, noun string) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// takes reports whether a node would take such a pod if it had room.
func takes(n *corev1.Node, p *corev1.PodSpec) bool {
	if n.Spec.Unschedulable || !isUp(n) {
		return false
	}
	for name, value := range p.NodeSelector {
		if got, ok := n.Labels[name]; !ok || got != value {
			return false
		}
	}
	for _, taint := range n.Spec.Taints {
		if taint.Effect != corev1.TaintEffectPreferNoSchedule && !tolerated(taint, p.Tolerations) {
			return false
		}
	}
	return true
}

func isUp(n *corev1.Node) bool {
	for _, c := range n.Status.Conditions {
		if c.Type == corev1.NodeReady {
			return c.Status == corev1.ConditionTrue
		}
	}
	return false
}

func tolerated(taint corev1.Taint, all []corev1.Toleration) bool {
	return slices.ContainsFunc(all, func(t corev1.Toleration) bool { return t.ToleratesTaint(klog.Logger{}, &taint, false) })
}

// outlook keeps account of what was read of a fleet's room: once when its pods
// are known and once more at the end.
type outlook struct {
	quota, nodes, limits error // why each was never read; nil: it was, or was not asked for
	read                 struct{ quota, nodes, limits bool }
}

// look reads the room and tells it. Where one part of it cannot be read, the
// others are told.
func (o *Observer) look(ctx context.Context, rec *observe.Recorder) {
	crew := o.fleet.crew()
	if crew.like == nil {
		return
	}
	r := o.cluster.room(ctx, o.namespace, crew)
	for _, text := range append(r.doubts, r.forbidden...) {
		rec.Warn(text)
	}
	o.fleet.readRoom(r)
	l := &o.outlook
	note(&l.quota, &l.read.quota, r.quota.err)
	note(&l.nodes, &l.read.nodes, r.nodes.err)
	note(&l.limits, &l.read.limits, r.limitsErr)
}

// note keeps why something could not be read, until it could once.
func note(why *error, read *bool, err error) {
	*read = *read || err == nil
	*why = err
	if *read {
		*why = nil
	}
}

// warn says what was never read.
func (l *outlook) warn(rec *observe.Recorder) {
	for _, w := range []struct {
		what string
		err  error
	}{{"room in quotas", l.quota}, {"room on nodes", l.nodes}, {"what limit ranges forbid", l.limits}} {
		if w.err != nil {
			rec.Warn(w.what + " is unknown: " + w.err.Error())
		}
	}
}

// readRoom records what is known of the room. That the room on nodes stayed as it was
// is worth as much as that it grew: it is told at every look.
func (f *fleet) readRoom(r room) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.quota.known {
		f.read(timeline.Quota, float64(r.quota.most), time.Time{})
	}
	if r.nodes.known {
		f.rec.Beside(timeline.Room, float64(r.nodes.most), time.Time{})
	}
}
