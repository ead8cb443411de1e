package forecast

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// follow is what a fleet follows in place of what scales it.
type follow struct {
	kind   simulation.Kind
	target float64
	shift  simulation.Shift // of a schedule
}

// forever is longer than any demand.
const forever = time.Duration(math.MaxInt64)

var metricForm = form[follow]{"a metric and what it aims at: cpu:60%, requests:50/s, total:50/s, schedule:20 or schedule:20@-10m..30m", func(text string) (follow, bool) {
	name, value, _ := strings.Cut(text, ":")
	f := follow{}
	ok := false
	switch name {
	case "cpu":
		f.kind = simulation.Utilisation
		f.target, ok = nonzero(ratio).parse(value)
	case "requests":
		f.kind = simulation.PerUnit
		f.target, ok = nonzero(rate).parse(value)
	case "total":
		f.kind = simulation.Total
		f.target, ok = nonzero(rate).parse(value)
	case "schedule":
		f.kind = simulation.Cron
		f.shift, ok = parseShift(value)
	}
	return f, ok
}}

// parseShift reads 20 or 20@-10m..30m.
func parseShift(text string) (simulation.Shift, bool) {
	count, span, between := strings.Cut(text, "@")
	units, ok := whole(1).parse(count)
	s := simulation.Shift{Span: simulation.Span{To: forever}, Units: units}
	if !ok || !between {
		return s, ok
	}
	from, to, _ := strings.Cut(span, "..")
	var known, too bool
	s.From, known = parseOffset(from)
	s.To, too = parseOffset(to)
	return s, known && too && s.To > max(s.From, 0)
}

// parseOffset reads a duration that may be before the demand begins.
func parseOffset(text string) (time.Duration, bool) {
	size, before := strings.CutPrefix(text, "-")
	v, ok := length.parse(size)
	if before {
		v = -v
	}
	return v, ok
}

func metricWords(value string) string {
	name, target, _ := strings.Cut(value, ":")
	switch name {
	case "cpu":
		return "by CPU at " + target
	case "requests":
		return "by requests at " + target + " a unit"
	case "total":
		return "by all requests over " + target
	}
	units, span, between := strings.Cut(target, "@")
	words := soMany(units, "unit") + " by schedule"
	if !between {
		return words
	}
	from, to, _ := strings.Cut(span, "..")
	return fmt.Sprintf("%s from %s to %s", words, from, to)
}

// soMany is a count, as it was written, of something.
func soMany(n, what string) string {
	if n == "1" {
		return n + " " + what
	}
	return n + " " + what + "s"
}

// kindNames are the metrics in the words that settings use.
var kindNames = map[simulation.Kind]string{simulation.Utilisation: "cpu", simulation.PerUnit: "requests", simulation.Total: "total", simulation.Cron: "schedule", simulation.Value: "value"}

// setMetric replaces what scales the fleet.
func (d *draft) setMetric(f follow) error {
	if f.kind == simulation.Utilisation && d.fleet.CPU.Request == 0 {
		return d.noCPU()
	}
	if f.kind == simulation.Utilisation && d.known.OwnUnit {
		return fmt.Errorf("what %s uses is known in the unit of its averageValue, and not as a share of what a unit requests: rehearse with averageUtilization in its HPA", d.fleet.Name)
	}
	if f.kind == simulation.Cron {
		d.asked = max(d.asked, f.shift.Units)
		if f.shift.From <= 0 {
			d.atBeginning(f.shift.Units)
		}
	}
	d.known.Metrics = []string{kindNames[f.kind]}
	if d.fleet.Pods != nil {
		d.followPods(f)
		return nil
	}
	return d.followGroup(f)
}

// noCPU says what would tell: the model of a run knows of CPU what its scaling tells.
func (d *draft) noCPU() error {
	way := "a CPU metric in its HPA too"
	if d.fleet.Group != nil {
		way = "a policy on its CPU too"
	}
	return fmt.Errorf("how the CPU of %s grows with its requests is not known: rehearse with %s; its target may be too high to ever scale", d.fleet.Name, way)
}

// scrape is between two readings of a metric that no rehearsal told of, and what
// each is the mean of: metrics-server's, and a usual Prometheus's
// (kubernetes/kubernetes#110317).
const scrape = 15 * time.Second

func (d *draft) followPods(f follow) {
	p := d.fleet.Pods
	if f.kind == simulation.Cron {
		p.Metrics = []simulation.Metric{{Kind: f.kind, Cron: []simulation.Shift{f.shift}}}
		return
	}
	next := simulation.Metric{Every: scrape, Window: scrape}
	if i := slices.IndexFunc(p.Metrics, func(m simulation.Metric) bool {
		return m.Kind != simulation.Cron && resource(m.Kind) == resource(f.kind)
	}); i >= 0 {
		next = p.Metrics[i]
	} else {
		d.assume("its metric %s is read every %s over %s, and seen at once", kindNames[f.kind], scrape, scrape)
	}
	next.Kind, next.Target = f.kind, f.target
	p.Metrics = []simulation.Metric{next}
}

