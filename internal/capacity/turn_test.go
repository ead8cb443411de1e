package capacity

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gonum.org/v1/gonum/stat"
)

// step makes a trial of the nth step: each requests of one of four units, of
// which the share over broke p99.
func step(n int, rate, each, over float64) trial {
	total := 4 * each
	return trial{
		rate: rate, most: rate, units: 4, step: 10 * n, level: 10 * n, each: each,
		breaches: []count{{p99, tally{total: int64(total), over: int64(math.Round(over * total))}}},
	}
}

// tenfold is the share of requests that break p99 at a rate: 1 % at the turn, and
// ten times as much for every so much more.
func tenfold(rate, turn, every float64) float64 {
	return min(0.01*math.Pow(10, (rate-turn)/every), 0.8)
}

// exponentially are service times of 50 ms that vary as much as their mean.
var exponentially = calm{mean: 0.05, variation: 1}

// plateau is one of half a minute, at so much per unit and with more than twice
// as much asked.
func plateau(units int, each float64) Plateau {
	rate := float64(units) * each
	return Plateau{Units: units, Rate: rate, Most: 2.5 * rate, Span: Span{0, 30 * time.Second}}
}

// The isotonic regression of y with weights w is, at i,
//
//	max over a <= i of min over b >= i of sum(w y, a..b) / sum(w, a..b)
//
// (Barlow et al., 1972).
func TestFitAgainstMinMax(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		rungs := make([]rung, 1+random.IntN(12))
		for i := range rungs {
			total := float64(1 + random.IntN(1000))
			rungs[i] = rung{over: math.Floor(random.Float64() * (total + 1) * float64(random.IntN(2))), total: total}
		}
		got := fit(rungs)
		for i := range rungs {
			want := math.Inf(-1)
			for from := 0; from <= i; from++ {
				least := math.Inf(1)
				for to := i; to < len(rungs); to++ {
					var over, total float64
					for _, g := range rungs[from : to+1] {
						over, total = over+g.over, total+g.total
					}
					least = min(least, over/total)
				}
				want = max(want, least)
			}
			if math.Abs(got[i]-want) > 1e-9 {
				t.Fatalf("fit(%v)[%d] = %v; want %v", rungs, i, got[i], want)
			}
		}
	}
}

// What an interval claims is what was tried: half its width or less where steps are
// half as far apart, a side alone where the other was not seen.
func TestInterval(t *testing.T) {
	var stairs []trial
	for n, rate := range []float64{40, 50, 60, 70, 80} {
		stairs = append(stairs, step(n, rate, 1000, 0), step(n, rate, 1000, 0))
	}
	broken := func(trials []trial) []trial {
		return append(slices.Clone(trials), step(5, 90, 1000, 0.2), step(6, 100, 1000, 0.6))
	}
	for _, c := range []struct {
		name                             string
		trials                           []trial
		plateaus                         []Plateau
		lowFrom, lowTo, highFrom, highTo float64 // 0, 0: that side is not known
	}{
		{"nothing", nil, nil, 0, 0, 0, 0},
		{"held", stairs, nil, 70, 80, 0, 0},
		{"held and saturated", stairs, []Plateau{plateau(4, 90)}, 60, 90, 80, 90.5},
		{"held and broken", broken(stairs), nil, 70, 90, 80, 95},
		{"held, broken and saturated", broken(stairs), []Plateau{plateau(4, 85)}, 65, 85, 75, 86},
		{"a plateau below what held is none", stairs, []Plateau{plateau(4, 30)}, 70, 80, 0, 0},
		{"broken alone", broken(nil), nil, 0, 0, 80, 95},
		{"broken at saturation alone", []trial{step(0, 100, 1000, 0.9)}, []Plateau{plateau(4, 80)}, 0, 0, 60, 81},
		{"exactly what is allowed", []trial{step(0, 50, 1000, 0), step(1, 60, 4000, 0.01), step(2, 70, 1000, 0.5)}, nil, 45, 61, 55, 70},
	} {
		u := newPerUnit(web, []Objective{p99}, c.trials, c.plateaus, exponentially)
		within := func(side string, got *float64, from, to float64) {
			switch {
			case (got == nil) != (to == 0):
				t.Errorf("%s: %s; want the %s end known: %v", c.name, u.Said, side, to != 0)
			case got != nil && (*got < from || *got > to):
				t.Errorf("%s: %s end = %v; want %v to %v", c.name, side, *got, from, to)
			}
		}
		within("low", u.Low, c.lowFrom, c.lowTo)
		within("high", u.High, c.highFrom, c.highTo)
		if (u.Mid != nil) != (u.Low != nil && u.High != nil) || (u.Draws != nil) != (u.Mid != nil) {
			t.Errorf("%s: mid known: %v, %d draws; want both with two sides alone", c.name, u.Mid != nil, len(u.Draws))
		}
	}
}

