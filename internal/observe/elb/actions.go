package elb

import "github.com/seed-f864f198/onair/internal/observe/awscall"

// The calls that are made.
var (
	groupCall   = awscall.Call{Service: "elasticloadbalancing", Action: "DescribeTargetGroups"}
	targetCall  = awscall.Call{Service: "elasticloadbalancing", Action: "DescribeTargetHealth"}
	frontCall   = awscall.Call{Service: "elasticloadbalancing", Action: "DescribeLoadBalancers"}
	reserveCall = awscall.Call{Service: "elasticloadbalancing", Action: "DescribeCapacityReservation"}
)

// Actions are what IAM must allow for a target group to be watched. None of them
// can be narrowed to a resource.
func Actions() []awscall.Call {
	return []awscall.Call{groupCall, targetCall, frontCall, reserveCall}
}
