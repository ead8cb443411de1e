package world

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Mistake is something in a Config that makes no world.
type Mistake struct {
	Field string // as the scenario file names it below lab, e.g. hpa.behavior.scale_up.policies[0].period
	Text  string // what is wrong with it
}

func (m Mistake) Error() string { return m.Field + ": " + m.Text }

// Mistakes returns all that is wrong with c, in the order of its fields; nil where Start would take it.
func (c Config) Mistakes() []Mistake {
	return check(c.complete(), c)
}

// checker collects mistakes.
type checker struct{ found []Mistake }

func (k *checker) wrong(field, format string, args ...any) {
	k.found = append(k.found, Mistake{field, fmt.Sprintf(format, args...)})
}

func (k *checker) positive(field string, n int) {
	if n < 1 {
		k.wrong(field, "%d is not 1 or more", n)
	}
}

func (k *checker) notNegative(field string, n int) {
	if n < 0 {
		k.wrong(field, "%d is below 0", n)
	}
}

func (k *checker) duration(field string, d time.Duration) {
	if d <= 0 {
		k.wrong(field, "%v is not a positive duration such as 90s or 5m", d)
	}
}

// Bounds that keep a world's times within what its clock can tell.
const (
	mostSlowTimes = 1000
	mostCPULimit  = 1000
	mostCrashes   = 60
)

var distributions = []string{Constant, Exponential, Lognormal, Bimodal}

// ratio looks at a ratio from 0 to 1.
func (k *checker) ratio(field string, v float64) {
	if !(v >= 0 && v <= 1) {
		k.wrong(field, "%v is not between 0 and 1", v)
	}
}

// share looks at a ratio from 0 to less than 1.
func (k *checker) share(field string, v float64) {
	if !(v >= 0 && v < 1) {
		k.wrong(field, "%v is not a share from 0 to less than 1", v)
	}
}

func (k *checker) word(field, word string, accepted ...string) {
	if !slices.Contains(accepted, word) {
		k.wrong(field, "%q is not %s", word, strings.Join(accepted, ", "))
	}
}

// check looks at c with its defaults; given is c as its author wrote it.
func check(c, given Config) []Mistake {
	var k checker
	k.service(c.Service)
	k.pods(c.Pods)
	if c.HPA != nil {
		k.hpa(*c.HPA, c.Pods)
	}
	if c.Group != nil {
		k.group(*c.Group)
		k.room(c, given)
	}
	if c.Balancer != nil {
		k.balancer(*c.Balancer)
	}
	k.quotas(c)
	k.faults(c.Faults)
	return k.found
}

func (k *checker) service(s Service) {
	k.positive("service.concurrency", s.Concurrency)
	k.duration("service.mean", s.Mean)
	k.word("service.distribution", s.Distribution, distributions...)
	if !(s.Sigma > 0 && s.Sigma <= 3) {
		k.wrong("service.sigma", "%v is not between 0 and 3", s.Sigma)
	}
	k.share("service.slow_share", s.SlowShare)
	if !(s.SlowTimes >= 1 && s.SlowTimes <= mostSlowTimes) {
		k.wrong("service.slow_times", "%v is not between 1 and %d", s.SlowTimes, mostSlowTimes)
	}
	k.positive("service.queue", s.Queue)
	k.ratio("service.contention", s.Contention)
	k.ratio("service.coherence", s.Coherence)
	if s.Shared != nil {
		k.positive("service.shared.concurrency", s.Shared.Concurrency)
		k.duration("service.shared.mean", s.Shared.Mean)
		k.word("service.shared.distribution", s.Shared.Distribution, distributions...)
	}
}

func (k *checker) pods(p Pods) {
	k.positive("pods.start", p.Start)
	k.duration("pods.schedule", p.Schedule)
	k.duration("pods.run", p.Run)
	k.duration("pods.ready", p.Ready)
	k.share("pods.spread", p.Spread)
	k.share("pods.fail", p.Fail)
	if k.duration("pods.retry", p.Retry); p.Retry > longestRetry {
		k.wrong("pods.retry", "%v is more than %v, the longest wait of all", p.Retry, longestRetry)
	}
	if !(p.CPULimit >= 1 && p.CPULimit <= mostCPULimit) {
		k.wrong("pods.cpu_limit", "%v is not between 1 and %d: a limit is not below its request", p.CPULimit, mostCPULimit)
	}
}

func (k *checker) hpa(h HPA, p Pods) {
	k.word("hpa.metric", h.Metric, Utilisation, Requests)
	switch {
	case !(h.Target > 0):
		k.wrong("hpa.target", "%v is not above 0", h.Target)
	case h.Metric == Utilisation && h.Target > p.CPULimit:
		k.wrong("hpa.target", "%v is above %v, which the utilisation of a unit never is", h.Target, p.CPULimit)
	}
	k.positive("hpa.min", h.Min)
	if h.Max < h.Min {
		k.wrong("hpa.max", "%d is less than hpa.min, %d", h.Max, h.Min)
	}
	if p.Start < h.Min || p.Start > h.Max {
		k.wrong("pods.start", "%d is not between hpa.min and hpa.max, %d and %d", p.Start, h.Min, h.Max)
	}
	k.duration("hpa.sync", h.Sync)
	if !(h.Tolerance > 0 && h.Tolerance < 1) {
		k.wrong("hpa.tolerance", "%v is not between 0 and 1", h.Tolerance)
	}
	if h.Behavior != nil {
		k.rules("hpa.behavior.scale_up", h.Behavior.ScaleUp)
		k.rules("hpa.behavior.scale_down", h.Behavior.ScaleDown)
	}
}

