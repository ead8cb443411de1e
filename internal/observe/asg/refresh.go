package asg

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// askRefreshes reads the instance refreshes that went on at some time after since.
// AWS lists the latest first and allows one at a time, so the first page is all
// that can matter.
func (o *Observer) askRefreshes(ctx context.Context, since time.Time) ([]fact, error) {
	page, err := awscall.Within(ctx, o.timeout, func(ctx context.Context, with ...func(*autoscaling.Options)) (*autoscaling.DescribeInstanceRefreshesOutput, error) {
		return o.api.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: aws.String(o.name)}, with...)
	})
	if err != nil {
		return nil, err
	}
	var facts []fact
	for _, r := range page.InstanceRefreshes {
		if over(r) && !aws.ToTime(r.EndTime).After(since) {
			continue
		}
		name := "instance refresh " + aws.ToString(r.InstanceRefreshId)
		facts = append(facts, fact{
			text:   fmt.Sprintf("%s is %s", name, cmp.Or(string(r.Status), "in a state that AWS does not tell")),
			spoils: name + " replaces instances, whatever the load does",
		})
	}
	return facts, nil
}

// over tells refreshes that have ended. One in a state yet unknown may go on.
func over(r types.InstanceRefresh) bool {
	switch r.Status {
	case types.InstanceRefreshStatusSuccessful, types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled,
		types.InstanceRefreshStatusRollbackFailed, types.InstanceRefreshStatusRollbackSuccessful:
		return true
	}
	return false
}
