package asg

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// Checks make every call that watching makes, each once, and say what would spoil
// a rehearsal. They leave the Observer as it is. Whether there is the group is asked
// first, and where nothing else can be told then, nothing else is asked:
//
//	group       |===|
//	activities      |====|
//	settings        |======|
func (o *Observer) Checks() []preflight.Check {
	first := newOpening()
	checks := []preflight.Check{
		{Subject: o.source, Look: func(ctx context.Context) []preflight.Finding { return o.checkGroup(ctx, first) }},
		{Subject: o.source, Look: first.then(o.checkActivities)},
	}
	for _, s := range o.settings {
		if s.call == alarmCall {
			continue // asked with the policies, which name them
		}
		look := func(ctx context.Context) []preflight.Finding { return o.checkSetting(ctx, s) }
		checks = append(checks, preflight.Check{Subject: o.source, Look: first.then(look)})
	}
	return checks
}

func (o *Observer) finding(asked string, status preflight.Status, text, toDo string) preflight.Finding {
	if status == preflight.OK {
		toDo = ""
	}
	return preflight.Finding{Subject: o.source, Asked: asked, Status: status, Text: text, ToDo: toDo}
}

// failed is what a check found whose call failed.
func (o *Observer) failed(call awscall.Call, err error, matters preflight.Status) []preflight.Finding {
	return []preflight.Finding{call.Finding(o.source, err, o.timeout, matters)}
}

func (o *Observer) checkGroup(ctx context.Context, first *opening) []preflight.Finding {
	g, err := o.describeGroup(ctx)
	first.end(err)
	switch {
	case errors.Is(err, errNoGroup):
		return []preflight.Finding{o.finding("exists", preflight.Fail, o.words(groupCall, err), "look at its name, its region and the account of these credentials")}
	case err != nil:
		return o.failed(groupCall, err, preflight.Fail)
	}
	return []preflight.Finding{o.exists(g), o.healthy(g), o.ableToScale(g), o.roomToGrow(g), o.metered(g)}
}

func (o *Observer) exists(g types.AutoScalingGroup) preflight.Finding {
	if g.Status != nil { // only of a group that is being deleted
		return o.finding("exists", preflight.Fail, "its status is "+*g.Status, "choose a group that stays")
	}
	return o.finding("exists", preflight.OK, fmt.Sprintf("desired %s, from %s to %s", count(g.DesiredCapacity), count(g.MinSize), count(g.MaxSize)), "")
}

// healthy is a group at rest: as many in service as desired, and AWS calls none of
// them unhealthy.
func (o *Observer) healthy(g types.AutoScalingGroup) preflight.Finding {
	const asked, toDo = "healthy", "wait until the group is at rest, or look into its activities"
	if g.Instances == nil || g.DesiredCapacity == nil {
		return o.finding(asked, preflight.Warning, "AWS does not tell its instances", toDo)
	}
	serving, failing := inService(g.Instances), 0
	for _, i := range g.Instances {
		if i.HealthStatus != nil && *i.HealthStatus != "Healthy" {
			failing++
		}
	}
	text := fmt.Sprintf("%d in service of %d desired", serving, *g.DesiredCapacity)
	switch {
	case failing > 0:
		return o.finding(asked, preflight.Warning, fmt.Sprintf("%s, %d of them unhealthy", text, failing), toDo)
	case weighted(g):
		return o.finding(asked, preflight.Warning, byWeight, "rehearse with a group whose instances count as one each")
	case serving != int(*g.DesiredCapacity):
		return o.finding(asked, preflight.Warning, text, toDo)
	}
	return o.finding(asked, preflight.OK, text, "")
}

func (o *Observer) ableToScale(g types.AutoScalingGroup) preflight.Finding {
	const asked = "able to scale"
	switch stopped := suspensions(g); {
	case stopped == nil:
		return o.finding(asked, preflight.Warning, "AWS does not tell which processes are suspended", "look at the group's processes")
	case len(stopped) > 0:
		return o.finding(asked, preflight.Warning, strings.Join(stopped, "; "), "resume what is not suspended on purpose (aws autoscaling resume-processes)")
	}
	return o.finding(asked, preflight.OK, "no process is suspended", "")
}

