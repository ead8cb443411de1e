package awsapi

import (
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

type instancesResult struct {
	AutoScalingInstances members[instanceRecord]
	NextToken            string `xml:",omitempty"`
}

func describeAutoScalingInstances(s world.State, q query) (any, *refusal) {
	var found []instanceRecord
	ids := q.list("InstanceIds")
	for _, g := range groups(s) {
		for _, i := range g.Instances {
			if ids == nil || slices.Contains(ids, i.ID) {
				r := recordOf(i)
				r.AutoScalingGroupName = g.Name
				// This call alone writes the health in capitals.
				r.HealthStatus = strings.ToUpper(r.HealthStatus)
				found = append(found, r)
			}
		}
	}
	found, next, refused := page(found, func(r instanceRecord) string { return r.InstanceID }, q, records(50, 50))
	if refused != nil {
		return nil, refused
	}
	return instancesResult{listOf(found...), next}, nil
}
