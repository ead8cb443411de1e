package hpa

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/observe"
)

// measured is what metrics.k8s.io tells of a pod whose containers use so much.
func measured(name string, seconds int, cores ...string) map[string]any {
	containers := []any{}
	for _, c := range cores {
		usage := map[string]string{}
		if c != "" {
			usage["cpu"] = c
		}
		containers = append(containers, map[string]any{"name": "app", "usage": usage})
	}
	return map[string]any{
		"metadata": map[string]string{"name": name}, "timestamp": at(seconds), "window": "30s", "containers": containers,
	}
}

func TestUsageOfReadyPods(t *testing.T) {
	a := simple()
	for _, name := range []string{"a", "b", "c", "d", "e"} {
		p := fullPod()
		p.Name, p.UID, p.Labels = name, uid(name), map[string]string{"app": "web"}
		if name == "d" {
			p.Status.Conditions[1].Status = "False"
		}
		a.put(podsPath, p)
	}
	a.answer(usagePath, serve(map[string]any{"items": []any{
		measured("a", 10, "250m", "50m"), measured("b", 20, "1500000000n"),
		measured("d", 20, "9"),          // not ready
		measured("e", 20, "100m", ""),   // one container is not measured
		measured("stranger", 20, "100"), // of another workload
		map[string]any{"metadata": nil}, // of nothing
	}}))
	o := newObserving(t, a)
	o.begin(t)
	o.awaitValue(t, UsageCPU, 0.9)
	o.awaitValue(t, UsageCPUMax, 1.5)
}

// Whatever becomes of usage, nothing else of the observation suffers.
func TestUsageThatIsNotThere(t *testing.T) {
	for _, c := range []struct {
		name  string
		serve []http.HandlerFunc // one poll each, the last one for good
		polls int                // it takes to know
		final bool               // and then there are no more
		want  []string
	}{
		{"not served", []http.HandlerFunc{refuse(404, metav1.StatusReasonNotFound)}, 1, true,
			[]string{"usage of pods was not read: metrics.k8s.io is not served (is metrics-server installed?)"}},
		{"forbidden", []http.HandlerFunc{refuse(403, metav1.StatusReasonForbidden)}, 1, true,
			[]string{"usage of pods was not read: forbidden (needs list on pods.metrics.k8s.io in default)"}},
		{"down", []http.HandlerFunc{refuse(503, metav1.StatusReasonServiceUnavailable)}, 3, false,
			[]string{"usage of pods was not read: list pods.metrics.k8s.io: ServiceUnavailable"}},
		{"down for a while", []http.HandlerFunc{page, serve(map[string]any{})}, 3, false,
			[]string{"usage of pods was not read in 1 of 3 polls, the first: list pods.metrics.k8s.io: answered 502 Bad Gateway"}},
		{"nonsense", []http.HandlerFunc{serve([]int{1})}, 1, false,
			[]string{"usage of pods was not read: list pods.metrics.k8s.io: the answer is not what was asked for"}},
		{"empty", []http.HandlerFunc{serve(map[string]any{})}, 1, false, nil},
	} {
		a := simple()
		o := newObserving(t, a)
		o.observer.usage.every = time.Millisecond
		asked := make(chan int, 1000)
		n := 0
		a.answer(usagePath, func(w http.ResponseWriter, r *http.Request) {
			n++
			asked <- n
			if n > c.polls {
				<-r.Context().Done()
				return
			}
			c.serve[min(n, len(c.serve))-1](w, r)
		})
		warnings, stop := o.watch(t)
		for range c.polls {
			<-asked
		}
		if c.want != nil {
			o.await(t, c.name, func() bool { return o.last("usage"+unobserved).Text != "" })
		}
		if !c.final {
			<-asked // what came before is taken
		}
		o.awaitAll(t)
		stop()
		got := slices.DeleteFunc(<-warnings, func(w string) bool { return !strings.Contains(w, "usage") })
		want := slices.Clone(c.want)
		for i := range want {
			want[i] = "hpa/default/web: " + want[i]
		}
		if !cmp.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: warnings = %q; want %q", c.name, got, want)
		}
		if len(o.gaps) > 0 {
			t.Errorf("%s: gaps = %v; want none", c.name, o.gaps)
		}
	}
}

// page is what a proxy answers where there is nobody behind it.
func page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	_, _ = w.Write([]byte("<html><body><h1>502 Bad Gateway</h1></body></html>"))
}

// watch has the observer supervised as in a run; its warnings come when it is
// stopped.
func (o *observing) watch(t *testing.T) (warnings <-chan []string, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	told := make(chan []string, 1)
	go func() {
		all, err := observe.Watch(ctx, began, o.facts, o.observer)
		if err != nil {
			t.Errorf("Watch = %v; want nil", err)
		}
		told <- all
	}()
	return told, cancel
}
