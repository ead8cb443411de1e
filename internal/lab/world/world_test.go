package world

import (
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// load sends rate(t) requests per second until d has passed, evenly, and counts answers by status. It runs
// in a bubble, where a sleep is exact.
func load(w *World, d time.Duration, rate func(time.Duration) float64) map[int]int {
	counts := map[int]int{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	began := time.Now()
	for t := time.Duration(0); t < d; t = time.Since(began) {
		wg.Go(func() {
			status, _, _ := get(w, context.Background())
			mu.Lock()
			counts[status]++
			mu.Unlock()
		})
		time.Sleep(time.Duration(float64(time.Second) / rate(t)))
	}
	wg.Wait()
	return counts
}

func constant(r float64) func(time.Duration) float64 {
	return func(time.Duration) float64 { return r }
}

// slow is a service of 8/s a unit, so that long worlds need few requests.
var slow = Service{Concurrency: 4, Mean: 500 * time.Millisecond, Distribution: Constant}

// since shows an instant as time from the start; never where it is zero.
func since(start, t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	return t.Sub(start).String()
}

func ExampleStart() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	w, err := Start(ctx, Config{
		Service: Service{Concurrency: 4, Mean: 10 * time.Millisecond},
		HPA:     &HPA{Metric: Utilisation, Target: 0.5, Min: 2, Max: 10},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	client := &http.Client{Transport: w.Door()} // or an http.Server with w as its handler
	answer, err := client.Get("http://staging.example.jp/")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()
	s, _ := w.State()
	fmt.Println(answer.Status, "by one of", s.Deployment.Ready, "units")
	// Output: 200 OK by one of 2 units
}

func TestScaleUpWithRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: slow, HPA: &HPA{Metric: Utilisation, Target: 0.5, Max: 10}})
		began := time.Now()
		go load(w, 40*time.Second, constant(16))
		time.Sleep(40 * time.Second)
		s, _ := w.State()
		var pods []string
		for _, p := range s.Pods {
			pods = append(pods, fmt.Sprintf("created %v scheduled %v running %v ready %v", since(began, p.Created),
				since(began, p.Scheduled), since(began, p.Running), since(began, p.Ready)))
		}
		// A full unit asks for twice as many. At 30 s the second pod was not ready for a whole window, so it
		// counts as using nothing: 1 of 2 at target 0.5 is 2, no change.
		want := []string{"created 0s scheduled 0s running 0s ready 0s", "created 15s scheduled 15.5s running 20.5s ready 23.5s"}
		if diff := cmp.Diff(want, pods); diff != "" {
			t.Errorf("pods after 40 s (-want +got):\n%s", diff)
		}
		time.Sleep(time.Minute) // until the last answer
	})
}

func TestScaleUpWithoutRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: slow,
			Pods:    Pods{Start: 2, Schedule: 250 * time.Millisecond, Run: 4 * time.Second, Ready: 2 * time.Second},
			HPA:     &HPA{Metric: Utilisation, Target: 0.5, Min: 2, Max: 4},
			Group:   &Group{Max: 2, PodsPerInstance: 2, Boot: 20 * time.Second},
		})
		began := time.Now()
		load(w, 60*time.Second, constant(40))
		s, _ := w.State()

		var pods []string
		for _, p := range s.Pods {
			pods = append(pods, fmt.Sprintf("created %v scheduled %v running %v ready %v", since(began, p.Created),
				since(began, p.Scheduled), since(began, p.Running), since(began, p.Ready)))
		}
		first := "created 0s scheduled 0s running 0s ready 0s"
		// Decided at 15 s, found unschedulable at 15.25 s, an instance from 16 to 36 s, then Run and Ready.
		late := "created 15s scheduled 36s running 40s ready 42s"
		if diff := cmp.Diff([]string{first, first, late, late}, pods); diff != "" {
			t.Errorf("pods after a minute (-want +got):\n%s", diff)
		}

		var events []string
		for _, e := range s.Events {
			events = append(events, fmt.Sprintf("%v %s %s", since(began, e.At), e.Kind, e.Reason))
		}
		want := []string{
			"15s HorizontalPodAutoscaler SuccessfulRescale", "15s Deployment ScalingReplicaSet",
			"15.25s Pod FailedScheduling", "15.25s Pod FailedScheduling",
			"16s Pod TriggeredScaleUp", "16s Pod TriggeredScaleUp",
			"36s Pod Scheduled", "36s Pod Scheduled", "40s Pod Started", "40s Pod Started",
		}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
		if got, want := s.Events[0].Message, "New size: 4; reason: cpu resource utilization (percentage of request) above target"; got != want {
			t.Errorf("message of SuccessfulRescale = %q; want %q", got, want)
		}

		a := s.Group.Activities[0]
		if got := since(began, a.Start) + " to " + since(began, a.End); got != "16s to 36s" || a.StatusCode != "Successful" || a.Progress != 100 {
			t.Errorf("activity = %s, %s %d %%; want 16s to 36s, Successful 100 %%", got, a.StatusCode, a.Progress)
		}
		if !strings.HasPrefix(a.Description, "Launching a new EC2 instance: i-") || !strings.HasSuffix(a.Cause, "increasing the capacity from 1 to 2.") {
			t.Errorf("activity = %q, because %q", a.Description, a.Cause)
		}
		if diff := cmp.Diff(Deployment{Desired: 4, Ready: 4, Total: 4, Generation: 2, Created: began}, s.Deployment); diff != "" {
			t.Errorf("deployment (-want +got):\n%s", diff)
		}
	})
}