func (k *checker) rules(field string, r *Rules) {
	if r == nil {
		return
	}
	if r.Stabilization != nil && (*r.Stabilization < 0 || *r.Stabilization > time.Hour) {
		k.wrong(field+".stabilization", "%v is not between 0s and 1h", *r.Stabilization)
	}
	if r.Select != "" {
		k.word(field+".select", r.Select, "max", "min", "disabled")
	}
	for i, p := range r.Policies {
		policy := fmt.Sprintf("%s.policies[%d]", field, i)
		k.word(policy+".type", p.Type, "pods", "percent")
		k.positive(policy+".value", p.Value)
		if p.Period <= 0 || p.Period > 30*time.Minute {
			k.wrong(policy+".period", "%v is not between 1s and 30m", p.Period)
		}
	}
}

func (k *checker) group(g Group) {
	if g.Min < 0 {
		k.wrong("group.min", "%d is below 0", g.Min)
	}
	if g.Max < g.Min {
		k.wrong("group.max", "%d is less than group.min, %d", g.Max, g.Min)
	} else if g.Desired < g.Min || g.Desired > g.Max {
		k.wrong("group.desired", "%d is not between group.min and group.max, %d and %d", g.Desired, g.Min, g.Max)
	}
	k.positive("group.pods_per_instance", g.PodsPerInstance)
	k.duration("group.boot", g.Boot)
	k.share("group.spread", g.Spread)
	k.share("group.fail", g.Fail)
	k.word("group.scales_on", g.ScalesOn, PendingPods, TargetTracking, ScalesOnNone)
	for i, process := range g.Suspended {
		k.word(fmt.Sprintf("group.suspended[%d]", i), process, processes...)
	}
	k.duration("group.scan", g.Scan)
	k.duration("group.unneeded", g.Unneeded)
	if g.ScalesOn == TargetTracking && !(g.Target > 0 && g.Target <= 1) {
		k.wrong("group.target", "%v is not between 0 and 1", g.Target)
	}
	k.duration("group.period", g.Period)
	k.positive("group.out", g.Out)
	k.positive("group.in", g.In)
	k.duration("group.warmup", g.Warmup)
}

// room looks at what pods and instances ask of each other.
func (k *checker) room(c, given Config) {
	g := c.Group
	switch {
	case c.HPA == nil && given.Pods.Start != 0:
		k.wrong("pods.start", "where there is a group and no hpa every instance is one unit: set group.desired instead")
	case c.HPA == nil && g.PodsPerInstance != 1:
		k.wrong("group.pods_per_instance", "%d is not 1: where there is no hpa every instance is one unit", g.PodsPerInstance)
	case c.HPA == nil && g.ScalesOn == PendingPods:
		k.wrong("group.scales_on", "pending_pods needs an hpa that makes pods")
	case c.HPA != nil && c.Pods.Start > g.Desired*g.PodsPerInstance:
		k.wrong("pods.start", "%d pods do not fit on %d instances of %d", c.Pods.Start, g.Desired, g.PodsPerInstance)
	}
}

func (k *checker) balancer(b Balancer) {
	k.duration("balancer.register", b.Register)
	k.share("balancer.spread", b.Spread)
	k.notNegative("balancer.reserved_lcu", b.ReservedLCU)
}

// quotas looks at whether what is there when the world begins is allowed.
func (k *checker) quotas(c Config) {
	q := c.Quotas
	k.notNegative("quotas.pods", q.Pods)
	k.notNegative("quotas.vcpus", q.VCPUs)
	switch {
	case q.Pods > 0 && c.HPA == nil && c.Group != nil:
		k.wrong("quotas.pods", "there are no pods: where there is a group and no hpa every instance is one unit")
	case q.Pods > 0 && c.Pods.Start > q.Pods:
		k.wrong("quotas.pods", "%d is less than pods.start, %d", q.Pods, c.Pods.Start)
	}
	switch {
	case q.VCPUs > 0 && c.Group == nil:
		k.wrong("quotas.vcpus", "there is no group that launches instances")
	case q.VCPUs > 0 && c.Group.Desired*InstanceVCPUs > q.VCPUs:
		k.wrong("quotas.vcpus", "%d is less than the %d of group.desired, %d instances of %d", q.VCPUs, c.Group.Desired*InstanceVCPUs, c.Group.Desired, InstanceVCPUs)
	}
}

func (k *checker) faults(f Faults) {
	k.outages("faults.kube", f.Kube)
	k.outages("faults.aws", f.AWS)
	if f.ExpireWatches < 0 {
		k.wrong("faults.expire_watches", "%v is below 0s", f.ExpireWatches)
	}
	if !(f.Crashes >= 0 && f.Crashes <= mostCrashes) {
		k.wrong("faults.crashes", "%v a minute is not between 0 and %d", f.Crashes, mostCrashes)
	}
}

func (k *checker) outages(field string, outages []Outage) {
	for i, o := range outages {
		outage := fmt.Sprintf("%s[%d]", field, i)
		if o.At < 0 {
			k.wrong(outage+".at", "%v is below 0s", o.At)
		}
		k.duration(outage+".for", o.For)
		k.word(outage+".how", o.How, Unavailable, Reset, Hang, HTML, Throttled, Denied)
	}
}
