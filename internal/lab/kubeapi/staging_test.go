package kubeapi_test

import (
	"context"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// script is a staging whose state the test writes.
type script struct {
	mu      sync.Mutex
	state   world.State
	changed chan struct{}
}

func newScript(s world.State) *script { return &script{state: s, changed: make(chan struct{})} }

func (s *script) State() (world.State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	state := s.state
	state.Pods = append([]world.Pod(nil), state.Pods...)
	state.Events = append([]world.Event(nil), state.Events...)
	if state.HPA != nil {
		h := *state.HPA
		state.HPA = &h
	}
	return state, s.changed
}

func (s *script) change(edit func(*world.State)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	edit(&s.state)
	close(s.changed)
	s.changed = make(chan struct{})
}

// at is an instant of the scripted past.
func at(seconds int) time.Time {
	return time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC).Add(time.Duration(seconds) * time.Second)
}

func readyPod(name string, created int) world.Pod {
	return world.Pod{
		Name: name, UID: "uid-" + name, Instance: "i-0a1", IP: "10.0.0.7",
		Created: at(created), Scheduled: at(created + 1), Running: at(created + 6), Ready: at(created + 9),
	}
}

// scene has two ready pods on one instance, a second instance that boots, and
// an autoscaler that has measured.
func scene() world.State {
	metric := 42.5
	return world.State{
		Start: at(0), Now: at(100),
		Config: world.Config{HPA: &world.HPA{
			Namespace: "default", Name: "web", Metric: "requests", Target: 60, Min: 2, Max: 10,
			Sync: 15 * time.Second, Tolerance: 0.1,
		}},
		Pods:       []world.Pod{readyPod("web-6d4cf56db6-aaaaa", 0), readyPod("web-6d4cf56db6-bbbbb", 0)},
		Deployment: world.Deployment{Desired: 2, Ready: 2, Total: 2, Generation: 1, Created: at(0)},
		HPA: &world.HPAStatus{Current: 2, Desired: 2, Metric: &metric, Created: at(0), Conditions: []world.Condition{
			{Type: "AbleToScale", Status: "True", Reason: "ReadyForNewScale", Message: "recommended size matches current size", Since: at(0)},
		}},
		Group: &world.GroupState{Desired: 2, Min: 1, Max: 4, Created: at(0), Instances: []world.Instance{
			{ID: "i-0a1", Zone: "ap-northeast-1a", Type: "c7g.large", Lifecycle: "InService", Launched: at(-90), InService: at(-30)},
			{ID: "i-0b2", Zone: "ap-northeast-1c", Type: "c7g.large", Lifecycle: "Pending", Launched: at(95)},
		}},
		Events: []world.Event{{
			UID: "e1", Type: "Normal", Reason: "ScalingReplicaSet", Message: "Scaled up replica set web-6d4cf56db6 to 2",
			Kind: "Deployment", Name: "web", First: at(0), At: at(0), Count: 1,
		}},
	}
}

// scaleUp is the scene's next act: the autoscaler asks for a third pod.
func scaleUp(s *world.State) {
	s.HPA.Desired, s.HPA.LastScale = 3, at(110)
	s.Deployment.Desired, s.Deployment.Total, s.Deployment.Generation = 3, 3, 2
	s.Pods = append(s.Pods, world.Pod{Name: "web-6d4cf56db6-ccccc", UID: "uid-c", Created: at(110)})
	s.Events = append(s.Events, world.Event{
		UID: "e2", Type: "Normal", Reason: "SuccessfulRescale", Message: "New size: 3; reason: pods metric requests above target",
		Kind: "HorizontalPodAutoscaler", Name: "web", First: at(110), At: at(110), Count: 1,
	})
}

// serve runs an API of the script on loopback until the test ends.
func serve(t *testing.T, s *script) string {
	t.Helper()
	api := kubeapi.New(s)
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { api.Run(ctx) })
	server := httptest.NewServer(api)
	t.Cleanup(func() {
		cancel()
		running.Wait()
		server.Close()
	})
	return server.URL
}
