package asg

import "time"

// outage follows which calls fail and records the stretches in which any did,
// each once and none over another:
//
//	group     x    x    x    !    x    x
//	activity  x         x              x
//	                    [gap----]           from the last good poll to the next
//
//	group     x    !    !    x    x    x
//	activity  x         !              x
//	          [gap---------------------]    until every call is good again
type outage struct {
	since   map[string]time.Time // the last good poll of each call
	failing map[string]bool
	covered time.Time // up to here everything is recorded
	from    time.Time // of the open gap
	cause   error     // the first of the open gap; nil: none is open

	// supervised: watching was begun again after a failure, and whoever began
	// it again records everything up to the first good poll of the group.
	supervised bool
}

func (o *outage) begin(now time.Time, again bool) {
	*o = outage{since: map[string]time.Time{}, failing: map[string]bool{}, covered: now, supervised: again}
}

func (o *outage) bad(call string, cause error) {
	o.failing[call] = true
	from := o.since[call]
	if from.Before(o.covered) {
		from = o.covered
	}
	if o.cause == nil {
		o.cause, o.from = cause, from
	} else if from.Before(o.from) {
		o.from = from
	}
}

func (o *outage) good(call string, now time.Time, rec recorder) {
	o.since[call] = now
	delete(o.failing, call)
	if o.supervised && call == groupCall {
		o.supervised = false
		o.covered, o.from = now, now
	}
	if len(o.failing) == 0 {
		o.end(now, rec)
	}
}

// end closes the open gap, if any, at now.
func (o *outage) end(now time.Time, rec recorder) {
	if o.cause != nil && !o.supervised && now.After(o.from) {
		rec.Gap(o.from, now, o.cause)
		o.covered = now
	}
	o.cause = nil
}
