package hpa

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// script is a staging whose state the test writes.
type script struct {
	mu      sync.Mutex
	state   world.State
	changed chan struct{}
}

func (s *script) State() (world.State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.state
	state.Pods = append([]world.Pod(nil), state.Pods...)
	state.Events = append([]world.Event(nil), state.Events...)
	h := *state.HPA
	state.HPA = &h
	return state, s.changed
}

func (s *script) change(edit func(*world.State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit(&s.state)
	close(s.changed)
	s.changed = make(chan struct{})
}

// began is offset 0 of every run here; condition times are whole seconds.
var began = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func at(seconds int) time.Time { return began.Add(time.Duration(seconds) * time.Second) }

func readyPod(name string, created int) world.Pod {
	return world.Pod{
		Name: name, UID: "uid-" + name, Instance: "i-0a1", Created: at(created), Scheduled: at(created + 1),
		Running: at(created + 6), Ready: at(created + 9),
	}
}

// scene has two ready pods, a and b.
func scene() *script {
	metric := 40.0
	return &script{changed: make(chan struct{}), state: world.State{
		Config: world.Config{HPA: &world.HPA{Namespace: "default", Name: "web", Metric: "requests", Target: 60, Min: 2, Max: 10}},
		Pods:   []world.Pod{readyPod("a", -100), readyPod("b", -100)},
		HPA: &world.HPAStatus{Current: 2, Desired: 2, Metric: &metric, Created: at(-200), LastScale: at(-150), Conditions: []world.Condition{
			{Type: "ScalingLimited", Status: "False", Reason: "DesiredWithinRange", Since: at(-200)},
		}},
		Deployment: world.Deployment{Desired: 2, Ready: 2, Total: 2, Generation: 1, Created: at(-200)},
		Events:     []world.Event{event("old", "HorizontalPodAutoscaler", "web", "SuccessfulRescale", "New size: 2", -150)},
	}}
}

func event(uid, kind, name, reason, message string, seconds int) world.Event {
	return world.Event{UID: uid, Type: "Normal", Kind: kind, Name: name, Reason: reason, Message: message, At: at(seconds), Count: 1}
}

// scaleUp is the autoscaler's decision for one more pod, c.
func scaleUp(s *world.State) {
	metric := 90.0
	s.HPA.Metric, s.HPA.Desired, s.HPA.LastScale = &metric, 3, at(10)
	s.Deployment.Desired, s.Deployment.Total = 3, 3
	s.Events = append(s.Events, event("new", "HorizontalPodAutoscaler", "web", "SuccessfulRescale", "New size: 3; reason: requests above target", 10))
	s.Pods = append(s.Pods, world.Pod{Name: "c", UID: "uid-c", Created: at(11)})
}

// gate stands in front of an API and breaks it as the test says. Safe for
// concurrent use.
type gate struct {
	api  http.Handler
	rest *api // answers for what api may not serve

	mu      sync.Mutex
	refuse  func(r *http.Request) *metav1.Status // nil: nothing is refused
	down    bool
	expire  bool            // the next watch of each collection is told 410
	expired map[string]bool // collections that were told
	cut     chan struct{}   // closed to end the watches that run
	running map[string]bool // collections watched since the last cut
	served  []string        // paths, and whether they were watched
	news    func()
}

func (g *gate) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	g.mu.Lock()
	down, cut, refusal := g.down, g.cut, (*metav1.Status)(nil)
	if g.refuse != nil {
		refusal = g.refuse(r)
	}
	watches := r.URL.Query().Get("watch") != ""
	collection := r.URL.Path + r.URL.Query().Get("fieldSelector")
	expired := watches && g.expire && !g.expired[collection]
	if expired {
		g.expired[collection] = true
	}
	if watches && !expired && !down && refusal == nil {
		g.running[collection] = true
	}
	g.served = append(g.served, fmt.Sprintf("%s watch=%v", r.URL.Path, watches))
	g.mu.Unlock()
	g.news()
	switch {
	case down:
		panic(http.ErrAbortHandler)
	case refusal != nil:
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(int(refusal.Code))
		json.NewEncoder(w).Encode(refusal)
	case expired:
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintln(w, `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","code":410,"reason":"Expired","message":"too old resource version"}}`)
	default:
		ctx, cancel := context.WithCancel(r.Context())
		defer cancel()
		go func() {
			select {
			case <-cut:
				cancel()
			case <-ctx.Done():
			}
		}()
		g.behind(r).ServeHTTP(w, r.WithContext(ctx))
	}
}

// behind answers a request that is let through.
func (g *gate) behind(r *http.Request) http.Handler {
	for _, path := range []string{slicesPath, quotasPath, limitsPath, usagePath, nodesPath} {
		if r.URL.Path == path {
			return g.rest
		}
	}
	return g.api
}

// set changes how the gate behaves and ends all watches that run.
func (g *gate) set(change func(*gate)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	change(g)
	close(g.cut)
	g.cut, g.running = make(chan struct{}), map[string]bool{}
}

