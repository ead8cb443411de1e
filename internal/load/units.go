package load

import (
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A run tells apart at most so many units; the answers of all further ones are
// counted together.
const mostUnits = 2000

// longestUnit is how many bytes the name of a unit may have: no pod's or
// instance's has more.
const longestUnit = 253

// units are the names by which units are counted, by what answers call them. What
// stands in a header is from outside: it is shown without what is private, and one
// that is different in every answer, or long, makes no memory grow.
type units map[string]string

// unit returns the name by which the unit that answered is counted, and tells
// when it first did. Results come in the order in which requests ended, so that
// the first is the first answer, by its last byte.
func (r *run) unit(h *hit, result *vegeta.Result) string {
	if name, known := r.units[h.unit]; known {
		return name
	}
	if len(r.units) >= mostUnits || len(h.unit) > longestUnit {
		return timeline.OtherUnits
	}
	name := r.plain(h, h.unit, longestUnit)
	if name == "" {
		return timeline.OtherUnits
	}
	if r.units == nil {
		r.units = make(units)
	}
	r.units[h.unit] = name
	r.tells = append(r.tells, timeline.Event{
		At:     timeline.Since(r.start, result.Timestamp.Add(result.Latency)),
		Source: timeline.Target,
		Kind:   timeline.Serving,
		Unit:   name,
		Text:   "first answer",
	})
	return name
}
