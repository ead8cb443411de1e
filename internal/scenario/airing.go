package scenario

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

const (
	leadIn     = time.Minute   // of base before the first spot
	longestUse = 3 * time.Hour // a spot of nothing but tail has lost its influence by then
	peaks      = 200           // equally likely ones of a range
	forms      = 64            // equally likely shapes of ranges, at most
	formMemory = 32 << 20      // bytes that all forms of a demand may take
)

// airing makes a demand of spots and a base. Its clock begins a whole minute and
// less than a second before the first of the spots:
//
//	scenario's clock    0         from               first.At
//	                    +----------|--- a minute -------|------>
//	demand's clock                 0                   Airs
type airing struct {
	scenario *Scenario
	spots    []Spot
	first    Spot
	from     time.Duration // whole seconds; below 0 where the first spot comes early
	base     traffic.Curve // visits/s; its edges go on for ever
	baseline float64       // visits/s, which the peaks include
	slip     time.Duration // whole seconds by which it may start later, of a base that goes on meanwhile
	assumed  []string
}

func (s *Scenario) airing(spots []Spot) *airing {
	first := slices.MinFunc(spots, func(a, b Spot) int { return cmp.Compare(a.At, b.At) })
	return &airing{
		scenario: s, spots: slices.Clone(spots), first: first, from: first.At.Truncate(time.Second) - leadIn,
		baseline: s.Traffic.Baseline / s.Plan().PerVisit(),
	}
}

func (a *airing) demand() forecast.Demand {
	d := forecast.Demand{Airs: a.first.At - a.from, Baseline: a.scenario.Traffic.Baseline, Queue: a.scenario.Viewers}
	var last time.Duration // of any form
	for _, spot := range a.spots {
		end := a.ends(spot.Spot)
		d.Spots = append(d.Spots, simulation.Span{From: spot.At - a.from, To: end})
		d.Called = append(d.Called, spot.Name)
		d.Lasts = max(d.Lasts, end-d.Airs)
		last = max(last, end, a.ends(slowest(spot)))
	}
	seconds := int((last + time.Second - 1) / time.Second)
	d.Waves = append(d.Waves, simulation.Wave{Requests: a.baseWave(seconds)})
	for _, spot := range a.spots {
		d.Waves = append(d.Waves, a.wave(spot, seconds))
	}
	d.Assumed = a.assumed
	return d
}

// baseWave is the requests of the base, of visits that began before it too.
func (a *airing) baseWave(seconds int) []float64 {
	var settled time.Duration // by then every visit makes all its requests
	for _, s := range a.scenario.Steps {
		settled = max(settled, s.After)
	}
	settled = (settled + time.Second - 1).Truncate(time.Second)
	segments, lasts := a.base.Segments(), a.base.Duration()
	before, after := max(settled-a.from, 0), max(a.from+time.Duration(seconds)*time.Second+a.slip-lasts, 0)
	if a.scenario.Traffic.Replay {
		a.assumeEdges(a.from, after)
	}
	low, high := segments[0].From, segments[len(segments)-1].To
	segments = slices.Concat([]traffic.Segment{{Length: before, From: low, To: low}}, segments, []traffic.Segment{{Length: after, From: high, To: high}})
	all := simulation.Requests(traffic.Plan{Visits: traffic.NewCurve(segments...), Steps: a.scenario.Steps}.Demand())
	begin := int((a.from + before) / time.Second)
	return highestWithin(all[begin:], int(a.slip/time.Second))[:seconds]
}

// slips lets all start so much later than the recording under it.
func (a *airing) slips(slip time.Duration) {
	a.assumed = append(a.assumed, "The base is what the recording has where the file's spots stand, whatever the time on air.")
	if a.slip = (slip + time.Second - 1).Truncate(time.Second); a.slip > 0 {
		a.assumed = append(a.assumed, "Spots that start later meet what the recording has then: in each second the highest of what it has from there until "+figure.Duration(a.slip)+" later is taken.")
	}
}

// highestWithin is the highest of each rate and the so many after it; at the end there
// are fewer.
func highestWithin(rates []float64, after int) []float64 {
	if after == 0 {
		return rates
	}
	highest := make([]float64, len(rates))
	var falling []int // places of rates, each higher than those after it, of which the first is the highest
	for i := len(rates) - 1; i >= 0; i-- {
		for len(falling) > 0 && rates[falling[len(falling)-1]] <= rates[i] {
			falling = falling[:len(falling)-1]
		}
		if falling = append(falling, i); falling[0] > i+after {
			falling = falling[1:]
		}
		highest[i] = rates[falling[0]]
	}
	return highest
}

