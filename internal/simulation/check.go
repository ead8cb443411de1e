package simulation

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// Defaults of what is left 0.
const (
	defaultSync     = 15 * time.Second // of the HPA controller
	defaultWindow   = 15 * time.Second // kubelet's and metrics-server's usual resolution
	defaultScan     = time.Second
	defaultUnneeded = 10 * time.Minute
)

// complete returns a copy, shared with nobody that changes it, with the
// documented defaults in place of zeros.
func (s Service) complete() Service {
	fleets := make([]Fleet, len(s.Fleets))
	for i, f := range s.Fleets {
		fleets[i] = f.complete()
	}
	s.Fleets = fleets
	return s
}

func (f Fleet) complete() Fleet {
	orElse(&f.CPU.Limit, 1)
	rates := make([]Rate, len(f.PerUnit))
	for i, r := range f.PerUnit {
		orElse(&r.Saturation, r.Sustained)
		rates[i] = r
	}
	f.PerUnit = rates
	if f.Pods != nil {
		f.Pods = f.Pods.complete()
	}
	if f.Group != nil {
		f.Group = f.Group.complete()
	}
	return f
}

func (p Pods) complete() *Pods {
	orElse(&p.Sync, defaultSync)
	metrics := make([]Metric, len(p.Metrics))
	for i, m := range p.Metrics {
		orElse(&m.Window, defaultWindow)
		metrics[i] = m
	}
	p.Metrics = metrics
	if p.Nodes != nil {
		n := *p.Nodes
		orElse(&n.Scan, defaultScan)
		orElse(&n.Unneeded, defaultUnneeded)
		p.Nodes = &n
	}
	return &p
}

func (g Group) complete() *Group {
	policies := make([]Policy, len(g.Policies))
	for i, p := range g.Policies {
		if p.Tracking != nil {
			t := *p.Tracking
			orElse(&t.Out, autoscale.AlarmOut)
			orElse(&t.In, autoscale.AlarmIn)
			p.Tracking = &t
			orElse(&p.Metric.Window, t.Out.Period)
		}
		if p.Stepped != nil {
			orElse(&p.Metric.Window, p.Stepped.Alarm.Period)
		}
		policies[i] = p
	}
	g.Policies = policies
	return &g
}

func orElse[T comparable](v *T, d T) {
	var zero T
	if *v == zero {
		*v = d
	}
}

// mistakes collects what is wrong.
type mistakes []error

func (m *mistakes) unless(right bool, format string, args ...any) {
	if !right {
		*m = append(*m, fmt.Errorf(format, args...))
	}
}

// check says what is wrong with a complete service.
func (s Service) check() error {
	var m mistakes
	longest := 0
	for i, w := range s.Waves {
		longest = max(longest, w.seconds())
		m.unless(rates(w.Requests), "wave %d: a second without a number of requests, 0 or more", i)
		for f, form := range w.Forms {
			m.unless(rates(form), "wave %d: form %d: a second without a number of requests, 0 or more", i, f)
		}
		m.unless(rates(w.Times), "wave %d: times without a number, 0 or more", i)
	}
	m.unless(longest > 0, "no demand: a wave needs the requests of at least one second")
	m.unless(len(s.Fleets) > 0, "no fleet: at least one is needed")
	m.unless(s.Ceiling >= 0, "ceiling %g/s is below 0", s.Ceiling)
	m.unless(rates(s.Ceilings) && !slices.Contains(s.Ceilings, 0), "ceilings %g: each is a rate above 0", s.Ceilings)
	m.unless(len(s.Ceilings) == 0 || s.Ceiling > 0, "ceilings without their middle: ceiling is 0")
	if q := s.Queue; q != nil {
		m.unless(q.Room >= 0 && q.Patience >= 0, "queue: room %g and patience %s must not be below 0", q.Room, q.Patience)
		m.unless(q.Retry >= 0 && q.Retry <= 1, "queue: retry %g is not a share between 0 and 1", q.Retry)
		m.unless(q.Retry == 0 || q.Pause >= time.Second, "queue: pause %s before a retry is shorter than 1s", q.Pause)
	}
	for i, f := range s.Fleets {
		if f.Name == "" {
			f.Name = fmt.Sprintf("fleet %d", i)
		}
		f.check(&m)
	}
	return errors.Join(m...)
}

// rates says whether all are numbers, and 0 or more.
func rates(all []float64) bool {
	for _, r := range all {
		if !(r >= 0) || math.IsInf(r, 1) {
			return false
		}
	}
	return true
}

