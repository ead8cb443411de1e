package hpa

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"

	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestObserveTellsAScaleUp(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	stop, _ := o.begin(t)
	for name, want := range map[string]float64{"desired": 2, "ready": 2, "min": 2, "max": 10, "metric/requests": 40, "target/requests": 60} {
		o.awaitValue(t, name, want)
	}
	o.awaitWatches(t)
	if got := o.told(); len(got) > 0 {
		t.Fatalf("events at the start = %q; want none", got)
	}

	s.change(scaleUp)
	o.awaitEvent(t, "10 decision")
	o.awaitEvent(t, "10 SuccessfulRescale")
	o.awaitEvent(t, "11 create c")
	s.change(func(s *world.State) { s.Pods[2].Scheduled, s.Pods[2].Instance = at(12), "i-0a1" })
	o.awaitEvent(t, "12 place c")
	s.change(func(s *world.State) { s.Pods[2].Running = at(17) })
	o.awaitEvent(t, "17 start c")
	s.change(func(s *world.State) { s.Pods[2].Ready = at(20) })
	o.awaitEvent(t, "20 ready c")
	o.awaitValue(t, "ready", 3)
	s.change(func(s *world.State) { s.Pods[0].Terminated = at(30); s.Pods = append(s.Pods, readyPod("d", 31)) })
	o.awaitEvent(t, "40 ready d")
	o.awaitValue(t, "ready", 3)
	if err := stop(); err != nil {
		t.Errorf("Observe = %v after its context ended; want nil", err)
	}

	if got, want := o.values("desired"), []float64{2, 3}; !cmp.Equal(got, want) {
		t.Errorf("desired = %v; want %v", got, want)
	}
	if got, want := o.values("metric/requests"), []float64{40, 90}; !cmp.Equal(got, want) {
		t.Errorf("metric/requests = %v; want %v", got, want)
	}
	counts := map[string]int{}
	for _, e := range o.events {
		counts[e.Kind+" "+e.Unit]++
		if e.Kind == timeline.Decision && e.Text != "desired 2 to 3: requests 90 for a target of 60" {
			t.Errorf("decision = %q; want desired 2 to 3: requests 90 for a target of 60", e.Text)
		}
		if e.Kind != timeline.Gone && (e.Seen == nil || *e.Seen <= e.At) {
			t.Errorf("%s seen at %v; want an instant after it", tell(e), e.Seen)
		}
		if e.Source != "hpa/default/web" {
			t.Errorf("%s is of %q; want hpa/default/web", tell(e), e.Source)
		}
	}
	want := map[string]int{
		"decision ": 1, "SuccessfulRescale ": 1, "gone a": 1,
		"create c": 1, "place c": 1, "start c": 1, "ready c": 1, "create d": 1, "place d": 1, "start d": 1, "ready d": 1,
	}
	if diff := cmp.Diff(want, counts); diff != "" {
		t.Errorf("how often each event was told (-want +got):\n%s", diff)
	}
	if len(o.gaps) > 0 {
		t.Errorf("gaps = %v; want none", o.gaps)
	}
}

func TestObserveTellsWhyThereIsNoMore(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	o.begin(t)
	o.awaitWatches(t)
	s.change(func(s *world.State) {
		s.HPA.Conditions = []world.Condition{{Type: "ScalingLimited", Status: "True", Reason: "TooManyReplicas",
			Message: "the desired replica count is more than the maximum replica count", Since: at(15)}}
		s.Pods = append(s.Pods, world.Pod{Name: "c", UID: "uid-c", Created: at(15), Unschedulable: at(16)})
		s.Events = append(s.Events,
			event("f", "Pod", "c", "FailedScheduling", "0/1 nodes are available", 16),
			event("t", "Pod", "c", "TriggeredScaleUp", "pod triggered scale-up: [{web 1->2}]", 17),
			event("s", "Pod", "stranger", "FailedScheduling", "of another workload", 17))
	})
	o.awaitEvent(t, "15 ScalingLimited")
	o.awaitEvent(t, "16 FailedScheduling c")
	o.awaitEvent(t, "17 TriggeredScaleUp c")
	if got := o.told(); slices.ContainsFunc(got, func(e string) bool { return strings.Contains(e, "stranger") }) {
		t.Errorf("events = %q; want none of another workload's pod", got)
	}
	for _, e := range o.events {
		if want := "wants more units than its maximum allows (TooManyReplicas: the desired replica count is more than the maximum replica count)"; e.Kind == "ScalingLimited" && e.Text != want {
			t.Errorf("ScalingLimited = %q; want %q", e.Text, want)
		}
	}
}

