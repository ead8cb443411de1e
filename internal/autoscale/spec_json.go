package autoscale

import (
	"math"
	"time"
)

// What follows is the form of a Spec in JSON: the same names and shape, with durations as seconds and an
// open bound of a step left out.

type specJSON struct {
	HPA   *hpaJSON   `json:"hpa,omitempty"`
	Group *groupJSON `json:"group,omitempty"`
}

type hpaJSON struct {
	Min           int           `json:"min"`
	Max           int           `json:"max"`
	Tolerance     float64       `json:"tolerance,omitempty"`
	Stabilization seconds       `json:"stabilization,omitempty"`
	Behavior      *behaviorJSON `json:"behavior,omitempty"`
	Metrics       []MetricSpec  `json:"metrics"`
	Unread        []string      `json:"unread,omitempty"`
}

type behaviorJSON struct {
	Up   *rulesJSON `json:"up,omitempty"`
	Down *rulesJSON `json:"down,omitempty"`
}

type rulesJSON struct {
	Stabilization *seconds     `json:"stabilization,omitempty"`
	Select        Select       `json:"select,omitempty"`
	Policies      []policyJSON `json:"policies,omitempty"`
	Tolerance     *float64     `json:"tolerance,omitempty"`
}

type policyJSON struct {
	Type   PolicyType `json:"type"`
	Value  int        `json:"value"`
	Period seconds    `json:"period"`
}

type groupJSON struct {
	Min       int             `json:"min"`
	Max       int             `json:"max"`
	Cooldown  seconds         `json:"cooldown"`
	Policies  []scalingJSON   `json:"policies"`
	Scheduled []scheduledJSON `json:"scheduled"`
	Unread    []string        `json:"unread,omitempty"`
}

type scalingJSON struct {
	Name     string        `json:"name"`
	Type     string        `json:"type"`
	Metric   string        `json:"metric,omitempty"`
	Stat     string        `json:"statistic,omitempty"`
	Tracking *trackingJSON `json:"tracking,omitempty"`
	Stepped  *steppedJSON  `json:"stepped,omitempty"`
	Warmup   seconds       `json:"warmup"`
	Off      bool          `json:"off,omitempty"`
}

type alarmJSON struct {
	Periods int     `json:"periods"`
	Period  seconds `json:"period"`
}

type trackingJSON struct {
	Target         float64   `json:"target"`
	Out            alarmJSON `json:"out"`
	In             alarmJSON `json:"in"`
	DisableScaleIn bool      `json:"disable_scale_in,omitempty"`
	InBelow        float64   `json:"in_below,omitempty"`
}

type steppedJSON struct {
	Threshold float64    `json:"threshold"`
	Below     bool       `json:"below,omitempty"`
	EdgeBelow bool       `json:"edge_below,omitempty"`
	Alarm     alarmJSON  `json:"alarm"`
	Type      Adjustment `json:"type"`
	Least     int        `json:"least,omitempty"`
	Steps     []stepJSON `json:"steps"`
}

type stepJSON struct {
	From   *float64 `json:"from,omitempty"` // absent: without bound
	To     *float64 `json:"to,omitempty"`
	Adjust float64  `json:"adjust"`
}

type scheduledJSON struct {
	Name       string    `json:"name"`
	At         time.Time `json:"at"`
	Recurrence string    `json:"recurrence,omitempty"`
	Zone       string    `json:"zone,omitempty"`
	End        time.Time `json:"end,omitzero"`
	Min        *int      `json:"min,omitempty"`
	Max        *int      `json:"max,omitempty"`
	Desired    *int      `json:"desired,omitempty"`
}

// each is made of all, one by one; of nothing, nothing (an empty list in JSON).
func each[From, To any](all []From, makeOf func(From) To) []To {
	made := make([]To, len(all))
	for i, one := range all {
		made[i] = makeOf(one)
	}
	return made
}

// where is made of what is there.
func where[From, To any](one *From, makeOf func(From) To) *To {
	if one == nil {
		return nil
	}
	return new(makeOf(*one))
}

func writtenSpec(s Spec) specJSON {
	return specJSON{where(s.HPA, writtenHPA), where(s.Group, writtenGroup)}
}

func (w specJSON) spec() Spec {
	return Spec{where(w.HPA, hpaJSON.spec), where(w.Group, groupJSON.spec)}
}