// What the autoscaler says again in the same words is one event, as a cluster's recorder counts it.
func TestRepeatedEventsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var none time.Duration
		w := start(t, Config{
			Service: slow,
			HPA:     &HPA{Metric: Requests, Target: 5, Max: 2, Behavior: &Behavior{ScaleDown: &Rules{Stabilization: &none}}},
		})
		began := time.Now()
		for range 2 { // up at the first sync, down at the next
			load(w, 20*time.Second, constant(8))
			time.Sleep(40 * time.Second)
		}
		s, _ := w.State()
		var said []string
		identities := map[string]bool{}
		for _, e := range s.Events {
			identities[e.UID] = true
			if e.Kind == "HorizontalPodAutoscaler" {
				said = append(said, fmt.Sprintf("%v to %v, %d: %s", since(began, e.First), since(began, e.At), e.Count, e.Message))
			}
		}
		want := []string{
			"15s to 1m15s, 2: New size: 2; reason: pods metric requests above target",
			"30s to 1m30s, 2: New size: 1; reason: All metrics below target",
		}
		if diff := cmp.Diff(want, said); diff != "" {
			t.Errorf("events of the autoscaler (-want +got):\n%s", diff)
		}
		if len(identities) != len(s.Events) {
			t.Errorf("%d events have %d identities; want one each", len(s.Events), len(identities))
		}
	})
}

func TestGroupAtItsMaximum(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: slow,
			HPA:     &HPA{Metric: Requests, Target: 2, Max: 4},
			Group:   &Group{PodsPerInstance: 2},
		})
		load(w, 40*time.Second, constant(16))
		s, _ := w.State()
		reasons := map[string]int{}
		for _, e := range s.Events {
			reasons[e.Reason]++
		}
		if got, want := [3]int{reasons["FailedScheduling"], reasons["NotTriggerScaleUp"], reasons["TriggeredScaleUp"]}, [3]int{2, 2, 0}; got != want {
			t.Errorf("FailedScheduling, NotTriggerScaleUp, TriggeredScaleUp = %v; want %v", got, want)
		}
		if got, want := s.Deployment, 2; got.Ready != want || got.Desired != 4 {
			t.Errorf("deployment = %+v; want 2 ready of 4", got)
		}
	})
}

func TestHPAStatus(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: slow, HPA: &HPA{Metric: Utilisation, Target: 0.5, Max: 2}})
		began := time.Now()
		go load(w, 100*time.Second, constant(40))
		time.Sleep(14 * time.Second)
		if s, _ := w.State(); s.HPA.Metric != nil || len(s.HPA.Conditions) != 0 {
			t.Errorf("status before the first sync = %+v; want no metric and no conditions", s.HPA)
		}
		time.Sleep(47 * time.Second) // past the sync at 60 s
		s, _ := w.State()
		if s.HPA.Metric == nil || math.Abs(*s.HPA.Metric-1) > 1e-6 || s.HPA.Current != 2 || s.HPA.Desired != 2 {
			t.Errorf("status = %+v; want 2 of 2 at utilisation 1", s.HPA)
		}
		var conditions []string
		for _, c := range s.HPA.Conditions {
			conditions = append(conditions, fmt.Sprintf("%s=%s %s %s", c.Type, c.Status, c.Reason, since(began, c.Since)))
		}
		want := []string{"AbleToScale=True ReadyForNewScale 15s", "ScalingActive=True ValidMetricFound 15s", "ScalingLimited=True TooManyReplicas 45s"}
		if diff := cmp.Diff(want, conditions); diff != "" {
			t.Errorf("conditions (-want +got):\n%s", diff)
		}
		if got, want := since(began, s.HPA.LastScale), "15s"; got != want {
			t.Errorf("last scale = %s; want %s", got, want)
		}
		time.Sleep(2 * time.Minute)
	})
}

