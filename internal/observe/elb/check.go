package elb

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// Checks make every call that watching makes, each once, and say what would spoil
// a rehearsal. They leave the Observer as it is.
func (o *Observer) Checks() []preflight.Check {
	return []preflight.Check{{Subject: o.source, Look: o.check}}
}

func (o *Observer) finding(asked string, status preflight.Status, text, toDo string) preflight.Finding {
	return preflight.Finding{Subject: o.source, Asked: asked, Status: status, Text: text, ToDo: toDo}
}

// failed is what a check found whose call failed.
func (o *Observer) failed(err error, matters preflight.Status) preflight.Finding {
	if errors.Is(err, errNoGroup) {
		return o.finding("exists", preflight.Fail, o.words(err), "look at its name, its region and the account of these credentials")
	}
	return callOf(err).Finding(o.source, err, o.timeout, matters)
}

func (o *Observer) check(ctx context.Context) []preflight.Finding {
	g, err := o.describeGroup(ctx)
	if err != nil {
		return []preflight.Finding{o.failed(err, preflight.Fail)}
	}
	return append([]preflight.Finding{o.exists(g), o.healthy(ctx, g)}, o.provisioned(ctx, g)...)
}

func (o *Observer) exists(g *types.TargetGroup) preflight.Finding {
	return o.finding("exists", preflight.OK, "targets of type "+orUnknown(string(g.TargetType)), "")
}

// healthy is a target group all of whose targets are.
func (o *Observer) healthy(ctx context.Context, g *types.TargetGroup) preflight.Finding {
	const asked, toDo = "healthy", "look at the health checks of the target group and at what fails them"
	found, err := o.targetsOf(ctx, g)
	if err != nil {
		return o.failed(err, preflight.Fail)
	}
	n := inState(found, types.TargetHealthStateEnumHealthy)
	text := fmt.Sprintf("%d of %d targets are healthy", n, len(found))
	switch {
	case found == nil:
		return o.finding(asked, preflight.Warning, "AWS does not tell the targets", toDo)
	case len(found) == 0:
		return o.finding(asked, preflight.Warning, "there is no target", "register what is to serve")
	case unchecked(found) == len(found):
		return o.finding(asked, preflight.OK, fmt.Sprintf("health checks are off, as they are of Lambda unless turned on: %d get requests unchecked", len(found)), "")
	case n == len(found):
		return o.finding(asked, preflight.OK, text, "")
	case n == 0:
		return o.finding(asked, preflight.Fail, text+others(found), toDo)
	}
	return o.finding(asked, preflight.Warning, text+others(found), toDo)
}

// unchecked counts the targets whose health nobody checks.
func unchecked(found []types.TargetHealthDescription) int {
	n := 0
	for _, d := range found {
		if d.TargetHealth != nil && d.TargetHealth.Reason == types.TargetHealthReasonEnumHealthCheckDisabled {
			n++
		}
	}
	return n
}

// others names what keeps targets from being healthy: "; 10.0.0.7 is unhealthy: Target.Timeout".
func others(found []types.TargetHealthDescription) string {
	const most = 3
	var said []string
	for _, d := range found {
		if stateOf(d) == types.TargetHealthStateEnumHealthy {
			continue
		}
		if len(said) == most {
			said = append(said, "…")
			break
		}
		id := "a target"
		if d.Target != nil {
			id = aws.ToString(d.Target.Id)
		}
		said = append(said, id+" is "+wordsOf(d))
	}
	return "; " + strings.Join(said, "; ")
}

// provisioned looks at the load balancers before the target group.
func (o *Observer) provisioned(ctx context.Context, g *types.TargetGroup) []preflight.Finding {
	const active = "load balancer"
	found, err := o.describeFronts(ctx, g)
	switch {
	case err != nil:
		return []preflight.Finding{o.failed(err, preflight.Warning)}
	case len(found) == 0:
		return []preflight.Finding{o.finding(active, preflight.Warning, unused, "let a listener forward to it, or watch the one that serves")}
	}
	var all []preflight.Finding
	for _, f := range found {
		if f.state != "" {
			all = append(all, o.finding(active, preflight.Warning, f.name+": "+f.state, "look at the load balancer"))
		} else {
			all = append(all, o.finding(active, preflight.OK, f.name+" is active", ""))
		}
		if f.err != nil {
			all = append(all, o.unread(f))
		} else {
			all = append(all, o.reservation(f))
		}
	}
	return all
}

// unread is a load balancer that does not tell its reservation. Of some kinds, and
// in some regions, there is none: this is told in AWS's words, and mends itself
// by no permission.
func (o *Observer) unread(f front) preflight.Finding {
	_, answered := errors.AsType[smithy.APIError](f.err)
	if !answered || awscall.Hopeless(f.err) || awscall.Passing(f.err) {
		return o.failed(f.err, preflight.Warning)
	}
	return o.finding("capacity reservation", preflight.Warning, f.name+": not known: "+o.words(f.err),
		"nothing, unless some was reserved: this kind of load balancer, or this region, may have none")
}

func orUnknown(word string) string {
	if word == "" {
		return "unknown"
	}
	return word
}
