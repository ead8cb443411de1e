package hpa

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// Checks tell before a run whether the autoscaler and its pods will be seen,
// and what would keep them from growing.
func (o *Observer) Checks() []preflight.Check {
	return []preflight.Check{{Subject: o.source, Look: o.check}}
}

// check asks for one thing after the other where the second needs the first, and
// for the rest at the same time.
//
//	reached ──> exists ──> target ──> permissions
//	                            ├───> usage
//	                            └───> pods ──> room
func (o *Observer) check(ctx context.Context) []preflight.Finding {
	found, ok := o.checkReached(ctx)
	if !ok {
		return found
	}
	began := time.Now()
	scaler, err := o.autoscaler(ctx)
	if err != nil {
		found = append(found, o.unread("exists", preflight.Fail, err, began, "name it in the scenario as NAMESPACE/NAME, with the context it is in"))
		return append(found, o.cluster.permissions(ctx, o.source, target{}.needs(o.namespace, o.name))...)
	}
	found = append(found, o.ok("exists", fmt.Sprintf("from %d to %d units", leastOf(scaler), scaler.Spec.MaxReplicas)))
	found = append(found, o.checkAble(scaler)...)
	found = append(found, o.checkMetrics(scaler)...)
	found = append(found, o.checkMost(scaler), o.checkGrowth(scaler))
	began = time.Now()
	t, err := o.cluster.target(ctx, o.namespace, scaler.Spec.ScaleTargetRef)
	if err != nil {
		found = append(found, o.unread("target", preflight.Fail, err, began, "point scaleTargetRef at what is to be scaled"))
		return append(found, o.cluster.permissions(ctx, o.source, t.needs(o.namespace, o.name))...)
	}
	found = append(found, o.checkTarget(t))
	var permissions, usage, room []preflight.Finding
	var looking sync.WaitGroup
	looking.Go(func() { permissions = o.cluster.permissions(ctx, o.source, t.needs(o.namespace, o.name)) })
	looking.Go(func() { usage = o.checkUsage(ctx, t) })
	looking.Go(func() { room = o.checkRoom(ctx, t, int(scaler.Spec.MaxReplicas)) })
	looking.Wait()
	return slices.Concat(found, usage, room, permissions)
}

func (o *Observer) ok(asked, text string) preflight.Finding {
	return preflight.Finding{Subject: o.source, Asked: asked, Text: text}
}

func (o *Observer) warning(asked, text, toDo string) preflight.Finding {
	return preflight.Finding{Subject: o.source, Asked: asked, Status: preflight.Warning, Text: text, ToDo: toDo}
}

func (o *Observer) fail(asked, text, toDo string) preflight.Finding {
	return preflight.Finding{Subject: o.source, Asked: asked, Status: preflight.Fail, Text: text, ToDo: toDo}
}

// clockOff is how far the cluster's clock may be from this machine's: the
// stages of a pod are by the one, the load is by the other.
const clockOff = 2 * time.Second

// checkReached asks the API server for its version. Any answer will do, for it
// may be that only others may ask.
func (o *Observer) checkReached(ctx context.Context) (found []preflight.Finding, reached bool) {
	const asked = "reaches the API server"
	to := o.cluster.core.Get().AbsPath("/version").URL()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return []preflight.Finding{o.fail(asked, err.Error(), "correct the server of this context")}, false
	}
	sent := time.Now()
	answer, err := o.cluster.http.Do(request)
	if err != nil {
		return []preflight.Finding{o.fail(asked, to.Host+": "+timed(bareError(err), sent), "check the context, its server and the way there (VPN, proxy)")}, false
	}
	took := time.Since(sent)
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, 1<<16)) // so that the connection is used again
	switch {
	case answer.StatusCode == http.StatusUnauthorized:
		return []preflight.Finding{o.fail(asked, to.Host+" answers, and does not accept the credentials", notAccepted)}, false
	case answer.StatusCode >= 500:
		return []preflight.Finding{o.fail(asked, to.Host+" answers "+answer.Status, "wait until the API server is well")}, false
	}
	found = []preflight.Finding{o.ok(asked, fmt.Sprintf("%s answers within %s", to.Host, figure.Duration(took)))}
	return append(found, o.checkClock(answer.Header, sent, took)), true
}

// bareError is an error without the address it was about.
func bareError(err error) error {
	var request *url.Error
	if errors.As(err, &request) {
		return request.Err
	}
	return err
}

