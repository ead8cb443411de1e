package forecast

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

func TestUncut(t *testing.T) {
	share, cores := autoscale.OfRequest, autoscale.OfPod
	for _, c := range []struct {
		name       string
		kind       string
		most       float64
		read, want []float64
	}{
		{"the middle of a percent", share, math.Inf(1), []float64{0.33, 0.29, 1.5}, []float64{0.335, 0.295, 1.505}},
		{"nothing is nothing", share, math.Inf(1), []float64{0, 0.01}, []float64{0, 0.015}},
		{"all is no more", share, 1, []float64{0.99, 1}, []float64{0.995, 1}},
		{"a limit within a percent", share, 1.252, []float64{1.24, 1.25}, []float64{1.245, 1.252}},
		{"beyond a limit that was lowered", share, 0.5, []float64{0.7}, []float64{0.7}},
		{"not cut", share, math.Inf(1), []float64{0.33, 0.295}, []float64{0.33, 0.295}},
		{"in cores", cores, math.Inf(1), []float64{0.33}, []float64{0.33}},
	} {
		var all []gauge
		for _, v := range c.read {
			all = append(all, gauge{value: v})
		}
		var got []float64
		for _, g := range uncut(autoscale.MetricSpec{Kind: c.kind}, all, c.most) {
			got = append(got, g.value)
		}
		if diff := cmp.Diff(c.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
			t.Errorf("%s: uncut(%v) (-want +got):\n%s", c.name, c.read, diff)
		}
		if all[0].value != c.read[0] {
			t.Errorf("%s: uncut changed the readings it was given: %v; want %v", c.name, all[0].value, c.read[0])
		}
	}
}

// A line through what was cut is half a percent too low, and through what it is taken
// for it is the line itself.
func TestLineThroughWholePercents(t *testing.T) {
	const base, slope = 0.05, 0.0173
	var xs, cut, ys []float64
	var all []gauge
	for i := range 200 {
		x := 5 + float64(i*37%200)/7
		all = append(all, gauge{value: float64(autoscale.WholePercent(base+slope*x)) / 100})
		xs, cut = append(xs, x), append(cut, all[i].value)
	}
	for _, g := range uncut(autoscale.MetricSpec{Kind: autoscale.OfRequest}, all, math.Inf(1)) {
		ys = append(ys, g.value)
	}
	if low, _ := regress(xs, cut, false); math.Abs(low-(base-0.005)) > 0.001 {
		t.Errorf("a line through what was cut begins at %v; want %v", low, base-0.005)
	}
	if b, s := regress(xs, ys, false); math.Abs(b-base) > 0.001 || math.Abs(s/slope-1) > 0.002 {
		t.Errorf("a line through the middles is %v + %v x; want %v + %v x", b, s, base, slope)
	}
}
