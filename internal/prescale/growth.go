package prescale

import (
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// syncs are how often an HPA looks, by the controller's default, and longest is how long
// before Apply a trigger may start at most.
const (
	syncs   = 15 * time.Second
	longest = 24 * time.Hour
)

// growth is how long an HPA takes from one number of units to another that a metric asks
// of it from one instant on, such as a cron trigger of KEDA: from the sync that sees it
// first to the one that asks for the last unit. It is false where behavior.scaleUp does
// not let it grow as far within a day.
//
//	units
//	  to  - - - - - - - - - - - - .----   a raised minimum is there with the first sync
//	                        .-----'
//	                  .-----'             what a metric asks for is held to the policies
//	            .-----'                   and to the stabilization of scaling up
//	from  ------'
//	            |<----- growth ---->|
//
// It ends where the HPA's tolerance lets it rest.
func growth(h autoscale.HPA, from, to int) (time.Duration, bool) {
	h.Min, h.Max = from, max(to, h.Max)
	var past autoscale.History
	var last time.Duration
	current, began := from, time.Unix(0, 0)
	for at := time.Duration(0); at <= longest; at += syncs {
		var d autoscale.Decision
		d, past = h.Decide(began.Add(at), current, asking(to, current), past)
		if d.Recommended <= current {
			return last, true
		}
		if d.Desired > current {
			current, last = d.Desired, at
		}
	}
	return 0, false
}

// asking is a metric that asks for so many units whatever there are, as each of them
// sees it.
func asking(to, current int) []autoscale.Metric {
	pod := autoscale.Pod{Ready: true, Measured: true, Value: float64(to) / float64(current)}
	return []autoscale.Metric{{Name: "cron", Target: 1, Pods: slices.Repeat([]autoscale.Pod{pod}, current)}}
}

// ahead is how long before Apply a trigger must start, in whole minutes for a cron line;
// false where no trigger makes the units in time.
func (s scaler) ahead() (time.Duration, bool) {
	if s.Scaler == nil {
		return 0, true
	}
	d, ok := growth(*s.Scaler, max(1, *s.Min), s.Units)
	return (d + time.Minute - 1).Truncate(time.Minute), ok
}