func TestExpiredWatchResumesWithoutDuplicates(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	stop, _ := o.begin(t)
	o.awaitWatches(t)
	s.change(scaleUp)
	o.awaitEvent(t, "10 decision")
	o.awaitEvent(t, "10 SuccessfulRescale")
	o.awaitEvent(t, "11 create c")
	o.gate.set(func(g *gate) { g.expire = true })
	s.change(func(s *world.State) {
		s.Pods = append(s.Pods[1:], readyPod("d", 30))
		s.HPA.Desired, s.HPA.LastScale = 4, at(30)
		s.Events = append(s.Events, event("newer", "HorizontalPodAutoscaler", "web", "SuccessfulRescale", "New size: 4", 30))
	})
	o.awaitEvent(t, "39 ready d")
	o.awaitValue(t, "ready", 2)
	o.awaitEvent(t, "30 decision")
	o.awaitEvent(t, "30 SuccessfulRescale")
	o.await(t, "an expired watch of every collection", func() bool {
		o.gate.mu.Lock()
		defer o.gate.mu.Unlock()
		return len(o.gate.expired) == 8
	})
	o.awaitWatches(t)
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	got := o.told()
	slices.Sort(got)
	got = slices.DeleteFunc(got, func(e string) bool { return strings.HasSuffix(e, " gone a") }) // at the instant it was missed
	want := []string{
		"10 SuccessfulRescale", "10 decision", "11 create c", "30 SuccessfulRescale", "30 create d", "30 decision",
		"31 place d", "36 start d", "39 ready d",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events through an expired watch (-want +got):\n%s", diff)
	}
}

func TestOutageIsAnErrorAndNothingIsLost(t *testing.T) {
	var log bytes.Buffer
	klog.LogToStderr(false)
	klog.SetOutput(&log)
	t.Cleanup(func() { klog.LogToStderr(true) })
	s := scene()
	o := newObservation(t, s)
	_, ended := o.begin(t)
	o.awaitWatches(t)

	o.gate.set(func(g *gate) { g.down = true })
	err := ended()
	if err == nil || !strings.HasPrefix(err.Error(), "hpa default/web: ") || !strings.Contains(err.Error(), "EOF") {
		t.Errorf("Observe = %v in an outage; want hpa default/web: … EOF", err)
	}
	if blind := o.last(timeline.Blind); blind.Text != err.Error() || time.Duration(*blind.Seen-blind.At) < o.observer.patience {
		t.Errorf("blind = %+v; want it since %v before with the error as its cause", blind, o.observer.patience)
	}
	if err := o.observer.Observe(t.Context(), o.rec); err == nil {
		t.Error("Observe = nil while the API is down; want an error at once")
	}

	s.change(scaleUp)
	s.change(func(s *world.State) { s.Pods[2] = readyPod("c", 11) })
	o.gate.set(func(g *gate) { g.down = false })
	stop, _ := o.begin(t)
	o.awaitEvent(t, "20 ready c")
	o.awaitEvent(t, "10 decision")
	o.awaitEvent(t, "10 SuccessfulRescale")
	o.awaitValue(t, "ready", 3)
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	if len(o.gaps) != 1 || o.gaps[0].From != o.last(timeline.Blind).At || o.gaps[0].Cause != err.Error() {
		t.Errorf("gaps = %v; want one from %v with the error as its cause", o.gaps, o.last(timeline.Blind).At)
	}
	if got := o.values("min"); !cmp.Equal(got, []float64{2, 2}) {
		t.Errorf("min = %v; want it told again after the outage", got)
	}
	klog.Flush()
	if log.Len() > 0 {
		t.Errorf("log = %s; want silence", log.String())
	}
}