// checkClock compares the cluster's clock with this machine's.
func (o *Observer) checkClock(h http.Header, sent time.Time, took time.Duration) preflight.Finding {
	const asked = "clock"
	skew, told := preflight.SkewOf(h, sent, sent.Add(took))
	if !told {
		return o.warning(asked, "the API server does not tell its time", "")
	}
	const toDo = "set both clocks by NTP: until then the stages of pods are off by that much"
	switch ahead := skew.AtLeast().Round(100 * time.Millisecond); {
	case ahead > clockOff:
		return o.warning(asked, fmt.Sprintf("the cluster's is at least %s ahead of this machine's", figure.Duration(ahead)), toDo)
	case -ahead > clockOff:
		return o.warning(asked, fmt.Sprintf("the cluster's is at least %s behind this machine's", figure.Duration(-ahead)), toDo)
	}
	return o.ok(asked, fmt.Sprintf("within %s of this machine's", figure.Duration(clockOff)))
}

// leastOf is an autoscaler's minimum, or what the API takes an absent one for.
func leastOf(h *autoscalingv2.HorizontalPodAutoscaler) int32 { return *replicasOf(h.Spec.MinReplicas) }

// young is how long a new autoscaler may be without a word of its own: its
// controller looks at it every 15 s.
const young = time.Minute

func isYoung(h *autoscalingv2.HorizontalPodAutoscaler) bool {
	return time.Since(h.CreationTimestamp.Time) < young
}

// checkAble reads what the autoscaler says of itself. A condition that it does
// not have is unknown.
func (o *Observer) checkAble(h *autoscalingv2.HorizontalPodAutoscaler) []preflight.Finding {
	const asked = "able to scale"
	toDo := fmt.Sprintf("see kubectl describe hpa %s -n %s", o.name, o.namespace)
	if len(h.Status.Conditions) == 0 && isYoung(h) {
		return []preflight.Finding{o.ok(asked, "it is new and has not said yet")}
	}
	var found []preflight.Finding
	var silent []string
	for _, kind := range []autoscalingv2.HorizontalPodAutoscalerConditionType{autoscalingv2.AbleToScale, autoscalingv2.ScalingActive} {
		switch c := find(h, kind); {
		case c == nil || c.Status != corev1.ConditionTrue && c.Status != corev1.ConditionFalse:
			silent = append(silent, string(kind))
		case c.Status == corev1.ConditionFalse:
			found = append(found, o.fail(asked, conditionText(*c), toDo))
		}
	}
	switch {
	case len(silent) > 0:
		found = append(found, o.warning(asked, "it does not say whether "+strings.Join(silent, ", "), toDo))
	case len(found) == 0:
		found = append(found, o.ok(asked, "it says so"))
	}
	return found
}

// checkMetrics looks whether each metric that the autoscaler is to scale by has
// a value.
func (o *Observer) checkMetrics(h *autoscalingv2.HorizontalPodAutoscaler) []preflight.Finding {
	const asked = "metrics served"
	there := map[string]bool{}
	for _, m := range currentMetrics(h) {
		there[m.name] = true
	}
	var found []preflight.Finding
	var named []string
	shared := sharedNames(h.Spec.Metrics)
	for _, s := range h.Spec.Metrics {
		name := nameOf(s, shared)
		switch {
		case name == "":
			found = append(found, o.warning(asked, fmt.Sprintf("metrics of type %s are not understood", s.Type), ""))
		case !there[name] && isYoung(h):
			found = append(found, o.ok(asked, name+" has no value yet: the autoscaler is new"))
		case !there[name]:
			found = append(found, o.warning(asked, name+" has no value yet", "see that what measures it runs: metrics-server, or the adapter of its API"))
		default:
			named = append(named, name)
		}
	}
	if len(named) > 0 {
		found = append(found, o.ok(asked, strings.Join(named, ", ")))
	}
	return found
}

// checkMost looks whether the autoscaler is at its maximum already, or always.
func (o *Observer) checkMost(h *autoscalingv2.HorizontalPodAutoscaler) preflight.Finding {
	const asked = "room to grow"
	now, most := h.Status.DesiredReplicas, h.Spec.MaxReplicas
	switch {
	case leastOf(h) >= most: // however busy it is or not
		return o.bounding(o.warning(asked, fmt.Sprintf("its minimum is its maximum of %d: it cannot scale", most), "raise maxReplicas, if it is to grow"),
			int(most), preflight.ItsMax)
	case now >= most:
		return o.bounding(o.warning(asked, fmt.Sprintf("it wants %d units already, and has %d at most", now, most), "raise maxReplicas, or see why it is so busy"),
			int(most), preflight.ItsMax)
	}
	return o.bounding(o.ok(asked, fmt.Sprintf("it wants %d units now, and has %d at most", now, most)), int(most), preflight.ItsMax)
}

