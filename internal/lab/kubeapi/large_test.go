package kubeapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"

	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/raced"
)

// A staging that grows from one pod to five thousand at once tells one watch of
// each pod, without its falling behind the history.
func TestFiveThousandPods(t *testing.T) {
	pods := raced.Part(5000, 1000)
	ctx, cancel := context.WithCancel(context.Background())
	w, err := world.Start(ctx, world.Config{
		Pods: world.Pods{Schedule: 100 * time.Millisecond, Run: 200 * time.Millisecond, Ready: 200 * time.Millisecond, Spread: 0.5},
		HPA: &world.HPA{Metric: world.Requests, Target: 1e-4, Max: pods, Sync: time.Second, Behavior: &world.Behavior{
			ScaleUp: &world.Rules{Policies: []world.Policy{{Type: "pods", Value: pods, Period: time.Second}}}}},
		Group: &world.Group{Min: pods / 4, Max: pods / 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	api := kubeapi.New(w)
	var running sync.WaitGroup
	running.Go(func() { api.Run(ctx) })
	server := httptest.NewServer(api)
	t.Cleanup(func() { cancel(); running.Wait(); w.Wait(); server.Close() })

	answer, err := http.Get(server.URL + podsPath + "?watch=1")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	request, _ := http.NewRequest(http.MethodGet, "http://lab/", nil)
	if served, err := w.Door().RoundTrip(request); err != nil || served.StatusCode != http.StatusOK { // the HPA asks for all pods because of it
		t.Fatalf("request = %v, %v; want it served", served, err)
	}
	began := time.Now()
	ready := map[string]bool{}
	frames := json.NewDecoder(answer.Body)
	changes := 0
	for len(ready) < pods {
		var f struct {
			Type   string
			Object corev1.Pod
		}
		if err := frames.Decode(&f); err != nil || f.Type == "ERROR" {
			t.Fatalf("watch with %d pods ready = %s, %v; want it to go on", len(ready), f.Type, err)
		}
		changes++
		for _, c := range f.Object.Status.Conditions {
			if c.Type == corev1.PodReady && c.Status == corev1.ConditionTrue {
				ready[f.Object.Name] = true
			}
		}
	}
	t.Logf("%d pods ready after %v and %d changes", pods, time.Since(began).Round(time.Millisecond), changes)

	endpoints := map[string]int{}
	list, _ := fetch[discoveryv1.EndpointSliceList](t, server.URL+"/apis/discovery.k8s.io/v1/endpointslices", "")
	for _, s := range list.Items {
		if len(s.Endpoints) > 100 {
			t.Errorf("slice %s has %d endpoints; want at most 100", s.Name, len(s.Endpoints))
		}
		for _, e := range s.Endpoints {
			endpoints[e.TargetRef.Name]++
		}
	}
	if len(list.Items) != pods/100 || len(endpoints) != pods {
		t.Errorf("%d slices name %d pods; want %d and %d", len(list.Items), len(endpoints), pods/100, pods)
	}
}

// A change of one pod of five thousand costs its own rendering and a look at the
// others.
func BenchmarkFollow(b *testing.B) {
	state := scene()
	state.Pods = nil
	for n := range 5000 {
		p := readyPod(fmt.Sprint("web-6d4cf56db6-", n), 0)
		p.UID = fmt.Sprint("web-6d4cf56db6-", n)
		state.Pods = append(state.Pods, p)
	}
	s := newScript(state)
	follow := kubeapi.Follower(s)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		s.change(func(s *world.State) { s.Pods[n%5000].Restarts++ })
		follow()
	}
}
