package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
)

// MaxUnitsError is the mean error on units above which a model is not asked anything
// where the rehearsal has no scale lag to hold it against.
const MaxUnitsError = 0.25

// Trusted returns nil where the replay is close enough to ask the model about
// what was not rehearsed, and else why it is not.
func (r Replay) Trusted() error {
	const wayOut = "what it says of another demand is not worth knowing; see what it assumes, and rehearse what would tell"
	switch {
	case r.Apart != "":
		return fmt.Errorf("the model does not play its own rehearsal: %s: %s", r.Apart, wayOut)
	case r.LagError != nil && *r.LagError > MaxLagError:
		return fmt.Errorf("the model does not play its own rehearsal: its scale lag is off by %s%s, more than %s: %s",
			figure.ShareAgainst(*r.LagError, MaxLagError), r.lags(), figure.ExactShare(MaxLagError), wayOut)
	case r.LagError != nil:
		return nil
	}
	for _, u := range r.Units {
		if u.Mean > MaxUnitsError {
			return fmt.Errorf("the model does not play its own rehearsal: the units of %s are off by %s, more than %s, and there is no scale lag to hold it against (%s): %s",
				u.Fleet, figure.ShareAgainst(u.Mean, MaxUnitsError), figure.ExactShare(MaxUnitsError), r.NoLag, wayOut)
		}
	}
	return nil
}

// lags are the two that are apart, in brackets.
func (r Replay) lags() string {
	if r.Measured == nil || r.Simulated == nil {
		return ""
	}
	return fmt.Sprintf(" (%s, and %s in its replay)", figure.Duration(*r.Measured), figure.Duration(*r.Simulated))
}
