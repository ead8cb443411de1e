package capacity

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// pressing is a plateau of so much per unit, for so many seconds, with so much asked
// of each.
func pressing(units int, each, asked, length float64) Plateau {
	return Plateau{Units: units, Rate: float64(units) * each, Most: float64(units) * asked, Span: Span{time.Minute, time.Minute + seconds(length)}}
}

func TestSaturationTakesWhatWasPressedHardestAndLongest(t *testing.T) {
	for _, c := range []struct {
		name     string
		plateaus []Plateau
		want     float64 // 0: not known
	}{
		{"none", nil, 0},
		{"one", []Plateau{pressing(4, 80, 120, 20)}, 80},
		{"one that was asked less", []Plateau{pressing(4, 80, 120, 20), pressing(4, 60, 90, 60)}, 80},
		{"asked about as much", []Plateau{pressing(4, 80, 120, 20), pressing(4, 78, 118, 20)}, 79},
		{"longer ones count by their length", []Plateau{pressing(4, 80, 120, 30), pressing(4, 76, 120, 20)}, (80*30 + 76*20) / 50.},
		{"short ones not at all", []Plateau{pressing(4, 80, 120, 30), pressing(4, 110, 120, 6)}, 80},
		{"the longest was asked less", []Plateau{pressing(4, 80, 120, 8), pressing(4, 76, 120, 6), pressing(4, 60, 70, 300)}, (80*8 + 76*6) / 14.},
		{"by units", []Plateau{pressing(2, 80, 120, 20), pressing(6, 76, 120, 20)}, 77},
		{"asked as much of each, though not in all", []Plateau{pressing(2, 80, 120, 20), pressing(6, 60, 60, 20)}, 80},
	} {
		got := saturation(c.plateaus)
		if (got == nil) != (c.want == 0) || got != nil && math.Abs(*got-c.want) > 1e-9 {
			t.Errorf("%s: saturation = %v; want %v", c.name, bare(got), c.want)
		}
	}
}

func bare(v *float64) any {
	if v == nil {
		return nil
	}
	return *v
}

// Requests may wait where a fleet keeps up with what is asked; what came back then
// is the demand's rate, and no saturation where the fleet was overloaded too.
func TestKeepingUpIsNoSaturation(t *testing.T) {
	tl, q := driven(traffic.NewCurve(hold(100, 20), hold(200, 20), hold(100, 10), hold(400, 20)), append(secondsIn(20, 40), secondsIn(50, 70)...)...)
	sum := 0.0
	for n := range 71 {
		read(&tl, timeline.Answered, n, n, sum)
		switch {
		case n < 20 || n >= 40 && n < 50:
			sum += 100
		case n < 40:
			sum += 200
		default:
			sum += 320
		}
	}
	r := newRun(tl, q)
	plateaus := r.plateaus(r.steady(q.Fleets[0], r.Series(web, timeline.Ready)))
	if len(plateaus) != 2 || math.Abs(plateaus[0].Rate-200) > 1 || math.Abs(plateaus[1].Rate-320) > 1 || plateaus[0].Most != 200 || plateaus[1].Most != 400 {
		t.Fatalf("plateaus = %+v; want 200/s as asked, and 320/s of 400", plateaus)
	}
	if u := Analyze(tl, q).Fleets[0].PerUnit; u.Saturation == nil || math.Abs(u.Saturation.Mid-80) > 0.1 {
		t.Errorf("saturation = %v; want 80/s, of the stretch that was overloaded", bareRange(u.Saturation))
	}
}

func TestComparableLeavesLikeUnitsAlone(t *testing.T) {
	trials := []trial{step(0, 40, 400, 0), step(1, 60, 600, 0), step(2, 90, 900, 0.5)}
	trials[0].units = 2
	for name, plateaus := range map[string][]Plateau{
		"none":                           nil,
		"one number of units":            {pressing(4, 80, 200, 20)},
		"as much each":                   {pressing(2, 80, 200, 20), pressing(4, 80, 200, 20), pressing(8, 78, 200, 20)},
		"fewer do less each":             {pressing(2, 60, 200, 20), pressing(8, 80, 200, 20)},
		"hardly fewer do more each":      {pressing(7, 90, 200, 20), pressing(8, 80, 200, 20)},
		"as much each, where it counted": {pressing(2, 80, 200, 20), pressing(4, 50, 60, 20), pressing(4, 79, 200, 20)},
	} {
		gotTrials, gotPlateaus := ofOneSize(trials, plateaus)
		if diff := cmp.Diff(trials, gotTrials, cmp.AllowUnexported(trial{}, count{}, tally{})); diff != "" {
			t.Errorf("%s: trials (-want +got):\n%s", name, diff)
		}
		if diff := cmp.Diff(plateaus, gotPlateaus); diff != "" {
			t.Errorf("%s: plateaus (-want +got):\n%s", name, diff)
		}
	}
}

