package asg

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// lifecycle is the kind of an event: an instance went from one lifecycle state to
// another between two polls, or from one poll on. States are written as AWS writes
// them, those yet unknown included; one that was passed through between two polls
// is not seen.
//
//	poll     |---5s---|---5s---|---5s---|---5s---|
//	state    (none)   Pending  Pending:Wait      InService
//	told              x        x                 x           each since the poll before
//
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html
const lifecycle = "lifecycle"

// What stands for the state of an instance that has none, or of which AWS did not
// tell it.
const (
	outside types.LifecycleState = "not in the group"
	untold  types.LifecycleState = "unknown"
)

// tell records the state in which a poll at now showed a unit, if that is another
// than before; that it came into service, or that it is leaving, it tells once each
// besides.
func (u unit) tell(id string, state types.LifecycleState, now time.Time, rec *observe.Recorder) unit {
	was, exactness := "", within(u.at, now)
	if u.state != outside {
		was = fmt.Sprintf(" (was %s)", u.state)
	}
	if state != u.state {
		u.moved(id, state, rec)
	}
	if state == types.LifecycleStateInService && !u.served {
		u.served = true
		rec.Changed(u.at, timeline.InService, id, "in service"+was+", "+exactness)
	}
	if leaving(state) && !u.gone {
		u.gone = true
		rec.Changed(u.at, timeline.Gone, id, fmt.Sprintf("%s%s, %s", state, was, exactness))
	}
	u.state, u.at = state, now
	return u
}

// tellLeft records that a unit is not in the group any more, which it was at the
// poll before.
func (u unit) tellLeft(id string, before, now time.Time, rec *observe.Recorder) {
	u.at = before
	u.moved(id, outside, rec)
	if !u.gone {
		rec.Changed(u.at, timeline.Gone, id, fmt.Sprintf("no longer in the group (was %s), %s", u.state, within(u.at, now)))
	}
}

// moved records a transition that is seen now.
func (u unit) moved(id string, to types.LifecycleState, rec *observe.Recorder) {
	rec.Changed(u.at, lifecycle, id, fmt.Sprintf("%s -> %s", u.state, to))
}
