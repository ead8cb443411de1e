package autoscale_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// pods makes n ready pods of one value.
func pods(n int, value float64) []autoscale.Pod {
	var all []autoscale.Pod
	for range n {
		all = append(all, autoscale.Pod{Ready: true, Measured: true, Value: value})
	}
	return all
}

// ExampleHPA_Decide follows a load that would need 45 pods: without a behavior each sync at most doubles.
func ExampleHPA_Decide() {
	h := autoscale.HPA{Min: 2, Max: 40}
	var past autoscale.History
	current := 3
	for sync := range 5 {
		metric := autoscale.Metric{Name: "requests", Target: 100, Pods: pods(current, 4500/float64(current))}
		var d autoscale.Decision
		d, past = h.Decide(noon.Add(time.Duration(sync)*15*time.Second), current, []autoscale.Metric{metric}, past)
		fmt.Println(current, "asks for", d.Recommended, "gets", d.Desired, d.Conditions[2].Reason)
		current = d.Desired
	}
	// Output:
	// 3 asks for 45 gets 6 ScaleUpLimit
	// 6 asks for 45 gets 12 ScaleUpLimit
	// 12 asks for 45 gets 24 ScaleUpLimit
	// 24 asks for 45 gets 40 TooManyReplicas
	// 40 asks for 45 gets 40 TooManyReplicas
}

func TestRecommendation(t *testing.T) {
	unready, missing := autoscale.Pod{}, autoscale.Pod{Ready: true}
	for _, c := range []struct {
		name    string
		current int
		metrics []autoscale.Metric
		want    int
	}{
		// The documentation's: 200m against 100m doubles, 50m halves.
		{"double", 3, []autoscale.Metric{{Target: 100, Pods: pods(3, 200)}}, 6},
		{"halve", 4, []autoscale.Metric{{Target: 100, Pods: pods(4, 50)}}, 2},
		{"within 0.1 above", 10, []autoscale.Metric{{Target: 0.5, Pods: pods(10, 0.55)}}, 10},
		{"beyond 0.1 above", 10, []autoscale.Metric{{Target: 0.5, Pods: pods(10, 0.551)}}, 12},
		{"within 0.1 below", 10, []autoscale.Metric{{Target: 0.5, Pods: pods(10, 0.45)}}, 10},
		{"no last bits", 1, []autoscale.Metric{{Target: 0.2, Pods: pods(1, 0.6)}}, 3},
		{"highest of several", 4, []autoscale.Metric{{Name: "a", Target: 1, Pods: pods(4, 1.5)}, {Name: "b", Target: 1, Pods: pods(4, 2)}}, 8},
		{"unready as zero on the way up", 4, []autoscale.Metric{{Target: 1, Pods: append(pods(2, 4), unready, unready)}}, 8},
		{"unready would turn round", 4, []autoscale.Metric{{Target: 1, Pods: append(pods(1, 3), unready, unready, unready)}}, 4},
		{"unready ignored on the way down", 4, []autoscale.Metric{{Target: 1, Pods: append(pods(3, 0.5), unready)}}, 2},
		{"missing as zero on the way up", 3, []autoscale.Metric{{Target: 1, Pods: append(pods(2, 2.5), missing)}}, 5},
		{"missing as the target on the way down", 4, []autoscale.Metric{{Target: 1, Pods: append(pods(2, 0.2), missing, missing)}}, 3},
		{"missing as the whole request on the way down", 4, []autoscale.Metric{{Target: 0.5, Utilisation: true, Pods: append(pods(3, 0.05), missing)}}, 3},
		{"nothing measured", 4, []autoscale.Metric{{Target: 1, Pods: []autoscale.Pod{unready, missing}}}, 4},
		{"an unknown metric stops shrinking", 4, []autoscale.Metric{{Name: "a", Target: 1, Pods: pods(4, 0.1)}, {Name: "b", Target: 1}}, 4},
		{"an unknown metric does not stop growing", 4, []autoscale.Metric{{Name: "a", Target: 1, Pods: pods(4, 2)}, {Name: "b", Target: 1}}, 8},
		{"zero load", 4, []autoscale.Metric{{Target: 1, Pods: pods(4, 0)}}, 0},
	} {
		h := autoscale.HPA{Min: 1, Max: 100}
		if d, _ := h.Decide(noon, c.current, c.metrics, autoscale.History{}); d.Recommended != c.want {
			t.Errorf("%s: recommended = %d; want %d", c.name, d.Recommended, c.want)
		}
	}
}