// An hour in which the load rises from 4/s to 60/s and falls again: the units follow, nothing is lost but
// what waits for them, and what is not needed goes after the stabilization of 5 minutes.
func TestHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Seed:    7,
			Service: Service{Concurrency: 4, Mean: 500 * time.Millisecond},
			Pods:    Pods{Spread: 0.3},
			HPA:     &HPA{Metric: Utilisation, Target: 0.6, Max: 20},
			Group:   &Group{Max: 6, PodsPerInstance: 4, Boot: 45 * time.Second},
		})
		most := 0
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 60 {
				time.Sleep(time.Minute)
				s, _ := w.State()
				most = max(most, s.Deployment.Ready)
				lawful(t, s)
			}
		}()
		counts := load(w, time.Hour, func(at time.Duration) float64 {
			x := at.Minutes() / 30 // 0 to 1 and back in the first half hour, then the base
			return 4 + 56*max(0, 1-math.Abs(2*x-1))
		})
		<-done
		// 60/s at 0.6 of 8/s a unit are 12.5 units; the tolerance of 10 % may save one.
		if most < 12 || most > 14 {
			t.Errorf("most units ready = %d; want 12 to 14", most)
		}
		if share := float64(counts[503]) / float64(counts[200]+counts[503]); share > 0.01 || counts[200] < 60_000 {
			t.Errorf("answers = %v; want less than 1 %% refused", counts)
		}
		s, _ := w.State()
		// Units may shrink to 4/(0.6 x 8) = 0.83, so 1; one instance is left when the others were empty for 10 minutes.
		if s.Deployment.Ready > 2 || s.Group.Desired > 3 {
			t.Errorf("after the hour %d units on %d instances are left; want 1 or 2 on at most 3", s.Deployment.Ready, s.Group.Desired)
		}
	})
}

// lawful checks what holds in every state.
func lawful(t *testing.T, s State) {
	t.Helper()
	on := map[string]int{}
	for _, p := range s.Pods {
		for _, step := range [][2]time.Time{{p.Created, p.Scheduled}, {p.Scheduled, p.Running}, {p.Running, p.Ready}} {
			if !step[1].IsZero() && (step[0].IsZero() || step[1].Before(step[0])) {
				t.Errorf("pod %+v: its stages are out of order", p)
			}
		}
		if p.Terminated.IsZero() && p.Instance != "" {
			on[p.Instance]++
		}
	}
	for id, n := range on {
		if n > s.Config.Group.PodsPerInstance {
			t.Errorf("instance %s carries %d pods; want at most %d", id, n, s.Config.Group.PodsPerInstance)
		}
	}
	if g := s.Group; g.Desired < g.Min || g.Desired > g.Max {
		t.Errorf("desired = %d; want %d to %d", g.Desired, g.Min, g.Max)
	}
}

func TestScaleDownDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		none := time.Duration(0)
		w := start(t, Config{
			Service: Service{Concurrency: 1, Mean: 20 * time.Second, Distribution: Constant},
			Pods:    Pods{Start: 2},
			HPA: &HPA{Metric: Requests, Target: 1000, Min: 1, Max: 2,
				Behavior: &Behavior{ScaleDown: &Rules{Stabilization: &none, Select: "max", Policies: []Policy{{Type: "percent", Value: 100, Period: 15 * time.Second}}}}},
		})
		began := time.Now()
		time.Sleep(14 * time.Second)
		var wg sync.WaitGroup
		for range 2 { // one on each unit; the one told to go at 15 s finishes its own at 34 s
			wg.Go(func() {
				if status, _, _ := get(w, t.Context()); status != 200 {
					t.Errorf("status = %d; want 200", status)
				}
			})
		}
		wg.Wait()
		synctest.Wait()
		s, _ := w.State()
		gone := slices.IndexFunc(s.Pods, func(p Pod) bool { return !p.Deleted.IsZero() })
		if gone < 0 {
			t.Fatalf("pods = %+v; want one told to go", s.Pods)
		}
		if got := since(began, s.Pods[gone].Deleted) + " to " + since(began, s.Pods[gone].Terminated); got != "15s to 34s" {
			t.Errorf("pod went from %s; want 15s to 34s", got)
		}
		time.Sleep(2 * time.Minute)
		if s, _ := w.State(); len(s.Pods) != 1 {
			t.Errorf("pods two minutes later = %d; want 1", len(s.Pods))
		}
	})
}

