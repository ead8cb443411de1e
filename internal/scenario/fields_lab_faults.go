package scenario

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// What fronts, bounds and disturbs the units of the lab.

var labBalancerTable = object[world.Balancer]{
	name: "lab_balancer",
	say:  "a group such as {register: 10s}",
	doc:  "The load balancer before the units: requests reach a unit when its target group says healthy.",
	fields: []field[world.Balancer]{
		is("target_group", text, func(b *world.Balancer) *string { return &b.TargetGroup },
			"Its target group's name.").or("web"),
		is("register", length, func(b *world.Balancer) *time.Duration { return &b.Register },
			"From ready, or in service without hpa, to healthy.").or("5s"),
		is("spread", partShare, func(b *world.Balancer) *float64 { return &b.Spread },
			"This is drawn within plus and minus this share.").or("0%").like("30%"),
		is("reserved_lcu", units(0), func(b *world.Balancer) *int { return &b.ReservedLCU },
			"Load balancer capacity units that are reserved.").or("0").like("100"),
	},
}

var labQuotasTable = object[world.Quotas]{
	name: "lab_quotas",
	say:  "a group such as {pods: 20, vcpus: 16}",
	doc:  "What the cluster and the account allow.",
	fields: []field[world.Quotas]{
		is("pods", units(1), func(q *world.Quotas) *int { return &q.Pods },
			"Pods that the namespace's ResourceQuota allows; more are not created.").orElse("any number").like("20"),
		is("vcpus", units(1), func(q *world.Quotas) *int { return &q.VCPUs },
			"vCPUs that the account's service quota allows, 2 an instance; further launches fail.").orElse("any number").like("16"),
	},
}

var labFaultsTable = object[world.Faults]{
	name: "lab_faults",
	say:  "a group such as {kube: [{at: 60s, for: 30s}], crashes: 0.2/m}",
	doc:  "What goes wrong besides slow and failing starts.",
	fields: []field[world.Faults]{
		is("kube", list("outage", 0, labOutageTable), func(f *world.Faults) *[]world.Outage { return &f.Kube },
			"Outages of the Kubernetes API. Watches are cut when one begins.").orElse("none").like("[{at: 60s, for: 30s, how: hang}]"),
		is("aws", list("outage", 0, labOutageTable), func(f *world.Faults) *[]world.Outage { return &f.AWS },
			"Outages of the AWS API.").orElse("none").like("[{at: 60s, for: 30s, how: throttled}]"),
		is("expire_watches", length, func(f *world.Faults) *time.Duration { return &f.ExpireWatches },
			"How often each watch of the Kubernetes API is told that its version has expired (410).").orElse("never").like("90s"),
		is("crashes", crashRate, func(f *world.Faults) *float64 { return &f.Crashes },
			"How often each ready unit crashes, on the mean; it is started again.").orElse("never").like("0.2/m"),
	},
}

var labOutageTable = object[world.Outage]{
	name: "lab_outage",
	say:  "an outage such as {at: 60s, for: 30s, how: hang}",
	doc:  "A stretch in which an API answers wrongly, while the staging goes on.",
	fields: []field[world.Outage]{
		is("at", duration, func(o *world.Outage) *time.Duration { return &o.At },
			"When it begins, from the start of the staging.").need().like("60s"),
		is("for", length, func(o *world.Outage) *time.Duration { return &o.For },
			"How long it lasts.").need().like("30s"),
		is("how", oneOf("unavailable", "reset", "hang", "html", "throttled", "denied"), func(o *world.Outage) *string { return &o.How },
			"Answers of 503, connections reset, no answer, a page of HTML as of a proxy, too many requests, no permission.").or("unavailable"),
	},
}

// crashRate is in crashes a minute.
var crashRate = mapped(rate.check("a positive rate such as 0.2/m", func(v float64) bool { return v > 0 }).
	within("at most 60/m", func(v float64) bool { return v <= 1 }),
	func(perSecond float64) float64 { return 60 * perSecond })

// checkLabQuotas looks at whether what is there at the beginning is allowed.
func checkLabQuotas(d *decoder, n *yaml.Node, in string, c *world.Config) {
	quotas := childOr(n, "quotas")
	in += ".quotas"
	switch pods := childOr(quotas, "pods"); {
	case c.Quotas.Pods == 0:
	case c.HPA == nil && c.Group != nil:
		d.mistake(pods, in, "pods limits nothing: with asg and without hpa every instance is one unit")
	case max(c.Pods.Start, firstPods(c.HPA)) > c.Quotas.Pods:
		d.mistake(pods, in, "pods %d is below the %d at the beginning", c.Quotas.Pods, max(c.Pods.Start, firstPods(c.HPA)))
	}
	switch vcpus := childOr(quotas, "vcpus"); {
	case c.Quotas.VCPUs == 0:
	case c.Group == nil:
		d.mistake(vcpus, in, "vcpus limits nothing without asg")
	case c.Group.Desired*world.InstanceVCPUs > c.Quotas.VCPUs:
		d.mistake(vcpus, in, "vcpus %d is below the %d of asg.desired %d", c.Quotas.VCPUs, c.Group.Desired*world.InstanceVCPUs, c.Group.Desired)
	}
}

// firstPods are the pods at the beginning where pods.start says nothing.
func firstPods(h *world.HPA) int {
	if h == nil {
		return 0
	}
	return h.Min
}
