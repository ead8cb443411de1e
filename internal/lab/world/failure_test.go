package world

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// never is a Behavior under which an autoscaler leaves the count as the test sets it.
var never = &Behavior{ScaleUp: &Rules{Select: "disabled"}, ScaleDown: &Rules{Select: "disabled"}}

// A pod's container runs for Ready with each start, and waits for Retry, twice that, and so on, 5 minutes at
// most, after each that failed; each failure is told once.
func TestPodsThatFailToStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const fail, pods = 0.6, 300
		w := start(t, Config{
			Seed: 5,
			Pods: Pods{Fail: fail, Schedule: time.Second, Run: 4 * time.Second, Ready: 2 * time.Second, Retry: 40 * time.Second},
			HPA:  &HPA{Metric: Utilisation, Target: 0.5, Max: pods + 1, Behavior: never},
		})
		w.post(func() { w.scaleDeployment(pods + 1) })
		time.Sleep(50 * time.Minute) // events stay an hour
		s, _ := w.State()

		told := map[string]int{}
		for _, e := range s.Events {
			if e.Reason == "BackOff" {
				told[e.Name] += e.Count
			}
		}
		restarts, ready := 0, 0
		for _, p := range s.Pods[1:] {
			restarts += p.Restarts
			if p.Ready.IsZero() {
				continue
			}
			ready++
			want := s.Config.Pods.Run
			for k := range p.Restarts {
				want += s.Config.Pods.Ready + min(40*time.Second<<k, 5*time.Minute)
			}
			if got := p.Running.Sub(p.Scheduled); got != want {
				t.Errorf("a pod with %d restarts ran %v after it was scheduled; want %v", p.Restarts, got, want)
			}
			if got := p.Ready.Sub(p.Running); got != s.Config.Pods.Ready {
				t.Errorf("a pod was ready %v after its container ran; want %v", got, s.Config.Pods.Ready)
			}
			if told[p.Name] != p.Restarts {
				t.Errorf("BackOff told %d times of a pod with %d restarts", told[p.Name], p.Restarts)
			}
		}
		if ready != s.Deployment.Ready-1 || ready < pods*9/10 {
			t.Errorf("pods ready = %d, the deployment's %d; want nearly all of %d and the first", ready, s.Deployment.Ready, pods)
		}
		// Failures before a success are geometric: mean f/(1-f), variance f/(1-f)².
		want, deviation := fail/(1-fail), math.Sqrt(fail/pods)/(1-fail)
		if got := float64(restarts) / pods; math.Abs(got-want) > 4*deviation {
			t.Errorf("restarts a pod = %v; want %v", got, want)
		}
	})
}

func TestPodThatBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Pods: Pods{Fail: 0.999, Schedule: time.Second, Run: 4 * time.Second, Ready: 2 * time.Second},
			HPA:  &HPA{Metric: Utilisation, Target: 0.5, Max: 2, Behavior: never},
		})
		began := time.Now()
		w.post(func() { w.scaleDeployment(2) })
		tell := func() string {
			s, _ := w.State()
			p := s.Pods[1]
			return fmt.Sprintf("runs from %s, exited %s, waits %v: %t, restarts %d, ready %d",
				since(began, p.Running), since(began, p.Failed.Exited), p.Failed.Wait, p.BacksOff(), p.Restarts, s.Deployment.Ready)
		}
		for _, c := range []struct {
			at   time.Duration
			want string
		}{
			{6 * time.Second, "runs from 5s, exited never, waits 0s: false, restarts 0, ready 1"},
			{8 * time.Second, "runs from 5s, exited 7s, waits 10s: true, restarts 0, ready 1"},
			{18 * time.Second, "runs from 17s, exited 7s, waits 10s: false, restarts 1, ready 1"},
			{20 * time.Second, "runs from 17s, exited 19s, waits 20s: true, restarts 1, ready 1"},
			{40 * time.Second, "runs from 39s, exited 19s, waits 20s: false, restarts 2, ready 1"},
		} {
			time.Sleep(time.Until(began.Add(c.at)))
			if got := tell(); got != c.want {
				t.Errorf("pod at %v %s; want %s", c.at, got, c.want)
			}
		}
		s, _ := w.State()
		p := s.Pods[1]
		e := s.Events[len(s.Events)-2] // before the last Started
		want := fmt.Sprintf("2 Warning BackOff Back-off restarting failed container app in pod %s_default(%s)", p.Name, p.UID)
		if got := fmt.Sprintf("%d %s %s %s", e.Count, e.Type, e.Reason, e.Message); got != want {
			t.Errorf("event = %s; want %s", got, want)
		}

		w.post(func() { w.scaleDeployment(1) }) // the pod that is not ready goes, and is not started again
		time.Sleep(30 * time.Second)
		if s, _ := w.State(); s.Pods[1].Terminated.IsZero() || s.Pods[1].Restarts != 2 {
			t.Errorf("pod told to go = %+v; want it terminated after 2 restarts", s.Pods[1])
		}
	})
}

