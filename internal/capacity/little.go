package capacity

import (
	"fmt"
	"math"
	"time"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Little's law: in flight = rate of sending x mean service time, whatever the
// distributions (Little, Operations Research 9, 1961). It holds where as many
// requests are in flight at the end as at the beginning, so it is asked of windows
// in which units stood still and the planned rate stayed within a tenth, since
// before whatever is in flight was sent, and nothing waited at either end.
const (
	littleOff     = 0.05  // more than that is worth a warning
	steadyRate    = 0.1   // of the highest planned rate in a window
	fewestWindows = 3     // of fewer, chance is not to be told from a mistake
	littleChance  = 0.001 // of a warning where the law holds
	oneRequest    = 1     // in flight
)

// little holds the generator's count of what was in flight against its service
// times; nil where too little was steady, and then in words why.
//
// What was in flight is read once a second, a sample of what the service times
// tell in full. Two things set them apart by chance. Readings differ from the mean
// between them: as both are taken from the same windows, by how the windows'
// differences scatter one knows how far their mean may be off (Student's t). And
// where requests are sent at even distances, readings of the same phase see the
// same fraction of one request every time: one more or less is never told.
//
// Requests sent some milliseconds late are as long in flight as others, so it
// matters that the load was sent, not that it was sent on time.
func (r run) little(q Question) (*Little, string) {
	if len(r.inFlight) == 0 {
		return nil, "what was in flight was not read"
	}
	windows := tile(Span{0, r.end()}, trialWindow)
	var held, product, differences []float64
	ready := make([]timeline.Series, len(q.Fleets))
	for i, f := range q.Fleets {
		ready[i] = r.Series(f.Name, timeline.Ready)
	}
	for _, window := range windows {
		if window.length() != trialWindow || !r.isSteady(window, q.Demand, ready) {
			continue
		}
		s := r.sum(window)
		inFlight, ok := meanWithin(r.inFlight, window)
		mean, answered := s.Service.Mean()
		if !ok || !answered || s.Service.Count() != s.Sent || r.sending(window).unsent(deliveredInWindow) != "" {
			continue
		}
		held = append(held, inFlight)
		product = append(product, float64(s.Sent)/window.length().Seconds()*mean.Seconds())
		differences = append(differences, held[len(held)-1]-product[len(product)-1])
	}
	if len(held) < fewestWindows {
		return nil, fmt.Sprintf("it takes %d windows of 10 s in which the rate and the units stood still, nothing waited and all was answered; of %s there were %s",
			fewestWindows, figure.Count(len(windows)), figure.Count(len(held)))
	}
	l := Little{InFlight: stat.Mean(held, nil), Product: stat.Mean(product, nil), Windows: len(held)}
	if l.InFlight == 0 {
		return nil, "nothing was in flight whenever it was read"
	}
	l.Off = math.Abs(l.InFlight-l.Product) / l.InFlight
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: float64(len(held) - 1)}.Quantile(1 - littleChance/2)
	l.Chance = oneRequest + t*stat.StdErr(stat.StdDev(differences, nil), float64(len(held)))
	return &l, ""
}

// isSteady reports whether the planned rate and the ready units of every fleet
// that was observed stood still in a window, and no backlog was there at its ends.
func (r run) isSteady(window Span, demand traffic.Curve, ready []timeline.Series) bool {
	if max(r.waiting(window.From), r.waiting(window.To)) > 2*r.calm {
		return false
	}
	longest, _ := r.usual.Quantile(0.99)
	low, high := math.Inf(1), 0.0
	for at := window.From - max(longest, time.Second); at < window.To; at += time.Second / 2 {
		rate := demand.Rate(at)
		low, high = min(low, rate), max(high, rate)
	}
	if high == 0 || low < high*(1-steadyRate) {
		return false
	}
	for _, units := range ready {
		if len(units) > 0 && !units.Constant(timeline.Offset(window.From), timeline.Offset(window.To)) {
			return false
		}
	}
	return true
}

// meanWithin is the mean of a series' readings in a window; false where fewer
// than most seconds have one.
func meanWithin(s timeline.Series, window Span) (float64, bool) {
	var values []float64
	for _, p := range s {
		if at := time.Duration(p.At); window.From < at && at <= window.To {
			values = append(values, p.Value)
		}
	}
	return stat.Mean(values, nil), float64(len(values)) >= 0.8*window.length().Seconds()
}

// warnings says that requests in flight and service times do not fit together,
// where that is neither little nor chance.
func (l *Little) warnings() []string {
	if l == nil || l.Off <= littleOff || math.Abs(l.InFlight-l.Product) <= l.Chance {
		return nil
	}
	return []string{fmt.Sprintf("%s requests were in flight on average over %s steady windows, but the rate of sending times the service time is %s, %s off: either the count of requests in flight or the service times are wrong, and with these the latencies and what one unit sustains",
		figure.Scaled(l.InFlight), figure.Count(l.Windows), figure.Scaled(l.Product), figure.ShareAgainst(l.Off, littleOff))}
}
