package scenario

import (
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

var labTable = object[world.Config]{
	name: "lab",
	say:  "the embedded staging, such as {hpa: {target: 60%, max: 12}}",
	doc:  "The embedded staging: an autoscaled HTTP service behind Kubernetes and AWS APIs.",
	fields: []field[world.Config]{
		is("seed", mapped(positiveCount, func(v float64) uint64 { return uint64(v) }), func(c *world.Config) *uint64 { return &c.Seed },
			"Seed of everything drawn at random.").or("1"),
		is("service", labServiceTable.shape(), func(c *world.Config) *world.Service { return &c.Service },
			"What every unit does with a request.").or("{}"),
		is("pods", labPodsTable.shape(), func(c *world.Config) *world.Pods { return &c.Pods },
			"How many units there are at first and how long a new one takes.").or("{}"),
		is("hpa", optional(labHPA), func(c *world.Config) **world.HPA { return &c.HPA },
			"The HorizontalPodAutoscaler.").orElse("none: the units stay as started").like("{target: 60%, max: 12}"),
		is("asg", optional(labGroupTable.shape()), func(c *world.Config) **world.Group { return &c.Group },
			"The Auto Scaling group whose instances carry the pods.").orElse("none: there is room for any number of pods").like("{max: 6}"),
		is("balancer", optional(labBalancerTable.shape()), func(c *world.Config) **world.Balancer { return &c.Balancer },
			"The load balancer before the units.").orElse("none: requests reach a unit as soon as it is ready").like("{register: 10s}"),
		is("quotas", labQuotasTable.shape(), func(c *world.Config) *world.Quotas { return &c.Quotas },
			"What the cluster and the account allow.").orElse("any number").like("{pods: 20, vcpus: 16}"),
		is("faults", labFaultsTable.shape(), func(c *world.Config) *world.Faults { return &c.Faults },
			"What goes wrong besides slow and failing starts.").orElse("nothing").like("{kube: [{at: 60s, for: 30s}], crashes: 0.2/m}"),
	},
	check: func(d *decoder, n *yaml.Node, in string, c *world.Config) {
		start := childOr(childOr(n, "pods"), "start")
		if c.HPA != nil && c.HPA.Max > 0 && c.Pods.Start > c.HPA.Max {
			d.mistake(start, in+".pods", "start %d is above hpa.max %d", c.Pods.Start, c.HPA.Max)
		}
		if c.HPA != nil && c.HPA.Metric == world.Utilisation && c.Pods.CPULimit > 0 && c.HPA.Target > c.Pods.CPULimit {
			d.mistake(childOr(childOr(n, "hpa"), "target"), in+".hpa", "target %s is above pods.cpu_limit %s, which the utilisation of a unit never is",
				percentText(c.HPA.Target), percentText(c.Pods.CPULimit))
		}
		checkLabQuotas(d, n, in, c)
	},
}

// Shapes of the lab alone.
var (
	distribution = oneOf("constant", "exponential", "lognormal", "bimodal")
	partShare    = share.check("a share below 100% such as 20%", func(v float64) bool { return v < 1 })
	slowShare    = share.check("a share above 0% and below 100% such as 5%", func(v float64) bool { return v > 0 && v < 1 })
	slowTimes    = weight.check("a number from 1 to 1000 such as 10", func(v float64) bool { return v >= 1 && v <= 1000 })
	cpuLimit     = ratio.check("a share from 100% to 100000% such as 200%", func(v float64) bool { return v >= 1 && v <= 1000 })
	retryWait    = length.within("at most 5m", func(v time.Duration) bool { return v <= 5*time.Minute })
)

var labServiceTable = object[world.Service]{
	name: "lab_service",
	say:  "a group such as {concurrency: 4, mean: 50ms}",
	doc:  "What every unit does with a request. A unit saturates at concurrency / mean.",
	fields: []field[world.Service]{
		is("concurrency", units(1), func(s *world.Service) *int { return &s.Concurrency },
			"Requests a unit serves at a time.").or("4"),
		is("mean", length, func(s *world.Service) *time.Duration { return &s.Mean },
			"Mean service time.").or("50ms"),
		is("distribution", distribution, func(s *world.Service) *string { return &s.Distribution },
			"Distribution of the service time.").or("exponential"),
		is("sigma", sigma, func(s *world.Service) *float64 { return &s.Sigma },
			"Spread of the logarithm, of lognormal only.").or("0.5"),
		is("slow_share", slowShare, func(s *world.Service) *float64 { return &s.SlowShare },
			"The share of requests that take longer than the rest, of bimodal only; the mean over all stays.").or("5%"),
		is("slow_times", slowTimes, func(s *world.Service) *float64 { return &s.SlowTimes },
			"How many times as long these take, of bimodal only.").or("10"),
		is("queue", units(0), func(s *world.Service) *int { return &s.Queue },
			"Requests that may wait at a unit; more are answered 503.").or("200"),
		is("contention", share, func(s *world.Service) *float64 { return &s.Contention },
			"Alpha of the universal scalability law: each further unit that is ready lengthens every service time by this share.").or("0%").like("3%"),
		is("coherence", share, func(s *world.Service) *float64 { return &s.Coherence },
			"Beta of the same law: each pair of ready units, counted both ways, lengthens every service time by this share.").or("0%").like("0.05%"),
		is("shared", optional(labSharedTable.shape()), func(s *world.Service) **world.Shared { return &s.Shared },
			"Something that the requests of all units take in turn before their unit's own time, such as a database.").
			orElse("units have nothing in common").like("{concurrency: 10, mean: 20ms}"),
	},
}

var labSharedTable = object[world.Shared]{
	name: "lab_shared",
	say:  "a group such as {concurrency: 10, mean: 20ms}",
	doc:  "What all units have in common, so that no scaling helps beyond concurrency / mean. A request that waits for it holds its slot of the unit all the while.",
	fields: []field[world.Shared]{
		is("concurrency", units(1), func(s *world.Shared) *int { return &s.Concurrency },
			"Requests it serves at a time, of all units together.").need().like("10"),
		is("mean", length, func(s *world.Shared) *time.Duration { return &s.Mean },
			"Mean time it takes.").need().like("20ms"),
		is("distribution", distribution, func(s *world.Shared) *string { return &s.Distribution },
			"Distribution of that time; its sigma, slow_share and slow_times are the service's.").or("exponential"),
	},
}

var labPodsTable = object[world.Pods]{
	name: "lab_pods",
	say:  "a group such as {start: 2, run: 5s, ready: 3s}",
	doc:  "How many units there are at first and how long each step of a new one takes.",
	fields: []field[world.Pods]{
		is("start", units(1), func(p *world.Pods) *int { return &p.Start },
			"Units ready at the beginning.").orElse("hpa.min, or 1 without hpa").like("2"),
		is("schedule", duration, func(p *world.Pods) *time.Duration { return &p.Schedule },
			"From created to scheduled.").or("500ms"),
		is("run", duration, func(p *world.Pods) *time.Duration { return &p.Run },
			"From scheduled to running.").or("5s"),
		is("ready", duration, func(p *world.Pods) *time.Duration { return &p.Ready },
			"From running to ready.").or("3s"),
		is("spread", partShare, func(p *world.Pods) *float64 { return &p.Spread },
			"Each of these is drawn within plus and minus this share.").or("0%"),
		is("fail", partShare, func(p *world.Pods) *float64 { return &p.Fail },
			"The share of container starts that exit when they should become ready.").or("0%").like("20%"),
		is("retry", retryWait, func(p *world.Pods) *time.Duration { return &p.Retry },
			"Wait before such a container is started again; it doubles with each failure of a pod, to 5m at most.").or("10s"),
		is("cpu_limit", cpuLimit, func(p *world.Pods) *float64 { return &p.CPULimit },
			"CPU limit over CPU request: the utilisation that the HPA sees where all slots are busy.").or("100%").like("200%"),
	},
}

// hpaFields is a world.HPA whose target still says what it is a target of.
type hpaFields struct {
	world.HPA
	name   string
	target metricTarget
}

var labHPATable = object[hpaFields]{
	name: "lab_hpa",
	say:  "a group such as {target: 60%, max: 12}",
	doc:  "The HorizontalPodAutoscaler of the service's Deployment.",
	fields: []field[hpaFields]{
		is("name", objectName, func(h *hpaFields) *string { return &h.name },
			"Its namespace and name.").or("default/web"),
		is("metric", oneOf("utilisation", "requests"), func(h *hpaFields) *string { return &h.Metric },
			"What it scales on: busy slots over concurrency, times pods.cpu_limit, or requests a second and unit.").or("utilisation"),
		is("target", target, func(h *hpaFields) *metricTarget { return &h.target },
			"The metric's target for one unit: a share with utilisation, a rate with requests.").need().like("60%"),
		is("min", units(1), func(h *hpaFields) *int { return &h.Min },
			"Fewest pods.").or("1"),
		is("max", units(1), func(h *hpaFields) *int { return &h.Max },
			"Most pods.").need().like("12"),
		is("sync", length, func(h *hpaFields) *time.Duration { return &h.Sync },
			"How often it decides.").or("15s"),
		is("tolerance", share, func(h *hpaFields) *float64 { return &h.Tolerance },
			"How far the metric may be from its target without a change.").or("0.1"),
		is("behavior", optional(labBehaviorTable.shape()), func(h *hpaFields) **world.Behavior { return &h.Behavior },
			"Limits on how fast it changes the count.").orElse("as a cluster does without one: at most doubling, or 4 pods, a sync").
			like("{scale_up: {policies: [{type: percent, value: 100, period: 15s}]}}"),
	},
	check: func(d *decoder, n *yaml.Node, in string, h *hpaFields) {
		if h.Max > 0 && h.Min > h.Max {
			d.mistake(childOr(n, "min"), in, "min %d is above max %d", h.Min, h.Max)
		}
		if h.target.value > 0 && h.Metric != "" && h.target.isRate != (h.Metric == "requests") {
			d.mistake(childOr(n, "target"), in, "target does not fit metric %s (a share such as 60%% with utilisation, a rate such as 50/s with requests)", h.Metric)
			h.target = metricTarget{}
		}
		h.Namespace, h.Name, _ = strings.Cut(h.name, "/")
		h.Target = h.target.value
	},
}

var labHPA = mapped(labHPATable.shape(), func(h hpaFields) world.HPA { return h.HPA })

var labBehaviorTable = object[world.Behavior]{
	name: "lab_behavior",
	say:  "a group with scale_up and scale_down",
	doc:  "Limits on how fast the HPA changes the count, as in autoscaling/v2.",
	fields: []field[world.Behavior]{
		is("scale_up", optional(labRulesTable.shape()), func(b *world.Behavior) **world.Rules { return &b.ScaleUp },
			"Upwards.").orElse("the larger of 100 % and 4 pods in 15 s").like("{policies: [{type: pods, value: 8, period: 15s}]}"),
		is("scale_down", optional(labRulesTable.shape()), func(b *world.Behavior) **world.Rules { return &b.ScaleDown },
			"Downwards.").orElse("100 % in 15 s after 5 min of stabilization").like("{stabilization: 60s}"),
	},
}

var labRulesTable = object[world.Rules]{
	name: "lab_rules",
	say:  "a group such as {policies: [{type: pods, value: 8, period: 15s}]}",
	doc:  "The policies of one direction.",
	fields: []field[world.Rules]{
		is("stabilization", optional(duration), func(r *world.Rules) **time.Duration { return &r.Stabilization },
			"The window whose most cautious wish counts.").orElse("0s up, 5m down").like("60s"),
		is("select", oneOf("max", "min", "disabled"), func(r *world.Rules) *string { return &r.Select },
			"Which policy counts.").or("max"),
		is("policies", list("policy", 0, labPolicyTable), func(r *world.Rules) *[]world.Policy { return &r.Policies },
			"How much may change in a period.").orElse("as without behavior").like("[{type: percent, value: 100, period: 15s}]"),
	},
}

var labPolicyTable = object[world.Policy]{
	name: "lab_policy",
	say:  "a policy such as {type: percent, value: 100, period: 15s}",
	doc:  "A limit on change in a period.",
	fields: []field[world.Policy]{
		is("type", oneOf("pods", "percent"), func(p *world.Policy) *string { return &p.Type },
			"What value counts.").need().like("percent"),
		is("value", units(1), func(p *world.Policy) *int { return &p.Value },
			"Most change in a period.").need().like("100"),
		is("period", length, func(p *world.Policy) *time.Duration { return &p.Period },
			"The period.").need().like("15s"),
	},
}

var labGroupTable = object[world.Group]{
	name: "lab_asg",
	say:  "a group such as {name: web, max: 6}",
	doc:  "The Auto Scaling group whose instances carry the pods.",
	fields: []field[world.Group]{
		is("name", text, func(g *world.Group) *string { return &g.Name },
			"Its name.").or("web"),
		is("region", text, func(g *world.Group) *string { return &g.Region },
			"Its AWS region.").or("ap-northeast-1"),
		is("min", units(0), func(g *world.Group) *int { return &g.Min },
			"Fewest instances.").or("1"),
		is("max", units(1), func(g *world.Group) *int { return &g.Max },
			"Most instances.").need().like("6"),
		is("desired", units(0), func(g *world.Group) *int { return &g.Desired },
			"Instances in service at the beginning.").orElse("min").like("2"),
		is("pods_per_instance", units(1), func(g *world.Group) *int { return &g.PodsPerInstance },
			"Pods that an instance has room for.").orElse("4, or 1 without hpa").like("4"),
		is("boot", duration, func(g *world.Group) *time.Duration { return &g.Boot },
			"From launched to in service.").or("30s"),
		is("spread", partShare, func(g *world.Group) *float64 { return &g.Spread },
			"Boot is drawn within plus and minus this share.").or("0%").like("30%"),
		is("fail", partShare, func(g *world.Group) *float64 { return &g.Fail },
			"The share of launches that fail at the end of boot; the group launches again 10 s later.").or("0%").like("20%"),
		is("scales_on", oneOf("pending_pods", "target_tracking", "none"), func(g *world.Group) *string { return &g.ScalesOn },
			"What makes it grow.").or("pending_pods"),
		is("suspended", sequence(oneOf("Launch", "Terminate", "AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck",
			"InstanceRefresh", "ReplaceUnhealthy", "ScheduledActions")), func(g *world.Group) *[]string { return &g.Suspended },
			"Processes that are suspended, in AWS's words. With Launch the group launches nothing; the others are told alone.").
			orElse("none").like("[Launch]"),
		is("target", share, func(g *world.Group) *float64 { return &g.Target },
			"Utilisation of an instance to keep to; required with target_tracking.").like("50%"),
	},
	check: func(d *decoder, n *yaml.Node, in string, g *world.Group) {
		if child(n, "desired") == nil {
			g.Desired = g.Min
		}
		switch {
		case g.Max == 0:
		case g.Min > g.Max:
			d.mistake(childOr(n, "min"), in, "min %d is above max %d", g.Min, g.Max)
		case g.Desired < g.Min || g.Desired > g.Max:
			d.mistake(childOr(n, "desired"), in, "desired %d is not between min %d and max %d", g.Desired, g.Min, g.Max)
		}
		if g.ScalesOn == "target_tracking" && child(n, "target") == nil {
			d.mistake(n, in, "target is missing (target_tracking needs it: a share such as 50%%)")
		}
	},
}
