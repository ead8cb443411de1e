package asg

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// askScheduled reads what will change the group at an hour of its own. One that
// falls due while the group is watched moves it whatever the load does.
func (o *Observer) askScheduled(ctx context.Context, since time.Time) ([]fact, error) {
	pages := autoscaling.NewDescribeScheduledActionsPaginator(o.api,
		&autoscaling.DescribeScheduledActionsInput{AutoScalingGroupName: aws.String(o.name)},
		func(p *autoscaling.DescribeScheduledActionsPaginatorOptions) { p.StopOnDuplicateToken = true })
	found, err := onAllPages(ctx, o.timeout, pages, func(p *autoscaling.DescribeScheduledActionsOutput) []types.ScheduledUpdateGroupAction {
		return p.ScheduledUpdateGroupActions
	})
	if err != nil {
		return nil, err
	}
	var facts []fact
	for _, a := range found {
		facts = append(facts, scheduledFact(a, since))
	}
	return facts, nil
}

// late is how long after its time AWS may take an action.
const late = 2 * time.Minute

// scheduledFact is an action; of one that repeats, AWS tells the next time. One
// whose time is not told is not known to fall due, and one whose time was long
// before since has been taken.
func scheduledFact(a types.ScheduledUpdateGroupAction, since time.Time) fact {
	name := cmp.Or(aws.ToString(a.ScheduledActionName), "without a name")
	f := fact{from: aws.ToTime(cmp.Or(a.StartTime, a.Time)), scale: scaleAt(a, since)}
	if f.from.IsZero() {
		f.text = fmt.Sprintf("scheduled action %s sets %s", name, changes(a))
		return f
	}
	f.text = fmt.Sprintf("scheduled action %s sets %s at %s", name, changes(a), f.from.UTC().Format(time.RFC3339))
	if !f.from.Before(since.Add(-late)) {
		f.spoils = f.text + ", whatever the load does"
	}
	return f
}

func changes(a types.ScheduledUpdateGroupAction) string {
	var said []string
	for _, c := range []struct {
		name string
		to   *int32
	}{{"min", a.MinSize}, {"max", a.MaxSize}, {"desired", a.DesiredCapacity}} {
		if c.to != nil {
			said = append(said, fmt.Sprintf("%s to %d", c.name, *c.to))
		}
	}
	return cmp.Or(strings.Join(said, ", "), "what AWS does not tell")
}
