package hpa

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// healthy is an API in which everything is well.
func healthy() *api {
	a := crowded()
	q := quota("web", "pods=100", "pods=2")
	a.put(quotasPath, &q)
	big := node("i-1", "cpu=64 memory=160Gi pods=110")
	a.put(nodesPath, &big)
	a.answer(usagePath, serve(map[string]any{"items": []any{measured("a", 10, "1"), measured("b", 10, "1")}}))
	return a
}

// scalerOf changes the autoscaler of an API.
func scalerOf(a *api, edit func(*autoscalingv2.HorizontalPodAutoscaler)) {
	h := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: "web", UID: "uid-hpa"}}
	h.Spec.MaxReplicas = 10
	h.Spec.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"}
	h.Status.DesiredReplicas = 2
	h.Status.Conditions = []autoscalingv2.HorizontalPodAutoscalerCondition{
		{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionTrue}, {Type: autoscalingv2.ScalingActive, Status: corev1.ConditionTrue},
	}
	edit(h)
	a.put(hpasPath, h)
}

// look makes the checks of an observer of the API, and tells what they found
// without the subject.
func look(t *testing.T, a *api) []string {
	t.Helper()
	o := newObserving(t, a)
	var told []string
	for _, f := range preflight.Run(t.Context(), 5*time.Second, o.observer.Checks()...) {
		if f.Subject != "hpa/default/web" {
			t.Errorf("finding %+v; want one of hpa/default/web", f)
		}
		f.Text = strings.ReplaceAll(f.Text, strings.TrimPrefix(o.observer.cluster.core.Get().URL().Host, "http://"), "HOST")
		if strings.HasPrefix(f.Asked, "reaches") && f.Status == preflight.OK {
			f.Text = "" // how long it took
		}
		told = append(told, strings.TrimSpace(fmt.Sprintf("%v %s: %s", f.Status, f.Asked, f.Text)))
		if f.Status == preflight.Fail && f.ToDo == "" {
			t.Errorf("%s: no way out", told[len(told)-1])
		}
	}
	return told
}

func TestChecksFindNothing(t *testing.T) {
	want := []string{
		"ok reaches the API server:",
		"ok clock: within 2 s of this machine's",
		"ok exists: from 1 to 10 units",
		"ok able to scale: it says so",
		"ok room to grow: it wants 2 units now, and has 10 at most",
		"ok growth rules: it may add at most 8 units to its 2 in the first 60 s, where its maximum is (" + behaviorText(&autoscalingv2.HorizontalPodAutoscaler{}) + ")",
		"ok target: Deployment web: 2 of 2 units are ready",
		"ok usage served: of 2 pods",
		"ok room in quotas: for 10 units or more",
		"ok room on nodes: for 10 units or more",
		"ok may read: everything that it reads",
	}
	if diff := cmp.Diff(want, look(t, healthy())); diff != "" {
		t.Errorf("findings where all is well (-want +got):\n%s", diff)
	}
}

// An autoscaler that was made a moment ago has not been looked at by anyone.
func TestChecksOfANewAutoscaler(t *testing.T) {
	a := healthy()
	scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) {
		h.CreationTimestamp, h.Status.Conditions = metav1.Now(), nil
		h.Spec.Metrics = []autoscalingv2.MetricSpec{{External: &autoscalingv2.ExternalMetricSource{Metric: autoscalingv2.MetricIdentifier{Name: "queue"}}}}
	})
	for _, want := range []string{"ok able to scale: it is new and has not said yet", "ok metrics served: queue has no value yet: the autoscaler is new"} {
		if got := look(t, a); !slices.Contains(got, want) {
			t.Errorf("findings of a new autoscaler = %q; want %s", got, want)
		}
	}
}

