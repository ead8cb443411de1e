package hpa

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/klog/v2"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// nonsense is an answer that is well, and is not what was asked for.
func nonsense(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte(`{"kind":"PodList","apiVersion":"v1","items":"all of them"}`))
}

// ways are the ways in which a collection can be broken, and what is said of it.
var ways = []struct {
	name   string
	answer http.HandlerFunc
	want   string
}{
	{"internal error", refuse(500, metav1.StatusReasonInternalError), "InternalError"},
	{"throttled", refuse(429, metav1.StatusReasonTooManyRequests), "TooManyRequests"},
	{"forbidden", refuse(403, metav1.StatusReasonForbidden), "forbidden (needs list on "},
	{"a page", page, "answered 502 Bad Gateway"},
	{"a reset", reset, "EOF"},
	{"nonsense", nonsense, "list "},
	{"expired for good", refuse(410, metav1.StatusReasonExpired), "Expired"},
}

// Whatever is broken of what the observation needs is a gap, which ends when
// the API is well again.
func TestBrokenIsAGap(t *testing.T) {
	for _, path := range []string{podsPath, deploymentsPath, hpasPath} {
		for _, way := range ways {
			t.Run(way.name, func(t *testing.T) {
				t.Parallel()
				a := crowded()
				a.answer(path, way.answer)
				o := newObserving(t, a)
				_, ended := o.begin(t)
				err := ended()
				if err == nil || !strings.HasPrefix(err.Error(), "hpa default/web: ") || !strings.Contains(err.Error(), way.want) || strings.Contains(err.Error(), "<html>") {
					t.Errorf("%s: Observe = %v; want hpa default/web: … %s, without a page", path, err, way.want)
				}
				o.rec.Lost(time.Now(), err) // as its supervisor does
				a.answer(path, nil)
				stop, _ := o.begin(t)
				o.awaitValue(t, "ready", 2)
				o.await(t, "the end of the gap", func() bool { return o.blind() == 1 })
				if err := stop(); err != nil {
					t.Errorf("%s: Observe = %v; want nil", path, err)
				}
			})
		}
	}
}

// Whatever is broken of what it can do without is a warning.
func TestBrokenAsideIsAWarning(t *testing.T) {
	for path, noun := range map[string]string{eventsPath: "events", slicesPath: "endpoint slices", replicaSetsPath: "replica sets"} {
		for _, way := range ways {
			t.Run(way.name, func(t *testing.T) {
				t.Parallel()
				a := crowded()
				a.answer(path, way.answer)
				o := newObserving(t, a)
				warnings, stop := o.watch(t)
				o.awaitValue(t, "ready", 2)
				o.awaitValue(t, "desired", 2)
				o.await(t, noun+" given up", func() bool { return o.last(strings.ReplaceAll(noun, " ", "_")+unobserved).Text != "" })
				stop()
				got := slices.DeleteFunc(<-warnings, func(w string) bool {
					return strings.HasPrefix(w, "hpa/default/web: "+noun+" were not observed: ") && strings.Contains(w, way.want) && !strings.Contains(w, "<html>")
				})
				if len(got) > 0 || len(o.gaps) > 0 {
					t.Errorf("%s: other warnings = %q, gaps %v; want neither", noun, got, o.gaps)
				}
			})
		}
	}
}

// Watches that cannot be resumed are begun anew: nothing is told twice, and
// nothing is lost.
func TestExpiredTwice(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	stop, _ := o.begin(t)
	o.awaitAll(t)
	for _, name := range []string{"c", "d"} {
		a.put(podsPath, podOf(name))
		a.expire()
		o.awaitEvent(t, "9 ready "+name)
		o.awaitAll(t)
	}
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	got := o.told()
	slices.Sort(got)
	want := []string{"1 create c", "1 create d", "2 place c", "2 place d", "7 start c", "7 start d", "9 ready c", "9 ready d"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events through two expiries (-want +got):\n%s", diff)
	}
}

// An API that takes a watch and then says nothing at all is broken too.
func TestAWatchThatNeverBegins(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	a.answer(podsPath, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("watch") != "" {
			hang(w, r)
			return
		}
		a.list(w, r)
	})
	ctx, cancel := context.WithCancel(klog.NewContext(t.Context(), klog.Logger{}))
	defer cancel()
	s := &stream{
		client: o.observer.cluster.core, resource: "pods", namespace: "default", labels: labels.Everything(), within: 50 * time.Millisecond,
		object: &corev1.Pod{}, list: func() runtime.Object { return &corev1.PodList{} }, store: &store[*corev1.Pod]{seen: func(*corev1.Pod) {}},
	}
	failed := make(chan error, 1)
	go s.run(ctx, 100*time.Millisecond, func(err error) {
		select {
		case failed <- err:
		default:
		}
	})
	if err, want := <-failed, "watch pods: no answer within 50ms"; err.Error() != want {
		t.Errorf("a watch that never begins fails with %v; want %s", err, want)
	}
}

// Of what the API leaves out nothing is made up, and nothing breaks.
func TestObjectsWithNothingInThem(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	stop, _ := o.begin(t)
	o.awaitAll(t)
	a.put(podsPath, &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "empty", UID: "uid-empty", Labels: map[string]string{"app": "web"}}})
	strange := podOf("strange")
	strange.Status.Phase = "Dreaming"
	strange.Status.Conditions = []corev1.PodCondition{{Type: "Lucid", Status: "Maybe"}, {Type: corev1.PodReady, Status: "Maybe"}}
	a.put(podsPath, strange)
	a.put(slicesPath, slice("empty"))
	a.put(eventsPath, &corev1.Event{ObjectMeta: metav1.ObjectMeta{Name: "e", UID: "uid-e"}, InvolvedObject: corev1.ObjectReference{Kind: "Pod"}})
	a.put(podsPath, podOf("c"))
	o.awaitEvent(t, "9 ready c")
	if err := stop(); err != nil || len(o.gaps) > 0 {
		t.Errorf("Observe = %v with gaps %v; want neither", err, o.gaps)
	}
	for _, e := range o.told() {
		if strings.HasSuffix(e, "strange") && !strings.HasSuffix(e, "create strange") {
			t.Errorf("events = %q; want only that strange was created", o.told())
		}
	}
	if got := o.values("ready"); got[len(got)-1] != 3 {
		t.Errorf("ready = %v; want 3 at the end", got)
	}
}

// What a watch delivers is known within 100 ms, nine times in ten.
func TestReceiptIsPrompt(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	o.begin(t)
	o.awaitAll(t)
	var delays []time.Duration
	for n := range 20 {
		name := fmt.Sprint("p", n)
		put := timeline.Since(began, time.Now())
		a.put(podsPath, podOf(name))
		o.awaitEvent(t, "9 ready "+name)
		delays = append(delays, time.Duration(*o.last("ready").Seen-put))
	}
	slices.Sort(delays)
	if late := delays[17]; late > 100*time.Millisecond { // the 90th percentile
		t.Errorf("of 20 pods 18 are seen within %v; want within 100ms", late)
	}
}
