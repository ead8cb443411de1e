package world

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// controller is the HorizontalPodAutoscaler at work.
type controller struct {
	spec    autoscale.HPA
	status  HPAStatus
	history autoscale.History
	opened  map[*unit]meter // the ready units when the metric's window began
}

// longestWindow is what a metrics pipeline averages over at most.
const longestWindow = 15 * time.Second

func (w *World) buildHPA() {
	h := w.config.HPA
	w.hpa = &controller{
		spec:   autoscale.HPA{Min: h.Min, Max: h.Max, Tolerance: h.Tolerance, Behavior: h.Behavior.published()},
		status: HPAStatus{Current: w.config.Pods.Start, Desired: w.config.Pods.Start, Created: w.now},
	}
	w.openWindow()
	w.nextSync()
}

// nextSync plans the next sync and the window before it.
func (w *World) nextSync() {
	sync := w.config.HPA.Sync
	if before := sync - longestWindow; before > 0 {
		w.after(before, w.openWindow)
	}
	w.after(sync, w.sync)
}

// openWindow notes what the ready units have done so far.
func (w *World) openWindow() {
	w.hpa.opened = map[*unit]meter{}
	for _, u := range w.ready {
		w.hpa.opened[u] = u.meter()
	}
}

// sync does what the controller does every period.
func (w *World) sync() {
	metric := w.measure()
	c := w.hpa
	current := w.deployment.Desired
	d, history := c.spec.Decide(w.now, current, []autoscale.Metric{metric}, c.history)
	c.history = history
	c.publish(w.now, current, d, mean(metric))
	w.dirty = true
	if d.Rescaled {
		w.event("HorizontalPodAutoscaler", w.name(), "Normal", "SuccessfulRescale",
			fmt.Sprintf("New size: %d; reason: %s", d.Desired, d.Reason))
		w.scaleDeployment(d.Desired)
	}
	if w.config.HPA.Sync <= longestWindow {
		w.openWindow()
	}
	w.nextSync()
}

// measure closes the window.
func (w *World) measure() autoscale.Metric {
	h := w.config.HPA
	m := autoscale.Metric{Name: "pods metric " + Requests, Target: h.Target}
	if h.Metric == Utilisation {
		m.Name, m.Utilisation = "cpu resource utilization (percentage of request)", true
	}
	for _, p := range w.pods {
		if p.going() {
			continue
		}
		from, whole := w.hpa.opened[p.unit]
		if !whole {
			m.Pods = append(m.Pods, autoscale.Pod{})
			continue
		}
		now := p.unit.meter()
		value := p.unit.rate(from, now)
		if m.Utilisation {
			value = p.unit.utilisation(from, now) * w.config.Pods.CPULimit
		}
		m.Pods = append(m.Pods, autoscale.Pod{Ready: true, Measured: true, Value: value})
	}
	return m
}

// mean is the metric as the status shows it, nil where no pod is measured.
func mean(m autoscale.Metric) *float64 {
	var sum, n float64
	for _, p := range m.Pods {
		if p.Measured {
			sum += p.Value
			n++
		}
	}
	if n == 0 {
		return nil
	}
	sum /= n
	return &sum
}

// publish sets the status as of a sync. Current is what the sync found, as the real one says it too.
func (c *controller) publish(now time.Time, current int, d autoscale.Decision, metric *float64) {
	c.status.Current, c.status.Desired = current, d.Desired
	if metric != nil {
		c.status.Metric = metric
	}
	if d.Rescaled {
		c.status.LastScale = now
	}
	for _, set := range d.Conditions {
		c.set(now, set)
	}
}

// set replaces a condition; its instant moves only with its status.
func (c *controller) set(now time.Time, set autoscale.Condition) {
	next := Condition{Type: set.Type, Status: "False", Reason: set.Reason, Message: set.Message, Since: now}
	if set.Status {
		next.Status = "True"
	}
	for i, old := range c.status.Conditions {
		if old.Type == next.Type {
			if old.Status == next.Status {
				next.Since = old.Since
			}
			c.status.Conditions[i] = next
			return
		}
	}
	c.status.Conditions = append(c.status.Conditions, next)
}

func (c *controller) copyStatus() *HPAStatus {
	s := c.status
	s.Conditions = slices.Clone(s.Conditions)
	if s.Metric != nil {
		metric := *s.Metric
		s.Metric = &metric
	}
	return &s
}

// published returns the behavior in the terms of the algorithm.
func (b *Behavior) published() *autoscale.Behavior {
	if b == nil {
		return nil
	}
	return &autoscale.Behavior{ScaleUp: b.ScaleUp.published(), ScaleDown: b.ScaleDown.published()}
}

var (
	selects     = map[string]autoscale.Select{"max": autoscale.SelectMax, "min": autoscale.SelectMin, "disabled": autoscale.SelectDisabled}
	policyTypes = map[string]autoscale.PolicyType{"pods": autoscale.Pods, "percent": autoscale.Percent}
)

func (r *Rules) published() *autoscale.Rules {
	if r == nil {
		return nil
	}
	rules := &autoscale.Rules{Stabilization: r.Stabilization, Select: selects[r.Select]}
	for _, p := range r.Policies {
		rules.Policies = append(rules.Policies, autoscale.Policy{Type: policyTypes[p.Type], Value: p.Value, Period: p.Period})
	}
	return rules
}
