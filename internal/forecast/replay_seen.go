package forecast

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// leastSeen is the share of the rehearsed spots, or of a run without any, in which the
// units of a fleet must have been seen for a model to be held against them: at least as
// much of what it is about then as was hidden. A model of which next to nothing was seen
// is off by next to nothing.
const leastSeen = 0.5

// holdSeen says of which fleet too little was seen, and which never moved.
func (f *fitting) holdSeen(r *Replay) {
	var unseen []string
	for _, u := range r.Units {
		share, fleet := f.seenOf(u.Measured), f.result(u.Fleet)
		switch {
		case share < leastSeen:
			unseen = append(unseen, fmt.Sprintf("the units of %s were seen in %s of %s, less than %s",
				u.Fleet, figure.ShareAgainst(share, leastSeen), f.about(), figure.ExactShare(leastSeen)))
		case !still(u.Measured):
		case len(fleet.Growths) == 0:
			f.assume("%s: it never scaled in the rehearsal: how it does is its specification alone", u.Fleet)
		case f.quota(fleet) == 0: // else it is known why none came
			unseen = append(unseen, fmt.Sprintf("not one of the units that %s asked for was seen to come", u.Fleet))
		}
	}
	r.Unseen = strings.Join(unseen, ", and ")
}

// seenOf is the share of the planned seconds that the campaign is about in which units
// were known: those after a run that was cut short were not. Of none all is seen.
func (f *fitting) seenOf(measured []int) float64 {
	planned := max(len(measured), int(f.q.Demand.Duration()/time.Second))
	seen, all := 0, 0
	for s := range planned {
		if !f.q.Rehearses(time.Duration(s) * time.Second) {
			continue
		}
		all++
		if s < len(measured) && measured[s] >= 0 {
			seen++
		}
	}
	if all == 0 {
		return 1
	}
	return float64(seen) / float64(all)
}

// about is what the campaign is about.
func (f *fitting) about() string {
	if len(f.q.Spots) > 0 {
		return "the rehearsed spots"
	}
	return "the rehearsal"
}

// still reports whether units were as many in each second in which they were known.
func still(measured []int) bool {
	first := -1
	for _, n := range measured {
		switch {
		case n < 0:
		case first < 0:
			first = n
		case n != first:
			return false
		}
	}
	return true
}
