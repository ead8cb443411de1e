package plan

import (
	"fmt"
	"slices"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/prescale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// write makes the texts of each hold, and of the load balancers in front.
func (w *work) write() {
	for _, h := range w.Holds {
		if why := h.noText(); why != "" {
			w.NoTexts = append(w.NoTexts, why)
			continue
		}
		w.add(h.Fleet, prescale.Change{
			Fleet: w.called(h.Fleet), Context: w.ask.Context[h.Fleet], Region: w.ask.Region[h.Fleet],
			Units: h.Units, Min: h.Min, Max: h.Max, Desired: w.desired(h), UnderPods: w.underPods(h), Scaler: w.scaler(h),
			Instants: *w.Instants, Zone: w.ask.At.Location(),
		})
	}
	for _, b := range w.ask.Balancers {
		if b.Units == 0 {
			b.Units = prescale.Takes(w.Peak.P95 * b.Fresh)
		}
		if why := b.noText(); why != "" {
			w.NoTexts = append(w.NoTexts, why)
			continue
		}
		w.add("", prescale.Reservation{
			Balancer: b.Name, Region: b.Region, Units: b.Units, Reserved: b.Reserved,
			Instants: *w.Instants, Zone: w.ask.At.Location(),
		})
	}
	w.warnNames()
}

// noText says why there is nothing to change, or what must be known for a change that
// can be taken back.
func (h Hold) noText() string {
	what := ""
	switch {
	case h.Min == nil && h.Max == nil:
		what = "minimum and maximum"
	case h.Min == nil:
		what = "minimum"
	case h.Max == nil:
		what = "maximum"
	case h.Units <= *h.Min:
		return fmt.Sprintf("%s: nothing to change, its minimum is %s already", h.Fleet, figure.Count(*h.Min))
	default:
		return ""
	}
	return fmt.Sprintf("%s: its %s without the plan is not known, so no text could take the change back (state production: {%s: {start: …, min: …, max: …}} in the scenario)", h.Fleet, what, h.Fleet)
}

// noText says why there is nothing to reserve of a load balancer, or what must be
// known for a reservation that can be taken back.
func (b Balancer) noText() string {
	switch {
	case b.Units <= 0:
		return fmt.Sprintf("elb/%s: how many capacity units the demand takes is not known, so none are reserved (connections: {new: …} in the scenario tells at least how many, PeakLCUs of the last spot in CloudWatch all)", b.Name)
	case b.Reserved == nil:
		return fmt.Sprintf("elb/%s: what is reserved without the plan is not known, so no text could take the change back (aws elbv2 describe-capacity-reservation tells; about %s capacity units are taken)", b.Name, figure.Count(b.Units))
	case b.Units <= *b.Reserved:
		return fmt.Sprintf("elb/%s: nothing to reserve, %s capacity units are already, and new connections take %s", b.Name, figure.Count(*b.Reserved), figure.Count(b.Units))
	}
	return ""
}

// desired is what a group returns to that has no policy to find it.
func (w *work) desired(h Hold) *int {
	for i, f := range w.model.Fleets {
		g := w.service.Fleets[i].Group
		if f.Name != h.Fleet || g == nil || slices.ContainsFunc(g.Policies, shrinks) {
			continue
		}
		return new(min(max(w.service.Fleets[i].Start, *h.Min), *h.Max))
	}
	return nil
}

// shrinks says whether a policy may bring a group's count down: one that tracks a target
// unless that is disabled, one of steps where any of them takes instances away, or goes
// to a count when its metric is low.
func shrinks(p simulation.Policy) bool {
	if t := p.Tracking; t != nil {
		return !t.DisableScaleIn
	}
	return slices.ContainsFunc(p.Stepped.Steps, func(s autoscale.Step) bool {
		return s.Adjust < 0 || p.Stepped.Type == autoscale.ExactCapacity && p.Stepped.Below
	})
}

// scaler is by which rules the HPA of a hold grows; nil where it has none.
func (w *work) scaler(h Hold) *autoscale.HPA {
	for i, f := range w.model.Fleets {
		if p := w.service.Fleets[i].Pods; f.Name == h.Fleet && p != nil {
			return &p.HPA
		}
	}
	return nil
}

// underPods says whether a hold is of a group that pods stand on.
func (w *work) underPods(h Hold) bool {
	return slices.ContainsFunc(w.model.Fleets, func(f forecast.Fleet) bool { return f.Nodes != nil && f.Nodes.Name == h.Fleet })
}
