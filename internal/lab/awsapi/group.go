package awsapi

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// group is a group with the name and region it was configured with.
type group struct {
	world.Group
	world.GroupState
}

// groups lists the groups of a world: one or none.
func groups(s world.State) []group {
	if s.Config.Group == nil || s.Group == nil {
		return nil
	}
	return []group{{*s.Config.Group, *s.Group}}
}

// groupNamed finds the group a request names; calls about one group refuse a
// name they do not know.
func groupNamed(s world.State, name string) (group, *refusal) {
	for _, g := range groups(s) {
		if g.Name == name {
			return g, nil
		}
	}
	return group{}, invalid("AutoScalingGroup name not found - AutoScalingGroup %s not found", name)
}

// requiredGroup checks the group of a call that cannot do without one.
func requiredGroup(s world.State, q query) *refusal {
	name := q.get("AutoScalingGroupName")
	if name == "" {
		return invalid("1 validation error detected: Value null at 'autoScalingGroupName' failed to satisfy constraint: Member must not be null")
	}
	_, refused := groupNamed(s, name)
	return refused
}

// optionalGroups is the group a request names, or every group where it names none.
func optionalGroups(s world.State, q query) ([]group, *refusal) {
	name := q.get("AutoScalingGroupName")
	if name == "" {
		return groups(s), nil
	}
	g, refused := groupNamed(s, name)
	return []group{g}, refused
}

// arn names a group's own record, or with another kind what belongs to it.
func (g group) arn(kind, rest string) string {
	sum := sha256.Sum256([]byte(kind + "/" + g.Name))
	id := fmt.Sprintf("%x-%x-%x-%x-%x", sum[:4], sum[4:6], sum[6:8], sum[8:10], sum[10:16])
	return fmt.Sprintf("arn:aws:autoscaling:%s:%s:%s:%s:autoScalingGroupName/%s%s", g.Region, account, kind, id, g.Name, rest)
}

// zones are those instances are in; a group without any has its region's first.
func (g group) zones() []string {
	var all []string
	for _, i := range g.Instances {
		all = append(all, i.Zone)
	}
	slices.Sort(all)
	if all = slices.Compact(all); len(all) == 0 {
		return []string{g.Region + "a"}
	}
	return all
}

type groupRecord struct {
	AutoScalingGroupName             string
	AutoScalingGroupARN              string
	MinSize                          int
	MaxSize                          int
	DesiredCapacity                  int
	DefaultCooldown                  int // seconds
	AvailabilityZones                members[string]
	LoadBalancerNames                members[string]
	TargetGroupARNs                  members[string]
	HealthCheckType                  string
	HealthCheckGracePeriod           int // seconds
	Instances                        *members[instanceRecord]
	CreatedTime                      *stamp
	SuspendedProcesses               members[suspendedProcess]
	VPCZoneIdentifier                string
	EnabledMetrics                   members[enabledMetric]
	Tags                             members[string]
	TerminationPolicies              members[string]
	NewInstancesProtectedFromScaleIn bool
	ServiceLinkedRoleARN             string
	TrafficSources                   members[string]
}

// enabledMetric is a metric that a group sends to CloudWatch.
type enabledMetric struct{ Metric, Granularity string }

// suspendedProcess is one that does nothing, and since when.
type suspendedProcess struct{ ProcessName, SuspensionReason string }

type instanceRecord struct {
	InstanceID           string `xml:"InstanceId"`
	AutoScalingGroupName string `xml:",omitempty"` // only where instances are told without their group
	InstanceType         string
	AvailabilityZone     string
	LifecycleState       string
	HealthStatus         string
	ProtectedFromScaleIn bool
}

type groupsResult struct {
	AutoScalingGroups members[groupRecord]
	NextToken         string `xml:",omitempty"`
}

func describeAutoScalingGroups(s world.State, q query) (any, *refusal) {
	found, refused := wantedGroups(s, q)
	if refused != nil {
		return nil, refused
	}
	withInstances, refused := q.boolean("IncludeInstances", true)
	if refused != nil {
		return nil, refused
	}
	found, next, refused := page(found, func(g group) string { return g.Name }, q, records(50, 100))
	if refused != nil {
		return nil, refused
	}
	result := groupsResult{NextToken: next}
	for _, g := range found {
		r := g.record(withInstances)
		for _, b := range balancers(s) {
			if b.instances() {
				r.TargetGroupARNs = listOf(b.targetGroupARN())
			}
		}
		result.AutoScalingGroups.Member = append(result.AutoScalingGroups.Member, r)
	}
	return result, nil
}

// wantedGroups applies a request's names and filters. Unknown names are passed
// over; the lab's groups have no tags, so that a filter on tags leaves none.
func wantedGroups(s world.State, q query) ([]group, *refusal) {
	found := groups(s)
	if names := q.list("AutoScalingGroupNames"); names != nil {
		found = slices.DeleteFunc(found, func(g group) bool { return !slices.Contains(names, g.Name) })
	}
	for _, f := range q.filters() {
		if f.name != "tag-key" && f.name != "tag-value" && !strings.HasPrefix(f.name, "tag:") {
			return nil, invalid("Filter type %s is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>", f.name)
		}
		found = nil
	}
	return found, nil
}

func (g group) record(withInstances bool) groupRecord {
	r := groupRecord{
		AutoScalingGroupName: g.Name,
		AutoScalingGroupARN:  g.arn("autoScalingGroup", ""),
		MinSize:              g.GroupState.Min,
		MaxSize:              g.GroupState.Max,
		DesiredCapacity:      g.GroupState.Desired,
		DefaultCooldown:      300,
		AvailabilityZones:    listOf(g.zones()...),
		HealthCheckType:      "EC2",
		CreatedTime:          stampOf(g.Created),
		EnabledMetrics:       listOf(enabledMetric{groupDesired, "1Minute"}, enabledMetric{groupInService, "1Minute"}),
		TerminationPolicies:  listOf("Default"),
		ServiceLinkedRoleARN: "arn:aws:iam::" + account + ":role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
	}
	for _, process := range g.Suspended {
		r.SuspendedProcesses.Member = append(r.SuspendedProcesses.Member,
			suspendedProcess{process, "User suspended at " + g.Created.UTC().Format(time.RFC3339)})
	}
	if withInstances {
		r.Instances = &members[instanceRecord]{}
		for _, i := range g.Instances {
			r.Instances.Member = append(r.Instances.Member, recordOf(i))
		}
	}
	return r
}

func recordOf(i world.Instance) instanceRecord {
	return instanceRecord{
		InstanceID:       i.ID,
		InstanceType:     i.Type,
		AvailabilityZone: i.Zone,
		LifecycleState:   i.Lifecycle,
		HealthStatus:     i.Health,
	}
}
