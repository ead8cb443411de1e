package forecast

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// Reaches says which of the settings begins when nothing of the demand is left to
// happen under it: a zone lost, or a schedule. Nobody means that; who does has counted
// from elsewhere.
func (d Demand) Reaches(settings []Setting) error {
	end := d.end()
	for i, s := range settings {
		if what, at, known := s.begins(); known && at >= end {
			return fmt.Errorf("setting %d: %.80s: %s at %s comes after the end of what is simulated, %s (offsets count from where the demand begins%s)",
				i+1, s, what, figure.Duration(at), figure.Duration(end), d.onAir())
		}
	}
	return nil
}

// begins is when a setting does that is one of some time.
func (s Setting) begins() (what string, at time.Duration, known bool) {
	switch s.Key {
	case "zone_lost":
		l, ok := lossForm.parse(s.Value)
		return "the loss", l.at, ok
	case "metric":
		f, ok := metricForm.parse(s.Value)
		return "the schedule", f.shift.From, ok
	}
	return "", 0, false
}

// end is when all of the demand has been simulated.
func (d Demand) end() time.Duration {
	seconds := 0
	for _, w := range d.Waves {
		seconds = max(seconds, len(w.Requests))
		for _, form := range w.Forms {
			seconds = max(seconds, len(form))
		}
	}
	return time.Duration(seconds) * time.Second
}

// onAir says where in the demand the first spot is.
func (d Demand) onAir() string {
	if len(d.Spots) == 0 {
		return ""
	}
	return ": the first spot is at " + figure.Duration(d.Airs)
}
