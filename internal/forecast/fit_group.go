package forecast

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// group sets how the policies of a group scale its instances.
func (f *fitting) group(fleet *simulation.Fleet, known *Fleet, r capacity.FleetResult, spec autoscale.GroupSpec) (seen, error) {
	f.unread(r.Name, spec.Unread)
	if spec.Max < fleet.Start {
		return nil, fmt.Errorf("%s: %d instances were ready at the start, and its max is %d: rehearse again once it has settled", r.Name, fleet.Start, spec.Max)
	}
	f.notCome(r)
	g := &simulation.Group{Min: spec.Min, Max: spec.Max, Quota: f.quota(r)}
	all := f.steps(r)
	known.Pod, known.Balancer = between(all, begun, ready), between(all, ready, joining)
	if g.Boot = measured(between(all, begun, inService)); g.Boot == nil {
		g.Boot = simulation.Fixed(usualInstance)
		f.assume("%s: no instance was seen to start: it is taken to take %s until it serves", r.Name, seconds(usualInstance))
	}
	var period time.Duration
	f.instanceUse(fleet, r, spec.Policies)
	for _, p := range spec.Policies {
		if policy, ok := f.policy(r, p); ok {
			known.Metrics = append(known.Metrics, p.Metric)
			g.Policies, g.Warmup = append(g.Policies, policy), max(g.Warmup, p.Warmup)
			if grows(policy) {
				period = policy.Metric.Window
			}
		}
	}
	if on := func(p autoscale.PolicySpec) bool { return !p.Off }; len(g.Policies) == 0 && slices.ContainsFunc(spec.Policies, on) {
		return nil, fmt.Errorf("%s: none of its policies can be played: only target tracking and steps on CPU or on requests per target can", r.Name)
	}
	fleet.Group, fleet.Orders, known.Scheduled = g, f.due(r.Name), f.toCome(r.Name)
	if growths := f.decisions(r); len(growths) > 0 && period > 0 {
		return seen{phaseOf(growths, period)}, nil
	}
	return nil, nil
}

// grows reports whether a policy can make a group larger.
func grows(p simulation.Policy) bool { return p.Stepped == nil || !p.Stepped.Below }

// alarmOut is the alarm by which a policy grows a group.
func alarmOut(p autoscale.PolicySpec) autoscale.Alarm {
	switch {
	case p.Stepped != nil:
		return p.Stepped.Alarm
	case p.Tracking.Out.Periods > 0:
		return p.Tracking.Out
	}
	return autoscale.AlarmOut
}

// decisions are when the policies of a group decided to grow it.
func (f *fitting) decisions(r capacity.FleetResult) (at []time.Duration) {
	for _, g := range r.Growths {
		if !f.byAction(r.Name, g) {
			at = append(at, g.At)
		}
	}
	return at
}

// policy is one that can be played.
func (f *fitting) policy(r capacity.FleetResult, p autoscale.PolicySpec) (policy simulation.Policy, ok bool) {
	switch {
	case p.Off:
		return policy, false
	case p.Tracking == nil && p.Stepped == nil:
		f.assume("%s: its policy %s is of type %s, which is not played: it is taken to do nothing", r.Name, p.Name, p.Type)
		return policy, false
	}
	period := alarmOut(p).Period
	metric, per := simulation.Metric{Window: period, Delay: f.late[r.Name]}, 1.0
	switch {
	case p.Metric == autoscale.CPU:
		metric.Kind = simulation.Utilisation
	case strings.Contains(p.Metric, "RequestCountPerTarget") && (p.Statistic == "" || p.Statistic == "Sum"):
		metric.Kind, per = simulation.PerUnit, period.Seconds()
	default:
		if p.Tracking == nil {
			f.assume("%s: its policy %s follows %s, which cannot be held against requests: it is taken to do nothing", r.Name, p.Name, followed(p))
			return policy, false
		}
		metric.Kind = simulation.PerUnit
		per = p.Tracking.Target * f.perTarget(r, p)
		f.assume("%s: its policy %s follows %s: that is taken to follow requests, as its decisions did", r.Name, p.Name, p.Metric)
	}
	return simulation.Policy{Tracking: scaledTracking(f.evenly(r, p), per), Stepped: scaledSteps(p.Stepped, per), Metric: metric}, true
}

