package world

import (
	"errors"
	"fmt"
)

// Limits are the fewest and the most units there may be of what scales.
type Limits struct{ Min, Max int }

// SetLimits has the HPA keep to other limits from now on, and the group to others of its own, as somebody
// who patches the one and updates the other would; nil leaves them as they are. The HPA obeys at its next
// sync. The group does at once: where its desired count is outside it becomes the nearest within, and what
// a lower minimum leaves empty for longer than Unneeded is given back. It may be called from any goroutine;
// by an error nothing is changed.
func (w *World) SetLimits(hpa, group *Limits) error {
	var errs []error
	if hpa != nil {
		errs = append(errs, hpa.check("hpa", w.config.HPA != nil, 1))
	}
	if group != nil {
		errs = append(errs, group.check("group", w.config.Group != nil, 0))
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	w.post(func() {
		if hpa != nil {
			w.limitHPA(*hpa)
		}
		if group != nil {
			w.limitGroup(*group)
		}
	})
	return nil
}

// check names the first thing that is wrong with the limits of what may not be there.
func (l Limits) check(of string, there bool, least int) error {
	switch {
	case !there:
		return Mistake{of, "there is none in this world"}
	case l.Min < least:
		return Mistake{of + ".min", fmt.Sprintf("%d is less than %d", l.Min, least)}
	case l.Max < l.Min:
		return Mistake{of + ".max", fmt.Sprintf("%d is less than %s.min, %d", l.Max, of, l.Min)}
	}
	return nil
}

func (w *World) limitHPA(l Limits) {
	w.config.HPA.Min, w.config.HPA.Max = l.Min, l.Max
	w.hpa.spec.Min, w.hpa.spec.Max = l.Min, l.Max
	w.dirty = true
}

func (w *World) limitGroup(l Limits) {
	g := w.group
	w.config.Group.Min, w.config.Group.Max = l.Min, l.Max
	g.config.Min, g.config.Max = l.Min, l.Max
	w.dirty = true
	if within := min(max(g.desired, l.Min), l.Max); within != g.desired {
		w.resize(within, fmt.Sprintf("a user request update of AutoScalingGroup constraints to min: %d, max: %d", l.Min, l.Max))
	}
	for _, i := range g.instances {
		if i.pods == 0 && !i.empty.IsZero() && w.now.Sub(i.empty) >= g.config.Unneeded {
			w.giveBack(i)
		}
	}
}
