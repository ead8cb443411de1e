package awsapi

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// targetPort is what every target listens on.
const targetPort = 8080

// target is a unit as the load balancer knows it. Until it is registered there
// is no target.
//
//	ready, or in service      healthy              told to go          gone
//	   |-------- initial --------|------- healthy ------|--- draining ---|
//
// A pod that crashes is no target until it is ready again, for Kubernetes takes
// it out; an instance whose service crashed stays one, and is unhealthy.
type target struct {
	id, zone string // the zone of a pod only, and where its instance is known
	state    string
}

// The states of a target that the world knows.
const (
	initial   = "initial"
	healthy   = "healthy"
	unhealthy = "unhealthy"
	draining  = "draining"
	unused    = "unused" // not a target of this group
)

// reasons are AWS's for a state that is not healthy, each with its sentence.
var reasons = map[string][2]string{
	initial:   {"Elb.InitialHealthChecking", "Initial health checks in progress"},
	unhealthy: {"Target.FailedHealthChecks", "Health checks failed"},
	draining:  {"Target.DeregistrationInProgress", "Target deregistration is in progress"},
	unused:    {"Target.NotRegistered", "Target is not registered to the target group"},
}

func (b balancer) targets() []target {
	if b.instances() {
		return b.instanceTargets()
	}
	return b.podTargets()
}

func (b balancer) instanceTargets() []target {
	var all []target
	for _, g := range groups(b.state) {
		for _, i := range g.Instances {
			if !i.InService.IsZero() {
				all = append(all, target{i.ID, "", b.stateOf(i.InService, i.Healthy, i.Lifecycle == "Terminating")})
			}
		}
	}
	return all
}

// podTargets are the pods that are ready, or were when they were told to go.
func (b balancer) podTargets() []target {
	zones := map[string]string{}
	for _, g := range groups(b.state) {
		for _, i := range g.Instances {
			zones[i.ID] = i.Zone
		}
	}
	var all []target
	for _, p := range b.state.Pods {
		if !p.Ready.IsZero() && p.IP != "" && p.Terminated.IsZero() {
			all = append(all, target{p.IP, zones[p.Instance], b.stateOf(p.Ready, p.Healthy, !p.Deleted.IsZero())})
		}
	}
	return all
}

// stateOf is the state of a target that was registered at one instant and found
// healthy at another, or not yet, or no more. One that is not healthy although
// its first checks must be over, with a second for a world that is behind its
// clock, has failed later ones.
func (b balancer) stateOf(registered, since time.Time, going bool) string {
	checks := time.Duration(float64(b.Register)*(1+b.Spread)) + time.Second
	switch {
	case going:
		return draining
	case !since.IsZero():
		return healthy
	case b.state.Now.Sub(registered) > checks:
		return unhealthy
	}
	return initial
}

// count counts the targets in a state.
func (b balancer) count(state string) int {
	n := 0
	for _, t := range b.targets() {
		if t.state == state {
			n++
		}
	}
	return n
}

type targetHealthResult struct {
	TargetHealthDescriptions members[targetRecord]
}

type targetRecord struct {
	ID               string `xml:"Target>Id"`
	Port             int    `xml:"Target>Port"`
	AvailabilityZone string `xml:"Target>AvailabilityZone,omitempty"`
	HealthCheckPort  string `xml:",omitempty"`
	State            string `xml:"TargetHealth>State"`
	Reason           string `xml:"TargetHealth>Reason,omitempty"`
	Description      string `xml:"TargetHealth>Description,omitempty"`
}

func describeTargetHealth(s world.State, q query) (any, *refusal) {
	arn := q.get("TargetGroupArn")
	if !strings.Contains(arn, ":targetgroup/") {
		return nil, invalid("'%s' is not a valid target group ARN", arn)
	}
	if refused := missing(s, []string{arn}, balancer.targetGroupARN, targetGroupNotFound()); refused != nil {
		return nil, refused
	}
	found := balancers(s)[0].targets()
	if asked := q.targetIDs(); asked != nil {
		found = chosen(found, asked)
	}
	var result targetHealthResult
	for _, t := range found {
		result.TargetHealthDescriptions.Member = append(result.TargetHealthDescriptions.Member, t.record())
	}
	return result, nil
}

// targetIDs are the targets a request asks for, nil where it asks for all.
func (q query) targetIDs() []string {
	var all []string
	for n := 1; ; n++ {
		id := q.get("Targets.member." + strconv.Itoa(n) + ".Id")
		if id == "" {
			return all
		}
		all = append(all, id)
	}
}

// chosen finds targets by identity, in the order asked; one that is not there
// is told as unused.
func chosen(targets []target, ids []string) []target {
	var all []target
	for _, id := range ids {
		t := target{id: id, state: unused}
		if at := slices.IndexFunc(targets, func(t target) bool { return t.id == id }); at >= 0 {
			t = targets[at]
		}
		all = append(all, t)
	}
	return all
}

func (t target) record() targetRecord {
	r := targetRecord{ID: t.id, Port: targetPort, AvailabilityZone: t.zone, State: t.state}
	if t.state != unused {
		r.HealthCheckPort = strconv.Itoa(targetPort)
	}
	r.Reason, r.Description = reasons[t.state][0], reasons[t.state][1]
	return r
}
