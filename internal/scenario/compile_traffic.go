package scenario

import (
	"bytes"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Bounds that keep a plan small enough to work out at once.
const (
	maxRun    = 24 * time.Hour
	maxSpots  = 50
	maxBins   = 150_000              // replayed: a day of seconds, and what a stored scenario has room for
	maxRecord = 366 * 24 * time.Hour // of replayed counts
	faded     = 0.05                 // of its maximum: a spot whose extra traffic is below has no influence
)

func (d *decoder) compileTraffic(f *file, steps []traffic.Step) Traffic {
	t := &f.traffic
	plan := traffic.Plan{Steps: steps, Poisson: t.arrivals == "poisson", Seed: t.seed}
	out := Traffic{Baseline: t.baseline * plan.PerVisit(), Replay: t.replay != nil, Poisson: plan.Poisson, Seed: plan.Seed}
	if !t.sound {
		return out
	}
	before := len(d.mistakes)
	out.Base = d.base(f)
	if len(d.mistakes) > before {
		return out
	}
	end := out.Base.Duration()
	switch {
	case end <= 0:
		d.mistake(t.node, t.in, "lasts no time (give a duration, or stages that take some)")
		return out
	case end > maxRun:
		d.mistake(t.node, t.in, "lasts %s (at most %s)", lengthText(end), lengthText(maxRun))
		return out
	case len(t.spots) > maxSpots:
		d.mistake(child(t.node, "spots"), t.in, "%d spots (at most %d)", len(t.spots), maxSpots)
		return out
	}
	curves := []traffic.Curve{out.Base}
	names := map[string]bool{}
	for i := range t.spots {
		spot, extra, ok := d.spot(f, &t.spots[i], end)
		d.unique(names, spot.Name, t.spots[i].source)
		if ok {
			spot.Span = capacity.Span{From: spot.At, To: influenceEnds(requestsOf(extra, steps))}
			out.Spots, curves = append(out.Spots, spot), append(curves, extra)
		}
	}
	plan.Visits = traffic.Sum(curves...)
	out.Visits, out.Curve = plan.Visits, plan.Demand()
	if len(d.mistakes) == before {
		d.arrives(t, out.Visits)
		d.endsInTime(f, out.Curve.Duration())
	}
	return out
}

func (d *decoder) base(f *file) traffic.Curve {
	switch t := &f.traffic; {
	case len(t.stages) > 0:
		return d.stages(f)
	case t.replay != nil:
		return d.replay(f)
	default:
		return traffic.Flat(t.baseline, t.duration)
	}
}

func (d *decoder) stages(f *file) traffic.Curve {
	var stages []traffic.Stage
	for i := range f.traffic.stages {
		s := &f.traffic.stages[i]
		stage := traffic.Stage{Over: s.hold, Hold: true}
		if n := child(s.node, "to"); n != nil {
			stage = traffic.Stage{To: d.rateOf(f, f.traffic.baseline, s.to, n, s.in, "to"), Over: s.over}
		}
		stages = append(stages, stage)
	}
	return traffic.Stages(f.traffic.baseline, stages...)
}

// replay returns the curve of recorded counts, and puts those it needs into the
// tree in place of their file.
func (d *decoder) replay(f *file) traffic.Curve {
	r := f.traffic.replay
	bins, ok := d.bins(r)
	if !ok {
		return traffic.Curve{}
	}
	from, to := r.window(bins[0].Start, f.zone)
	bins = traffic.SliceBins(bins, from, to)
	if len(bins) == 0 {
		d.mistake(childOr(r.node, "from"), r.in, "no bin lies between from and to")
		return traffic.Curve{}
	}
	if len(bins) > maxBins {
		d.mistake(r.node, r.in, "%d bins lie between from and to (at most %d)", len(bins), maxBins)
		return traffic.Curve{}
	}
	for _, name := range []string{"file", "from", "to"} {
		setChild(r.node, name, nil)
	}
	setChild(r.node, "bins", binsNode(bins))
	if played := time.Duration(len(bins)) * bins[0].Length; float64(played)/r.speed > float64(maxRun) {
		d.mistake(r.node, r.in, "lasts more than %s", lengthText(maxRun))
		return traffic.Curve{}
	}
	curve := traffic.Replay(bins, r.speed, r.scale)
	if peak, _ := curve.Peak(); peak > maxRate {
		d.mistake(childOr(r.node, "scale"), r.in, "reaches %s (at most %s)", figure.Rate(peak), figure.Rate(maxRate))
		return traffic.Curve{}
	}
	return curve
}

// window returns the instants of from and to. Clock times are those of the day
// on which the counts begin; to is the next such time after from.
func (r *replayFields) window(first time.Time, zone *time.Location) (from, to time.Time) {
	if r.from.given {
		from = r.from.on(first, zone)
	}
	if !r.to.given {
		return from, to
	}
	after := first
	if r.from.given {
		after = from
	}
	to = r.to.on(after, zone)
	if r.to.instant.IsZero() && !to.After(after) {
		to = to.AddDate(0, 0, 1)
	}
	return from, to
}

// on returns the instant that m is on the day of reference.
func (m moment) on(reference time.Time, zone *time.Location) time.Time {
	if !m.instant.IsZero() {
		return m.instant
	}
	if zone == nil {
		zone = time.UTC
	}
	year, month, day := reference.In(zone).Date()
	seconds := int(m.clock / time.Second)
	return time.Date(year, month, day, 0, 0, seconds, 0, zone)
}

const maxReplay = 16 << 20

func (d *decoder) bins(r *replayFields) ([]traffic.Bin, bool) {
	if r.bins != nil {
		return r.bins.list(), len(r.bins.requests) > 0
	}
	n := child(r.node, "file")
	content, err := readFile(d.fileName(n, r.file), maxReplay)
	if err != nil {
		d.mistake(n, r.in, "file: %s: %s", d.shownFile(n), err)
		return nil, false
	}
	bins, err := traffic.ReadBins(bytes.NewReader(content))
	if err != nil {
		d.mistake(n, r.in, "file: %s: %s", d.shownFile(n), err)
		return nil, false
	}
	return bins, true
}

func (b *binsFields) list() []traffic.Bin {
	bins := make([]traffic.Bin, len(b.requests))
	for i, requests := range b.requests {
		bins[i] = traffic.Bin{Start: b.start.Add(time.Duration(i) * b.length), Length: b.length, Requests: requests}
	}
	return bins
}

// tooLate says that a spot's first viewers come when the run has ended.
func tooLate(at, last, end time.Duration) string {
	accepted := "a longer run"
	if last > 0 {
		accepted = "before " + lengthText(last)
	}
	return fmt.Sprintf("at %s is too late: its first viewers come %s later, and the run ends at %s (%s)",
		lengthText(at), lengthText(traffic.Onset), lengthText(end), accepted)
}

// influenceEnds returns when extra traffic has fallen below a small share of its
// maximum for good, or the end of the curve.
func influenceEnds(extra traffic.Curve) time.Duration {
	peak, _ := extra.Peak()
	low := faded * peak
	end := extra.Duration()
	segments := extra.Segments()
	for i := len(segments) - 1; i >= 0; i-- {
		s := segments[i]
		if s.To >= low {
			return end
		}
		if s.From > low {
			into := float64(s.Length) * (s.From - low) / (s.From - s.To)
			return end - s.Length + time.Duration(into)
		}
		end -= s.Length
	}
	return end
}