// watched is how many collections are watched.
func (g *gate) watched() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.running)
}

// facts keeps what an observer told. Safe for concurrent use.
type facts struct {
	mu       sync.Mutex
	readings []timeline.Reading
	events   []timeline.Event
	gaps     []timeline.Gap
	rules    []string // of the behavior: they are told besides what happens
	specs    []string // of how it scales, likewise
	panicsOn string   // the name of a reading; empty: none
	news     chan struct{}
}

func (f *facts) keep(add func()) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	add()
	close(f.news)
	f.news = make(chan struct{})
	return nil
}

func (f *facts) WriteReading(r timeline.Reading) error {
	return f.keep(func() {
		if r.Name == f.panicsOn {
			panic("on " + r.Name)
		}
		f.readings = append(f.readings, r)
	})
}
func (f *facts) WriteEvent(e timeline.Event) error {
	return f.keep(func() {
		if e.Kind == behaviorKind {
			f.rules = append(f.rules, e.Text)
			return
		}
		if e.Kind == timeline.Scaler {
			f.specs = append(f.specs, e.Spec)
			return
		}
		f.events = append(f.events, e)
	})
}
func (f *facts) WriteGap(g timeline.Gap) error { return f.keep(func() { f.gaps = append(f.gaps, g) }) }

// blind is how many gaps were told.
func (f *facts) blind() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.gaps)
}

// last is the last event of a kind.
func (f *facts) last(kind string) timeline.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	var last timeline.Event
	for _, e := range f.events {
		if e.Kind == kind {
			last = e
		}
	}
	return last
}

// told is the events in words, without their texts.
func (f *facts) told() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := []string{}
	for _, e := range f.events {
		all = append(all, tell(e))
	}
	return all
}

func tell(e timeline.Event) string {
	return strings.TrimSpace(fmt.Sprintf("%v %s %s", e.At.Seconds(), e.Kind, e.Unit))
}

// values are the values of a reading in the order in which they were told.
func (f *facts) values(name string) []float64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	var all []float64
	for _, r := range f.readings {
		if r.Name == name {
			all = append(all, r.Value)
		}
	}
	return all
}

// await waits until a condition on the facts holds.
func (f *facts) await(t testing.TB, what string, holds func() bool) {
	t.Helper()
	patient := time.NewTimer(20 * time.Second)
	defer patient.Stop()
	for {
		f.mu.Lock()
		news := f.news
		f.mu.Unlock()
		if holds() {
			return
		}
		select {
		case <-news:
		case <-patient.C:
			t.Fatalf("%s did not come; events %q", what, f.told())
		}
	}
}

func (f *facts) awaitEvent(t testing.TB, want string) {
	t.Helper()
	f.await(t, want, func() bool {
		for _, got := range f.told() {
			if got == want {
				return true
			}
		}
		return false
	})
}

func (f *facts) awaitValue(t testing.TB, name string, want float64) {
	t.Helper()
	f.await(t, fmt.Sprint(name, " = ", want), func() bool {
		values := f.values(name)
		return len(values) > 0 && values[len(values)-1] == want
	})
}

// awaitWatches waits until everything is listed and watched.
func (o *observation) awaitWatches(t *testing.T) {
	t.Helper()
	o.await(t, "a watch of all 8 collections", func() bool { return o.gate.watched() == 8 })
}

// observation is one observer of a scripted staging over loopback.
type observation struct {
	*facts
	gate     *gate
	observer *Observer
	rec      *observe.Recorder
	listener net.Listener
}

func newObservation(t *testing.T, s *script) *observation {
	t.Helper()
	api := kubeapi.New(s)
	f := &facts{news: make(chan struct{})}
	g := &gate{
		api: api, rest: newAPI(), cut: make(chan struct{}), expired: map[string]bool{}, running: map[string]bool{},
		news: func() { f.keep(func() {}) },
	}
	server := httptest.NewServer(g)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { api.Run(ctx) })
	t.Cleanup(func() {
		cancel()
		running.Wait()
		server.Close()
	})
	observer, err := New(Options{Config: &rest.Config{Host: server.URL}, Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	observer.patience = 300 * time.Millisecond
	return &observation{f, g, observer, observe.NewRecorder(observer.Source(), began, f), server.Listener}
}

// begin starts observing; stop ends it and returns what Observe returned, and
// ended what it returned by itself.
func (o *observation) begin(t testing.TB) (stop, ended func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	result := make(chan error, 1)
	go func() { result <- o.observer.Observe(ctx, o.rec) }()
	ended = func() error {
		t.Helper()
		patient := time.NewTimer(20 * time.Second)
		defer patient.Stop()
		select {
		case err := <-result:
			return err
		case <-patient.C:
			t.Fatal("Observe goes on; want it to return")
			return nil
		}
	}
	return func() error { t.Helper(); cancel(); return ended() }, ended
}