// A failed launch takes Boot, its instance goes, and another is launched 10 s later; the desired count stays.
func TestLaunchesThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const fail, instances = 0.5, 200
		w := start(t, Config{
			Seed:  2,
			Group: &Group{Min: 0, Max: instances, Desired: 1, Boot: 30 * time.Second, Fail: fail, ScalesOn: ScalesOnNone},
		})
		w.post(func() { w.resize(instances, "a user request") })
		launched, failed := 0, 0
		for range 60 {
			time.Sleep(time.Minute)
			if s, _ := w.State(); s.Group.Desired != instances {
				t.Fatalf("desired = %d; want %d to stay", s.Group.Desired, instances)
			}
		}
		s, _ := w.State()
		for _, a := range s.Group.Activities {
			launched++
			if got := a.End.Sub(a.Start); got != 30*time.Second {
				t.Errorf("a launch took %v; want 30s", got)
			}
			if a.StatusCode != "Failed" {
				continue
			}
			failed++
			if !strings.HasPrefix(a.StatusMessage, "Instance became unhealthy while waiting for instance to be in InService state.") || a.Progress != 100 {
				t.Errorf("failed launch = %+v; want AWS's words", a)
			}
		}
		if got, want := launched-failed, instances-1; got != want || len(s.Group.Instances) != instances {
			t.Errorf("launches that came up, instances = %d, %d; want %d, %d", got, len(s.Group.Instances), want, instances)
		}
		want, deviation := fail/(1-fail), math.Sqrt(fail/(instances-1))/(1-fail)
		if got := float64(failed) / (instances - 1); math.Abs(got-want) > 4*deviation {
			t.Errorf("failed launches an instance = %v; want %v", got, want)
		}
		for _, i := range s.Group.Instances[1:] {
			// 0, 40, 80 s…: the end of Boot and the evaluation after it.
			if at := i.Launched.Sub(s.Start); at%(40*time.Second) != 0 {
				t.Errorf("instance launched at %v; want a multiple of 40s", at)
			}
		}
		if cause := s.Group.Activities[0].Cause; !strings.HasPrefix(cause, "At ") || !strings.HasSuffix(cause, fmt.Sprintf("to %d.", instances)) {
			t.Errorf("cause of the last launch = %q; want a difference between desired and actual capacity", cause)
		}
	})
}

// A node autoscaler does not ask for more because a launch failed that the group makes again.
func TestFailedLaunchIsNotAskedForTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Seed:  1,
			HPA:   &HPA{Metric: Utilisation, Target: 0.5, Max: 9, Behavior: never},
			Group: &Group{Max: 9, PodsPerInstance: 1, Fail: 0.7, Boot: 20 * time.Second},
		})
		w.post(func() { w.scaleDeployment(4) })
		time.Sleep(24 * time.Second) // launched at 1 s, failed at 21 s, to be launched again at 31 s
		if s, _ := w.State(); len(s.Group.Instances) == s.Group.Desired {
			t.Fatal("no launch failed; want one that is not made again yet")
		}
		w.post(func() { w.scaleDeployment(5) })
		time.Sleep(5 * time.Minute) // before what is not needed is given back
		s, _ := w.State()
		failed := 0
		for _, a := range s.Group.Activities {
			if a.StatusCode == "Failed" {
				failed++
			}
		}
		if failed == 0 || s.Group.Desired != 5 || s.Deployment.Ready != 5 {
			t.Errorf("failed launches, desired, ready pods = %d, %d, %d; want some, 5, 5", failed, s.Group.Desired, s.Deployment.Ready)
		}
	})
}

// Boot is drawn within its spread, whatever that of the pods.
func TestUnevenBoots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Group: &Group{Max: 100, Desired: 1, Boot: 100 * time.Second, Spread: 0.3, ScalesOn: ScalesOnNone}})
		w.post(func() { w.resize(100, "a user request") })
		time.Sleep(5 * time.Minute)
		s, _ := w.State()
		least, most, sum := time.Hour, time.Duration(0), time.Duration(0)
		for _, a := range s.Group.Activities {
			took := a.End.Sub(a.Start)
			least, most, sum = min(least, took), max(most, took), sum+took
		}
		if least < 70*time.Second || least > 75*time.Second || most > 130*time.Second || most < 125*time.Second {
			t.Errorf("boots took %v to %v; want 70s to 130s, and near both ends", least, most)
		}
		// Even over ±30 s: the deviation of the mean of 99 is 30 s / √3 / √99 = 1.7 s.
		if mean := sum / time.Duration(len(s.Group.Activities)); (mean - 100*time.Second).Abs() > 7*time.Second {
			t.Errorf("mean boot = %v; want 100s", mean)
		}
	})
}

// The HPA sees the busy share times limit over request, and so what one generation may multiply by.
func TestCPULimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct{ limit, target, load, metric, desired float64 }{
			{0, 0.75, 80, 1, 2},    // saturated: ceil(1/0.75)
			{3, 0.75, 80, 3, 4},    // as much, but three times the request
			{2, 1.6, 4, 1, 1},      // half busy, within its target
			{2, 1.6, 80, 2, 2},     // above it
			{1.5, 1.5, 80, 1.5, 1}, // a target that is never passed
		} {
			w := start(t, Config{
				Service: slow, Pods: Pods{CPULimit: c.limit},
				HPA: &HPA{Metric: Utilisation, Target: c.target, Max: 10},
			})
			go load(w, 16*time.Second, constant(c.load))
			time.Sleep(15*time.Second + time.Millisecond)
			s, _ := w.State()
			if math.Abs(*s.HPA.Metric-c.metric) > 0.06*c.metric || s.HPA.Desired != int(c.desired) {
				t.Errorf("limit %v, target %v: metric %v, desired %d; want %v, %v",
					cmp.Or(c.limit, 1), c.target, *s.HPA.Metric, s.HPA.Desired, c.metric, c.desired)
			}
			time.Sleep(10 * time.Minute)
		}
	})
}