// Instances are the units, and a policy with the alarms of EC2 sees 3 minutes of overload first.
func TestTargetTracking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: slow,
			Group:   &Group{Min: 1, Max: 5, Desired: 2, Boot: 90 * time.Second, Target: 0.5},
		})
		began := time.Now()
		load(w, 10*time.Minute, constant(14))
		s, _ := w.State()
		if len(s.Pods) != 0 || s.HPA != nil {
			t.Errorf("pods, hpa = %v, %v; want none", s.Pods, s.HPA)
		}
		var got []string
		for _, i := range s.Group.Instances {
			got = append(got, fmt.Sprintf("%s %v %v", i.Lifecycle, since(began, i.Launched), since(began, i.InService)))
		}
		// 14/s on two instances of 8/s: utilisation 0.87, so 2 x 0.87/0.5 = 3.5, 4 instances.
		want := []string{"InService 0s 0s", "InService 0s 0s", "InService 3m0s 4m30s", "InService 3m0s 4m30s"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("instances (-want +got):\n%s", diff)
		}
		if cause := s.Group.Activities[0].Cause; !strings.Contains(cause, "AlarmHigh") || !strings.Contains(cause, "changing the desired capacity from 2 to 4.") {
			t.Errorf("cause = %q; want the high alarm, 2 to 4", cause)
		}
		time.Sleep(20 * time.Minute) // idle: 15 minutes below, then down to the minimum
		s, _ = w.State()
		if s.Group.Desired != 1 || len(s.Group.Instances) != 1 {
			t.Errorf("after 20 idle minutes desired, instances = %d, %d; want 1, 1", s.Group.Desired, len(s.Group.Instances))
		}
		if status, unit, _ := get(w, t.Context()); status != 200 || unit != s.Group.Instances[0].ID {
			t.Errorf("answer = %d by %q; want 200 by %q", status, unit, s.Group.Instances[0].ID)
		}
	})
}

// Instances the group takes away lose their pods, and the Deployment makes new ones where there is room.
func TestTerminatedInstanceLosesItsPods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: slow,
			Pods:    Pods{Start: 3},
			HPA:     &HPA{Metric: Requests, Target: 1000, Min: 3, Max: 3},
			Group:   &Group{Min: 1, Desired: 2, PodsPerInstance: 3, ScalesOn: ScalesOnNone},
		})
		began := time.Now()
		w.post(func() {
			w.resize(1, "a user request update of AutoScalingGroup constraints to min: 1, max: 2, desired: 1")
		})
		time.Sleep(time.Minute - time.Second)
		s, _ := w.State()
		if len(s.Group.Instances) != 1 {
			t.Fatalf("instances = %+v; want 1", s.Group.Instances)
		}
		left := s.Group.Instances[0].ID
		ready := 0
		for _, p := range s.Pods {
			if p.Deleted.IsZero() && !p.Ready.IsZero() && p.Instance == left {
				ready++
			}
		}
		if ready != 3 || s.Deployment.Ready != 3 {
			t.Errorf("pods ready on the instance left = %d, of the deployment %d; want 3, 3", ready, s.Deployment.Ready)
		}
		a := s.Group.Activities[0]
		if got := since(began, a.Start) + " to " + since(began, a.End); got != "0s to 10s" || !strings.HasPrefix(a.Description, "Terminating EC2 instance: i-") {
			t.Errorf("activity = %q from %s; want a termination from 0s to 10s", a.Description, got)
		}
		if want := "shrinking the capacity from 2 to 1."; !strings.Contains(a.Cause, want) {
			t.Errorf("cause = %q; want %q in it", a.Cause, want)
		}
	})
}

func TestStateTellsOfChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		service := slow
		service.Shared = &Shared{Concurrency: 1, Mean: time.Second}
		w := start(t, Config{Service: service, HPA: &HPA{Metric: Utilisation, Target: 0.5, Max: 10}})
		began := time.Now()
		s, changed := w.State()
		s.Pods[0].Name = "other"
		s.Config.HPA.Max = 1
		s.Config.Service.Shared.Concurrency = 9
		<-changed
		if got, want := time.Since(began), 15*time.Second; got != want {
			t.Errorf("first change after %v; want %v, the first sync", got, want)
		}
		if s, _ := w.State(); s.Pods[0].Name == "other" || s.Config.HPA.Max == 1 || s.Config.Service.Shared.Concurrency != 1 {
			t.Error("a change of the copy shows in the world")
		}
	})
}

// Two worlds of one seed are the same world.
func TestSeed(t *testing.T) {
	run := func(seed uint64) (s State) {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, Config{Seed: seed, Service: Service{Mean: 500 * time.Millisecond}, Pods: Pods{Spread: 0.5},
				HPA: &HPA{Metric: Utilisation, Target: 0.5, Max: 10}})
			load(w, 2*time.Minute, constant(20))
			s, _ = w.State()
		})
		return s
	}
	if diff := cmp.Diff(run(1), run(1)); diff != "" {
		t.Errorf("two runs of seed 1 differ:\n%s", diff)
	}
	if cmp.Equal(run(1).Pods, run(2).Pods) {
		t.Error("the pods of seeds 1 and 2 are equal")
	}
}

// A world in which nothing fails, is shared or slows down is the one it was before it could: names, delays
// and service times are drawn as ever, so what was learned of a seed stays true.
func TestStreamsStay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Seed: 7, Service: Service{Mean: 500 * time.Millisecond}, Pods: Pods{Spread: 0.5},
			HPA: &HPA{Metric: Utilisation, Target: 0.5, Max: 10}, Group: &Group{Max: 3, PodsPerInstance: 1},
		})
		began := time.Now()
		counts := load(w, time.Minute, constant(16))
		s, _ := w.State()
		got := fmt.Sprint(counts[200], " served")
		for _, p := range s.Pods {
			got += fmt.Sprint(", ", p.Name[len(p.Name)-5:], " ready ", since(began, p.Ready))
		}
		if want := "714 served, g649s ready 0s, xmlzb ready 52.382529434s"; got != want {
			t.Errorf("world of seed 7 = %s; want %s", got, want)
		}
	})
}