func writtenHPA(h HPASpec) hpaJSON {
	w := hpaJSON{
		Min: h.Min, Max: h.Max, Tolerance: h.Tolerance, Stabilization: seconds(h.Stabilization),
		Metrics: append([]MetricSpec{}, h.Metrics...), Unread: h.Unread,
	}
	if b := h.Behavior; b != nil {
		w.Behavior = &behaviorJSON{where(b.ScaleUp, writtenRules), where(b.ScaleDown, writtenRules)}
	}
	return w
}

func (w hpaJSON) spec() HPASpec {
	h := HPASpec{
		HPA:     HPA{Min: w.Min, Max: w.Max, Tolerance: w.Tolerance, Stabilization: time.Duration(w.Stabilization)},
		Metrics: w.Metrics, Unread: w.Unread,
	}
	if b := w.Behavior; b != nil {
		h.Behavior = &Behavior{where(b.Up, rulesJSON.rules), where(b.Down, rulesJSON.rules)}
	}
	return h
}

func writtenRules(r Rules) rulesJSON {
	return rulesJSON{
		Stabilization: (*seconds)(r.Stabilization), Select: r.Select, Tolerance: r.Tolerance,
		Policies: each(r.Policies, func(p Policy) policyJSON { return policyJSON{p.Type, p.Value, seconds(p.Period)} }),
	}
}

func (w rulesJSON) rules() Rules {
	return Rules{
		Stabilization: (*time.Duration)(w.Stabilization), Select: w.Select, Tolerance: w.Tolerance,
		Policies: each(w.Policies, func(p policyJSON) Policy { return Policy{p.Type, p.Value, time.Duration(p.Period)} }),
	}
}

func writtenGroup(g GroupSpec) groupJSON {
	return groupJSON{
		Min: g.Min, Max: g.Max, Cooldown: seconds(g.Cooldown), Unread: g.Unread,
		Policies:  each(g.Policies, writtenPolicy),
		Scheduled: each(g.Scheduled, func(a Scheduled) scheduledJSON { return scheduledJSON(a) }),
	}
}

func (w groupJSON) spec() GroupSpec {
	return GroupSpec{
		Min: w.Min, Max: w.Max, Cooldown: time.Duration(w.Cooldown), Unread: w.Unread,
		Policies:  each(w.Policies, scalingJSON.policy),
		Scheduled: each(w.Scheduled, func(a scheduledJSON) Scheduled { return Scheduled(a) }),
	}
}

func writtenPolicy(p PolicySpec) scalingJSON {
	return scalingJSON{
		Name: p.Name, Type: p.Type, Metric: p.Metric, Stat: p.Statistic, Warmup: seconds(p.Warmup), Off: p.Off,
		Tracking: where(p.Tracking, func(t Tracking) trackingJSON {
			return trackingJSON{t.Target, writtenAlarm(t.Out), writtenAlarm(t.In), t.DisableScaleIn, t.InBelow}
		}),
		Stepped: where(p.Stepped, func(s Stepped) steppedJSON {
			return steppedJSON{s.Threshold, s.Below, s.EdgeBelow, writtenAlarm(s.Alarm), s.Type, s.Least, each(s.Steps, writtenStep)}
		}),
	}
}

func (w scalingJSON) policy() PolicySpec {
	return PolicySpec{
		Name: w.Name, Type: w.Type, Metric: w.Metric, Statistic: w.Stat, Warmup: time.Duration(w.Warmup), Off: w.Off,
		Tracking: where(w.Tracking, func(t trackingJSON) Tracking {
			return Tracking{t.Target, t.Out.alarm(), t.In.alarm(), t.DisableScaleIn, t.InBelow}
		}),
		Stepped: where(w.Stepped, func(s steppedJSON) Stepped {
			return Stepped{s.Threshold, s.Below, s.EdgeBelow, s.Alarm.alarm(), s.Type, s.Least, each(s.Steps, stepJSON.step)}
		}),
	}
}

func writtenAlarm(a Alarm) alarmJSON { return alarmJSON{a.Periods, seconds(a.Period)} }

func (w alarmJSON) alarm() Alarm { return Alarm{w.Periods, time.Duration(w.Period)} }

func writtenStep(s Step) stepJSON {
	w := stepJSON{Adjust: s.Adjust}
	if !math.IsInf(s.From, -1) {
		w.From = &s.From
	}
	if !math.IsInf(s.To, +1) {
		w.To = &s.To
	}
	return w
}

func (w stepJSON) step() Step {
	s := Step{From: math.Inf(-1), To: math.Inf(+1), Adjust: w.Adjust}
	if w.From != nil {
		s.From = *w.From
	}
	if w.To != nil {
		s.To = *w.To
	}
	return s
}
