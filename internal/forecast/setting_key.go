package forecast

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// kind is what a fleet is scaled by; several are a set.
type kind int

const (
	pods kind = 1 << iota
	group
	unscaled
	everyKind = pods | group | unscaled
)

func kindOf(f simulation.Fleet) kind {
	switch {
	case f.Pods != nil:
		return pods
	case f.Group != nil:
		return group
	}
	return unscaled
}

func (k kind) String() string {
	switch k {
	case pods:
		return "scaled by an HPA"
	case group:
		return "an Auto Scaling group"
	}
	return "scaled by nothing"
}

// apply changes a draft as a setting says.
type apply func(*draft) error

// key is something that can be set.
type key struct {
	name  string
	of    kind // of the fleets that have it
	order int  // in which settings are applied
	use   string
	read  func(value string) (apply, error) // the error continues the key's name: `"x" is not a duration`
	words func(value string) string         // for a table; nil: the key and its value
}

// instead says what can be set of a fleet that does not have the key.
func (k key) instead(of kind) string {
	if k.use != "" && of != unscaled {
		return fmt.Sprintf("set %s instead", k.use)
	}
	return "it takes " + strings.Join(keyNames(of), ", ")
}

// newKey makes a key of a form and what a value of it does.
func newKey[V any](name string, of kind, f form[V], do func(*draft, V) error) key {
	return key{name: name, of: of, read: func(value string) (apply, error) {
		v, err := f.read(value)
		if err != nil {
			return nil, err
		}
		return func(d *draft) error { return do(d, v) }, nil
	}}
}

// called says a key's value in words.
func (k key) called(words func(value string) string) key {
	k.words = words
	return k
}

// or names the key that a fleet of another kind has in its place.
func (k key) or(use string) key {
	k.use = use
	return k
}

// keys are all of them, in the order in which they are applied; "up" and "down"
// have parts, and "target" those that it has for each metric's name.
var keys = numbered(
	newKey("min", pods|group, whole(0), (*draft).setMin),
	newKey("max", pods|group, whole(1), (*draft).setMax),
	newKey("start", everyKind, whole(1), (*draft).setStart),
	newKey("metric", pods|group, metricForm, (*draft).setMetric).called(metricWords),
	target(""),
	newKey("tolerance", pods, nonzero(ratio), (*draft).setTolerance),
	newKey("sync", pods, atLeast(length, time.Second, "1s"), (*draft).setSync),
	policies("up"), stabilization("up"), choice("up"), tolerance("up"),
	policies("down"), stabilization("down"), choice("down"), tolerance("down"),
	newKey("ready", pods, pace, (*draft).setReady).or("boot"),
	newKey("boot", pods|group, pace, (*draft).setBoot),
	newKey("cold", pods|group, length, (*draft).setCold).called(func(v string) string { return "cold for " + v }),
	newKey("warmup", group, length, func(d *draft, v time.Duration) error { d.fleet.Group.Warmup = v; return nil }).or("ready"),
	newKey("cooldown", group, length, (*draft).setCooldown).or("down.stabilization"),
	newKey("nodes", pods, whole(1), (*draft).setNodes).or("start").called(func(v string) string { return soMany(v, "node") }),
	newKey("nodes.min", pods, whole(0), (*draft).setNodesMin).or("min").called(func(v string) string { return "at least " + soMany(v, "node") }),
	newKey("nodes.max", pods, whole(1), (*draft).setNodesMax).or("max").called(func(v string) string { return "at most " + soMany(v, "node") }),
	newKey("zone_lost", everyKind, lossForm, (*draft).lose).called(lossWords),
	newKey("replaced", pods|group, length, (*draft).setReplaced).called(func(v string) string { return "replaced after " + v }),
	newKey("capacity", everyKind, factor, (*draft).setCapacity).called(func(v string) string { return v + " capacity" }),
)

func numbered(all ...key) []key {
	for i := range all {
		all[i].order = i
	}
	return all
}

// keyed finds a key by its name.
func keyed(name string) (key, bool) {
	metric, ofMetric := strings.CutPrefix(name, "target.")
	for i, k := range keys {
		if k.name == name {
			return k, true
		}
		if k.name == "target" && ofMetric && metric != "" {
			k = target(metric)
			k.order = i
			return k, true
		}
	}
	return key{}, false
}

func keyNames(of kind) []string {
	var names []string
	for _, k := range keys {
		if k.of&of != 0 {
			names = append(names, k.name)
		}
	}
	return names
}

// target is the key of a metric's target; without a name it is the only metric's.
func target(metric string) key {
	k := newKey("target", pods|group, goalForm, func(d *draft, g goal) error { return d.setTarget(metric, g) })
	if metric != "" {
		k.words = func(v string) string { return metric + " target " + v }
	}
	return k
}

// rules are those of a direction, made where there are none.
func (d *draft) rules(direction string) *autoscale.Rules {
	h := &d.fleet.Pods.HPA
	if h.Behavior == nil {
		h.Behavior = &autoscale.Behavior{}
	}
	side := &h.Behavior.ScaleUp
	if direction == "down" {
		side = &h.Behavior.ScaleDown
	}
	if *side == nil {
		*side = &autoscale.Rules{}
	}
	return *side
}

func policies(direction string) key {
	return newKey(direction, pods, policyForm, func(d *draft, v []autoscale.Policy) error {
		d.rules(direction).Policies = v
		return nil
	})
}

func stabilization(direction string) key {
	return newKey(direction+".stabilization", pods, atMost(length, time.Hour, "1h"), func(d *draft, v time.Duration) error {
		d.rules(direction).Stabilization = &v
		return nil
	})
}

func choice(direction string) key {
	return newKey(direction+".select", pods, selectForm, func(d *draft, v autoscale.Select) error {
		d.rules(direction).Select = v
		return nil
	})
}

func tolerance(direction string) key {
	return newKey(direction+".tolerance", pods, ratio, func(d *draft, v float64) error {
		d.rules(direction).Tolerance = &v
		return nil
	})
}