// Units whose requests all take about as long have next to no queue until they are
// all but saturated.
func TestServiceTimesThatHardlyVary(t *testing.T) {
	for _, variation := range []float64{0, 1e-6, 0.01, 0.05, 0.2} {
		trials := []trial{step(0, 20, 1000, 0), step(1, 60, 1000, 0), step(2, 100, 1000, 0.5)}
		u := newPerUnit(web, []Objective{p99}, trials, []Plateau{plateau(4, 80)}, calm{mean: 0.05, variation: variation})
		if u.Mid == nil || *u.Low < 59 || *u.High > 81 {
			t.Errorf("variation %v: %s; want 60 to 80/s", variation, u.Said)
		}
	}
}

// More requests at the same rates never make the interval much wider, and finer
// steps make it narrower.
func TestWhatMakesAnIntervalNarrower(t *testing.T) {
	width := func(by, each float64) float64 {
		var trials []trial
		for n := 0; 40+by*float64(n) <= 120; n++ {
			rate := 40 + by*float64(n)
			trials = append(trials, step(n, rate, each, tenfold(rate, 77.2, 6)))
		}
		u := newPerUnit(web, []Objective{p99}, trials, nil, exponentially)
		if !u.contains(77.2) {
			t.Fatalf("steps of %v/s, %v requests: %s; want 77.2/s, where 1 %% break it, inside", by, each, u.Said)
		}
		return *u.High - *u.Low
	}
	if coarse, fine := width(20, 3000), width(5, 3000); fine > coarse*0.7 {
		t.Errorf("steps of 5/s give a width of %v, of 20/s %v; want it narrower", fine, coarse)
	}
	if few, many := width(5, 200), width(5, 20_000); many > few*0.9 {
		t.Errorf("20,000 requests give a width of %v, 200 %v; want it narrower", many, few)
	}
}

// Of several objectives the strictest decides, by every replicate.
func TestTheStrictestObjectiveDecides(t *testing.T) {
	loose := Objective{Name: "p90 <= 300ms", Quantile: 0.9, Limit: p99.Limit}
	var trials []trial
	for n := range 5 {
		rate := 50 + 10*float64(n)
		s := step(n, rate, 2000, tenfold(rate, 66, 8))
		s.breaches = append(s.breaches, count{loose, s.breaches[0].tally})
		trials = append(trials, s)
	}
	alone := func(o Objective, index int) PerUnit {
		own := slices.Clone(trials)
		for i := range own {
			own[i].breaches = own[i].breaches[index : index+1]
		}
		return newPerUnit(web, []Objective{o}, own, nil, exponentially)
	}
	strict, both := alone(p99, 0), newPerUnit(web, []Objective{p99, loose}, trials, nil, exponentially)
	if !strict.contains(66) || !alone(loose, 1).contains(74) {
		t.Fatalf("alone: %s; %s; want turns of 66/s and 74/s", strict.Said, alone(loose, 1).Said)
	}
	if diff := cmp.Diff(strict.Draws, both.Draws); diff != "" {
		t.Errorf("draws of both (-of the strict one alone +got):\n%s", diff)
	}
}

