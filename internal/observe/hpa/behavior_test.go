package hpa

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
)

// direction is the rules of one direction; a window below 0 is not stated.
func direction(window int32, which autoscalingv2.ScalingPolicySelect, policies ...autoscalingv2.HPAScalingPolicy) *autoscalingv2.HPAScalingRules {
	r := &autoscalingv2.HPAScalingRules{Policies: policies}
	if window >= 0 {
		r.StabilizationWindowSeconds = &window
	}
	if which != "" {
		r.SelectPolicy = &which
	}
	return r
}

func policy(kind autoscalingv2.HPAScalingPolicyType, value, seconds int32) autoscalingv2.HPAScalingPolicy {
	return autoscalingv2.HPAScalingPolicy{Type: kind, Value: value, PeriodSeconds: seconds}
}

const pods, percent = autoscalingv2.PodsScalingPolicy, autoscalingv2.PercentScalingPolicy

func TestBehavior(t *testing.T) {
	const down = "; down: at most 100 % in 15 s, stabilization 300 s by default"
	tolerant := direction(-1, "", policy(pods, 1, 60))
	ratio := resource.MustParse("50m")
	tolerant.Tolerance = &ratio
	for _, c := range []struct {
		up, down *autoscalingv2.HPAScalingRules
		want     string
		from     int
		growth   int // worked out by hand, of 1,000 at most
	}{
		{nil, nil, "up: at most the larger of 4 pods and 100 % in 15 s, no stabilization" + down, 3, 53}, // 7, 14, 28, 56
		{direction(0, "Max", policy(percent, 100, 15), policy(pods, 4, 15)), direction(300, "", policy(percent, 10, 60)),
			"up: at most the larger of 100 % and 4 pods in 15 s, no stabilization; down: at most 10 % in 60 s, stabilization 300 s", 1, 39}, // 5, 10, 20, 40
		{tolerant, nil, "up: at most 1 pod in 60 s, tolerance 5 %, no stabilization" + down, 10, 1},
		{direction(30, "Min", policy(percent, 50, 30), policy(pods, 10, 60)), nil,
			"up: at most the smaller of 50 % in 30 s and 10 pods in 60 s, stabilization 30 s" + down, 10, 5}, // nothing before 30 s
		{direction(60, "", policy(pods, 4, 15)), nil, "up: at most 4 pods in 15 s, stabilization 60 s" + down, 10, 0},
		{direction(0, "", policy(pods, 600, 15)), nil, "up: at most 600 pods in 15 s, no stabilization" + down, 10, 990},
		{direction(0, "Disabled"), direction(5, "Disabled"),
			"up: never (selectPolicy is Disabled), stabilization 0 s; down: never (selectPolicy is Disabled), stabilization 5 s", 10, 0},
	} {
		h := &autoscalingv2.HorizontalPodAutoscaler{}
		h.Spec.MaxReplicas = 1000
		h.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: c.up, ScaleDown: c.down}
		if got := behaviorText(h); got != c.want {
			t.Errorf("behaviorText(…) = %s; want %s", got, c.want)
		}
		if got := growth(h, c.from); got != c.growth {
			t.Errorf("growth(%s, %d) = %d; want %d", c.want, c.from, got, c.growth)
		}
	}
	h := &autoscalingv2.HorizontalPodAutoscaler{}
	h.Spec.MaxReplicas = 1000
	if got := growth(h, 1); got != 31 { // 4, 8, 16, 32
		t.Errorf("growth without a behavior from 1 = %d; want 31", got)
	}
}

// The rules are told at the start and when they become others, and not again
// with every other change.
func TestBehaviorIsTold(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	stop, _ := o.begin(t)
	o.awaitAll(t)
	limited := func(most int32) func(*autoscalingv2.HorizontalPodAutoscaler) {
		return func(h *autoscalingv2.HorizontalPodAutoscaler) {
			h.Spec.MaxReplicas = most
			h.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: direction(0, "", policy(pods, 1, 60))}
		}
	}
	for _, most := range []int32{11, 12} {
		scalerOf(a, limited(most))
		o.awaitValue(t, "max", float64(most))
	}
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	stop, _ = o.begin(t) // as after an outage
	o.awaitAll(t)
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	want := []string{
		behaviorText(&autoscalingv2.HorizontalPodAutoscaler{}),
		"up: at most 1 pod in 60 s, no stabilization; down: at most 100 % in 15 s, stabilization 300 s by default",
	}
	if diff := cmp.Diff(want, o.rules); diff != "" {
		t.Errorf("rules told (-want +got):\n%s", diff)
	}
}

func TestChecksFindThatNothingMayBeAdded(t *testing.T) {
	a := healthy()
	scalerOf(a, func(h *autoscalingv2.HorizontalPodAutoscaler) {
		h.Spec.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: direction(0, "Disabled")}
	})
	const want = "warning growth rules: it may not add any unit: up: never (selectPolicy is Disabled)"
	if got := look(t, a); !slices.ContainsFunc(got, func(f string) bool { return strings.HasPrefix(f, want) }) {
		t.Errorf("findings = %q; want %s", got, want)
	}
}
