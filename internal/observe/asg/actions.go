package asg

import "github.com/seed-f864f198/onair/internal/observe/awscall"

// The calls that are made.
var (
	groupCall     = awscall.Call{Service: "autoscaling", Action: "DescribeAutoScalingGroups"}
	activityCall  = awscall.Call{Service: "autoscaling", Action: "DescribeScalingActivities"}
	policyCall    = awscall.Call{Service: "autoscaling", Action: "DescribePolicies"}
	scheduledCall = awscall.Call{Service: "autoscaling", Action: "DescribeScheduledActions"}
	warmPoolCall  = awscall.Call{Service: "autoscaling", Action: "DescribeWarmPool"}
	refreshCall   = awscall.Call{Service: "autoscaling", Action: "DescribeInstanceRefreshes"}
	alarmCall     = awscall.Call{Service: "cloudwatch", Action: "DescribeAlarms"}
)

// Actions are what IAM must allow for a group to be watched. None of them can be
// narrowed to a resource.
func Actions() []awscall.Call {
	return []awscall.Call{groupCall, activityCall, policyCall, alarmCall, scheduledCall, warmPoolCall, refreshCall}
}
