package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
)

// MaxUnitsError is the mean error on units above which a model is not asked anything
// where the rehearsal has no scale lag to hold it against.
const MaxUnitsError = 0.25

// MaxUnitsBeside is the same where there is one, and it fits. Units are then off by what
// a decision a sync earlier or later makes of them in the few seconds in which they
// move; a model that has half as many as there were, or half as many again, all the
// time has its scale lag by accident.
const MaxUnitsBeside = 0.5

// wayOut ends what Trusted says.
const wayOut = "what it says of another demand is not worth knowing; see what it assumes, and rehearse what would tell"

// Trusted returns nil where the replay is close enough to ask the model about
// what was not rehearsed, and else why it is not.
func (r Replay) Trusted() error {
	switch {
	case r.Apart != "":
		return fmt.Errorf("the model does not play its own rehearsal: %s: %s", r.Apart, wayOut)
	case r.LagError != nil && exceeds(*r.LagError, MaxLagError):
		return fmt.Errorf("the model does not play its own rehearsal: its scale lag is off by %s%s, more than %s: %s",
			figure.ShareAgainst(*r.LagError, MaxLagError), r.lags(), figure.ExactShare(MaxLagError), wayOut)
	case r.Restless != "":
		return fmt.Errorf("the model does not stand still as the service did before its rehearsal: %s: rehearse an ordinary evening before the load, so that readings tell of that too", r.Restless)
	case r.LagError == nil && r.Unseen != "":
		return fmt.Errorf("the model cannot be held against its own rehearsal: %s, and there is no scale lag either (%s): rehearse again, to the end and while what is scaled can be watched", r.Unseen, r.NoLag)
	}
	for _, u := range r.Units {
		if most := r.maxUnits(); u.Mean != nil && exceeds(*u.Mean, most) {
			return fmt.Errorf("the model does not play its own rehearsal: the units of %s are off by %s, more than %s, and %s: %s",
				u.Fleet, figure.ShareAgainst(*u.Mean, most), figure.ExactShare(most), r.beside(), wayOut)
		}
	}
	return nil
}

// maxUnits is the mean error on units above which the replay is not trusted.
func (r Replay) maxUnits() float64 {
	if r.LagError != nil {
		return MaxUnitsBeside
	}
	return MaxUnitsError
}

// beside is what else tells of a replay whose units are off.
func (r Replay) beside() string {
	if r.LagError != nil {
		return "that its scale lag fits is by accident"
	}
	return fmt.Sprintf("there is no scale lag to hold it against (%s)", r.NoLag)
}

// exceeds reports whether an error is above a bound by more than the last bits of a sum:
// else it would be told as the bound itself, and refused.
func exceeds(err, bound float64) bool { return err > bound*(1+1e-9) }

// lags are the two that are apart, in brackets.
func (r Replay) lags() string {
	if r.Measured == nil || r.Simulated == nil {
		return ""
	}
	return fmt.Sprintf(" (%s, and %s in its replay)", figure.Duration(*r.Measured), figure.Duration(*r.Simulated))
}
