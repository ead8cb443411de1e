package autoscale_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// A target of 30 % is passed by more than a tenth above 33 %, which 33.9 % are.
func ExampleWholePercent() {
	fmt.Println(autoscale.WholePercent(0.339), autoscale.WholePercent(0.34), autoscale.WholePercent(0.29))
	// Output: 33 34 29
}

// Each count is worked out by hand; beside it stands what fractions would ask for, where that is another.
func TestUtilisationIsCutToWholePercent(t *testing.T) {
	unready, missing := autoscale.Pod{}, autoscale.Pod{Ready: true}
	with := func(all []autoscale.Pod, other autoscale.Pod, n int) []autoscale.Pod {
		return append(all, slices.Repeat([]autoscale.Pod{other}, n)...)
	}
	for _, c := range []struct {
		name   string
		target float64
		pods   []autoscale.Pod
		want   int
	}{
		{"33/30 is within a tenth", 0.30, pods(10, 0.339), 10}, // 12
		{"34/30 of 10 are 11.3", 0.30, pods(10, 0.34), 12},
		{"29/20 of 10 are 14.5: no last bit makes 28 of 29", 0.20, pods(10, 0.29), 15},
		{"24/30 of 10 are 8", 0.30, pods(10, 0.2499), 8}, // 9
		{"27/30 is within a tenth", 0.30, pods(10, 0.2799), 10},
		{"26/30 of 10 are 8.7", 0.30, pods(10, 0.2699), 9},
		{"less than a percent is nothing", 0.30, pods(10, 0.0099), 0}, // 1
		{"30/30 asks for no more, so nobody asks about the unready", 0.30, with(pods(10, 0.3099), unready, 2), 12},
		{"10 at 40 % and 2 unready at nothing: 33/30", 0.30, with(pods(10, 0.40), unready, 2), 12}, // 14
		{"10 at 41 % and 2 unready at nothing: 34/30 of 12 are 13.6", 0.30, with(pods(10, 0.41), unready, 2), 14},
		{"10 at 40 % and 2 missing at nothing: 33/30", 0.30, with(pods(10, 0.40), missing, 2), 12},                        // 14
		{"9 at 43.2 % and 1 missing at all of its request: 48/60 of 10 are 8", 0.60, with(pods(9, 0.432), missing, 1), 8}, // 9
		{"9 at 89.9 % and 1 missing at the target: 100/200 of 10 are 5", 2.00, with(pods(9, 0.899), missing, 1), 5},       // 6
	} {
		h := autoscale.HPA{Min: 1, Max: 100}
		m := autoscale.Metric{Target: c.target, Utilisation: true, Pods: c.pods}
		if d, _ := h.Decide(noon, len(c.pods), []autoscale.Metric{m}, autoscale.History{}); d.Recommended != c.want {
			t.Errorf("%s: recommended = %d; want %d", c.name, d.Recommended, c.want)
		}
	}
}

// An averageValue is not cut: 0.339 cores are 1.13 of 0.3.
func TestAverageValueIsNotCut(t *testing.T) {
	m := autoscale.Metric{Target: 0.3, Pods: pods(10, 0.339)}
	d, _ := autoscale.HPA{Min: 1, Max: 100}.Decide(noon, 10, []autoscale.Metric{m}, autoscale.History{})
	if d.Recommended != 12 {
		t.Errorf("recommended at 0.339 of 0.3 = %d; want 12", d.Recommended)
	}
}

// inThousandths is what the controller asks for by the utilisation of pods that each request as much, in
// integers alone: uses of those measured and the request in thousandths, the target in percent.
func inThousandths(uses []int, request, target, unready, missing int) int {
	percent := func(sum, n int) int { return sum * 100 / (request * n) }
	within := func(percent int) bool { return 9*target <= 10*percent && 10*percent <= 11*target }
	current, sum, n := len(uses)+unready+missing, 0, len(uses)
	for _, u := range uses {
		sum += u
	}
	first := percent(sum, n)
	switch {
	case first > target:
		n += unready + missing
	case first < target:
		sum, n = sum+missing*request*max(100, target)/100, n+missing
	}
	again := percent(sum, n)
	asks := (again*n + target - 1) / target
	turned := first < target && again > target || first > target && again < target
	if within(again) || turned || again < target && asks > current || again > target && asks < current {
		return current
	}
	return asks
}

// FuzzUtilisation holds what a utilisation asks for against the same in integers.
func FuzzUtilisation(f *testing.F) {
	f.Add([]byte{84, 85, 85, 85}, uint8(249), uint8(29), uint8(0), uint8(0))
	f.Add([]byte{100, 100, 100, 100, 100}, uint8(249), uint8(29), uint8(1), uint8(0))
	f.Add([]byte{43, 43, 44, 43, 43, 43, 43, 43, 43}, uint8(99), uint8(59), uint8(0), uint8(1))
	f.Add([]byte{255, 0, 255}, uint8(9), uint8(199), uint8(7), uint8(3))
	f.Add([]byte{29}, uint8(99), uint8(19), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, bytes []byte, request, target, unready, missing uint8) {
		if len(bytes) == 0 || len(bytes) > 100 {
			return
		}
		m := autoscale.Metric{Target: float64(int(target)+1) / 100, Utilisation: true}
		var uses []int
		for _, b := range bytes {
			uses = append(uses, int(b))
			m.Pods = append(m.Pods, autoscale.Pod{Ready: true, Measured: true, Value: float64(b) / float64(int(request)+1)})
		}
		// Of a hundred thousandths a missing one's target is a whole number of them, as it is to a float.
		waiting, unseen := int(unready)%20, int(missing)%20
		if unseen > 0 && (int(request)+1)*max(100, int(target)+1)%100 != 0 {
			return
		}
		m.Pods = append(m.Pods, slices.Repeat([]autoscale.Pod{{}}, waiting)...)
		m.Pods = append(m.Pods, slices.Repeat([]autoscale.Pod{{Ready: true}}, unseen)...)
		h := autoscale.HPA{Min: 1, Max: 1 << 30}
		d, _ := h.Decide(noon, len(m.Pods), []autoscale.Metric{m}, autoscale.History{})
		if want := inThousandths(uses, int(request)+1, int(target)+1, waiting, unseen); d.Recommended != want {
			t.Errorf("%v of %d at a target of %d %%, %d unready, %d missing: recommended = %d; want %d",
				uses, int(request)+1, int(target)+1, waiting, unseen, d.Recommended, want)
		}
	})
}