func TestToleranceOfBehavior(t *testing.T) {
	none, half := 0.0, 0.5
	h := autoscale.HPA{Min: 1, Max: 100, Behavior: &autoscale.Behavior{
		ScaleUp: &autoscale.Rules{Tolerance: &none}, ScaleDown: &autoscale.Rules{Tolerance: &half}}}
	for _, c := range []struct {
		value float64
		want  int
	}{{1.01, 11}, {1, 10}, {0.51, 10}, {0.49, 5}} {
		d, _ := h.Decide(noon, 10, []autoscale.Metric{{Target: 1, Pods: pods(10, c.value)}}, autoscale.History{})
		if d.Recommended != c.want {
			t.Errorf("recommended at %v of target, tolerance 0 up and 0.5 down = %d; want %d", c.value, d.Recommended, c.want)
		}
	}
}

// step is one sync of a run: after some time the metric asks for a number of pods.
type step struct {
	after time.Duration
	asks  int
	want  int
}

// run does the steps one after another and returns the last decision.
func run(t *testing.T, name string, h autoscale.HPA, current int, steps []step) autoscale.Decision {
	t.Helper()
	now, past := noon, autoscale.History{}
	var d autoscale.Decision
	for i, s := range steps {
		now = now.Add(s.after)
		d, past = h.Decide(now, current, asking(current, s.asks), past)
		if d.Desired != s.want {
			t.Errorf("%s: step %d from %d asking for %d: desired = %d; want %d", name, i, current, s.asks, d.Desired, s.want)
		}
		current = d.Desired
	}
	return d
}

// asking makes a metric whose recommendation is n.
func asking(current, n int) []autoscale.Metric {
	return []autoscale.Metric{{Name: "load", Target: 1, Pods: pods(current, float64(n)/float64(current))}}
}

