package traffic

import (
	"math"
	"time"
)

// visits goes through the visits of a plan in order of their starts.
type visits struct {
	curve   Curve
	poisson bool
	seed    uint64        // of the gaps of a Poisson plan
	next    uint64        // number of the visit after the one at hand
	k       float64       // the curve's integral where the one at hand starts
	segment int           // of the curve: the start last asked for lies in it
	started time.Duration // the start last asked for
}

func newVisits(p Plan) visits {
	return visits{curve: p.Visits, poisson: p.Poisson, seed: offspring(p.Seed, 0)}
}

// advance goes to the next visit; it reports false after the last.
func (v *visits) advance() bool {
	if v.poisson {
		// A gap of exactly 0 could put a visit where the integral is not above 0.
		v.k -= math.Log(1 - max(Uniform(v.seed, v.next), 0x1p-53))
	} else {
		v.k = float64(v.next) + 0.5
	}
	v.next++
	return v.k <= v.curve.Total()
}

// start returns when the visit at hand starts. That starts are in order is made
// certain, for two Poisson visits can be closer than what rounding leaves exact.
func (v *visits) start() time.Duration {
	for v.curve.sums[v.segment+1] < v.k {
		v.segment++
	}
	v.started = max(v.started, v.curve.dueIn(v.segment, v.k))
	return v.started
}
