package prescale

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// scheduled writes two scheduled actions, of which AWS runs each once.
func (g group) scheduled() Text {
	in := zone(g.Zone, g.Instants)
	return Text{
		Kind:   AWSCLI,
		Title:  g.title(),
		Apply:  g.put("apply", g.Apply, g.held()) + "\n" + g.put("release", g.Release, g.normal()),
		Late:   g.atOnce() + "\n" + g.put("release", g.Release, g.normal()),
		Verify: g.look(),
		Reverse: g.call("delete-scheduled-action", option("--scheduled-action-name", g.action("apply"))) + "\n" +
			g.call("delete-scheduled-action", option("--scheduled-action-name", g.action("release"))) + "\n" +
			g.restore(),
		Note: fmt.Sprintf("Run before %s; AWS runs a scheduled action up to 2 minutes late, for which that instant leaves room, and refuses a second one of the group at the same instant. "+
			"Once it has passed AWS refuses an action for it: run the commands to apply late instead. See at %s that %s are in service. To reverse, deleting fails for an action that has run already; the last command is then what counts. %s",
			moment(g.Apply.In(in)), moment(g.Verify.In(in)), figure.Count(g.Units), g.after()),
	}
}

func (g group) put(what string, when time.Time, to sizes) string {
	return g.call("put-scheduled-update-group-action", append([]string{
		option("--scheduled-action-name", g.action(what)),
		option("--start-time", utc(when)),
	}, to.options()...)...)
}

// after says what becomes of the units that were held.
func (g group) after() string {
	switch {
	case g.Desired != nil:
		return fmt.Sprintf("Release sets the count to %s at once, for no scaling policy of the group brings it down.", figure.Count(*g.Desired))
	case g.UnderPods:
		return "After release the node autoscaler takes away the nodes that stand empty; where none does, the group stays where it is until its desired capacity is set, and setting that takes nodes away with the pods on them."
	}
	return "After release the group's scaling policies bring the count down."
}
