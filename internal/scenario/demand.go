package scenario

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// What is taken of a spot of which nothing is known but its peak, after those that
// were measured (He and Klein 2023; Du, Xu, Wilbur 2019).
const (
	priorRise     = 20 * time.Second
	priorHalfLife = 45 * time.Second
	priorTail     = 0.1
	priorTimes    = 7.0 // of the baseline: the median of what spots reach
)

// Demand is the scenario's traffic as a forecast plays it. It is about spots:
//
//	what the scenario has       the base                       the spots
//	spots over a baseline       the baseline                   its own
//	spots over stages           the baseline: a staircase that its own
//	                            finds limits is no evening
//	spots over a recording      the recording                  its own
//	headroom.peak, no spot      the baseline                   one of which nothing else is known
//	headroom.peak, a recording  the recording                  those that are in it
//	neither                     all of it as it is rehearsed   none
//
// The base begins a minute before the first spot, so that fleets stand as they do
// on an ordinary evening, and lasts until the influence of the last one ends, also
// of a slow one where half_life is a range. Where headroom names a peak, all
// traffic is scaled so that the highest second of its median is that.
func (s *Scenario) Demand() (forecast.Demand, error) { return s.DemandWithin(0) }

// DemandWithin is Demand where all may start so much later. A recording goes on
// meanwhile, and the spots meet what it has then: in each second the highest that it has
// from there until slip later.
func (s *Scenario) DemandWithin(slip time.Duration) (forecast.Demand, error) {
	d, err := s.demand(slip)
	d.Assumed = slices.Concat(s.assumed, d.Assumed)
	return d, err
}

func (s *Scenario) demand(slip time.Duration) (forecast.Demand, error) {
	switch {
	case len(s.Traffic.Spots) > 0:
		return s.aired(slip), nil
	case s.Headroom.Peak > 0 && !s.Traffic.Replay:
		return s.prior()
	}
	return s.asPlanned(), nil
}

// asPlanned is all traffic as it is rehearsed.
func (s *Scenario) asPlanned() forecast.Demand {
	d := forecast.Demand{
		Name: s.Name, Waves: []simulation.Wave{{Requests: simulation.Requests(s.Traffic.Curve)}},
		Lasts: s.Traffic.Curve.Duration(), Baseline: s.Traffic.Baseline, Queue: s.Viewers,
	}
	if s.Headroom.Peak > 0 {
		d.Assumed = append(d.Assumed, "No spot is stated: the recording is taken as a whole.")
	}
	s.scale(&d)
	return d
}

// aired is the demand of the scenario's own spots.
func (s *Scenario) aired(slip time.Duration) forecast.Demand {
	a := s.airing(s.Traffic.Spots)
	a.base, a.assumed = s.base(a.first)
	if s.Traffic.Replay {
		a.slips(slip)
	}
	d := a.demand()
	d.Name = s.spotsInWords()
	s.scale(&d)
	return d
}

// base is the base under the scenario's spots, in visits a second, of which edges
// go on for ever.
func (s *Scenario) base(first Spot) (base traffic.Curve, assumed []string) {
	own, each := s.Traffic.Base, s.Plan().PerVisit()
	flat := s.Traffic.Baseline / each
	switch {
	case s.Traffic.Replay:
		return own, nil
	case flat == 0:
		flat = own.Rate(first.At)
		return traffic.Flat(flat, time.Second), []string{fmt.Sprintf("No baseline is stated: %s is taken, which the stages come to when %s starts.", figure.Rate(flat*each), first.Name)}
	}
	return traffic.Flat(flat, time.Second), s.withoutStages()
}

// withoutStages says that a base of stages is not part of the demand.
func (s *Scenario) withoutStages() []string {
	visits := s.Traffic.Baseline / s.Plan().PerVisit()
	other := func(rate float64) bool { return math.Abs(rate-visits) > 1e-9*visits }
	if !slices.ContainsFunc(s.Traffic.Base.Segments(), func(g traffic.Segment) bool { return other(g.From) || other(g.To) }) {
		return nil
	}
	return []string{fmt.Sprintf("The stages are left out: what is taken is spots over the baseline of %s.", figure.Rate(s.Traffic.Baseline))}
}