// By hand: 2 units serve 160/s and 4 serve 240/s, so that 3 serve 200/s. One of 4
// does 60 where one of 2 does 80 and one of 3 66.7.
func TestComparableByHand(t *testing.T) {
	of := func(units int, rate float64) trial {
		s := step(0, rate, 1000, 0)
		s.units, s.most = units, 2*rate
		return s
	}
	plateaus := []Plateau{pressing(2, 80, 200, 20), pressing(4, 60, 200, 30), pressing(4, 54, 200, 4)}
	trials := []trial{of(1, 90), of(2, 72), of(3, 50), of(4, 55), of(5, 40)}
	told, largest := ofOneSize(trials, plateaus)
	var got []float64
	for _, one := range told {
		got = append(got, one.rate)
		if one.units != 4 || math.Abs(one.most-2*one.rate) > 1e-9 {
			t.Errorf("trial = %+v; want it of 4 units, its worst second as it was", one)
		}
	}
	within := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-9 })
	if diff := cmp.Diff([]float64{54, 45, 55}, got, within); diff != "" {
		t.Errorf("rates as of 4 units (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(plateaus[1:], largest); diff != "" {
		t.Errorf("plateaus (-want those of 4 units +got):\n%s", diff)
	}
	if trials[1].rate != 72 {
		t.Error("the trials that were given are changed")
	}
}

// By a law of contention every rate of every number of units is worth the same
// share of what its units saturate at.
func TestComparableByALaw(t *testing.T) {
	l := law{g: 100, a: 0.1}
	var trials []trial
	var plateaus []Plateau
	each := func(n int) float64 { return l.at(float64(n)) / float64(n) }
	for n := 2; n <= 8; n++ {
		plateaus = append(plateaus, pressing(n, each(n), 300, 20))
		s := step(n, 0.8*each(n), 1000, 0)
		s.units = n
		trials = append(trials, s)
	}
	told, _ := ofOneSize(trials, plateaus)
	if len(told) != len(trials) {
		t.Fatalf("%d of %d trials are left; want all", len(told), len(trials))
	}
	for _, one := range told {
		if want := 0.8 * each(8); math.Abs(one.rate-want) > 1e-9 || one.units != 8 {
			t.Errorf("trial = %v/s of %d units; want %v/s of 8", one.rate, one.units, want)
		}
	}
}

// Few units that held more than each of many saturates at are no measure of these.
func TestComparableWhereFewerWereNeverSaturated(t *testing.T) {
	few, many := step(0, 75, 1000, 0), step(1, 50, 1000, 0)
	few.units, many.units = 4, 8
	told, _ := ofOneSize([]trial{few, many}, []Plateau{pressing(8, 60, 200, 20)})
	if len(told) != 1 || told[0].units != 8 || told[0].rate != 50 {
		t.Errorf("comparable = %+v; want the trial of 8 units alone", told)
	}
	few.rate = 62 // about as much
	if told, _ := ofOneSize([]trial{few, many}, []Plateau{pressing(8, 60, 200, 20)}); len(told) != 2 {
		t.Errorf("comparable = %+v; want both", told)
	}
}

func TestInterpolated(t *testing.T) {
	plateaus := []Plateau{pressing(4, 60, 200, 20), pressing(2, 80, 200, 20), pressing(8, 50, 200, 20)}
	for units, want := range map[int]float64{2: 160, 3: 200, 4: 240, 5: 280, 7: 360, 8: 400} {
		if got := interpolated(plateaus, units); math.Abs(got-want) > 1e-9 {
			t.Errorf("interpolated(%d) = %v; want %v", units, got, want)
		}
	}
}

// Where units hung that had served more before, they did not saturate: nothing else
// is measured by what came back then.
func TestUnitsThatHungAreNoMeasure(t *testing.T) {
	few, many, broken := step(0, 60, 1000, 0), step(1, 60, 1000, 0), step(2, 90, 1000, 0.5)
	few.units, broken.units, many.units = 2, 2, 4
	trials, before := []trial{few, broken, many}, []Plateau{pressing(2, 80, 200, 20)}
	want := newPerUnit(web, []Objective{p99}, trials, before, exponentially)
	for _, each := range []float64{0, 1, 20} {
		got := newPerUnit(web, []Objective{p99}, trials, append(before, pressing(4, each, 200, 20)), exponentially)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("one unit, where four hung at %v/s each (-before +got):\n%s", each, diff)
		}
	}
}

// saturates is a saturation rate without a spread.
func saturates(rate float64) *Range { return &Range{rate, rate, rate} }

func bareRange(r *Range) any {
	if r == nil {
		return nil
	}
	return *r
}