func (o *Observer) roomToGrow(g types.AutoScalingGroup) preflight.Finding {
	const asked = "room to grow"
	if g.DesiredCapacity == nil || g.MaxSize == nil {
		return o.finding(asked, preflight.Warning, "AWS does not tell its desired capacity and max", "look at the group")
	}
	f := o.finding(asked, preflight.OK, fmt.Sprintf("%d more up to its max of %d", *g.MaxSize-*g.DesiredCapacity, *g.MaxSize), "")
	switch {
	case launchesNothing(g):
		f = o.finding(asked, preflight.Warning, fmt.Sprintf("none: it launches no instance, though its max is %d", *g.MaxSize),
			"resume Launch (aws autoscaling resume-processes), if the group is to grow")
		if g.Instances != nil && !weighted(g) {
			f.Bound = &preflight.Bound{Fleet: o.source, Units: inService(g.Instances), By: "Launch is suspended"}
		}
		return f
	case *g.DesiredCapacity >= *g.MaxSize:
		f = o.finding(asked, preflight.Warning, fmt.Sprintf("desired %d is its max", *g.DesiredCapacity), "raise max, if the group is to grow")
	}
	f.Bound = &preflight.Bound{Fleet: o.source, Units: int(*g.MaxSize), By: preflight.ItsMax}
	return f
}

func (o *Observer) metered(g types.AutoScalingGroup) preflight.Finding {
	const asked = "group metrics"
	switch {
	case g.EnabledMetrics == nil:
		return o.finding(asked, preflight.Warning, "AWS does not tell whether they are on", "look at the group's monitoring")
	case withoutMetrics(g):
		return o.finding(asked, preflight.Warning, metricsOff, "aws autoscaling enable-metrics-collection --granularity 1Minute --auto-scaling-group-name "+o.name)
	}
	return o.finding(asked, preflight.OK, "on", "")
}

func (o *Observer) checkActivities(ctx context.Context) []preflight.Finding {
	if _, err := o.recentActivities(ctx, time.Now().Add(-overlap)); err != nil {
		return o.failed(activityCall, err, preflight.Warning)
	}
	return []preflight.Finding{activityCall.May(o.source)}
}

// checkSetting is a warning where something spoils a run that begins soon.
func (o *Observer) checkSetting(ctx context.Context, s *setting) []preflight.Finding {
	now := time.Now()
	facts, err := s.ask(o, ctx, now)
	found := o.settled(s, facts, err, now)
	if s.call == policyCall {
		found = append(found, o.checkAlarms(ctx, facts, err)...)
	}
	return found
}

// settled says what a setting is found to be.
func (o *Observer) settled(s *setting, facts []fact, err error, now time.Time) (found []preflight.Finding) {
	if err != nil {
		return o.failed(s.call, err, preflight.Warning)
	}
	for _, f := range facts {
		if f.spoils != "" && f.from.Before(now.Add(o.ahead)) {
			found = append(found, o.finding(s.asked, preflight.Warning, f.spoils, s.toDo))
		} else {
			found = append(found, o.finding(s.asked, preflight.OK, f.text, ""))
		}
	}
	if found == nil {
		found = append(found, o.finding(s.asked, preflight.OK, s.none, ""))
	}
	return found
}

// checkAlarms asks for those that policies name. Where the policies could not be
// read, it asks for one that nobody has: whether it may is told all the same.
func (o *Observer) checkAlarms(ctx context.Context, policies []fact, unread error) []preflight.Finding {
	names := named(policies)
	if unread != nil {
		names = []string{o.name}
	}
	if len(names) == 0 {
		return nil
	}
	facts, err := o.readAlarms(ctx, names)
	switch {
	case err != nil:
		return o.failed(alarmCall, err, preflight.Warning)
	case unread != nil:
		return []preflight.Finding{alarmCall.May(o.source)}
	}
	s := o.setting(alarmCall)
	return o.settled(s, facts, nil, time.Now())
}

func count(n *int32) string {
	if n == nil {
		return "unknown"
	}
	return fmt.Sprint(aws.ToInt32(n))
}