// checkTarget looks whether what is scaled is all there.
func (o *Observer) checkTarget(t target) preflight.Finding {
	const asked = "target"
	are := "are ready"
	if t.scale != "" {
		are = "exist" // a scale knows no more
	}
	text := fmt.Sprintf("%s %s: %d of %d units %s", t.kind, t.name, t.ready, t.desired, are)
	switch toDo := "wait until they are, or see why not: kubectl get pods"; {
	case t.desired > 0 && t.ready == 0:
		return o.fail(asked, text, toDo)
	case t.ready != t.desired:
		return o.warning(asked, text, toDo)
	}
	return o.ok(asked, text)
}

func (o *Observer) checkUsage(ctx context.Context, t target) []preflight.Finding {
	const asked = "usage served"
	const missing = "install metrics-server, see that it is well, or do without the usage of pods"
	began := time.Now()
	pods, err := o.cluster.usage(ctx, o.namespace, t.selector)
	if err != nil {
		err = fmt.Errorf("usage of pods was not read: %w", err) // in the words of who observes, so that it is told once
	}
	switch {
	case apierrors.IsServiceUnavailable(err): // for the API server answers, and not what is behind it
		return []preflight.Finding{o.warning(asked, err.Error(), missing)}
	case err != nil:
		return []preflight.Finding{o.unread(asked, preflight.Warning, err, began, missing)}
	case len(pods) == 0:
		return []preflight.Finding{o.ok(asked, "no pod has been measured yet")}
	}
	return []preflight.Finding{o.ok(asked, fmt.Sprintf("of %d %s", len(pods), plural(len(pods), "pod")))}
}

// checkRoom looks whether quotas and nodes have room for the maximum.
func (o *Observer) checkRoom(ctx context.Context, t target, most int) []preflight.Finding {
	const inQuotas, onNodes = "room in quotas", "room on nodes"
	began := time.Now()
	crew, err := o.cluster.crew(ctx, o.namespace, t)
	switch {
	case err != nil:
		return []preflight.Finding{o.unread("pods", preflight.Fail, err, began, "see kubectl get pods -n "+o.namespace)}
	case crew.like == nil:
		return []preflight.Finding{o.warning(inQuotas, "unknown: there is no pod whose size could be asked for", "scale it to at least one unit")}
	}
	r := o.cluster.room(ctx, o.namespace, crew)
	found := []preflight.Finding{
		o.bounded(inQuotas, r.quota, most, "raise the quota", "no resource quota bounds its pods"),
		o.bounded(onNodes, r.nodes, most, "add nodes, or see that the cluster adds them in time", ""),
	}
	for _, text := range r.doubts {
		found = append(found, o.warning(inQuotas, text, ""))
	}
	for _, text := range r.forbidden {
		found = append(found, o.warning("limit ranges", text, "change the limit range, or the size of the pods"))
	}
	if r.limitsErr != nil {
		found = append(found, o.warning("limit ranges", "what limit ranges forbid is unknown: "+r.limitsErr.Error(), ""))
	}
	return found
}

// bounded compares what there is room for with the autoscaler's maximum.
func (o *Observer) bounded(asked string, b bound, most int, toDo, unbounded string) preflight.Finding {
	switch {
	case b.err != nil:
		return o.warning(asked, asked+" is unknown: "+b.err.Error(), "")
	case !b.known:
		return o.ok(asked, unbounded)
	case b.most < most:
		return o.bounding(o.warning(asked, fmt.Sprintf("for %d units of at most %d (%s)", b.most, most, b.by), toDo), b.most, asked)
	}
	return o.bounding(o.ok(asked, fmt.Sprintf("for %d units or more", most)), b.most, asked)
}

// bounding is a finding that bounds the fleet to so many units.
func (o *Observer) bounding(f preflight.Finding, most int, by string) preflight.Finding {
	f.Bound = &preflight.Bound{Fleet: o.source, Units: most, By: by}
	return f
}

// crew reads the units of a target.
func (c *cluster) crew(ctx context.Context, namespace string, t target) (crew, error) {
	all := crew{}
	options := metav1.ListOptions{LabelSelector: t.selector.String()}
	err := c.pages(ctx, namespace, options, func(p *corev1.Pod) {
		if leaving(p) {
			return
		}
		all.units++
		if p.Spec.NodeName != "" {
			all.placed++
		}
		if all.like == nil || all.like.CreationTimestamp.Before(&p.CreationTimestamp) {
			slim(p)
			all.like = p.DeepCopy()
		}
	})
	return all, err
}
