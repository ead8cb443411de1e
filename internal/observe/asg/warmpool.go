package asg

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// warmPool is the name of a reading, instances that are prepared and not in the
// group yet, and the kind of an event that tells their states: at first, and when
// they are others. A group tells the size of its pool at each poll, and nothing of
// what is in it.
const warmPool = "warm_pool"

// askWarmPool reads what stands ready beside the group: instances from there serve
// sooner than new ones, and once they are used up the rest come as slowly as ever.
func (o *Observer) askWarmPool(ctx context.Context, _ time.Time) ([]fact, error) {
	pages := autoscaling.NewDescribeWarmPoolPaginator(o.api,
		&autoscaling.DescribeWarmPoolInput{AutoScalingGroupName: aws.String(o.name)},
		func(p *autoscaling.DescribeWarmPoolPaginatorOptions) { p.StopOnDuplicateToken = true })
	var pool *types.WarmPoolConfiguration
	instances, err := onAllPages(ctx, o.timeout, pages, func(p *autoscaling.DescribeWarmPoolOutput) []types.Instance {
		pool = cmp.Or(p.WarmPoolConfiguration, pool)
		return p.Instances
	})
	if err != nil || pool == nil && len(instances) == 0 {
		return nil, err
	}
	return []fact{{text: poolWords(pool, instances)}}, nil
}

// noteWarmPool has the pool looked at soon when its size is another than at the poll
// before: its instances are on the move.
func (o *Observer) noteWarmPool(size *int32) {
	if size == nil {
		return
	}
	if o.warm != nil && *o.warm != *size {
		pool := o.settings[slices.IndexFunc(o.settings, func(s *setting) bool { return s.kind == warmPool })]
		pool.again, pool.pace.Next = true, o.seen
	}
	o.warm = size
}

// poolWords: "warm pool: 3 instances (1 Warmed:Pending, 2 Warmed:Stopped), kept Stopped, at least 2".
func poolWords(pool *types.WarmPoolConfiguration, instances []types.Instance) string {
	states := map[types.LifecycleState]int{}
	for _, i := range instances {
		states[i.LifecycleState]++
	}
	var each []string
	for _, state := range slices.Sorted(maps.Keys(states)) {
		each = append(each, fmt.Sprintf("%d %s", states[state], state))
	}
	text := fmt.Sprintf("warm pool: %d instances", len(instances))
	if len(instances) == 1 {
		text = "warm pool: 1 instance"
	}
	if len(each) > 0 {
		text += " (" + strings.Join(each, ", ") + ")"
	}
	if pool == nil {
		return text
	}
	if pool.PoolState != "" {
		text += ", kept " + string(pool.PoolState)
	}
	if pool.MinSize != nil {
		text += fmt.Sprintf(", at least %d", *pool.MinSize)
	}
	if n := aws.ToInt32(pool.MaxGroupPreparedCapacity); n > 0 {
		text += fmt.Sprintf(", at most %d with the group", n)
	}
	if pool.Status != "" {
		text += ", " + string(pool.Status)
	}
	return text
}