// assumeEdges says what is taken where a recording is too short.
func (a *airing) assumeEdges(from, after time.Duration) {
	if from < 0 {
		a.assumed = append(a.assumed, "The recording begins less than a minute before the first spot: its first rate is taken for the time before.")
	}
	if after > 0 {
		a.assumed = append(a.assumed, "The recording ends "+figure.Duration(after)+" before the influence of the spots does: its last rate is taken for the time after.")
	}
}

// wave is the extra requests of a spot, drawn where it is uncertain: each of its
// forms is what one visit a second at the peak makes, and Times is how many
// there are.
func (a *airing) wave(spot Spot, seconds int) simulation.Wave {
	cut := func(s traffic.Spot) []float64 {
		return a.form(s, time.Duration(seconds)*time.Second)[:seconds]
	}
	w := simulation.Wave{Requests: cut(spot.Spot)}
	for _, s := range shapes(spot, a.formsEach(seconds)) {
		w.Forms = append(w.Forms, cut(s))
	}
	for _, peak := range spot.peaks().Strata(peaks) {
		w.Times = append(w.Times, max(peak-a.baseline, 0))
	}
	if len(w.Forms) == 0 && len(w.Times) == 1 {
		for i := range w.Requests {
			w.Requests[i] *= w.Times[0]
		}
		w.Times = nil
	}
	return w
}

// peaks is the spread of the spot's peak.
func (s Spot) peaks() traffic.Spread { return traffic.Spread{P50: s.Peak, P95: s.Spreads.Peak.P95} }

// extra is the visits of a spot of one visit a second at its peak, until end, on the
// demand's clock.
func (a *airing) extra(s traffic.Spot, end time.Duration) traffic.Curve {
	s.At -= a.from
	s.Peak = 1
	visits, err := s.Extra(0, end)
	if err != nil {
		panic(err) // the spot was checked, and shapes are possible ones
	}
	return visits
}

// form is the requests of extra in each second: those of its visits so many seconds
// before, for each step (as requestsOf has them, in whole seconds).
func (a *airing) form(s traffic.Spot, end time.Duration) []float64 {
	visits := simulation.Requests(a.extra(s, end))
	form := slices.Clone(visits) // with what each begins
	for _, step := range a.scenario.Steps {
		if after := int(step.After.Round(time.Second) / time.Second); follows(step) && after < len(form) {
			for i, n := range visits[:len(form)-after] {
				form[after+i] += step.PerVisit * n
			}
		}
	}
	return form
}

// ends is when a spot's influence does, on the demand's clock.
func (a *airing) ends(s traffic.Spot) time.Duration {
	return influenceEnds(requestsOf(a.extra(s, s.At-a.from+longestUse), a.scenario.Steps))
}

// formsEach is how many forms each uncertain spot may have.
func (a *airing) formsEach(seconds int) int {
	uncertain := 0
	for _, s := range a.spots {
		if !s.Spreads.Rise.Certain() || !s.Spreads.HalfLife.Certain() {
			uncertain++
		}
	}
	return min(forms, formMemory/8/max(uncertain*seconds, 1))
}

// shapes are equally likely shapes of a spot, n of them at most: each rise with
// each half-life, as far as both are uncertain. None where nothing is. What no
// spot can have, such as a slow rise with a quick decay, is moved to what one can.
func shapes(spot Spot, n int) []traffic.Spot {
	rise, halfLife := spot.Spreads.Rise, spot.Spreads.HalfLife
	if rise.Certain() && halfLife.Certain() {
		return nil
	}
	side := n
	if !rise.Certain() && !halfLife.Certain() {
		side = int(math.Sqrt(float64(n)))
	}
	var all []traffic.Spot
	for _, r := range rise.Strata(max(side, 1)) {
		for _, h := range halfLife.Strata(max(side, 1)) {
			all = append(all, shaped(spot, r, h))
		}
	}
	return all
}

// slowest is about the slowest of a spot's shapes.
func slowest(spot Spot) traffic.Spot {
	if all := shapes(spot, forms); len(all) > 0 {
		return all[len(all)-1]
	}
	return spot.Spot
}

func shaped(spot Spot, rise, halfLife float64) traffic.Spot {
	s := spot.Spot
	s.Rise, s.HalfLife = seconds(rise), seconds(halfLife)
	return s.Possible()
}

func seconds(n float64) time.Duration { return time.Duration(math.Round(n * float64(time.Second))) }