// Errors never came up to the highest rate that was tried, and p99 turns beyond it:
// the ends are those of the draws, so that what is made of the draws and what is made
// of the ends agree.
func TestAnObjectiveThatNothingBrokeCutsNoDraws(t *testing.T) {
	errors := Objective{Name: "errors <= 0.5%", Errors: 0.005}
	trials := []trial{step(0, 60, 2000, 0), step(1, 70, 2000, 0.001)}
	for i := range trials {
		trials[i].breaches = append(trials[i].breaches, count{errors, tally{total: trials[i].breaches[0].total}})
	}
	u := newPerUnit(web, []Objective{p99, errors}, trials, []Plateau{plateau(4, 80)}, exponentially)
	if u.Mid == nil || *u.Mid <= 70 || *u.High <= *u.Mid+0.5 {
		t.Fatalf("%s; want a turn between 70/s and the 80/s of saturation", u.Said)
	}
	fleet := FleetResult{Fleet: Fleet{Name: web, Kind: HPA}, PerUnit: u}
	all := least([]carried{fleet.carries(3), {low: ptr(1000.0)}})
	if *all.low != 3**u.Low || *all.mid != 3**u.Mid || *all.high != 3**u.High {
		t.Errorf("three units carry %v (%v to %v); want three times %s", *all.mid, *all.low, *all.high, u.Said)
	}
	if p := all.probability(3 * *u.Mid); p == nil || math.Abs(*p-0.5) > 0.01 {
		t.Errorf("the middle is carried with probability %v; want one half", p)
	}
}

// What chance did to a step it did to every fleet, so that draws of two fleets
// from the same trials go together. What is not known of either between two rates
// does not, so that they are not the same.
func TestFleetsOfOneRunAreDrawnTogether(t *testing.T) {
	var trials []trial
	for n, over := range []float64{0, 0, 0.008, 0.012, 0.1, 0.5} {
		trials = append(trials, step(n, 50+5*float64(n), 1000, over))
	}
	one := newPerUnit("hpa/default/web", []Objective{p99}, trials, nil, exponentially)
	other := newPerUnit("hpa/default/api", []Objective{p99}, trials, nil, exponentially)
	if r := stat.Correlation(one.Draws, other.Draws, nil); r < 0.5 || r > 0.999 {
		t.Errorf("draws of two fleets of the same trials correlate by %.2f; want them together, and not the same", r)
	}
}

// Where nothing may fail, the first failure tells.
func TestNothingMayFail(t *testing.T) {
	none := Objective{Name: "errors <= 0%", Errors: 0}
	var trials []trial
	for n, over := range []float64{0, 0, 0, 0.002, 0.5} {
		s := step(n, 50+10*float64(n), 1000, over)
		s.breaches = []count{{none, s.breaches[0].tally}}
		trials = append(trials, s)
	}
	if u := newPerUnit(web, []Objective{none}, trials, nil, exponentially); u.Mid == nil || *u.Low < 65 || *u.High > 85 {
		t.Errorf("%s; want between 70/s, where nothing failed, and 80/s", u.Said)
	}
}

// However many steps were held at one rate, no more is shown than that rate.
func TestABoundIsNoMoreThanWasTried(t *testing.T) {
	var trials []trial
	for n := range 60 {
		trials = append(trials, step(n, 10, 100, 0))
	}
	if u := newPerUnit(web, []Objective{p99}, trials, nil, exponentially); u.Low == nil || *u.Low > 10 || u.Mid != nil || u.Units != 4 {
		t.Errorf("%s, at %d units; want at least 10/s or less, at 4", u.Said, u.Units)
	}
}

// What broke on a slope may have broken at the worst second of its window; what
// held is only known to hold on the whole.
func TestSlopesCountByTheirWorst(t *testing.T) {
	slope := func(n int, over float64) trial {
		s := step(n, 50, 1000, over)
		s.slope, s.most = true, 60
		return s
	}
	e := newEstimator(web, []Objective{p99}, []trial{slope(0, 0), slope(1, 0.009), slope(2, 0.011), slope(3, 0.5)}, nil, exponentially)
	var rates []float64
	for _, g := range e.ladder(p99, 0).rungs {
		rates = append(rates, g.rate)
	}
	if diff := cmp.Diff([]float64{50, 50, 60, 60}, rates); diff != "" {
		t.Errorf("rates of the rungs (-want +got):\n%s", diff)
	}
	var told [][2]float64
	for _, one := range e.told() {
		told = append(told, [2]float64{one.Rate, one.Mean})
	}
	if diff := cmp.Diff([][2]float64{{50, 50}, {50, 50}, {60, 50}, {60, 50}}, told); diff != "" {
		t.Errorf("rates that are told, and their means (-want +got):\n%s", diff)
	}
}