func TestAPIGoesAway(t *testing.T) {
	o := newObservation(t, scene())
	_, ended := o.begin(t)
	o.awaitWatches(t)
	o.listener.Close()
	o.gate.set(func(g *gate) { g.down = true })
	if err := ended(); err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("Observe = %v with nobody listening; want connection refused", err)
	}
}

func TestShortOutageIsNotAnError(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	o.observer.patience = time.Minute
	stop, _ := o.begin(t)
	o.awaitWatches(t)
	o.gate.set(func(g *gate) { g.down = true })
	s.change(scaleUp)
	o.gate.set(func(g *gate) { g.down = false })
	o.awaitEvent(t, "11 create c")
	o.awaitEvent(t, "10 decision")
	if err := stop(); err != nil || len(o.gaps) > 0 {
		t.Errorf("Observe = %v with gaps %v; want neither", err, o.gaps)
	}
}

// forbid refuses to list, or to watch, a resource.
func forbid(resource string, watch bool) func(*http.Request) *metav1.Status {
	return func(r *http.Request) *metav1.Status {
		if !strings.Contains(r.URL.Path, "/"+resource) || (r.URL.Query().Get("watch") != "") != watch {
			return nil
		}
		return &metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: 403, Reason: metav1.StatusReasonForbidden}
	}
}

// Without permission to read events everything else is observed.
func TestForbiddenEventsAreAWarning(t *testing.T) {
	for watch, verb := range map[bool]string{false: "list", true: "watch"} {
		s := scene()
		o := newObservation(t, s)
		o.gate.set(func(g *gate) { g.refuse = forbid("events", watch) })
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var warnings []string
		watched := make(chan error, 1)
		go func() {
			var err error
			warnings, err = observe.Watch(ctx, began, o.facts, o.observer)
			watched <- err
		}()
		o.await(t, "a watch of everything else", func() bool { return o.gate.watched() == 5 })
		s.change(scaleUp)
		o.awaitEvent(t, "10 decision")
		o.awaitEvent(t, "11 create c")
		o.awaitValue(t, "desired", 3)
		o.await(t, "events given up", func() bool { return slices.ContainsFunc(o.told(), isUnobserved) })
		cancel()
		if err := <-watched; err != nil {
			t.Fatal(err)
		}
		want := "events were not observed: forbidden (needs " + verb + " on events in default)"
		if !cmp.Equal(warnings, []string{"hpa/default/web: " + want}) || len(o.gaps) > 0 {
			t.Errorf("%s: warnings = %q, gaps %v; want only %s", verb, warnings, o.gaps, want)
		}
		if n := len(slices.DeleteFunc(o.told(), func(e string) bool { return !isUnobserved(e) })); n != 1 {
			t.Errorf("%s: events = %q; want one that events are not observed", verb, o.told())
		}
	}
}

func isUnobserved(told string) bool { return strings.HasSuffix(told, "events"+unobserved) }

// Events that cannot be watched for a while are told later: no warning.
func TestEventsComeBack(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	stop, _ := o.begin(t)
	o.awaitWatches(t)
	o.gate.set(func(g *gate) {
		g.refuse = func(r *http.Request) *metav1.Status {
			if !strings.Contains(r.URL.Path, "/events") {
				return nil
			}
			return &metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: 500, Reason: metav1.StatusReasonInternalError}
		}
	})
	o.await(t, "events given up", func() bool { return slices.ContainsFunc(o.told(), isUnobserved) })
	s.change(scaleUp)
	o.awaitValue(t, "desired", 3)
	o.gate.set(func(g *gate) { g.refuse = nil })
	o.awaitEvent(t, "10 SuccessfulRescale")
	o.awaitWatches(t)
	if err := stop(); err != nil || len(o.gaps) > 0 {
		t.Errorf("Observe = %v with gaps %v; want neither", err, o.gaps)
	}
}

// A mistake while a fact is taken ends the observation, not the process.
func TestAPanicIsAnError(t *testing.T) {
	for _, on := range []string{timeline.Max, timeline.Ready} { // told by two different watches
		o := newObservation(t, scene())
		o.facts.mu.Lock()
		o.facts.panicsOn = on
		o.facts.mu.Unlock()
		_, ended := o.begin(t)
		if err := ended(); err == nil || !strings.HasPrefix(err.Error(), "hpa default/web: watching ") || !strings.HasSuffix(err.Error(), " panicked: on "+on) {
			t.Errorf("Observe = %v; want the panic on %s", err, on)
		}
	}
}

