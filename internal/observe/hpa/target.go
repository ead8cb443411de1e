package hpa

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// target is what an autoscaler scales: a Deployment or StatefulSet, which is
// watched, or anything else that has a /scale, which is polled: its own type
// need not be known.
type target struct {
	kind, name string
	resource   string          // the plural name by which the API knows the kind
	group      string          // of the resource
	scale      string          // the path of its /scale; empty: it is watched
	selector   labels.Selector // of its pods
	desired    int32           // units, when it was read
	ready      int32           // units; of a scale, those that exist
}

// target reads what an autoscaler scales.
func (c *cluster) target(ctx context.Context, namespace string, ref autoscalingv2.CrossVersionObjectReference) (target, error) {
	version, err := schema.ParseGroupVersion(ref.APIVersion)
	if err != nil {
		return target{}, fmt.Errorf("scales %s %s of %q, which is no version of an API", ref.Kind, ref.Name, ref.APIVersion)
	}
	// An autoscaler that names no group means what Kubernetes has itself.
	own := version.Group == "" || version.Group == appsv1.GroupName || version.Group == "extensions"
	var t target
	switch {
	case own && ref.Kind == "Deployment":
		t, err = c.deployment(ctx, namespace, ref.Name)
	case own && ref.Kind == "StatefulSet":
		t, err = c.statefulSet(ctx, namespace, ref.Name)
	default:
		t, err = c.scalable(ctx, namespace, ref.Name, ref.Kind, version)
	}
	t.kind, t.name = ref.Kind, ref.Name
	if apierrors.IsNotFound(err) {
		return t, fmt.Errorf("scales %s %s, which does not exist", ref.Kind, ref.Name)
	}
	return t, err
}

func (c *cluster) deployment(ctx context.Context, namespace, name string) (target, error) {
	d := &appsv1.Deployment{}
	if err := c.get(ctx, c.apps, d, namespace, deployments, name); err != nil {
		return target{}, err
	}
	selector, err := metav1.LabelSelectorAsSelector(d.Spec.Selector)
	return target{
		resource: deployments, group: appsv1.GroupName, selector: selector,
		desired: *replicasOf(d.Spec.Replicas), ready: d.Status.ReadyReplicas,
	}, err
}

func (c *cluster) statefulSet(ctx context.Context, namespace, name string) (target, error) {
	s := &appsv1.StatefulSet{}
	if err := c.get(ctx, c.apps, s, namespace, statefulSets, name); err != nil {
		return target{}, err
	}
	selector, err := metav1.LabelSelectorAsSelector(s.Spec.Selector)
	return target{
		resource: statefulSets, group: appsv1.GroupName, selector: selector,
		desired: *replicasOf(s.Spec.Replicas), ready: s.Status.ReadyReplicas,
	}, err
}

// replicasOf is a desired count, or what the API takes an absent one for.
func replicasOf(n *int32) *int32 {
	one := int32(1)
	return cmp.Or(n, &one)
}

// scalable reads the /scale of an object of any kind.
func (c *cluster) scalable(ctx context.Context, namespace, name, kind string, version schema.GroupVersion) (target, error) {
	resource, err := c.scalableResource(ctx, kind, version)
	if err != nil {
		return target{}, err
	}
	t := target{resource: resource, group: version.Group, scale: path.Join(rootOf(version), "namespaces", namespace, resource, name, "scale")}
	s, err := c.scaleOf(ctx, t.scale)
	if err != nil {
		return t, explain(err, "get", resource+"/scale", namespace)
	}
	if s.Status.Selector == "" {
		return t, fmt.Errorf("scales %s %s, whose /scale names no selector: its pods cannot be told from others", kind, name)
	}
	t.desired, t.ready = s.Spec.Replicas, s.Status.Replicas
	if t.selector, err = labels.Parse(s.Status.Selector); err != nil {
		return t, fmt.Errorf("scales %s %s, whose /scale has a selector that cannot be read: %w", kind, name, err)
	}
	return t, nil
}

// rootOf is the path under which a version of a group is served.
func rootOf(v schema.GroupVersion) string {
	if v.Group == "" {
		return path.Join("/api", v.Version)
	}
	return path.Join("/apis", v.Group, v.Version)
}

// scalableResource is the plural name of a kind that has a /scale.
func (c *cluster) scalableResource(ctx context.Context, kind string, version schema.GroupVersion) (string, error) {
	var all metav1.APIResourceList
	err := c.document(ctx, rootOf(version), nil, &all)
	switch {
	case apierrors.IsNotFound(err):
		return "", fmt.Errorf("scales a %s of %s, which is not served", kind, version)
	case err != nil:
		return "", explain(err, "get", "the resources of "+version.String(), "")
	}
	plural, scales := "", map[string]bool{}
	for _, r := range all.APIResources {
		name, sub, nested := strings.Cut(r.Name, "/")
		switch {
		case !nested && r.Kind == kind:
			plural = name
		case sub == "scale":
			scales[name] = true
		}
	}
	switch {
	case plural == "":
		return "", fmt.Errorf("scales a %s, which %s does not have", kind, version)
	case !scales[plural]:
		return "", fmt.Errorf("scales a %s, which has no /scale in %s", kind, version)
	}
	return plural, nil
}

func (c *cluster) scaleOf(ctx context.Context, path string) (s autoscalingv1.Scale, err error) {
	return s, c.document(ctx, path, nil, &s)
}

// stream watches the workload itself.
func (t target) stream(c *cluster, namespace string, f *fleet) *stream {
	s := &stream{client: c.apps, resource: t.resource, namespace: namespace, fields: named(t.name)}
	if t.resource == statefulSets {
		s.object, s.list = &appsv1.StatefulSet{}, func() runtime.Object { return &appsv1.StatefulSetList{} }
		s.store = &store[*appsv1.StatefulSet]{seen: func(w *appsv1.StatefulSet) {
			f.owner(w.UID, true)
			f.workload(w.Spec.Replicas)
		}}
		return s
	}
	s.object, s.list = &appsv1.Deployment{}, func() runtime.Object { return &appsv1.DeploymentList{} }
	s.store = &store[*appsv1.Deployment]{seen: func(w *appsv1.Deployment) { f.workload(w.Spec.Replicas) }}
	return s
}

const (
	scaleEvery = 15 * time.Second // between polls of a /scale that answers
	scaleAgain = time.Second      // and of one that does not
)

// follow polls the /scale of a target until ctx ends, and calls fail where that
// cannot be done for as long as a watch may be broken.
func (t target) follow(ctx context.Context, c *cluster, namespace string, f *fleet, patience time.Duration, fail func(error)) {
	h := &health{fail: fail, patience: patience}
	defer h.stop()
	next := time.NewTimer(0)
	defer next.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-next.C:
		}
		s, err := c.scaleOf(ctx, t.scale)
		wait := scaleEvery
		switch {
		case ctx.Err() != nil:
			return
		case apierrors.IsNotFound(err):
			fail(fmt.Errorf("its %s %s was deleted", t.kind, t.name))
			return
		case err != nil:
			h.failed(explain(err, "get", t.resource+"/scale", namespace))
			wait = scaleAgain
		case s.Status.Selector != "" && !t.selects(s.Status.Selector):
			fail(errors.New("what it scales now selects other pods"))
			return
		default:
			h.worked()
			f.workload(&s.Spec.Replicas)
		}
		next.Reset(wait)
	}
}

// selects reports whether a selector is the one of the target.
func (t target) selects(text string) bool {
	s, err := labels.Parse(text)
	return err == nil && s.String() == t.selector.String()
}