// scaledTracking is a policy whose target is in another measure.
func scaledTracking(t *autoscale.Tracking, per float64) *autoscale.Tracking {
	if t == nil {
		return nil
	}
	scaled := *t
	scaled.Target /= per
	return &scaled
}

// scaledSteps is a policy whose threshold and steps are in another measure.
func scaledSteps(s *autoscale.Stepped, per float64) *autoscale.Stepped {
	if s == nil {
		return nil
	}
	scaled := *s
	scaled.Threshold, scaled.Steps = s.Threshold/per, nil
	for _, step := range s.Steps {
		step.From, step.To = step.From/per, step.To/per
		scaled.Steps = append(scaled.Steps, step)
	}
	return &scaled
}

// followed names what a policy follows.
func followed(p autoscale.PolicySpec) string {
	if p.Statistic == "" {
		return p.Metric
	}
	return p.Metric + " (" + p.Statistic + ")"
}

// evenly is what a policy tracks by alarms of one period: that by which it grows.
func (f *fitting) evenly(r capacity.FleetResult, p autoscale.PolicySpec) *autoscale.Tracking {
	if p.Tracking == nil || p.Tracking.In.Periods == 0 || p.Tracking.In.Period == alarmOut(p).Period {
		return p.Tracking
	}
	even, out := *p.Tracking, alarmOut(p)
	whole := time.Duration(even.In.Periods) * even.In.Period
	even.In = autoscale.Alarm{Periods: max(1, int((whole+out.Period-1)/out.Period)), Period: out.Period}
	f.assume("%s: the alarms of its policy %s have periods of %s and %s: it is taken to shrink by %d of %s", r.Name, p.Name,
		seconds(out.Period), seconds(p.Tracking.In.Period), even.In.Periods, seconds(out.Period))
	return &even
}

// instanceUse sets what an instance uses of its processors, where policies follow
// that: by what their decisions tell, else all of them when it has all the work that it
// can do.
func (f *fitting) instanceUse(fleet *simulation.Fleet, r capacity.FleetResult, policies []autoscale.PolicySpec) {
	known, follow := bounds{0, math.Inf(1)}, false
	for _, p := range policies {
		switch {
		case p.Off || p.Metric != autoscale.CPU:
			continue
		case p.Tracking != nil:
			if share := f.decided(r, p); share > 0 {
				fleet.CPU.Request = share * p.Tracking.Target
				return
			}
		case p.Stepped == nil:
			continue
		case !p.Stepped.Below:
			known = known.and(f.stepped(r, p))
		}
		follow = true
	}
	if !follow {
		return
	}
	fleet.CPU.Request = known.nearest(1 / busiest(r))
	if !known.tells() {
		f.assume("%s: how busy its instances were was not read: all of their processors are taken to be busy at what one serves at most, and none without requests", r.Name)
	}
}

// usualShare is the target of a unit, of what it comes to when it has all the work that
// it can do, where nothing tells.
const usualShare = 0.6

// perTarget is the share of its target that one request a second of an instance is.
func (f *fitting) perTarget(r capacity.FleetResult, p autoscale.PolicySpec) float64 {
	if share := f.decided(r, p); share > 0 {
		return share
	}
	return 1 / (usualShare * busiest(r))
}

// decided is the share of a policy's target that one request a second of an instance
// is, by what it decided: it grew the group to ceil(warm x metric / target), which is
// within one instance of warm x metric / target; 0 where no decision tells. One for as
// many as it may have tells only that it wanted no fewer.
func (f *fitting) decided(r capacity.FleetResult, p autoscale.PolicySpec) float64 {
	l := f.loadOn(r)
	period := alarmOut(p).Period
	var xs, ys []float64
	for _, g := range r.Growths {
		seen := g.At - f.late[r.Name]
		window := capacity.Span{From: seen - period, To: seen}
		warm, known := ableAt(r, g.At-p.Warmup)
		if !known || warm == 0 || window.From < 0 || l.unknown.over(window) > 0 || r.Max != nil && g.To >= *r.Max || f.byAction(r.Name, g) {
			continue
		}
		each := l.done.over(window) / period.Seconds()
		xs, ys = append(xs, each), append(ys, (float64(g.To)-0.5)/float64(warm))
	}
	if len(xs) == 0 {
		return 0
	}
	_, share := regress(xs, ys, true)
	if math.IsNaN(share) || math.IsInf(share, 0) {
		return 0
	}
	return share
}