func TestLimits(t *testing.T) {
	const s = time.Second
	zero, minute := time.Duration(0), time.Minute
	percent := func(v int, p time.Duration) autoscale.Policy {
		return autoscale.Policy{Type: autoscale.Percent, Value: v, Period: p}
	}
	count := func(v int, p time.Duration) autoscale.Policy {
		return autoscale.Policy{Type: autoscale.Pods, Value: v, Period: p}
	}
	// The documentation's scale-down example: at most 10 % or 5 pods a minute, whichever is less.
	slow := &autoscale.Behavior{ScaleDown: &autoscale.Rules{Stabilization: &zero, Select: autoscale.SelectMin,
		Policies: []autoscale.Policy{percent(10, minute), count(5, minute)}}}
	for _, c := range []struct {
		name    string
		hpa     autoscale.HPA
		current int
		steps   []step
		reason  string // of ScalingLimited after the last
	}{
		{"no behavior: 4 from 1", autoscale.HPA{Min: 1, Max: 50}, 1, []step{{0, 30, 4}, {15 * s, 30, 8}, {15 * s, 30, 16}, {15 * s, 30, 30}}, "DesiredWithinRange"},
		{"no behavior: max", autoscale.HPA{Min: 1, Max: 10}, 5, []step{{0, 30, 10}}, "TooManyReplicas"},
		{"no behavior: shrinking waits 300 s", autoscale.HPA{Min: 1, Max: 50}, 10,
			[]step{{0, 4, 10}, {290 * s, 4, 10}, {10 * s, 4, 10}, {15 * s, 4, 4}}, "DesiredWithinRange"},
		{"no behavior: min", autoscale.HPA{Min: 3, Max: 50}, 10, []step{{0, 1, 10}, {301 * s, 1, 3}}, "TooFewReplicas"},
		{"defaults: the larger of 4 and 100 %", autoscale.HPA{Min: 1, Max: 50, Behavior: &autoscale.Behavior{}}, 2,
			[]step{{0, 30, 6}, {15 * s, 30, 12}, {15 * s, 30, 24}}, "ScaleUpLimit"},
		{"defaults: within one period no more", autoscale.HPA{Min: 1, Max: 50, Behavior: &autoscale.Behavior{}}, 2,
			[]step{{0, 30, 6}, {5 * s, 30, 6}, {5 * s, 30, 6}, {5 * s, 30, 12}}, "ScaleUpLimit"},
		{"defaults: shrinking waits 300 s, then at once", autoscale.HPA{Min: 1, Max: 50, Behavior: &autoscale.Behavior{}}, 40,
			[]step{{0, 2, 40}, {299 * s, 2, 40}, {1 * s, 2, 2}}, "DesiredWithinRange"},
		{"10 % or 5, the lesser: 80 pods", autoscale.HPA{Min: 1, Max: 100, Behavior: slow}, 80,
			[]step{{0, 10, 75}, {30 * s, 10, 75}, {30 * s, 10, 70}}, "ScaleDownLimit"},
		{"10 % or 5, the lesser: 40 pods", autoscale.HPA{Min: 1, Max: 100, Behavior: slow}, 40,
			[]step{{0, 10, 36}, {60 * s, 10, 32}}, "ScaleDownLimit"},
		{"disabled", autoscale.HPA{Min: 1, Max: 100, Behavior: &autoscale.Behavior{
			ScaleDown: &autoscale.Rules{Stabilization: &zero, Select: autoscale.SelectDisabled}}}, 40, []step{{0, 10, 40}}, "ScaleDownLimit"},
		{"stabilized up: the lowest of a minute", autoscale.HPA{Min: 1, Max: 100, Behavior: &autoscale.Behavior{
			ScaleUp: &autoscale.Rules{Stabilization: &minute, Policies: []autoscale.Policy{percent(900, minute)}}}}, 10,
			[]step{{0, 30, 10}, {30 * s, 20, 10}, {30 * s, 40, 20}}, "DesiredWithinRange"},
		{"above max", autoscale.HPA{Min: 1, Max: 10}, 12, []step{{0, 12, 10}}, ""},
		{"below min", autoscale.HPA{Min: 3, Max: 10}, 1, []step{{0, 1, 3}}, ""},
	} {
		d := run(t, c.name, c.hpa, c.current, c.steps)
		reason := ""
		for _, condition := range d.Conditions {
			if condition.Type == "ScalingLimited" {
				reason = condition.Reason
			}
		}
		if reason != c.reason {
			t.Errorf("%s: reason of ScalingLimited = %q; want %q", c.name, reason, c.reason)
		}
	}
}

