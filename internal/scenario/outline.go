package scenario

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Outline is a plan in a few figures.
type Outline struct {
	Baseline       float64       // 1x in req/s; 0 where the scenario has none
	Visits         float64       // planned in all
	VisitPeak      float64       // visits/s, at the curve's highest point
	PerVisit       float64       // requests that a visit makes on average
	Poisson        bool          // visits come at random
	Seed           uint64        // of what is random
	Exact          bool          // one request a visit, evenly spaced: Arrivals and Peak are counts, not expected
	Arrivals       float64       // requests planned in all
	Duration       time.Duration // of sending
	Peak           float64       // most requests due in one whole second; unless Exact, of the curve
	PeakAt         time.Duration // when the curve is highest
	Most           float64       // requests that a second may hold; above Peak where chance has a part in it
	Multiple       float64       // of the baseline, at the curve's highest point; 0 without a baseline
	Rise           float64       // steepest growth of the rate within a second, req/s
	RiseAt         time.Duration // when that second begins
	NewConnections float64       // expected new connections a second at the peak
	Caps           load.Caps
}

// Outline returns the plan of s in a few figures.
func (s *Scenario) Outline() Outline {
	c, visits, plan := s.Traffic.Curve, s.Traffic.Visits, s.Plan()
	o := Outline{
		Baseline: s.Traffic.Baseline, Visits: visits.Total(), PerVisit: plan.PerVisit(), Poisson: plan.Poisson, Seed: plan.Seed,
		Exact: exact(plan), Arrivals: c.Total(), Duration: c.Duration(), Caps: s.Caps,
	}
	o.VisitPeak, _ = visits.Peak()
	highest, at := c.Peak()
	o.Peak, o.PeakAt = highest, at
	if o.Exact {
		o.Peak = busiest(c)
	}
	o.Most = s.Most(o.Peak, time.Second)
	if o.Baseline > 0 {
		o.Multiple = highest / o.Baseline
	}
	o.Rise, o.RiseAt = c.SteepestRise()
	o.NewConnections = o.Peak * s.Connections.New
	return o
}

// Peak returns the highest rate that s is about, req/s: the largest of its plan, or
// that of headroom where it is larger.
func (s *Scenario) Peak() float64 { return max(s.Outline().Peak, s.Headroom.Peak) }

// Most returns how many requests a stretch of the plan so long may hold for which
// so many are planned: more where chance decides how many visits come, or what
// they make. It is what caps must leave room for.
func (s *Scenario) Most(planned float64, within time.Duration) float64 {
	return mostWithin(s.Plan(), planned, within)
}

// busiest returns the most arrivals that are due in one whole second, as a run
// counts them. A curve's highest point may lie above: it lasts an instant only.
func busiest(c traffic.Curve) (most float64) {
	before := 0.0
	for second := time.Duration(0); second < c.Duration(); second += time.Second {
		// Arrival n is due where the integral reaches n + 1/2.
		due := math.Ceil(c.Arrivals(second+time.Second) - 0.5)
		most, before = max(most, due-before), due
	}
	return most
}

// String returns the outline in lines for a person, each a name in 17 columns
// and its figures.
func (o Outline) String() string {
	multiple, about, most := "", "", ""
	if o.Multiple > 0 {
		multiple = fmt.Sprintf(", %s the baseline", multipleText(o.Multiple))
	}
	if !o.Exact {
		about = "about "
	}
	if o.Most > o.Peak {
		most = fmt.Sprintf(", up to %s in a second", figure.Scaled(o.Most))
	}
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-16s %s\n", name, fmt.Sprintf(format, args...))
	}
	if o.PerVisit != 1 {
		line("visits", "%s%s, up to %s%s", about, whole(o.Visits), figure.Rate(o.VisitPeak), o.making())
	}
	if o.Poisson {
		line("arrivals", "poisson, seed %d", o.Seed)
	}
	line("requests", "%s%s in %s", about, whole(o.Arrivals), figure.Duration(o.Duration))
	line("peak", "%s%s at %s%s%s", about, figure.Rate(o.Peak), figure.Elapsed(o.PeakAt), multiple, most)
	line("steepest rise", "%s more within a second, at %s", figure.Rate(o.Rise), figure.Elapsed(o.RiseAt))
	line("new connections", "%s at the peak", figure.Rate(o.NewConnections))
	line("caps", "%s, %s in flight, %s requests, %s", figure.Rate(o.Caps.Rate), figure.Scaled(float64(o.Caps.InFlight)),
		figure.Scaled(float64(o.Caps.Requests)), figure.Duration(o.Caps.Duration))
	return b.String()
}

// making says how many requests a visit makes, where that is not one in the
// figures shown.
func (o Outline) making() string {
	each := figure.Scaled(o.PerVisit)
	if each == "1" {
		return ""
	}
	return ", making " + each + " requests each"
}

// whole writes how many there are of what cannot be divided: 33, 12.3k.
func whole(count float64) string { return figure.Scaled(math.Round(count)) }
