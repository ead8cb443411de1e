package capacity

import (
	"cmp"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// generator sums up onair's own readings, and whether the load was delivered.
func (r run) generator(rule delivery) Generator {
	most := func(name string) *float64 { return r.highest(timeline.Generator, name) }
	short, cause := r.runShortcoming(rule)
	g := Generator{
		CPUMax:             most(timeline.CPU),
		MachineCPUMax:      most(timeline.MachineCPU),
		CPUThrottledMax:    most(timeline.CPUThrottled),
		RSSMax:             most(timeline.RSS),
		OpenConnectionsMax: most(timeline.Connections),
		OpenFilesMax:       most(timeline.OpenFiles),
		OpenFilesLimit:     most(timeline.OpenFilesLimit),
		PortsMax:           most(timeline.Ports),
		PortsLimit:         most(timeline.PortsLimit),
		InFlightMax:        most(timeline.InFlight),
		InFlightCap:        r.inFlightCap,
		GoroutinesMax:      most(timeline.Goroutines),
		Delivered:          short == "",
		Shortcoming:        short,
		Cause:              cause,
	}
	if pause := most(timeline.GCPause); pause != nil {
		longest := seconds(*pause)
		g.GCPauseMax = &longest
	}
	if cause != "" {
		g.Shortcoming += ": " + cause
	}
	return g
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

// highest is the largest reading; nil if there is none.
func (r run) highest(source, name string) *float64 {
	return highestIn(r.Series(source, name))
}

// around are the readings of the generator from a second before a window until
// a second after it: each tells of the second before it.
func (r run) around(window Span, name string) timeline.Series {
	from, to := timeline.Offset(window.From-time.Second), timeline.Offset(window.To+time.Second)
	return slices.DeleteFunc(r.Series(timeline.Generator, name), func(p timeline.Point) bool { return p.At < from || p.At > to })
}

func highestIn(s timeline.Series) *float64 {
	if len(s) == 0 {
		return nil
	}
	most := slices.MaxFunc(s, func(a, b timeline.Point) int { return cmp.Compare(a.Value, b.Value) })
	return &most.Value
}