func TestConditions(t *testing.T) {
	h := autoscale.HPA{Min: 1, Max: 10}
	for _, c := range []struct {
		name    string
		current int
		metrics []autoscale.Metric
		reason  string
		want    []string
	}{
		{"up", 2, asking(2, 3), "load above target", []string{"AbleToScale true SucceededRescale", "ScalingActive true ValidMetricFound", "ScalingLimited false DesiredWithinRange"}},
		{"steady", 2, asking(2, 2), "", []string{"AbleToScale true ReadyForNewScale", "ScalingActive true ValidMetricFound", "ScalingLimited false DesiredWithinRange"}},
		{"held", 4, asking(4, 2), "", []string{"AbleToScale true ScaleDownStabilized", "ScalingActive true ValidMetricFound", "ScalingLimited false DesiredWithinRange"}},
		{"unknown", 2, []autoscale.Metric{{Name: "load", Target: 1}}, "", []string{"AbleToScale true SucceededGetScale", "ScalingActive false FailedGetMetric"}},
		{"by hand at zero", 0, nil, "", []string{"AbleToScale true SucceededGetScale", "ScalingActive false ScalingDisabled"}},
		{"above max", 12, nil, "Current number of replicas above Spec.MaxReplicas", []string{"AbleToScale true SucceededRescale"}},
	} {
		d, _ := h.Decide(noon, c.current, c.metrics, autoscale.History{})
		var got []string
		for _, x := range d.Conditions {
			got = append(got, fmt.Sprint(x.Type, " ", x.Status, " ", x.Reason))
			if x.Message == "" {
				t.Errorf("%s: message of %s is empty", c.name, x.Type)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" || d.Reason != c.reason {
			t.Errorf("%s: reason %q; want %q; conditions (-want +got):\n%s", c.name, d.Reason, c.reason, diff)
		}
	}
}

// FuzzDecide holds two laws over arbitrary runs: the count stays within min and max, and no sync goes
// beyond what a policy allows. The second is recomputed from the trajectory of counts instead of the
// remembered changes: what there was when the period began, and what the policy makes of it.
func FuzzDecide(f *testing.F) {
	f.Add(uint8(1), uint8(20), uint8(3), false, []byte{40, 15, 200, 15, 3, 200, 1, 15, 9, 9})
	f.Add(uint8(2), uint8(90), uint8(5), true, []byte{255, 5, 255, 5, 255, 5, 0, 255, 0, 255, 0, 60, 255, 1})
	f.Add(uint8(1), uint8(20), uint8(15), false, []byte{250, 15, 16, 15}) // the roof, then no change asked for
	f.Add(uint8(9), uint8(0), uint8(0), true, []byte{1, 1, 2, 2, 3, 3})
	f.Fuzz(func(t *testing.T, low, room, begin uint8, behavior bool, syncs []byte) {
		h := autoscale.HPA{Min: 1 + int(low), Max: 1 + int(low) + int(room)}
		down := autoscale.Policy{Type: autoscale.Pods, Value: 3, Period: 40 * time.Second}
		if behavior {
			window := 20 * time.Second
			h.Behavior = &autoscale.Behavior{ScaleDown: &autoscale.Rules{Stabilization: &window, Policies: []autoscale.Policy{down}}}
		}
		current := h.Min + int(begin)%(int(room)+1)
		type point struct {
			at time.Time
			n  int
		}
		trajectory := []point{{noon.Add(-time.Hour), current}}
		past, now := autoscale.History{}, noon
		for syncs = syncs[:min(len(syncs), 200)]; len(syncs) >= 2; syncs = syncs[2:] {
			now = now.Add(time.Duration(1+int(syncs[1])) * time.Second)
			before := func(period time.Duration) (n int) {
				for _, p := range trajectory {
					if !p.at.After(now.Add(-period)) {
						n = p.n
					}
				}
				return n
			}
			d, next := h.Decide(now, current, asking(current, int(syncs[0])), past)
			if d.Desired < h.Min || d.Desired > h.Max {
				t.Fatalf("desired = %d; want within [%d, %d]", d.Desired, h.Min, h.Max)
			}
			most, least := max(2*current, 4), h.Min
			if behavior {
				start := before(15 * time.Second)
				most = max(current, start+4, 2*start)
				least = min(current, before(down.Period)-down.Value)
			}
			if d.Desired > most || d.Desired < least {
				t.Fatalf("desired = %d from %d; want within the rates' [%d, %d]", d.Desired, current, least, most)
			}
			// An older recommendation may move the count where the metrics ask for no change: that has no reason.
			if d.Rescaled != (d.Desired != current) || (d.Reason != "") != (d.Rescaled && d.Recommended != current) {
				t.Fatalf("decision from %d = %+v; want rescaled where the count changes and then a reason", current, d)
			}
			current, past = d.Desired, next
			trajectory = append(trajectory, point{now, current})
		}
	})
}

// The history passed in is a value: a simulation may branch from it.
func TestDecideLeavesHistory(t *testing.T) {
	h := autoscale.HPA{Min: 1, Max: 50, Behavior: &autoscale.Behavior{}}
	_, past := h.Decide(noon, 4, asking(4, 30), autoscale.History{})
	again := func(asks int) autoscale.Decision {
		d, _ := h.Decide(noon.Add(15*time.Second), 8, asking(8, asks), past)
		return d
	}
	first := again(30)
	again(1)
	if diff := cmp.Diff(first, again(30)); diff != "" {
		t.Errorf("the same sync from the same history differs:\n%s", diff)
	}
	if first.Desired != 16 {
		t.Errorf("desired = %d; want 16", first.Desired)
	}
}
