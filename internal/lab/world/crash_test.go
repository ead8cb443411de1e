package world

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"
)

// A ready unit crashes at the configured rate, whatever happened before; while it is started again it is
// not ready and cannot crash.
func TestCrashRate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const units, perMinute = 50, 0.2
		w := start(t, Config{Seed: 4, Pods: Pods{Start: units, Retry: time.Millisecond, Ready: time.Millisecond}, Faults: Faults{Crashes: perMinute}})
		began := time.Now()
		var ready time.Duration // summed over all units
		for range 40 * 60 {
			time.Sleep(time.Second)
			s, _ := w.State()
			ready += time.Duration(s.Deployment.Ready) * time.Second
			if up := countReady(s); up != s.Deployment.Ready {
				t.Fatalf("%d pods have a Ready, the deployment says %d", up, s.Deployment.Ready)
			}
		}
		s, _ := w.State()
		crashes := 0
		for _, p := range s.Pods {
			crashes += p.Restarts
			if p.BacksOff() {
				crashes++
			}
			if p.Failed.Wait > 5*time.Minute {
				t.Errorf("a pod waits %v to be started again; want at most 5m", p.Failed.Wait)
			}
		}
		want := ready.Minutes() * perMinute
		if got := float64(crashes); math.Abs(got-want) > 4*math.Sqrt(want) {
			t.Errorf("crashes in %v of ready units = %v; want %v", ready, got, want)
		}
		if took := time.Since(began); took != 40*time.Minute {
			t.Errorf("the test took %v of the bubble's time; want 40m", took)
		}
	})
}

func countReady(s State) (n int) {
	for _, p := range s.Pods {
		if !p.Ready.IsZero() {
			n++
		}
	}
	return n
}

// A crash cuts off what is in flight and what waits, and the pod is started again as one that failed to
// start; requests go elsewhere meanwhile.
func TestPodThatCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: Service{Concurrency: 2, Mean: time.Minute, Distribution: Constant},
			Pods:    Pods{Start: 1, Ready: 2 * time.Second, Retry: 10 * time.Second},
			Faults:  Faults{Crashes: 1e-9},
		})
		began := time.Now()
		results := make(chan string, 4)
		for range 3 { // two are served, one waits
			go func() {
				status, _, err := get(w, context.Background())
				results <- fmt.Sprint(status, " ", err, " at ", time.Since(began))
			}()
		}
		go func() { // one has given up before
			ctx, cancel := context.WithTimeout(context.Background(), time.Second)
			defer cancel()
			_, _, err := get(w, ctx)
			results <- fmt.Sprint("0 ", err, " at ", time.Since(began))
		}()
		time.Sleep(10 * time.Second)
		w.post(func() { w.crash(w.pods[0]) })
		want := map[string]int{"0 EOF at 10s": 3, "0 context deadline exceeded at 1s": 1}
		for range 4 {
			want[<-results]--
		}
		for result, missing := range want {
			if missing != 0 {
				t.Errorf("requests that ended %q: %+d too few", result, missing)
			}
		}
		for _, c := range []struct {
			at     time.Duration
			status int
			want   string
		}{
			{11 * time.Second, 503, "crashed 10s, ready never, healthy never, waits 10s: true, restarts 0, ready units 0"},
			{21 * time.Second, 503, "crashed 10s, ready never, healthy never, waits 10s: false, restarts 1, ready units 0"},
			{23 * time.Second, 200, "crashed 10s, ready 22s, healthy 22s, waits 10s: false, restarts 1, ready units 1"},
		} {
			time.Sleep(time.Until(began.Add(c.at)))
			s, _ := w.State()
			p := s.Pods[0]
			got := fmt.Sprintf("crashed %s, ready %s, healthy %s, waits %v: %t, restarts %d, ready units %d",
				since(began, p.Crashed), since(began, p.Ready), since(began, p.Healthy), p.Failed.Wait, p.BacksOff(), p.Restarts, s.Deployment.Ready)
			if got != c.want {
				t.Errorf("at %v %s; want %s", c.at, got, c.want)
			}
		}
		if status, _, err := get(w, context.Background()); status != 200 || err != nil {
			t.Errorf("request to the pod started again = %d, %v; want 200", status, err)
		}
		s, _ := w.State()
		if e := s.Events[0]; e.Reason != "BackOff" || e.Name != s.Pods[0].Name {
			t.Errorf("first event = %+v; want BackOff of the pod", e)
		}
		// The second crash comes within 10 minutes of the start and waits twice as long; one
		// that comes after 10 minutes waits as the first.
		w.post(func() { w.crash(w.pods[0]) })
		time.Sleep(11 * time.Minute)
		if s, _ := w.State(); s.Pods[0].Failed.Wait != 20*time.Second {
			t.Errorf("wait after the second crash = %v; want 20s", s.Pods[0].Failed.Wait)
		}
		w.post(func() { w.crash(w.pods[0]) })
		time.Sleep(time.Second)
		if s, _ := w.State(); s.Pods[0].Failed.Wait != 10*time.Second {
			t.Errorf("wait after a crash of a pod that had run for 10 minutes = %v; want 10s", s.Pods[0].Failed.Wait)
		}
	})
}