func TestChecksFind(t *testing.T) {
	forbidden := refuse(403, metav1.StatusReasonForbidden)
	seventy := int32(70)
	cpu := autoscalingv2.MetricSpec{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: "cpu", Target: autoscalingv2.MetricTarget{AverageUtilization: &seventy}}}
	for _, c := range []struct {
		name  string
		spoil func(*api)
		want  []string // that is not ok
	}{
		{"no such autoscaler", func(a *api) { a.remove(hpasPath, "web") }, []string{
			"fail exists: not found (is there such an autoscaler in namespace default of this context?)"}},
		{"it cannot scale", func(a *api) {
			scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) {
				h.Status.Conditions[0].Status, h.Status.Conditions[0].Reason = "False", "FailedGetScale"
				h.Status.Conditions[1] = autoscalingv2.HorizontalPodAutoscalerCondition{Type: "ScalingActive", Status: "False", Reason: "FailedGetResourceMetric", Message: "no metrics"}
			})
		}, []string{"fail able to scale: cannot scale (FailedGetScale)", "fail able to scale: cannot compute how many units it wants (FailedGetResourceMetric: no metrics)"}},
		{"it says nothing of itself", func(a *api) {
			scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) {
				h.Status.Conditions = h.Status.Conditions[:1]
				h.Status.Conditions[0].Status = "Maybe"
			})
		}, []string{"warning able to scale: it does not say whether AbleToScale, ScalingActive"}},
		{"a metric without a value, and a kind of metric to come", func(a *api) {
			scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) {
				h.Spec.Metrics = []autoscalingv2.MetricSpec{cpu, {Type: "Dream"}}
			})
		}, []string{"warning metrics served: cpu has no value yet", "warning metrics served: metrics of type Dream are not understood"}},
		{"at its maximum", func(a *api) {
			scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) { h.Status.DesiredReplicas = 10 })
		}, []string{"warning room to grow: it wants 10 units already, and has 10 at most"}},
		{"at its maximum for good", func(a *api) {
			scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) {
				two := int32(2)
				h.Spec.MinReplicas, h.Spec.MaxReplicas = &two, two
			})
		}, []string{"warning room to grow: its minimum is its maximum of 2: it cannot scale"}},
		{"no target", func(a *api) { a.remove(deploymentsPath, "web") }, []string{"fail target: scales Deployment web, which does not exist"}},
		{"usage of nothing yet", func(a *api) { a.answer(usagePath, serve(map[string]any{"items": []any{}})) }, nil},
		{"half a target", func(a *api) {
			d := deploymentOf(4)
			d.Status.ReadyReplicas = 2
			a.put(deploymentsPath, d)
		}, []string{"warning target: Deployment web: 2 of 4 units are ready"}},
		{"a target of which nothing is ready", func(a *api) {
			d := deploymentOf(4)
			d.Status.ReadyReplicas = 0
			a.put(deploymentsPath, d)
		}, []string{"fail target: Deployment web: 0 of 4 units are ready"}},
		{"no usage", func(a *api) { a.answer(usagePath, refuse(404, metav1.StatusReasonNotFound)) }, []string{
			"warning usage served: usage of pods was not read: metrics.k8s.io is not served (is metrics-server installed?)"}},
		{"little room", func(a *api) {
			q := quota("web", "pods=3", "pods=2")
			a.put(quotasPath, &q)
			small := node("i-1", "cpu=4 memory=16Gi pods=20")
			a.put(nodesPath, &small)
			a.put(limitsPath, &corev1.LimitRange{ObjectMeta: metav1.ObjectMeta{Name: "l"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{{Type: "Container", Max: list("cpu=1")}}}})
		}, []string{
			"warning room in quotas: for 3 units of at most 10 (resource quota web: 2 of 3 pods are used)",
			"warning room on nodes: for 4 units of at most 10 (1 schedulable node)",
			"warning limit ranges: limit range l forbids container app: its limit of cpu is 2, at most 1 is allowed",
		}},
		{"no pods", func(a *api) { a.remove(podsPath, "a"); a.remove(podsPath, "b") }, []string{
			"warning room in quotas: unknown: there is no pod whose size could be asked for"}},
		{"nobody may look at nodes", func(a *api) {
			a.denied["list nodes everywhere"], a.denied["list pods everywhere"] = true, true
			a.answer(nodesPath, forbidden)
		}, []string{
			"warning room on nodes: room on nodes is unknown: forbidden (needs list on nodes in the whole cluster)",
			"warning may list nodes: not allowed in the whole cluster: room on nodes will be unknown",
			"warning may list pods: not allowed in the whole cluster: room on nodes will be unknown",
		}},
		{"what it needs and what it can do without", func(a *api) {
			for _, what := range []string{"watch pods", "watch events", "list pods.metrics.k8s.io", "watch statefulsets"} {
				a.denied[what] = true
			}
		}, []string{
			"fail may watch pods: not allowed in namespace default",
			"warning may watch events: not allowed in namespace default: why something was not done will be unknown",
			"warning may list pods.metrics.k8s.io: not allowed in namespace default: usage of pods will be unknown",
		}},
		{"a role that names what is read", func(a *api) {
			a.onlyOf = map[string]string{}
			for _, verb := range []string{"get ", "list ", "watch "} {
				a.onlyOf[verb+autoscalers], a.onlyOf[verb+deployments] = "web", "web"
			}
		}, nil},
		{"a role that names another", func(a *api) { a.onlyOf = map[string]string{"watch " + deployments: "shop"} }, []string{
			"fail may watch deployments: not allowed in namespace default"}},
		{"nobody says what is allowed", func(a *api) { a.answer(reviewPath, page) }, []string{
			"warning may read: permissions are unknown: create selfsubjectaccessreviews: answered 502 Bad Gateway"}},
		{"who are you", func(a *api) { a.answer(versionPath, refuse(401, metav1.StatusReasonUnauthorized)) }, []string{
			"fail reaches the API server: HOST answers, and does not accept the credentials"}},
		{"a proxy without a server", func(a *api) { a.answer(versionPath, page) }, []string{"fail reaches the API server: HOST answers 502 Bad Gateway"}},
		{"a version that is a secret", func(a *api) { a.answer(versionPath, forbidden) }, nil},
		{"a reset", func(a *api) { a.answer(versionPath, reset) }, []string{"fail reaches the API server: HOST: EOF"}},
		{"a clock that is not told", func(a *api) { a.answer(versionPath, dated("")) }, []string{"warning clock: the API server does not tell its time"}},
		{"a clock far ahead", func(a *api) { a.answer(versionPath, dated("Fri, 01 Jan 2100 00:00:00 GMT")) }, []string{"warning clock: ahead"}},
		{"a clock far behind", func(a *api) { a.answer(versionPath, dated("Fri, 01 Jan 2010 00:00:00 GMT")) }, []string{"warning clock: behind"}},
	} {
		a := healthy()
		c.spoil(a)
		got := slices.DeleteFunc(look(t, a), func(told string) bool { return strings.HasPrefix(told, "ok ") })
		for i, told := range got {
			for _, way := range []string{"ahead", "behind"} {
				if strings.HasPrefix(told, "warning clock: the cluster's is at least ") && strings.HasSuffix(told, " "+way+" this machine's") || strings.HasSuffix(told, " "+way+" of this machine's") {
					got[i] = "warning clock: " + way
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" && len(c.want)+len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

// dated answers with a Date; none where it is empty.
func dated(date string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header()["Date"] = nil
		if date != "" {
			w.Header().Set("Date", date)
		}
		writeJSON(w, 200, struct{}{})
	}
}

// reset cuts the connection without an answer.
func reset(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// hang answers nothing for as long as the client waits.
func hang(_ http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // a server sees that a client left only when it has read everything
	<-r.Context().Done()
}

// What the server's clock and the second of its Date both explain is no offset.
func TestClock(t *testing.T) {
	o := &Observer{source: "hpa/default/web"}
	for _, c := range []struct {
		date string // of a request that was sent at 12:00:00 and took a second
		want string
	}{
		{"Tue, 03 Nov 2026 12:00:00 GMT", "ok clock: within 2 s of this machine's"},
		{"Tue, 03 Nov 2026 12:00:03 GMT", "ok clock: within 2 s of this machine's"},
		{"Tue, 03 Nov 2026 12:00:04 GMT", "warning clock: the cluster's is at least 3 s ahead of this machine's"},
		{"Tue, 03 Nov 2026 11:59:57 GMT", "ok clock: within 2 s of this machine's"},
		{"Tue, 03 Nov 2026 11:59:56 GMT", "warning clock: the cluster's is at least 3 s behind this machine's"},
		{"now", "warning clock: the API server does not tell its time"},
	} {
		f := o.checkClock(http.Header{"Date": {c.date}}, began, time.Second)
		if got := fmt.Sprintf("%v %s: %s", f.Status, f.Asked, f.Text); got != c.want {
			t.Errorf("checkClock(%s) = %s; want %s", c.date, got, c.want)
		}
	}
}

func TestChecksOfAServerThatIsNotThere(t *testing.T) {
	observer, err := New(Options{Config: &rest.Config{Host: "http://127.0.0.1:1"}, Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	found := preflight.Run(t.Context(), 5*time.Second, observer.Checks()...)
	if len(found) != 1 || found[0].Status != preflight.Fail || found[0].Text != "127.0.0.1:1: dial tcp 127.0.0.1:1: connect: connection refused" {
		t.Errorf("findings = %+v; want only that the connection was refused", found)
	}
}

// A server that does not answer is a finding as soon as nobody waits for it.
func TestChecksHeedTheirDeadline(t *testing.T) {
	for _, slow := range []string{versionPath, hpasPath + "/web", podsPath, reviewPath} {
		a := healthy()
		a.answer(slow, hang)
		o := newObserving(t, a)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		began := time.Now()
		found := o.observer.Checks()[0].Look(ctx)
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%s: the checks took %v of 50ms", slow, took)
		}
		if preflight.Worst(found) == preflight.OK {
			t.Errorf("%s: findings = %+v; want one that is not ok", slow, found)
		}
	}
}

// The way out is that of the error, and not always that of a thing that is not
// there.
func TestWaysOut(t *testing.T) {
	for _, c := range []struct {
		path   string
		answer http.HandlerFunc
		want   string
		toDo   string // a word of it
	}{
		{hpasPath + "/web", refuse(403, metav1.StatusReasonForbidden), "fail may read it: forbidden (needs get on horizontalpodautoscalers in default)", "--print-rbac"},
		{hpasPath + "/web", refuse(429, metav1.StatusReasonTooManyRequests), "fail answers: get horizontalpodautoscalers: ", "so often"},
		{hpasPath + "/web", refuse(401, metav1.StatusReasonUnauthorized), "fail credentials accepted: unauthorized (", "log in again"},
		{hpasPath + "/web", refuse(500, metav1.StatusReasonInternalError), "fail answers: get horizontalpodautoscalers: ", "API server is well"},
		{hpasPath + "/web", reset, "fail answers: get horizontalpodautoscalers: ", "API server is well"},
		{hpasPath + "/web", hang, "fail answers: get horizontalpodautoscalers: no answer within 1 s", "VPN, proxy"},
		{hpasPath + "/web", refuse(404, metav1.StatusReasonNotFound), "fail exists: ", "NAMESPACE/NAME"},
		{versionPath, hang, "fail reaches the API server: HOST: no answer within 1 s", "VPN, proxy"},
		{deploymentsPath + "/web", refuse(403, metav1.StatusReasonForbidden), "fail may read it: forbidden (needs get on deployments in default)", "--print-rbac"},
		{podsPath, refuse(429, metav1.StatusReasonTooManyRequests), "fail answers: list pods: ", "so often"},
		{usagePath, refuse(429, metav1.StatusReasonTooManyRequests), "warning answers: usage of pods was not read: list pods.metrics.k8s.io: ", "so often"},
		{usagePath, refuse(503, metav1.StatusReasonServiceUnavailable), "warning usage served: ", "metrics-server"},
	} {
		a := healthy()
		a.answer(c.path, c.answer)
		o := newObserving(t, a)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		host := strings.TrimPrefix(o.observer.cluster.core.Get().URL().Host, "http://")
		found := o.observer.Checks()[0].Look(ctx)
		if !slices.ContainsFunc(found, func(f preflight.Finding) bool {
			told := fmt.Sprintf("%v %s: %s", f.Status, f.Asked, strings.ReplaceAll(f.Text, host, "HOST"))
			return strings.HasPrefix(told, c.want) && strings.Contains(f.ToDo, c.toDo)
		}) {
			t.Errorf("%s: findings = %v; want %q, and %q in its way out", c.path, found, c.want, c.toDo)
		}
	}
}
