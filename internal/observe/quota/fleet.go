package quota

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// fleet is a group as the quota sees it.
type fleet struct {
	have  *int     // instances that exist; nil: unknown
	max   *int32   // nil: unknown
	types []string // of its instances, or that it may launch where it has none; sorted, each once
}

func (o *Observer) askFleet(ctx context.Context) (*fleet, error) {
	pages := autoscaling.NewDescribeAutoScalingGroupsPaginator(o.clients.Groups,
		&autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{o.group}},
		func(p *autoscaling.DescribeAutoScalingGroupsPaginatorOptions) { p.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := awscall.Within(ctx, o.timeout, pages.NextPage)
		if err != nil {
			return nil, failed(groupCall, err)
		}
		for _, g := range page.AutoScalingGroups {
			if aws.ToString(g.AutoScalingGroupName) == o.group {
				return fleetOf(g), nil
			}
		}
	}
	return nil, failed(groupCall, errNoGroup)
}

func fleetOf(g types.AutoScalingGroup) *fleet {
	f := &fleet{max: g.MaxSize}
	if g.Instances != nil {
		n := len(g.Instances)
		f.have = &n
	}
	for _, i := range g.Instances {
		f.types = append(f.types, aws.ToString(i.InstanceType))
	}
	if p := g.MixedInstancesPolicy; len(f.types) == 0 && p != nil && p.LaunchTemplate != nil {
		for _, o := range p.LaunchTemplate.Overrides {
			f.types = append(f.types, aws.ToString(o.InstanceType))
		}
	}
	slices.Sort(f.types)
	f.types = slices.Compact(f.types)
	return f
}

// vcpus are those of the largest of the fleet's types, for a quota must hold
// whichever is launched; why says why they are not known, or that the types differ.
func (f *fleet) vcpus() (most int, why string) {
	if f == nil || len(f.types) == 0 {
		return 0, "no instance tells what a unit takes of the quota: set per_unit"
	}
	for _, name := range f.types {
		n := vcpusOf(name)
		if n == 0 {
			return 0, "how many vCPUs an instance of type " + orUnknown(name) + " has is not known: set per_unit"
		}
		if most > 0 && n != most {
			why = "instances differ in their vCPUs (" + strings.Join(f.types, ", ") + "): each is taken for the largest"
		}
		most = max(most, n)
	}
	return most, why
}