// The windows of one step are one rung; of a slope each is its own.
func TestWindowsOfAStepAreOneRung(t *testing.T) {
	slope := step(1, 60, 100, 0)
	slope.slope = true
	e := newEstimator(web, []Objective{p99}, []trial{step(0, 50, 100, 0), step(0, 50, 200, 0.5), slope, slope}, nil, exponentially)
	var got [][3]float64
	for _, g := range e.ladder(p99, 0).rungs {
		got = append(got, [3]float64{g.over, g.total, g.each})
	}
	if diff := cmp.Diff([][3]float64{{400, 1200, 300}, {0, 400, 100}, {0, 400, 100}}, got); diff != "" {
		t.Errorf("over, total, each of the rungs (-want +got):\n%s", diff)
	}
}

func TestPerUnitInWords(t *testing.T) {
	for _, c := range []struct {
		u    PerUnit
		want string
	}{
		{PerUnit{}, "no stretch of steady units tells what one unit sustains"},
		{PerUnit{Low: ptr(75.0)}, "one unit sustains at least 75/s: no window that counts broke an objective"},
		{PerUnit{High: ptr(75.0)}, "one unit sustains at most 75/s: no window that counts held"},
		{PerUnit{Low: ptr(80.0), Mid: ptr(84.0), High: ptr(90.0), Units: 4}, "one unit sustains 84/s (80/s to 90/s), measured at 4 units"},
		{PerUnit{Low: ptr(60.0), Mid: ptr(80.0), High: ptr(90.0), Units: 4}, "one unit sustains 80/s (60/s to 90/s), measured at 4 units; that is wide, since few rates near it were held for long: a staircase tells more"},
	} {
		if got := c.u.inWords(); got != c.want {
			t.Errorf("inWords() = %q; want %q", got, c.want)
		}
		if got, want := c.u.Wide(), strings.Contains(c.want, "wide"); got != want {
			t.Errorf("Wide() of %q = %t; want %t", c.want, got, want)
		}
	}
}

// arbitraryTrials makes trials and plateaus of bytes, four for each.
func arbitraryTrials(text []byte) (trials []trial, plateaus []Plateau) {
	for ; len(text) >= 4; text = text[4:] {
		rate, units := float64(text[0])/2, 1+int(text[3]>>5) // of a plateau, 0 where all hung
		if text[3]&3 == 3 {
			p := plateau(units, rate)
			p.Most, p.To = p.Rate*(1+float64(text[1])/100), time.Duration(5+text[2])*time.Second
			plateaus = append(plateaus, p)
			continue
		}
		total := int64(text[1]) * int64(1+units)
		over := total * int64(text[2]&15) / 15
		if text[2]&64 != 0 {
			over /= 50
		}
		errors := Objective{Name: "errors", Errors: 0.005 * float64(text[3]&4)}
		trials = append(trials, trial{
			rate: rate, most: rate * (1 + float64(text[2]>>6)/10), units: units, step: len(trials) / 2, level: len(trials) / 2, slope: text[3]&8 != 0,
			each: float64(1+total) / float64(units), breaches: []count{{p99, tally{total: total, over: over}}, {errors, tally{total: total, over: over / 2}}},
		})
	}
	return trials, plateaus
}

