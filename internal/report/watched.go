package report

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/scenario"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// watched is a series that somebody else measured, such as a metric of the load
// balancer. Each value holds from its stamp for one period and no longer, so that
// what was not told is not drawn:
//
//	values   x     x     x           x
//	line     ------|_____|-----      -----
//	               |- period -|
type watched struct {
	scenario.Observe
	values plotter.XYs // by stamp, in seconds from the run's start
	paint  paint
}

// evaluated is how far apart the stamps of a Prometheus query are.
const evaluated = 15 * time.Second

// watchedSeries are the series that the scenario watches, in its order.
func (r *Report) watchedSeries(s span) []watched {
	var all []watched
	for _, o := range r.Scenario.Watched() {
		if o.IsSeries() {
			all = append(all, watched{Observe: o, values: r.stamped(o.Source(), o.Name, s), paint: guests[len(all)%len(guests)]})
		}
	}
	return all
}

// stamped returns the readings of a series by when they were true; of several of
// one stamp the last was told with more in hand.
func (r *Report) stamped(source, name string, s span) plotter.XYs {
	at := map[float64]float64{}
	for _, p := range r.Timeline.Readings {
		if p.Source != source || p.Name != name {
			continue
		}
		stamp := p.At
		if p.True != nil {
			stamp = *p.True
		}
		if stamp.Seconds() < s.end {
			at[stamp.Seconds()] = p.Value
		}
	}
	values := make(plotter.XYs, 0, len(at))
	for x, y := range at {
		values = append(values, plotter.XY{X: x, Y: y})
	}
	slices.SortFunc(values, func(a, b plotter.XY) int { return cmp.Compare(a.X, b.X) })
	return values
}

// holds is how long a value stands, in seconds.
func (w watched) holds() float64 {
	if w.Kind == scenario.Prometheus {
		return evaluated.Seconds()
	}
	return w.Metric.Period.Seconds()
}

// lines are the corners of the series' line, one for each stretch that is known
// without a break.
func (w watched) lines(s span) []plotter.XYs {
	var split []plotter.XYs
	for _, piece := range pieces(w.values, w.holds()*1.01) {
		end := min(piece[len(piece)-1].X+w.holds(), s.end)
		if within := held(piece, 0, end); end > 0 && len(within) > 0 {
			split = append(split, stairs(within, end))
		}
	}
	return split
}

// draw adds the series to a panel and names it at its end.
func (w watched) draw(p *panel) {
	split := w.lines(p.span)
	if len(split) == 0 {
		return
	}
	for _, piece := range split {
		p.Add(line{name: printable(w.Name), points: piece, style: draw.LineStyle{Color: w.paint.solid(), Width: watchedWidth}})
	}
	last := split[len(split)-1]
	p.labels = append(p.labels, label{w.Name, last[len(last)-1].Y, w.paint})
}

const watchedWidth = vg.Length(1.2)

// host draws the series in a panel of the run's own, whose values it makes room
// for.
func (p *panel) host(guests []watched) {
	for _, w := range guests {
		if _, high := valueRange(w.values); high > 0 {
			p.Y.Max = max(p.Y.Max, high*1.12)
		}
		w.draw(p)
	}
}

// guestsOf are the series that a panel of the run's own is to show.
func guestsOf(all []watched, panel string) []watched {
	return slices.DeleteFunc(slices.Clone(all), func(w watched) bool { return w.Panel != panel })
}

// mostPanels is how many series get a panel of their own.
const mostPanels = 6

// ownPanels are the panels of the series that are shown in no other; those beyond
// mostPanels are named in the last one.
func ownPanels(s span, own []watched) []*panel {
	var panels []*panel
	for i, w := range own[:min(len(own), mostPanels)] {
		note := w.about()
		if i == mostPanels-1 && len(own) > mostPanels {
			var names []string
			for _, more := range own[mostPanels:] {
				names = append(names, more.Name)
			}
			note += "; not drawn: " + strings.Join(names, ", ")
		}
		panels = append(panels, w.ownPanel(s, note))
	}
	return panels
}

// about says what the series is of and in.
func (w watched) about() string {
	in := map[string]string{"req/s": "requests a second", "s": "time", "ratio": "ratio", "bytes": "bytes", "count": "count"}[w.Unit]
	if w.Kind == scenario.CloudWatch {
		return fmt.Sprintf("%s, %s of each %s; %s", in, w.Metric.Statistic, figure.ExactDuration(w.Metric.Period), w.Source())
	}
	return in + "; " + w.Source()
}

func (w watched) ownPanel(s span, note string) *panel {
	low, high := 0.0, 0.0
	for _, v := range w.values {
		low, high = min(low, v.Y), max(high, v.Y)
	}
	if low == high {
		high = 1
	}
	p := newPanel(s, low*1.12, high*1.12, valueTicks{write: w.write(), most: 4}, false)
	p.unit = unit(w.Unit)
	if len(w.lines(s)) > 1 {
		note += "; no line: no value"
	}
	p.Add(heading{title: w.Name, note: note, above: titleAbove})
	w.draw(p)
	if len(p.labels) == 0 {
		p.Add(notice("no readings"))
		return p
	}
	p.labels[0].text = w.write()(p.labels[0].y)
	return p
}

// write is how values of the series' unit are written.
func (w watched) write() func(float64) string { return unit(w.Unit).written }
