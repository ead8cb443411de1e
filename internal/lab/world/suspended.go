package world

import "slices"

// launching is the process that adds instances to a group.
const launching = "Launch"

// processes are those of a group that can be suspended, in AWS's words.
var processes = []string{
	launching, "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh",
	"ReplaceUnhealthy", "ScheduledActions",
}

// frozen reports whether a process of the group is suspended.
func (g *group) frozen(process string) bool { return slices.Contains(g.config.Suspended, process) }