// Whatever was tried, an interval is in order, of finite numbers, and claims no side
// that nothing showed; its draws lie within what was tried and saturation, but for
// what chance does to a rate; and the same gives the same.
func FuzzInterval(f *testing.F) {
	f.Add([]byte{100, 200, 0, 96, 140, 200, 0, 96, 160, 200, 5, 96, 180, 200, 15, 96}, byte(20))
	f.Add([]byte{100, 200, 0, 96, 160, 50, 100, 99}, byte(20))
	f.Add([]byte{100, 200, 0, 32, 160, 50, 100, 99, 220, 50, 100, 35, 90, 255, 15, 64}, byte(10))
	f.Add([]byte{200, 255, 15, 0, 210, 255, 15, 8}, byte(0))
	f.Add([]byte("0000A007"), byte(2))                      // hardly any variation
	f.Add([]byte("b\xc80ax\xc80a\x00\xa0Xc0007"), byte(20)) // four units hung
	f.Add([]byte{20, 1, 0, 0, 20, 1, 0, 8, 20, 2, 0, 8, 20, 3, 0, 8}, byte(255))
	f.Fuzz(func(t *testing.T, text []byte, variation byte) {
		c := calm{mean: 0.05, variation: float64(variation) / 20}
		trials, plateaus := arbitraryTrials(text)
		if len(trials)+len(plateaus) > 60 {
			return
		}
		objectives := []Objective{p99, {Name: "errors", Errors: 0.01}}
		u := newPerUnit(web, objectives, trials, plateaus, c)
		if diff := cmp.Diff(u, newPerUnit(web, objectives, trials, plateaus, c)); diff != "" {
			t.Errorf("the same, estimated twice (-first +second):\n%s", diff)
		}
		checkNumbers(t, u)
		if hung(trials, plateaus) {
			return // those plateaus do not count
		}
		trials, plateaus = ofOneSize(trials, plateaus)
		e := newEstimator(web, objectives, trials, plateaus, c)
		checkSides(t, u, e)
		checkDraws(t, u, e)
	})
}

// hung reports whether as many units as those of a plateau were shown to carry more while every objective held.
func hung(trials []trial, plateaus []Plateau) bool {
	return slices.ContainsFunc(plateaus, func(p Plateau) bool {
		return p.Rate <= 0 || slices.ContainsFunc(trials, func(one trial) bool {
			return one.held() && one.units == p.Units && one.rate*float64(one.units) > p.Rate
		})
	})
}

func checkNumbers(t *testing.T, u PerUnit) {
	t.Helper()
	var known []float64
	for _, v := range []*float64{u.Low, u.Mid, u.High} {
		if v != nil {
			known = append(known, *v)
		}
	}
	if !slices.IsSorted(known) || (u.Mid != nil) != (u.Low != nil && u.High != nil) {
		t.Errorf("low, mid and high are %v; want them in order, and a middle with both ends alone", known)
	}
	for _, v := range slices.Concat(known, u.Draws) {
		if !(v >= 0 && v <= math.MaxFloat64) {
			t.Fatalf("interval %v, draws %v; want numbers from 0 upward", known, u.Draws)
		}
	}
}

// checkSides holds an interval against what was seen: a lower end needs a trial
// that kept every objective, an upper one a request that broke one, or
// saturation.
func checkSides(t *testing.T, u PerUnit, e *estimator) {
	t.Helper()
	broke, kept := e.saturation != nil, false
	for _, one := range e.trials {
		all := true
		for i, c := range one.breaches {
			broke = broke || c.over > 0
			all = all && float64(c.over) <= e.objectives[i].allowed()*float64(c.total)
		}
		kept = kept || all
	}
	if u.Low != nil && !kept {
		t.Errorf("%s; want no lower end where no trial kept the objectives", u.Said)
	}
	if u.High != nil && !broke {
		t.Errorf("%s; want no upper end where nothing broke and nothing saturated", u.Said)
	}
}

func checkDraws(t *testing.T, u PerUnit, e *estimator) {
	t.Helper()
	const far = 6 // deviations; no draw of 400 goes there
	most := 0.0
	for _, one := range e.trials {
		most = max(most, one.most*math.Exp(far*wobble*e.calm.variation/math.Sqrt(one.each)))
	}
	if e.saturation != nil {
		l := e.edge(p99, *e.saturation)
		most = max(most, *e.saturation*math.Exp(far*l.error))
	}
	for _, d := range u.Draws {
		if d > most {
			t.Fatalf("draw %v; want none beyond %v, the most that was tried or served", d, most)
		}
	}
	if len(u.Draws) == 0 {
		return
	}
	if low, mid, high := quantileOf(u.Draws, outside), quantileOf(u.Draws, 0.5), quantileOf(u.Draws, 1-outside); low != *u.Low || mid != *u.Mid || high != *u.High {
		t.Errorf("5 %%, 50 %% and 95 %% of the draws are %v, %v and %v; want low %v, mid %v and high %v", low, mid, high, *u.Low, *u.Mid, *u.High)
	}
}
