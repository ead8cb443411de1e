package scenario

import (
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// spot returns a spot, but for its span, and the curve of its extra visits: the
// median of what is uncertain.
func (d *decoder) spot(f *file, s *spotFields, end time.Duration) (Spot, traffic.Curve, bool) {
	spot := Spot{Name: s.name, Spot: traffic.Spot{At: s.at, Rise: s.rise.p50, HalfLife: s.halfLife.p50, Tail: s.tail}}
	if spot.Name == "" {
		spot.Name = s.in
	}
	before := len(d.mistakes)
	peak := d.peak(f, s)
	if len(d.mistakes) > before {
		return spot, traffic.Curve{}, false
	}
	spot.Peak = peak.P50
	spot.Spreads = Spreads{Peak: peak, Rise: secondsOf(s.rise), HalfLife: secondsOf(s.halfLife)}
	if last := end - traffic.Onset; s.at >= last {
		d.mistake(childOr(s.node, "at"), s.in, "%s", tooLate(s.at, last, end))
		return spot, traffic.Curve{}, false
	}
	extra, err := spot.Extra(f.traffic.baseline, end)
	if err != nil {
		d.impossible(s, err, "p50")
		return spot, traffic.Curve{}, false
	}
	if !d.spreads(f, s, spot, end) {
		return spot, traffic.Curve{}, false
	}
	d.viewersCome(s, extra)
	return spot, extra, true
}

// peak returns a spot's peak in visits a second.
func (d *decoder) peak(f *file, s *spotFields) traffic.Spread {
	at := part(s.node, "peak", "p50")
	peak := traffic.Spread{P50: d.rateOf(f, f.traffic.baseline, s.peak.p50, at, s.in, "peak")}
	if s.peak.wide() {
		peak.P95 = d.rateOf(f, f.traffic.baseline, s.peak.p95, part(s.node, "peak", "p95"), s.in, "peak")
	}
	return peak
}

// spreads reports whether each range of a spot is one, and the slow end of rise
// and half-life goes with the median of the other.
func (d *decoder) spreads(f *file, s *spotFields, spot Spot, end time.Duration) bool {
	before := len(d.mistakes)
	d.rises(s, "peak", s.peak.wide(), spot.Spreads.Peak)
	d.rises(s, "rise", s.rise.wide(), spot.Spreads.Rise)
	d.rises(s, "half_life", s.halfLife.wide(), spot.Spreads.HalfLife)
	if len(d.mistakes) > before {
		return false
	}
	late, slow := spot, spot
	if s.rise.wide() {
		late.Rise = s.rise.p95
	}
	if s.halfLife.wide() {
		slow.HalfLife = s.halfLife.p95
	}
	for _, extreme := range []Spot{late, slow} {
		if err := extreme.Check(f.traffic.baseline, end); err != nil {
			d.impossible(s, err, "p95")
		}
	}
	return len(d.mistakes) == before
}

// rises says so where a 95th percentile is below the median.
func (d *decoder) rises(s *spotFields, field string, wide bool, spread traffic.Spread) {
	if wide && spread.P95 < spread.P50 {
		low, high := part(s.node, field, "p50"), part(s.node, field, "p95")
		d.mistake(high, s.in, "%s: p95 %s is below p50 %s (one airing of twenty has more than p95, half of them more than p50)", field, d.quote(high), d.quote(low))
	}
}

// impossible notes what an error about a spot says, at the field with whose name it
// begins.
func (d *decoder) impossible(s *spotFields, err error, quantile string) {
	field, _, _ := strings.Cut(err.Error(), " ")
	d.mistake(part(s.node, field, quantile), s.in, "%s", err)
}