func TestMistakes(t *testing.T) {
	hpa := func(change func(*HPA)) *HPA {
		h := &HPA{Metric: Utilisation, Target: 0.5, Max: 10}
		change(h)
		return h
	}
	for _, c := range []struct {
		config Config
		want   []string
	}{
		{Config{}, nil},
		{Config{Service: Service{Concurrency: -1, Distribution: "uniform"}}, []string{
			"service.concurrency: -1 is not 1 or more", `service.distribution: "uniform" is not constant, exponential, lognormal, bimodal`}},
		{Config{Pods: Pods{Run: -time.Second, Spread: 2}}, []string{
			"pods.run: -1s is not a positive duration such as 90s or 5m", "pods.spread: 2 is not a share from 0 to less than 1"}},
		{Config{Service: Service{SlowShare: 1, SlowTimes: 0.5, Contention: 1.1, Coherence: -1, Shared: &Shared{Distribution: "pareto"}}}, []string{
			"service.slow_share: 1 is not a share from 0 to less than 1", "service.slow_times: 0.5 is not between 1 and 1000",
			"service.contention: 1.1 is not between 0 and 1", "service.coherence: -1 is not between 0 and 1",
			"service.shared.concurrency: 0 is not 1 or more", "service.shared.mean: 0s is not a positive duration such as 90s or 5m",
			`service.shared.distribution: "pareto" is not constant, exponential, lognormal, bimodal`}},
		{Config{Service: Service{Distribution: Bimodal, Contention: 1, Coherence: 1, Shared: &Shared{Concurrency: 1, Mean: 1, Distribution: Bimodal}}}, nil},
		{Config{Pods: Pods{Fail: 1, Retry: 6 * time.Minute, CPULimit: 0.5}}, []string{
			"pods.fail: 1 is not a share from 0 to less than 1", "pods.retry: 6m0s is more than 5m0s, the longest wait of all",
			"pods.cpu_limit: 0.5 is not between 1 and 1000: a limit is not below its request"}},
		{Config{Group: &Group{Spread: -1, Fail: math.NaN()}}, []string{
			"group.spread: -1 is not a share from 0 to less than 1", "group.fail: NaN is not a share from 0 to less than 1"}},
		{Config{HPA: hpa(func(h *HPA) { h.Target = 1.5 }), Pods: Pods{CPULimit: 1.5}}, nil},
		{Config{HPA: hpa(func(h *HPA) { h.Target = 1.6 }), Pods: Pods{CPULimit: 1.5}}, []string{
			"hpa.target: 1.6 is above 1.5, which the utilisation of a unit never is"}},
		{Config{HPA: &HPA{}}, []string{
			"hpa.target: 0 is not above 0", "hpa.max: 0 is less than hpa.min, 1", "pods.start: 1 is not between hpa.min and hpa.max, 1 and 0"}},
		{Config{HPA: hpa(func(h *HPA) { h.Target = 70 })}, []string{"hpa.target: 70 is above 1, which the utilisation of a unit never is"}},
		{Config{HPA: hpa(func(h *HPA) { h.Behavior = &Behavior{ScaleUp: &Rules{Policies: []Policy{{Type: "pod", Value: 1}}}} })}, []string{
			`hpa.behavior.scale_up.policies[0].type: "pod" is not pods, percent`, "hpa.behavior.scale_up.policies[0].period: 0s is not between 1s and 30m"}},
		{Config{HPA: hpa(func(*HPA) {}), Pods: Pods{Start: 9}, Group: &Group{Desired: 2}}, []string{"pods.start: 9 pods do not fit on 2 instances of 4"}},
		{Config{Group: &Group{ScalesOn: PendingPods, Min: 2, Max: 1}}, []string{
			"group.max: 1 is less than group.min, 2", "group.scales_on: pending_pods needs an hpa that makes pods"}},
		{Config{Group: &Group{}, Pods: Pods{Start: 3}}, []string{
			"pods.start: where there is a group and no hpa every instance is one unit: set group.desired instead"}},
		{Config{Balancer: &Balancer{}, Quotas: Quotas{Pods: 1}, Faults: Faults{
			Kube: []Outage{{For: time.Second}}, AWS: []Outage{{At: time.Hour, For: 1, How: HTML}}, ExpireWatches: 1, Crashes: 60}}, nil},
		{Config{Balancer: &Balancer{Register: -1, Spread: 1, ReservedLCU: -1}}, []string{
			"balancer.register: -1ns is not a positive duration such as 90s or 5m", "balancer.spread: 1 is not a share from 0 to less than 1",
			"balancer.reserved_lcu: -1 is below 0"}},
		{Config{Quotas: Quotas{Pods: -1, VCPUs: -2}}, []string{"quotas.pods: -1 is below 0", "quotas.vcpus: -2 is below 0"}},
		{Config{Quotas: Quotas{Pods: 2, VCPUs: 8}, Pods: Pods{Start: 3}}, []string{
			"quotas.pods: 2 is less than pods.start, 3", "quotas.vcpus: there is no group that launches instances"}},
		{Config{Quotas: Quotas{Pods: 2, VCPUs: 5}, Group: &Group{Desired: 3}}, []string{
			"quotas.pods: there are no pods: where there is a group and no hpa every instance is one unit",
			"quotas.vcpus: 5 is less than the 6 of group.desired, 3 instances of 2"}},
		{Config{Faults: Faults{
			Kube: []Outage{{At: -1, For: 1}}, AWS: []Outage{{For: 1}, {How: "down"}}, ExpireWatches: -1, Crashes: math.NaN()}}, []string{
			"faults.kube[0].at: -1ns is below 0s", "faults.aws[1].for: 0s is not a positive duration such as 90s or 5m",
			`faults.aws[1].how: "down" is not unavailable, reset, hang, html, throttled, denied`,
			"faults.expire_watches: -1ns is below 0s", "faults.crashes: NaN a minute is not between 0 and 60"}},
	} {
		var got []string
		for _, m := range c.config.Mistakes() {
			got = append(got, m.Error())
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("Mistakes of %+v (-want +got):\n%s", c.config, diff)
		}
	}
	if _, err := Start(context.Background(), Config{HPA: &HPA{}}); err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("Start of three mistakes = %v; want all three", err)
	}
}

var _ http.Handler = (*World)(nil)
