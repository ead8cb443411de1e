package quota

import "github.com/seed-f864f198/onair/internal/observe/awscall"

// The calls that are made.
var (
	quotaCall   = awscall.Call{Service: "servicequotas", Action: "GetServiceQuota"}
	defaultCall = awscall.Call{Service: "servicequotas", Action: "GetAWSDefaultServiceQuota"}
	usageCall   = awscall.Call{Service: "cloudwatch", Action: "GetMetricData"}
	groupCall   = awscall.Call{Service: "autoscaling", Action: "DescribeAutoScalingGroups"}
)

// Actions are what IAM must allow for a quota to be watched.
func Actions() []awscall.Call { return []awscall.Call{quotaCall, defaultCall, usageCall, groupCall} }
