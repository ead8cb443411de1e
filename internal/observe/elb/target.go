package elb

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Kinds of events that only this package tells, besides in_service and gone.
const (
	registered = "registered" // the target group has the target, which is not healthy yet
	unhealthy  = "unhealthy"
	healthy    = "healthy" // again
	draining   = "draining"
)

// targets is what polls have shown so far.
type targets struct {
	all map[string]target // by id and port; nil: not known yet
	at  time.Time
}

// target is one as the last poll showed it.
type target struct {
	id     string
	state  types.TargetHealthStateEnum
	served bool // it was healthy at some poll
}

// pollTargets looks at the targets once. Only what polling on cannot mend is an
// error.
func (o *Observer) pollTargets(ctx context.Context, rec *observe.Recorder) error {
	found, err := o.describeTargets(ctx)
	switch {
	case err == nil:
		o.targetPace.Narrow()
		o.seen = time.Now()
		o.targets.tell(found, o.seen, rec)
		return nil
	case ctx.Err() != nil:
		return nil
	}
	o.slow(err)
	cause := o.cause(err)
	rec.Lost(o.seen, cause)
	if isFatal(err) {
		o.group = nil // one of the same name may be made anew, with another ARN
		return cause
	}
	return nil
}

// describeTargets finds the target group, the first time, and returns its targets.
func (o *Observer) describeTargets(ctx context.Context) ([]types.TargetHealthDescription, error) {
	if o.group == nil {
		g, err := o.describeGroup(ctx)
		if err != nil {
			return nil, err
		}
		o.group = g
	}
	return o.targetsOf(ctx, o.group)
}

func (o *Observer) describeGroup(ctx context.Context) (*types.TargetGroup, error) {
	in := &elbv2.DescribeTargetGroupsInput{Names: []string{o.name}}
	if strings.HasPrefix(o.name, "arn:") {
		in = &elbv2.DescribeTargetGroupsInput{TargetGroupArns: []string{o.name}}
	}
	pages := elbv2.NewDescribeTargetGroupsPaginator(o.api, in, func(p *elbv2.DescribeTargetGroupsPaginatorOptions) { p.StopOnDuplicateToken = true })
	for pages.HasMorePages() {
		page, err := awscall.Within(ctx, o.timeout, pages.NextPage)
		if err != nil {
			return nil, failed(groupCall, err)
		}
		for _, g := range page.TargetGroups {
			if g.TargetGroupArn != nil && (aws.ToString(g.TargetGroupName) == o.name || *g.TargetGroupArn == o.name) {
				return &g, nil
			}
		}
	}
	return nil, failed(groupCall, errNoGroup)
}

func (o *Observer) targetsOf(ctx context.Context, g *types.TargetGroup) ([]types.TargetHealthDescription, error) {
	ctx, cancel := context.WithTimeout(ctx, o.timeout)
	defer cancel()
	out, err := o.api.DescribeTargetHealth(ctx, &elbv2.DescribeTargetHealthInput{TargetGroupArn: g.TargetGroupArn})
	if err != nil {
		return nil, failed(targetCall, err)
	}
	return out.TargetHealthDescriptions, nil
}

// tell records the targets as a poll at now showed them, and what changed since
// the poll before. What the first poll shows was there already and is no event.
func (t *targets) tell(found []types.TargetHealthDescription, now time.Time, rec *observe.Recorder) {
	if found == nil {
		return
	}
	rec.Read(timeline.Healthy, float64(inState(found, types.TargetHealthStateEnumHealthy)), time.Time{})
	rec.Read(timeline.Unhealthy, float64(inState(found, types.TargetHealthStateEnumUnhealthy, types.TargetHealthStateEnumUnhealthyDraining)), time.Time{})
	before, last, exactness := t.all, t.at, "seen at the first poll"
	if before != nil {
		exactness = fmt.Sprintf("within the %s before this poll", figure.Duration(now.Sub(last).Round(100*time.Millisecond)))
	}
	t.all, t.at = make(map[string]target, len(found)), now
	for _, d := range found {
		if d.Target == nil || d.Target.Id == nil {
			continue
		}
		key := fmt.Sprintf("%s:%d", *d.Target.Id, aws.ToInt32(d.Target.Port))
		was, known := before[key]
		is := target{id: *d.Target.Id, state: stateOf(d), served: was.served || stateOf(d) == types.TargetHealthStateEnumHealthy}
		t.all[key] = is
		if before != nil && (!known || is.state != was.state) {
			is.tell(was, last, wordsOf(d), exactness, rec)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(before)) {
		if _, still := t.all[key]; !still {
			rec.Changed(last, timeline.Gone, before[key].id, fmt.Sprintf("no longer in the target group (was %s), %s", before[key].state, exactness))
		}
	}
}

// tell records that a target changed its state since the last poll.
func (t target) tell(was target, last time.Time, words, exactness string, rec *observe.Recorder) {
	kind := registered
	switch {
	case t.state == types.TargetHealthStateEnumHealthy && was.served:
		kind = healthy
	case t.state == types.TargetHealthStateEnumHealthy:
		kind = timeline.InService
	case t.state == types.TargetHealthStateEnumDraining:
		kind = draining
	case isUnhealthy(t.state):
		kind = unhealthy
	case was.id != "": // from one state to another in which it does not serve
		return
	}
	text := words
	if was.state != "" {
		text += fmt.Sprintf(" (was %s)", was.state)
	}
	rec.Changed(last, kind, t.id, text+", "+exactness)
}

func isUnhealthy(s types.TargetHealthStateEnum) bool {
	return s == types.TargetHealthStateEnumUnhealthy || s == types.TargetHealthStateEnumUnhealthyDraining
}

func stateOf(d types.TargetHealthDescription) types.TargetHealthStateEnum {
	if d.TargetHealth == nil {
		return ""
	}
	return d.TargetHealth.State
}

// wordsOf is a target's state with AWS's reason: "unhealthy: Target.Timeout (Request timed out)".
func wordsOf(d types.TargetHealthDescription) string {
	if d.TargetHealth == nil || d.TargetHealth.State == "" {
		return "in a state that AWS does not tell"
	}
	h, text := d.TargetHealth, string(d.TargetHealth.State)
	if h.Reason != "" {
		text += ": " + string(h.Reason)
	}
	if h.Description != nil {
		text += " (" + *h.Description + ")"
	}
	return text
}

func inState(found []types.TargetHealthDescription, states ...types.TargetHealthStateEnum) int {
	n := 0
	for _, d := range found {
		if slices.Contains(states, stateOf(d)) {
			n++
		}
	}
	return n
}

// slow makes polls rarer where AWS throttles.
func (o *Observer) slow(err error) {
	if awscall.Throttled(err) {
		o.targetPace.Widen()
		o.frontPace.Widen()
	}
}
