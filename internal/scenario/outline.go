package scenario

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/load"
)

// Outline is a plan in a few figures.
type Outline struct {
	Baseline       float64       // 1x in req/s; 0 where the scenario has none
	Arrivals       float64       // requests planned in all
	Duration       time.Duration // of sending
	Peak           float64       // req/s
	PeakAt         time.Duration
	Rise           float64       // steepest growth of the rate within a second, req/s
	RiseAt         time.Duration // when that second begins
	NewConnections float64       // expected new connections a second at the peak
	Caps           load.Caps
}

// Outline returns the plan of s in a few figures.
func (s *Scenario) Outline() Outline {
	c := s.Traffic.Curve
	o := Outline{Baseline: s.Traffic.Baseline, Arrivals: c.Total(), Duration: c.Duration(), Caps: s.Caps}
	o.Peak, o.PeakAt = c.Peak()
	o.Rise, o.RiseAt = c.SteepestRise()
	o.NewConnections = o.Peak * s.Connections.New
	return o
}

// String returns the outline in lines for a person, each a name in 17 columns
// and its figures.
func (o Outline) String() string {
	multiple := ""
	if o.Baseline > 0 {
		multiple = fmt.Sprintf(", %s the baseline", figure.Times(o.Peak/o.Baseline))
	}
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-16s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("requests", "%s in %s", figure.Scaled(o.Arrivals), figure.Duration(o.Duration))
	line("peak", "%s at %s%s", figure.Rate(o.Peak), figure.Elapsed(o.PeakAt), multiple)
	line("steepest rise", "%s more within a second, at %s", figure.Rate(o.Rise), figure.Elapsed(o.RiseAt))
	line("new connections", "%s at the peak", figure.Rate(o.NewConnections))
	line("caps", "%s, %s in flight, %s requests, %s", figure.Rate(o.Caps.Rate), figure.Scaled(float64(o.Caps.InFlight)),
		figure.Scaled(float64(o.Caps.Requests)), figure.Duration(o.Caps.Duration))
	return b.String()
}
