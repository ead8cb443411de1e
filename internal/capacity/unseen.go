package capacity

import (
	"cmp"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// unseen warns of fleets that were not observed while the campaign lasted: what
// capacity was then is not known, nor whatever rests on it.
func (r run) unseen(q Question) []string {
	var warn []string
	campaign := r.spans(len(q.Spots) > 0, q.Spots)
	for _, f := range q.Fleets {
		var blind []Span
		var cause string
		for _, g := range r.Gaps {
			for _, c := range campaign {
				if g.Source == f.Name && time.Duration(g.From) < c.To && time.Duration(g.To) > c.From {
					blind = append(blind, Span{max(time.Duration(g.From), c.From), min(time.Duration(g.To), c.To)})
					cause = cmp.Or(cause, g.Cause)
				}
			}
		}
		if len(blind) == 0 {
			continue
		}
		more := ""
		if n := len(blind) - 1; n > 0 {
			more = fmt.Sprintf(", and %s times more", figure.Count(n))
		}
		warn = append(warn, fmt.Sprintf("%s was not observed between %s and %s%s (%s): what capacity was then is not known",
			f.Name, r.clock(blind[0].From), r.clock(blind[0].To), more, cause))
	}
	return warn
}
