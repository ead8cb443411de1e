package forecast

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// form is how a value is written: as in a scenario, whose package stands on this one
// and has a test that holds both to one table.
type form[V any] struct {
	say   string // what is accepted: "a duration such as 90s"
	parse func(text string) (V, bool)
}

// read returns the value of a text; the error continues the name of its key.
func (f form[V]) read(text string) (V, error) {
	v, ok := f.parse(text)
	if !ok {
		return v, fmt.Errorf("%.60q is not %s", text, f.say)
	}
	return v, nil
}

// check narrows a form.
func (f form[V]) check(say string, right func(V) bool) form[V] {
	return form[V]{say, func(text string) (V, bool) {
		v, ok := f.parse(text)
		return v, ok && right(v)
	}}
}

func nonzero(f form[float64]) form[float64] {
	return f.check(f.say+", above 0", func(v float64) bool { return v > 0 })
}

func atLeast(f form[time.Duration], least time.Duration, text string) form[time.Duration] {
	return f.check(f.say+", at least "+text, func(v time.Duration) bool { return v >= least })
}

func atMost(f form[time.Duration], most time.Duration, text string) form[time.Duration] {
	return f.check(f.say+", at most "+text, func(v time.Duration) bool { return v <= most })
}

// Bounds that keep arithmetic exact; no service comes near.
const (
	mostUnits  = 1e6
	mostRatio  = 1e6
	mostRate   = 1e7 // req/s
	mostLength = 7 * 24 * time.Hour
)

const decimal = `[0-9]+(?:\.[0-9]+)?`

var (
	lengthText = regexp.MustCompile(`^(?:` + decimal + `(?:ms|s|m|h))+$`)
	ratioText  = regexp.MustCompile(`^(` + decimal + `)(%?)$`)
	rateText   = regexp.MustCompile(`^(` + decimal + `)([kM]?)/(s|m|h)$`)
	countText  = regexp.MustCompile(`^(` + decimal + `)([kM]?)$`)
	policyText = regexp.MustCompile(`^([0-9]+)(%?)/(.+)$`)
)

var length = form[time.Duration]{"a duration such as 90s or 5m", func(text string) (time.Duration, bool) {
	if !lengthText.MatchString(text) {
		return 0, false
	}
	v, err := time.ParseDuration(text)
	return v, err == nil && v <= mostLength
}}

var ratio = form[float64]{"a ratio such as 20% or 0.2", func(text string) (float64, bool) {
	p := ratioText.FindStringSubmatch(text)
	if p == nil {
		return 0, false
	}
	v := number(p[1])
	if p[2] != "" {
		v /= 100
	}
	return v, v <= mostRatio
}}

var rate = form[float64]{"a rate such as 50/s or 3k/m", func(text string) (float64, bool) {
	p := rateText.FindStringSubmatch(text)
	if p == nil {
		return 0, false
	}
	v := number(p[1]) * prefix(p[2]) / map[string]float64{"s": 1, "m": 60, "h": 3600}[p[3]]
	return v, v <= mostRate
}}

var factor = form[float64]{"a factor such as 1.2x, from 0.001x to 1000x", func(text string) (float64, bool) {
	digits, ok := strings.CutSuffix(text, "x")
	p := ratioText.FindStringSubmatch(digits)
	if !ok || p == nil || p[2] != "" {
		return 0, false
	}
	v := number(p[1])
	return v, v >= 0.001 && v <= 1000
}}

// whole is a count of units.
func whole(least int) form[int] {
	return form[int]{fmt.Sprintf("a whole number from %d", least), func(text string) (int, bool) {
		p := countText.FindStringSubmatch(text)
		if p == nil {
			return 0, false
		}
		v := math.Round(number(p[1])*prefix(p[2])*1000) / 1000 // 1.001k is 1001, which the product is not
		return int(v), v == math.Trunc(v) && v >= float64(least) && v <= mostUnits
	}}
}

func number(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64) // the patterns let only numbers through; too large is infinite
	return v
}

func prefix(letter string) float64 {
	switch letter {
	case "k":
		return 1e3
	case "M":
		return 1e6
	}
	return 1
}

// goal is a metric's target.
type goal struct {
	value  float64
	isRate bool
}

func (g goal) positive() bool { return g.value > 0 }

var goalForm = form[goal]{parse: func(text string) (goal, bool) {
	if v, ok := rate.parse(text); ok {
		return goal{v, true}, true
	}
	v, ok := ratio.parse(text)
	return goal{v, false}, ok
}}.check("a share above 0 such as 50%, or a rate above 0 such as 60/s", goal.positive)

// scaled is a time it takes: always the same, or so many times what it took.
type scaled struct {
	always time.Duration
	times  float64 // 0: always
}

var pace = form[scaled]{"a duration such as 45s, or a factor such as 0.5x", func(text string) (scaled, bool) {
	if v, ok := factor.parse(text); ok {
		return scaled{times: v}, true
	}
	v, ok := length.parse(text)
	return scaled{always: v}, ok
}}

var selectForm = form[autoscale.Select]{"min, max or disabled", func(text string) (autoscale.Select, bool) {
	s, ok := map[string]autoscale.Select{"min": autoscale.SelectMin, "max": autoscale.SelectMax, "disabled": autoscale.SelectDisabled}[text]
	return s, ok
}}

// policyForm has the API's bounds: whole seconds, at most half an hour.
var policyForm = form[[]autoscale.Policy]{"policies such as 100%/15s+4/15s (percent or units in a period of 1s to 30m)", func(text string) ([]autoscale.Policy, bool) {
	var all []autoscale.Policy
	for part := range strings.SplitSeq(text, "+") {
		p := policyText.FindStringSubmatch(strings.TrimSpace(part))
		if p == nil {
			return nil, false
		}
		v, known := whole(1).parse(p[1])
		period, ok := length.parse(p[3])
		if !known || !ok || period < time.Second || period > 30*time.Minute || period%time.Second != 0 {
			return nil, false
		}
		policy := autoscale.Policy{Type: autoscale.Pods, Value: v, Period: period}
		if p[2] != "" {
			policy.Type = autoscale.Percent
		}
		all = append(all, policy)
	}
	return all, true
}}

// loss is a share of the units that go.
type loss struct {
	share float64
	at    time.Duration
}

var lossForm = form[loss]{"a share of the units and when they go, such as 1/3@2m", func(text string) (loss, bool) {
	part, when, _ := strings.Cut(text, "@")
	share, ok := ratio.parse(part)
	if above, below, fraction := strings.Cut(part, "/"); fraction {
		a, known := whole(1).parse(above)
		b, too := whole(1).parse(below)
		share, ok = float64(a)/float64(max(b, 1)), known && too
	}
	at, too := length.parse(when)
	return loss{share, at}, ok && too && share > 0 && share <= 1
}}

func lossWords(value string) string {
	part, when, _ := strings.Cut(value, "@")
	return fmt.Sprintf("%s lost at %s", part, when)
}
