package autoscale

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Text is the spec in JSON, on one line. It is an error that a number in it is none, or has no bound where
// there must be one: nobody can play that.
func (s Spec) Text() (string, error) {
	text, err := json.Marshal(writtenSpec(s))
	if err != nil {
		return "", fmt.Errorf("scaler spec: %w", err)
	}
	return string(text), nil
}

// ParseSpec reads what Text wrote. The error names what in it cannot be played.
func ParseSpec(text string) (Spec, error) {
	var w specJSON
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return Spec{}, fmt.Errorf("scaler spec: %w", err)
	}
	s := w.spec()
	if err := s.check(); err != nil {
		return Spec{}, fmt.Errorf("scaler spec: %w", err)
	}
	return s, nil
}

// seconds is a duration that is a number of seconds in JSON, to the nanosecond. (A float64 of seconds is
// not after some weeks.)
type seconds time.Duration

func (s seconds) MarshalJSON() ([]byte, error) {
	whole, rest := s/1e9, s%1e9
	if rest == 0 {
		return fmt.Appendf(nil, "%d", whole), nil
	}
	sign := ""
	if s < 0 {
		sign, whole, rest = "-", -whole, -rest
	}
	return bytes.TrimRight(fmt.Appendf(nil, "%s%d.%09d", sign, whole, rest), "0"), nil
}

func (s *seconds) UnmarshalJSON(text []byte) error {
	d, err := time.ParseDuration(string(text) + "s")
	if err != nil {
		return fmt.Errorf("%s is no number of seconds", text)
	}
	*s = seconds(d)
	return nil
}

// check looks at what the algorithms take for granted.
func (s Spec) check() error {
	switch {
	case s.HPA == nil && s.Group == nil:
		return errors.New("neither hpa nor group is there")
	case s.HPA != nil && s.Group != nil:
		return errors.New("both hpa and group are there: a fleet has one of them")
	case s.HPA != nil:
		return s.HPA.check()
	}
	return s.Group.check()
}

func (h HPASpec) check() error {
	all := []error{
		checkLimits(h.Min, h.Max),
		notNegative("tolerance", h.Tolerance),
		notNegative("stabilization", h.Stabilization.Seconds()),
	}
	if h.Behavior != nil {
		all = append(all, h.Behavior.ScaleUp.check("behavior.up"), h.Behavior.ScaleDown.check("behavior.down"))
	}
	for _, m := range h.Metrics {
		all = append(all, m.check())
	}
	return first(all)
}

// first keeps to one line what may be many mistakes with one cause.
func first(all []error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

func checkLimits(least, most int) error {
	if least < 0 || most < least {
		return fmt.Errorf("min %d, max %d: not 0 <= min <= max", least, most)
	}
	return nil
}

func notNegative[N int | float64](field string, n N) error {
	if n < 0 {
		return fmt.Errorf("%s: %v is below 0", field, n)
	}
	return nil
}

func oneOf(field, word string, accepted ...string) error {
	for _, w := range accepted {
		if word == w {
			return nil
		}
	}
	return fmt.Errorf("%s: %q is not %s", field, word, strings.Join(accepted, ", "))
}

func (r *Rules) check(field string) error {
	if r == nil {
		return nil
	}
	all := []error{oneOf(field+".select", string(cmp.Or(r.Select, SelectMax)), string(SelectMax), string(SelectMin), string(SelectDisabled))}
	if r.Stabilization != nil {
		all = append(all, notNegative(field+".stabilization", r.Stabilization.Seconds()))
	}
	if r.Tolerance != nil {
		all = append(all, notNegative(field+".tolerance", *r.Tolerance))
	}
	for _, p := range r.Policies {
		all = append(all, oneOf(field+".policies: type", string(p.Type), string(Pods), string(Percent)),
			notNegative(field+".policies: value", p.Value), notNegative(field+".policies: period", p.Period.Seconds()))
	}
	return first(all)
}

func (m MetricSpec) check() error {
	if !(m.Target > 0) {
		return fmt.Errorf("metric %s: its target %v is not above 0", m.Name, m.Target)
	}
	return oneOf("metric "+m.Name+": kind", m.Kind, OfRequest, OfPod, OfTotal, OfValue)
}

func (g GroupSpec) check() error {
	all := []error{checkLimits(g.Min, g.Max), notNegative("cooldown", g.Cooldown.Seconds())}
	for _, p := range g.Policies {
		if err := p.check(); err != nil {
			all = append(all, fmt.Errorf("policy %s: %w", p.Name, err))
		}
	}
	for _, a := range g.Scheduled {
		if a.At.IsZero() {
			all = append(all, fmt.Errorf("scheduled action %s: it has no time", a.Name))
		}
	}
	return first(all)
}

func (p PolicySpec) check() error {
	all := []error{notNegative("warmup", p.Warmup.Seconds())}
	if p.Tracking != nil && p.Stepped != nil {
		all = append(all, errors.New("both tracking and stepped are there: a policy is one of them"))
	}
	if t := p.Tracking; t != nil {
		if !(t.Target > 0) {
			all = append(all, fmt.Errorf("its target %v is not above 0", t.Target))
		}
		all = append(all, t.Out.check("out"), t.In.check("in"), notNegative("in_below", t.InBelow))
	}
	if s := p.Stepped; s != nil {
		all = append(all, s.Alarm.check("alarm"),
			oneOf("adjustment", string(s.Type), string(ChangeInCapacity), string(PercentChangeInCapacity), string(ExactCapacity)))
		for _, step := range s.Steps {
			if !(step.From < step.To) {
				all = append(all, fmt.Errorf("a step from %v to %v is none", step.From, step.To))
			}
		}
	}
	return first(all)
}

func (a Alarm) check(field string) error {
	return first([]error{notNegative(field+".periods", a.Periods), notNegative(field+".period", a.Period.Seconds())})
}
