package hpa

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// How fast an autoscaler may grow is decided by its behavior, long before its
// maximum is: by default it may double every 15 s.

// behaviorKind is the event that tells an autoscaler's rules, at the start and
// when they change.
const behaviorKind = "behavior"

// tellBehavior tells the rules where they are new.
func (f *fleet) tellBehavior(h *autoscalingv2.HorizontalPodAutoscaler) {
	if text := behaviorText(h); text != f.rules {
		f.rules = text
		f.rec.Event(time.Time{}, behaviorKind, "", text)
	}
}

// behaviorText says the rules in words.
func behaviorText(h *autoscalingv2.HorizontalPodAutoscaler) string {
	b := behaviorOf(h)
	if b == nil {
		return "no behavior is set: up: at each look, every 15 s by default, at most to the double or to 4 units, whichever is more, " +
			"no stabilization; down: as far as wanted, stabilization 300 s by default"
	}
	up, down := autoscale.HPA{Behavior: b}.Rules()
	text := "up: " + rulesText(up, b.ScaleUp) + "; down: " + rulesText(down, b.ScaleDown)
	if b.ScaleDown == nil || b.ScaleDown.Stabilization == nil {
		text += " by default" // the cluster's own setting, which it does not tell
	}
	return text
}

// rulesText says the rules of one direction, of which some are stated and the rest
// is the default.
func rulesText(r autoscale.Rules, stated *autoscale.Rules) string {
	if r.Select == autoscale.SelectDisabled {
		return "never (selectPolicy is Disabled), stabilization " + seconds(*r.Stabilization)
	}
	var all []string
	same := !slices.ContainsFunc(r.Policies, func(p autoscale.Policy) bool { return p.Period != r.Policies[0].Period })
	for _, p := range r.Policies {
		text := fmt.Sprintf("%d %s", p.Value, plural(p.Value, "pod"))
		if p.Type == autoscale.Percent {
			text = fmt.Sprintf("%d %%", p.Value)
		}
		if !same {
			text += " in " + seconds(p.Period)
		}
		all = append(all, text)
	}
	text := "at most " + strings.Join(all, " and ")
	if len(all) > 1 {
		which := "larger"
		if r.Select == autoscale.SelectMin {
			which = "smaller"
		}
		text = "at most the " + which + " of " + strings.Join(all, " and ")
	}
	if same {
		text += " in " + seconds(r.Policies[0].Period)
	}
	if stated != nil && stated.Tolerance != nil {
		text += fmt.Sprintf(", tolerance %s %%", short(100**stated.Tolerance))
	}
	if *r.Stabilization == 0 {
		return text + ", no stabilization"
	}
	return text + ", stabilization " + seconds(*r.Stabilization)
}

func seconds(d time.Duration) string { return fmt.Sprintf("%.0f s", d.Seconds()) }

// behaviorOf is an autoscaler's behavior in the terms of the algorithm; nil: it
// has none.
func behaviorOf(h *autoscalingv2.HorizontalPodAutoscaler) *autoscale.Behavior {
	if h.Spec.Behavior == nil {
		return nil
	}
	return &autoscale.Behavior{ScaleUp: rulesOf(h.Spec.Behavior.ScaleUp), ScaleDown: rulesOf(h.Spec.Behavior.ScaleDown)}
}

func rulesOf(r *autoscalingv2.HPAScalingRules) *autoscale.Rules {
	if r == nil {
		return nil
	}
	rules := &autoscale.Rules{}
	if r.StabilizationWindowSeconds != nil {
		window := time.Duration(*r.StabilizationWindowSeconds) * time.Second
		rules.Stabilization = &window
	}
	if r.SelectPolicy != nil {
		rules.Select = autoscale.Select(*r.SelectPolicy)
	}
	if r.Tolerance != nil {
		ratio := number(*r.Tolerance)
		rules.Tolerance = &ratio
	}
	for _, p := range r.Policies {
		rules.Policies = append(rules.Policies, autoscale.Policy{
			Type: autoscale.PolicyType(p.Type), Value: int(p.Value), Period: time.Duration(p.PeriodSeconds) * time.Second,
		})
	}
	return rules
}

const (
	growthIn  = 60 * time.Second
	looksEach = 15 * time.Second // as the cluster does by default
)

// growth is the most units that an autoscaler may add to so many within
// growthIn of its first look at a load that no number of them is enough for.
func growth(h *autoscalingv2.HorizontalPodAutoscaler, from int) int {
	a := autoscale.HPA{Min: max(int(leastOf(h)), 1), Max: int(h.Spec.MaxReplicas), Behavior: behaviorOf(h)}
	endless := []autoscale.Metric{{Name: "load", Target: 1, Pods: []autoscale.Pod{{Ready: true, Measured: true, Value: 1e9}}}}
	units, past, first := from, autoscale.History{}, time.Time{}.Add(time.Hour)
	for passed := time.Duration(0); passed < growthIn; passed += looksEach {
		var d autoscale.Decision
		d, past = a.Decide(first.Add(passed), units, endless, past)
		units = d.Desired
	}
	return max(units-from, 0)
}

// checkGrowth tells how fast the autoscaler may grow from what it has now.
func (o *Observer) checkGrowth(h *autoscalingv2.HorizontalPodAutoscaler) preflight.Finding {
	const asked = "growth rules"
	rules := behaviorText(h)
	if b := behaviorOf(h); b != nil && b.ScaleUp != nil && b.ScaleUp.Select == autoscale.SelectDisabled {
		return o.warning(asked, "it may not add any unit: "+rules, "set selectPolicy of behavior.scaleUp to Max, or leave it out")
	}
	from := int(cmp.Or(h.Status.CurrentReplicas, h.Status.DesiredReplicas, leastOf(h)))
	added := growth(h, from)
	text := fmt.Sprintf("it may add at most %d %s to its %d in the first %s", added, plural(added, "unit"), from, seconds(growthIn))
	if from+added >= int(h.Spec.MaxReplicas) {
		text += ", where its maximum is"
	}
	return o.ok(asked, text+" ("+rules+")")
}