func TestRefusals(t *testing.T) {
	answer := func(code int32, reason metav1.StatusReason) func(*http.Request) *metav1.Status {
		return func(*http.Request) *metav1.Status {
			return &metav1.Status{TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: code, Reason: reason, Message: string(reason)}
		}
	}
	for _, c := range []struct {
		name   string
		refuse func(*http.Request) *metav1.Status
		want   string
	}{
		{"web", forbid("pods", false), "hpa default/web: forbidden (needs list on pods in default)"},
		{"web", forbid("pods", true), "hpa default/web: forbidden (needs watch on pods in default)"},
		{"web", forbid("deployments", false), "hpa default/web: forbidden (needs get on deployments in default)"},
		{"web", forbid("horizontalpodautoscalers", false), "hpa default/web: forbidden (needs get on horizontalpodautoscalers in default)"},
		{"web", answer(401, metav1.StatusReasonUnauthorized), "hpa default/web: unauthorized (are the credentials of this context still valid?)"},
		{"web", answer(404, metav1.StatusReasonNotFound), "hpa default/web: autoscaling/v2 is not served (needs Kubernetes 1.23 or later)"},
		{"web", answer(500, metav1.StatusReasonInternalError), "hpa default/web: get horizontalpodautoscalers: InternalError"},
		{"nobody", nil, "hpa default/nobody: not found (is there such an autoscaler in namespace default of this context?)"},
	} {
		o := newObservation(t, scene())
		o.observer.name = c.name
		o.gate.set(func(g *gate) { g.refuse = c.refuse })
		_, ended := o.begin(t)
		if err := ended(); err == nil || err.Error() != c.want {
			t.Errorf("Observe = %v; want %s", err, c.want)
		}
	}
}

func TestAutoscalerGoesAway(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	_, ended := o.begin(t)
	o.awaitWatches(t)
	s.change(func(s *world.State) { s.Config.HPA = &world.HPA{Namespace: "default", Name: "other", Min: 1, Max: 2} })
	if err, want := ended(), "hpa default/web: was deleted"; err == nil || err.Error() != want {
		t.Errorf("Observe = %v; want %s", err, want)
	}
}

func TestNobodyListens(t *testing.T) {
	observer, err := New(Options{Config: &rest.Config{Host: "http://127.0.0.1:1"}, Namespace: "prod", Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	f := &facts{news: make(chan struct{})}
	err = observer.Observe(t.Context(), observe.NewRecorder(observer.Source(), began, f))
	want := "hpa prod/web: get horizontalpodautoscalers: dial tcp 127.0.0.1:1: connect: connection refused"
	if err == nil || err.Error() != want {
		t.Errorf("Observe = %v; want %s", err, want)
	}
	if got, want := observer.Source(), "hpa/prod/web"; got != want {
		t.Errorf("Source() = %s; want %s", got, want)
	}
}

// TestStreamedListFillsAStore has the library itself, as it is by default, read
// the embedded API.
func TestStreamedListFillsAStore(t *testing.T) {
	s := scene()
	o := newObservation(t, s)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	source := cache.NewListWatchFromClient(o.observer.cluster.core, "pods", "default", fields.Everything())
	seen := make(chan string, 16)
	handler := cache.ResourceEventHandlerFuncs{AddFunc: func(p any) { seen <- p.(*corev1.Pod).Name }}
	_, informer := cache.NewInformerWithOptions(cache.InformerOptions{ListerWatcher: source, ObjectType: &corev1.Pod{}, Handler: handler})
	done := make(chan struct{})
	go func() { defer close(done); informer.RunWithContext(ctx) }()
	got := []string{<-seen, <-seen}
	slices.Sort(got)
	s.change(scaleUp)
	if got = append(got, <-seen); !cmp.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("pods seen = %v; want a and b, then c", got)
	}
	o.gate.mu.Lock()
	for _, request := range o.gate.served {
		if strings.HasSuffix(request, "watch=false") {
			t.Errorf("the library asked %s; want only watches", request)
		}
	}
	o.gate.mu.Unlock()
	cancel()
	<-done
}