// An instance that is a unit stays in service when it crashes, and is healthy again when it serves again.
func TestInstanceThatCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Pods:     Pods{Ready: 2 * time.Second, Retry: 10 * time.Second},
			Group:    &Group{Max: 2, Desired: 2},
			Balancer: &Balancer{Register: 20 * time.Second},
			Faults:   Faults{Crashes: 1e-9},
		})
		began := time.Now()
		time.Sleep(time.Second)
		w.post(func() { w.crashOn(w.group.instances[0]) })
		for _, c := range []struct {
			at   time.Duration
			want string
		}{
			{2 * time.Second, "InService since 0s, healthy never, answering 1"},
			{14 * time.Second, "InService since 0s, healthy never, answering 1"},
			{34 * time.Second, "InService since 0s, healthy 33s, answering 2"}, // 1 s + 10 s + 2 s + 20 s
		} {
			time.Sleep(time.Until(began.Add(c.at)))
			s, _ := w.State()
			i := s.Group.Instances[0]
			now := fmt.Sprintf("%s since %s, healthy %s", i.Lifecycle, since(began, i.InService), since(began, i.Healthy))
			if got := fmt.Sprintf("%s, answering %d", now, len(answering(w))); got != c.want {
				t.Errorf("at %v %s; want %s", c.at, got, c.want)
			}
		}
	})
}

// A request that is cut off sees its connection closed.
func TestCrashClosesConnections(t *testing.T) {
	w := start(t, Config{Service: Service{Mean: time.Hour, Distribution: Constant}, Pods: Pods{Start: 1}, Faults: Faults{Crashes: 1e-9}})
	server := httptest.NewServer(w)
	defer server.Close()
	failed := make(chan error)
	go func() {
		answer, err := server.Client().Get(server.URL)
		if err == nil {
			answer.Body.Close()
		}
		failed <- err
	}()
	for {
		w.mu.Lock()
		u := w.pods[0].unit
		w.mu.Unlock()
		u.mu.Lock()
		inside := u.present
		u.mu.Unlock()
		if inside > 0 {
			break
		}
	}
	w.post(func() { w.crash(w.pods[0]) })
	if err := <-failed; !errors.Is(err, io.EOF) {
		t.Errorf("request to a unit that crashed = %v; want EOF", err)
	}
}

// Without crashes a unit has nothing to close, and pays nothing for it.
func TestNoCrashes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Pods: Pods{Start: 3}})
		time.Sleep(24 * time.Hour)
		if s, _ := w.State(); s.Deployment.Ready != 3 || !s.Pods[0].Crashed.IsZero() || w.pods[0].unit.crashed != nil {
			t.Errorf("after a day ready = %d, pod = %+v; want 3 that never crashed", s.Deployment.Ready, s.Pods[0])
		}
	})
}
