package capacity

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// unclearWarnings tell, once for each fleet, of units that were created and came
// into service nobody knows exactly when: polls were too far apart, and no activity
// told. Their stages would be those of the polls.
func (r run) unclearWarnings(q Question) []string {
	var warn []string
	for _, f := range q.Fleets {
		unclear := 0
		for _, u := range r.units(f) {
			if _, created := u.ended[timeline.Create]; created && u.ended[timeline.InService].unknown {
				unclear++
			}
		}
		if unclear > 0 {
			warn = append(warn, fmt.Sprintf("%s: %s created, and when %s came into service is known less closely than to %s: the stages that end or begin there are those of the others",
				f.Name, unitsWere(r.created(f)), figure.Count(unclear), figure.Duration(closely)))
		}
	}
	return warn
}