func (f Fleet) check(m *mistakes) {
	m.unless(f.Start >= 0, "%s: start %d is below 0", f.Name, f.Start)
	m.unless(len(f.PerUnit) > 0, "%s: what a unit carries is not stated", f.Name)
	for _, r := range f.PerUnit {
		m.unless(rates([]float64{r.Sustained, r.Saturation}) && r.Sustained > 0, "%s: a unit that sustains %g/s and saturates at %g/s", f.Name, r.Sustained, r.Saturation)
	}
	m.unless(f.Contention >= 0 && f.Coherence >= 0, "%s: contention %g and coherence %g must not be below 0", f.Name, f.Contention, f.Coherence)
	for i, l := range f.Laws {
		m.unless(rates([]float64{l.Contention, l.Coherence, l.Alone}) && l.Alone > 0, "%s: law %d: %+v must not be below 0, and one alone must carry something", f.Name, i, l)
	}
	m.unless(f.CPU.Base >= 0 && f.CPU.Request >= 0 && f.CPU.Limit > 0, "%s: cpu %+v must not be below 0", f.Name, f.CPU)
	m.unless(f.Pods == nil || f.Group == nil, "%s: it is pods or a group, not both", f.Name)
	m.unless(f.Pods != nil || f.Group != nil || len(f.Orders) == 0, "%s: orders need pods or a group to obey them", f.Name)
	f.orders(m, f.Orders)
	for i, l := range f.Losses {
		m.unless(l.Replaced >= 0, "%s: loss %d: replaced %s is below 0", f.Name, i, l.Replaced)
		m.unless(l.At >= 0 && l.Share >= 0 && l.Share <= 1, "%s: loss %d: share %g at %s: want a share between 0 and 1, and not before the start", f.Name, i, l.Share, l.At)
	}
	if f.Pods != nil {
		f.checkPods(m, f.Pods)
	}
	if f.Group != nil {
		f.checkGroup(m, f.Group)
	}
}

func (f Fleet) orders(m *mistakes, all []Order) {
	for i, o := range all {
		m.unless(o.At >= 0, "%s: order %d: at %s is before the start", f.Name, i, o.At)
	}
}

func (f Fleet) checkPods(m *mistakes, p *Pods) {
	m.unless(p.HPA.Min >= 1 && p.HPA.Max >= p.HPA.Min, "%s: min %d and max %d: want 1 <= min <= max", f.Name, p.HPA.Min, p.HPA.Max)
	m.unless(p.Sync > 0, "%s: sync %s is not a positive duration", f.Name, p.Sync)
	m.unless(p.Quota >= 0, "%s: quota %d is below 0", f.Name, p.Quota)
	for i, x := range p.Metrics {
		m.unless(x.Kind == Cron || x.Target > 0, "%s: metric %d: target %g is not above 0", f.Name, i, x.Target)
		m.unless(x.Window > 0 && x.Every >= 0 && x.Delay >= 0, "%s: metric %d: window %s, every %s and delay %s must not be below 0", f.Name, i, x.Window, x.Every, x.Delay)
	}
	f.delay(m, "place", p.Place)
	f.delay(m, "start", p.Start)
	if n := p.Nodes; n != nil {
		m.unless(n.PodsPerInstance > 0, "%s: nodes: %d pods per instance", f.Name, n.PodsPerInstance)
		m.unless(n.Start*n.PodsPerInstance >= f.Start, "%s: nodes: %d instances have no room for the first %d pods", f.Name, n.Start, f.Start)
		m.unless(n.Start >= 1 && n.Min >= 0 && n.Max >= n.Min, "%s: nodes: start %d, min %d and max %d: want 1 <= start and 0 <= min <= max", f.Name, n.Start, n.Min, n.Max)
		m.unless(n.Scan > 0 && n.Unneeded > 0, "%s: nodes: scan %s and unneeded %s are not positive durations", f.Name, n.Scan, n.Unneeded)
		f.delay(m, "boot", n.Boot)
		f.orders(m, n.Orders)
	}
}

func (f Fleet) checkGroup(m *mistakes, g *Group) {
	m.unless(g.Min >= 0 && g.Max >= g.Min, "%s: min %d and max %d: want 0 <= min <= max", f.Name, g.Min, g.Max)
	m.unless(g.Warmup >= 0 && g.Cooldown >= 0 && g.Quota >= 0, "%s: warmup %s, cooldown %s and quota %d must not be below 0", f.Name, g.Warmup, g.Cooldown, g.Quota)
	f.delay(m, "boot", g.Boot)
	for i, p := range g.Policies {
		m.unless((p.Tracking == nil) != (p.Stepped == nil), "%s: policy %d: it is tracking or stepped", f.Name, i)
		m.unless(p.Metric.Window > 0 && p.Metric.Every == 0 && p.Metric.Delay >= 0, "%s: policy %d: a data point is a period long (%s) and has no readings of its own (%s)", f.Name, i, p.Metric.Window, p.Metric.Every)
		m.unless(p.Metric.Kind != Value, "%s: policy %d: only an HPA holds a metric of the whole to a value", f.Name, i)
		m.unless(p.Metric.Kind != Cron, "%s: policy %d: no policy follows a cron; it takes orders", f.Name, i)
		m.unless(p.Tracking == nil || p.Tracking.Target > 0, "%s: policy %d: the target is not above 0", f.Name, i)
	}
}

// delay says which stage was never measured.
func (f Fleet) delay(m *mistakes, name string, d Delay) {
	for i, stage := range d {
		m.unless(len(stage) > 0, "%s: %s: stage %d has no duration to draw from", f.Name, name, i)
		for _, took := range stage {
			m.unless(took >= 0, "%s: %s: stage %d: %s is below 0", f.Name, name, i, took)
		}
	}
}
