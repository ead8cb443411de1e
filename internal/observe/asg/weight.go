package asg

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// byWeight is what cannot be compared in a group whose instances have weights.
const byWeight = "instances are weighted: desired, min and max count weights, ready counts instances"

// weighted reports whether instances count otherwise than as one each.
func weighted(g types.AutoScalingGroup) bool {
	return slices.ContainsFunc(g.Instances, func(i types.Instance) bool { return i.WeightedCapacity != nil && *i.WeightedCapacity != "1" })
}