// resource says whether a metric comes from metrics-server, else from an adapter of
// whatever counts requests.
func resource(k simulation.Kind) bool { return k == simulation.Utilisation }

func (d *draft) assume(format string, args ...any) {
	d.model.Assumed = append(d.model.Assumed, d.fleet.Name+": "+fmt.Sprintf(format, args...))
}

// seenLate is from the end of a period until CloudWatch shows its data point.
const seenLate = time.Minute

func (d *draft) followGroup(f follow) error {
	g := d.fleet.Group
	switch f.kind {
	case simulation.Total:
		return fmt.Errorf("%s is a group, which follows cpu, requests or a schedule", d.fleet.Name)
	case simulation.Cron:
		g.Policies = nil
		d.order(f.shift)
		return nil
	}
	next := simulation.Policy{Tracking: &autoscale.Tracking{}, Metric: simulation.Metric{Delay: seenLate}}
	if i := slices.IndexFunc(g.Policies, func(p simulation.Policy) bool { return p.Tracking != nil }); i >= 0 {
		next = g.Policies[i]
	} else {
		d.assume("a target-tracking policy has the alarms that AWS makes, which see a period %s after its end", seenLate)
	}
	next.Metric.Kind, next.Tracking.Target = f.kind, f.target
	g.Policies = []simulation.Policy{next}
	return nil
}

// actionsLate is by how much scheduled actions are late: up to 2 minutes (Amazon EC2
// Auto Scaling user guide, "Scheduled scaling").
var actionsLate = []time.Duration{0, 30 * time.Second, time.Minute, 90 * time.Second, 2 * time.Minute}

// order sets a group's min for a shift by scheduled actions.
func (d *draft) order(s simulation.Shift) {
	g := d.fleet.Group
	before := g.Min
	orders := slices.Clip(d.fleet.Orders)
	if s.From <= 0 {
		g.Min = max(g.Min, s.Units)
	} else {
		orders = append(orders, simulation.Order{At: s.From, Late: actionsLate, Min: &s.Units})
	}
	if s.To != forever {
		orders = append(orders, simulation.Order{At: s.To, Late: actionsLate, Min: &before})
	}
	d.fleet.Orders = orders
}

// setTarget sets that of the metric of a name, or of the only one.
func (d *draft) setTarget(name string, g goal) error {
	aims := d.aims()
	if name != "" {
		aims = slices.DeleteFunc(aims, func(a aim) bool { return a.name != name })
	}
	switch {
	case len(aims) == 0 && name == "":
		return fmt.Errorf("%s follows no metric with a target: metric=cpu:60%% gives it one", d.fleet.Name)
	case len(aims) == 0:
		return fmt.Errorf("%s has no metric %.60q with a target (it has: %s)", d.fleet.Name, name, d.aimed())
	case len(aims) > 1:
		return fmt.Errorf("%s has several metrics (%s): name one, as in target.%s", d.fleet.Name, d.aimed(), aims[0].name)
	}
	a := aims[0]
	switch isRate := a.kind != simulation.Utilisation; {
	case !isRate && d.known.OwnUnit:
		return fmt.Errorf("the target of %s is an averageValue, in a unit that no setting has", a.name)
	case isRate && !g.isRate:
		return fmt.Errorf("the target of %s is a rate such as 60/s", a.name)
	case !isRate && g.isRate:
		return fmt.Errorf("the target of %s is a share such as 50%%", a.name)
	}
	*a.target = g.value
	return nil
}

// aim is a target that can be set.
type aim struct {
	name   string
	kind   simulation.Kind
	target *float64
}

// aims are the targets of the fleet's metrics and tracking policies.
func (d *draft) aims() []aim {
	var all []aim
	add := func(i int, m simulation.Metric, target *float64) {
		name := kindNames[m.Kind]
		if i < len(d.known.Metrics) {
			name = d.known.Metrics[i]
		}
		all = append(all, aim{name, m.Kind, target})
	}
	if p := d.fleet.Pods; p != nil {
		for i, m := range p.Metrics {
			if m.Kind != simulation.Cron {
				add(i, m, &p.Metrics[i].Target)
			}
		}
		return all
	}
	for i, p := range d.fleet.Group.Policies {
		if p.Tracking != nil {
			add(i, p.Metric, &p.Tracking.Target)
		}
	}
	return all
}

// aimed names them.
func (d *draft) aimed() string {
	var names []string
	for _, a := range d.aims() {
		names = append(names, a.name)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
