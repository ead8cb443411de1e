package report

import (
	"fmt"
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// judgePictures fills in what the figures of the first fleet were made of: how each
// unit came, what one was tried at, what so many served.
func (e evening) judgePictures(res *capacity.Result) {
	if len(res.Fleets) == 0 || e.unknown {
		return
	}
	web := &res.Fleets[0]
	e.grow(web, res)
	e.try(&web.PerUnit)
	if web.USL != nil {
		for i, n := range []int{10, 14, 18, 24, 30, 36, 40, 44, 48} {
			rate := min(web.USL.Throughput(float64(n)), 2600) * (1 + 0.02*math.Sin(float64(i)*2.3))
			web.Plateaus = append(web.Plateaus, capacity.Plateau{Units: n, Rate: rate, Span: capacity.Span{To: *after(float64(8 + 5*(i%4)))}})
		}
		web.Ceiling.Throughput = 2600
	}
}

// grow makes the units come as scale does, decided every 15 s. Of an evening with
// two fleets the last two never find a place.
func (e evening) grow(web *capacity.FleetResult, res *capacity.Result) {
	s := state{desired: e.start}
	for t := 7; t < e.seconds; t += 15 {
		wanted := min(max(int(math.Ceil(e.demandAt(t)/(0.6*e.saturates))), s.desired), e.max, 2*s.desired)
		if wanted == s.desired {
			continue
		}
		n := len(web.Growths)
		web.Growths = append(web.Growths, capacity.Growth{At: *after(float64(t)), From: s.desired, To: wanted, Legs: e.decisionLegs(t, res.Shortfall)})
		for i := range wanted - s.desired {
			w := capacity.Way{Unit: fmt.Sprintf("web-7d9f%02d%02d", t, i), Growth: &n, Legs: e.unitLegs(t, i), Awaited: i == wanted-s.desired-1}
			if stuck := e.fleets > 1 && wanted == e.max && i >= wanted-s.desired-2; stuck {
				w.Legs = append(w.Legs[:1:1], capacity.Leg{Span: capacity.Span{From: w.Legs[0].To, To: *after(float64(e.seconds))}, Stage: "place", Open: true})
			} else {
				w.Ready = &w.Legs[len(w.Legs)-1].To
			}
			web.Ways = append(web.Ways, w)
		}
		s.desired = wanted
	}
}

// decisionLegs are those of a decision at a second while capacity is short.
func (e evening) decisionLegs(t int, shortfall *time.Duration) []capacity.Leg {
	if shortfall == nil || *after(float64(t)) < *shortfall {
		return nil
	}
	from := max(*shortfall, *after(float64(t - 15)))
	seen := from + (*after(float64(t))-from)/3
	return []capacity.Leg{leg("metric", from, seen), leg("decision", seen, *after(float64(t)))}
}

// unitLegs are those of the i-th unit of a decision: four at a time have room.
func (e evening) unitLegs(t, i int) []capacity.Leg {
	var legs []capacity.Leg
	from, delay := float64(t), float64(e.delay)
	for _, l := range []struct {
		stage   string
		seconds float64
	}{{"create", 0.2 + 0.05*float64(i%5)}, {"place", delay/2 + float64(i/4)}, {"start", delay / 3}, {"ready", delay/6 - 0.5}, {"serving", 0.3}} {
		legs = append(legs, leg(l.stage, *after(from), *after(from + l.seconds)))
		from += l.seconds
	}
	return legs
}

func leg(stage string, from, to time.Duration) capacity.Leg {
	took := to - from
	return capacity.Leg{Span: capacity.Span{From: from, To: to}, Stage: stage, Took: &took}
}

// try is a staircase up to beyond saturation, with a slope behind.
func (e evening) try(u *capacity.PerUnit) {
	if u.Mid == nil {
		return
	}
	for i, load := range []float64{0.3, 0.5, 0.65, 0.8, 0.88, 0.9, 0.93, 0.97, 1.02, 1.1} {
		rate := load * e.saturates
		share := 0.0
		if load > 0.6 {
			share = min(0.01*math.Exp((rate-e.sustains)/(0.025*e.saturates)), 0.93)
		}
		total := []int64{9000, 15000, 18000, 24000, 600, 26000, 500, 28000, 30000, 9000}[i]
		t := capacity.Trial{Objective: "p99 <= 800ms", Rate: rate, Units: u.Units, Total: total, Over: int64(share * float64(total)), Allowed: 0.01, Verdict: capacity.Held}
		switch {
		case total < 1000:
			t.Verdict = capacity.Undecided
		case share > 0.01:
			t.Verdict = capacity.Failed
		}
		u.Trials = append(u.Trials, t)
	}
}