// prior is the demand of one spot of which the peak alone is known.
func (s *Scenario) prior() (forecast.Demand, error) {
	each, peak := s.Plan().PerVisit(), s.Headroom.Peak
	baseline, assumed := s.Traffic.Baseline, s.withoutStages()
	if baseline == 0 {
		baseline = peak / priorTimes
		assumed = append(assumed[:0], fmt.Sprintf("No baseline is stated: %s is taken, a seventh of headroom's peak, since half of all spots draw more than 7x.", figure.Rate(baseline)))
	}
	if baseline >= peak {
		return forecast.Demand{}, fmt.Errorf("headroom: peak %s is not above the baseline of %s, so that no spot leads to it (a higher peak, or spots in traffic)", figure.Rate(peak), figure.Rate(baseline))
	}
	spot := Spot{Name: "a spot", Spot: traffic.Spot{Rise: priorRise, HalfLife: priorHalfLife, Tail: priorTail}}
	a := s.airing([]Spot{spot})
	a.base, a.baseline = traffic.Flat(baseline/each, time.Second), 0
	a.spots[0].Peak = (peak - baseline) / slices.Max(a.form(spot.Spot, leadIn+longestUse)) // the visits that it takes
	a.assumed = append(assumed, fmt.Sprintf("No spot is stated: one with a rise of %s, a half-life of %s and a tail of 10 %% is taken, from %s to %s.",
		lengthText(priorRise), lengthText(priorHalfLife), figure.Rate(baseline), figure.Rate(peak)))
	d := a.demand()
	d.Name, d.Baseline = "a spot to "+figure.Rate(peak), baseline
	return d, nil
}

// scale multiplies a demand so that the highest second of its median has the rate
// that headroom names.
func (s *Scenario) scale(d *forecast.Demand) {
	if s.Headroom.Peak == 0 {
		return
	}
	d.Name += ", to " + figure.Rate(s.Headroom.Peak)
	factor := s.Headroom.Peak / slices.Max(median(d.Waves))
	if math.Abs(factor-1) < 0.005 {
		return // a curve's highest point lies that much above its highest second
	}
	for i, w := range d.Waves {
		multiplied := &d.Waves[i].Times // of an uncertain wave, else its requests
		if len(w.Times) == 0 {
			multiplied = &d.Waves[i].Requests
		}
		for j := range *multiplied {
			(*multiplied)[j] *= factor
		}
	}
	d.Baseline *= factor
	d.Assumed = append(d.Assumed, fmt.Sprintf("All traffic is taken %s what the scenario says, so that its highest second has headroom's %s.",
		multipleText(factor), figure.Rate(s.Headroom.Peak)))
}

// median is the sum of waves with what is uncertain at its median.
func median(waves []simulation.Wave) []float64 {
	var sum []float64
	for _, w := range waves {
		times := 1.0
		if n := len(w.Times); n > 0 {
			times = (w.Times[(n-1)/2] + w.Times[n/2]) / 2
		}
		for i, r := range w.Requests {
			if i == len(sum) {
				sum = append(sum, 0)
			}
			sum[i] += times * r
		}
	}
	return sum
}

// spotsInWords names the largest spot with its peak, the first on air of those that
// are as large, and how many more there are.
func (s *Scenario) spotsInWords() string {
	largest := slices.MinFunc(s.Traffic.Spots, func(a, b Spot) int {
		return cmp.Or(cmp.Compare(b.Peak, a.Peak), cmp.Compare(a.At, b.At))
	})
	baseline := s.Traffic.Baseline
	write := func(visits float64) string {
		rate := visits * s.Plan().PerVisit()
		if baseline > 0 {
			return multipleText(rate / baseline)
		}
		return figure.Rate(rate)
	}
	text := shorten(largest.Name) + ", " + write(largest.Peak)
	if p := largest.Spreads.Peak; !p.Certain() {
		text += " to " + write(p.P95)
	}
	if more := len(s.Traffic.Spots) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
