package scenario

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// shape is what a value may be: how it is read, and how people and the JSON
// Schema are told.
type shape[V any] struct {
	say    string             // what is accepted: "a positive duration such as 90s or 5m"
	schema func(defs) *schema // the same for editors
	accept func(d *decoder, n *yaml.Node, at place, say string) (V, bool)
}

// read returns the value of n; where there is none to be had, it says why and
// what would be accepted.
func (s shape[V]) read(d *decoder, n *yaml.Node, at place) (V, bool) {
	return s.accept(d, n, at, s.say)
}

// form is a shape that is one piece of text, such as 400/s.
type form[V any] struct {
	name    string // in the schema's $defs
	say     string
	pattern string  // what the text must match, and the schema says
	number  bool    // the text may be a bare YAML number
	most    float64 // the largest such number; 0: any
	parse   func(parts []string) (V, bool)
	bound   string                   // what parse refuses although the pattern fits: "at most 10M/s"
	explain func(text string) string // why the pattern does not fit, where more can be said; may be nil
}

func (f form[V]) shape() shape[V] {
	pattern := regexp.MustCompile("^(?:" + f.pattern + ")$")
	return shape[V]{
		say: f.say,
		schema: func(all defs) *schema {
			return all.refer(f.name, func() *schema {
				text := &schema{Type: "string", Pattern: pattern.String()}
				options := []*schema{text, all.variable()}
				if f.number {
					options = append(options, &schema{Type: "number", Minimum: new(float64), Maximum: f.most})
				}
				return &schema{Description: f.say, AnyOf: options}
			})
		},
		accept: func(d *decoder, n *yaml.Node, at place, say string) (none V, ok bool) {
			text, ok := d.scalar(n, at, say)
			if !ok {
				return none, false
			}
			parts := pattern.FindStringSubmatch(text)
			if parts != nil {
				if v, ok := f.parse(parts); ok {
					return v, true
				}
			}
			d.mistake(n, at.in, "%s %q is %s", at.field, d.quote(n), f.wrong(text, say, parts != nil))
			return none, false
		},
	}
}

var exponent = regexp.MustCompile(`^[0-9.]+[eE][-+]?[0-9]`)

// wrong says what a text is that cannot be read: too large, too fine, or
// something else altogether.
func (f form[V]) wrong(text, say string, fits bool) string {
	if fits && f.bound != "" {
		return fmt.Sprintf("out of range (%s)", f.bound)
	}
	if !fits && f.explain != nil {
		if why := f.explain(text); why != "" {
			return why
		}
	}
	if !fits && exponent.MatchString(text) {
		return "written with an exponent, not as " + say
	}
	return "not " + say
}

// scalar returns the text of a leaf that is a setting.
func (d *decoder) scalar(n *yaml.Node, at place, say string) (string, bool) {
	if !d.leaf(n, at, say) {
		return "", false
	}
	return d.setting(n, at)
}

// leaf reports whether n is a value of its own, neither empty nor a list or a
// group; anything else is a mistake.
func (d *decoder) leaf(n *yaml.Node, at place, say string) bool {
	if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
		return true
	}
	d.wrongKind(n, at, say)
	return false
}

// wrongKind says that a value is not of the kind its field takes.
func (d *decoder) wrongKind(n *yaml.Node, at place, say string) {
	d.mistake(n, at.in, "%s is %s, not %s", at.field, kindOf(n), say)
}

// check narrows a shape: ok judges what was read, and say replaces its words.
func (s shape[V]) check(say string, ok func(V) bool) shape[V] {
	return shape[V]{say, s.schema, func(d *decoder, n *yaml.Node, at place, say string) (V, bool) {
		v, good := s.accept(d, n, at, say)
		if good && !ok(v) {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
			return v, false
		}
		return v, good
	}}
}

// within bounds a shape: what ok refuses is of the right kind, but out of range.
func (s shape[V]) within(bound string, ok func(V) bool) shape[V] {
	return shape[V]{s.say, s.schema, func(d *decoder, n *yaml.Node, at place, say string) (V, bool) {
		v, good := s.accept(d, n, at, say)
		if good && !ok(v) {
			d.mistake(n, at.in, "%s %q is out of range (%s)", at.field, d.quote(n), bound)
			return v, false
		}
		return v, good
	}}
}

// mapped turns what a shape reads into something else.
func mapped[V, W any](s shape[V], to func(V) W) shape[W] {
	return shape[W]{s.say, s.schema, func(d *decoder, n *yaml.Node, at place, say string) (W, bool) {
		v, ok := s.accept(d, n, at, say)
		return to(v), ok
	}}
}

// optional is a shape whose absence is nil.
func optional[V any](s shape[V]) shape[*V] {
	return mapped(s, func(v V) *V { return &v })
}

const decimal = `[0-9]+(?:\.[0-9]+)?`

// Bounds that keep arithmetic exact and plans drawable; no service comes near.
const (
	maxRate   = 1e7 // req/s
	maxTimes  = 1e6
	maxCount  = 1e12
	maxUnits  = 1e6
	maxLength = 7 * 24 * time.Hour
	minLength = time.Millisecond // of what has to take some time
)

var (
	duration = form[time.Duration]{
		name: "duration", say: "a duration such as 90s, 5m or 1h30m",
		pattern: `(?:` + decimal + `(?:ms|s|m|h))+`,
		parse: func(p []string) (time.Duration, bool) {
			v, err := time.ParseDuration(p[0])
			return v, err == nil && v <= maxLength
		},
		bound: "at most 168h", explain: explainDuration,
	}.shape()

	length = duration.check("a positive duration such as 90s or 5m", func(v time.Duration) bool { return v > 0 }).
		within("at least 1ms", func(v time.Duration) bool { return v >= minLength })

	share = form[float64]{
		name: "share", say: "a share such as 80% or 0.8",
		pattern: `(` + decimal + `)%|0(?:\.[0-9]+)?|1(?:\.0+)?`, number: true, most: 1,
		parse: func(p []string) (float64, bool) { v := ratioOf(p); return v, v <= 1 },
		bound: "at most 100%",
	}.shape()

	ratio = form[float64]{
		name: "ratio", say: "a ratio such as 20% or 0.2",
		pattern: `(` + decimal + `)%|` + decimal, number: true,
		parse: func(p []string) (float64, bool) { v := ratioOf(p); return v, v <= maxTimes },
		bound: "at most 1000000",
	}.shape()

	times = form[float64]{
		name: "times", say: "a factor such as 60x or 0.1",
		pattern: `(` + decimal + `)x?`, number: true,
		parse: func(p []string) (float64, bool) { v := number(p[1]); return v, v <= maxTimes },
		bound: "at most 1000000x",
	}.shape().check("a factor such as 60x or 0.1", func(v float64) bool { return v > 0 })

	weight = form[float64]{
		name: "weight", say: "a positive number such as 5",
		pattern: decimal, number: true,
		parse: func(p []string) (float64, bool) { v := number(p[0]); return v, v <= maxTimes },
		bound: "at most 1000000",
	}.shape().check("a positive number such as 5", func(v float64) bool { return v > 0 })

	count = form[float64]{
		name: "count", say: "a count such as 12, 20k or 3M",
		pattern: `(` + decimal + `)([kM]?)`, number: true,
		parse: func(p []string) (float64, bool) {
			v := math.Round(number(p[1])*prefix(p[2])*1000) / 1000
			return v, v <= maxCount
		},
		bound: "at most 1000000M",
	}.shape().check("a count such as 12, 20k or 3M", func(v float64) bool { return v == math.Trunc(v) })

	rate = form[float64]{
		name: "rate", say: "a rate such as 400/s, 4k/s or 60/m",
		pattern: ratePattern,
		parse:   parseRate, bound: mostRate,
	}.shape()

	amount = form[amountOf]{
		name: "amount", say: "a rate such as 400/s, or 10x for ten times the baseline",
		pattern: ratePattern + `|(` + decimal + `)x`,
		parse: func(p []string) (amountOf, bool) {
			if p[4] != "" {
				v := number(p[4])
				return amountOf{times: v}, v <= maxTimes
			}
			v, ok := parseRate(p)
			return amountOf{rate: v}, ok
		},
		bound: mostRate + ", or 1000000x",
	}.shape()
)

// amountOf is a rate as written: absolute, or as a multiple of the baseline.
type amountOf struct {
	rate  float64 // req/s
	times float64 // of the baseline, where rate is 0
}

const mostRate = "at most 10M/s"

const ratePattern = `(` + decimal + `)([kM]?)/(s|m|h)`

func parseRate(p []string) (float64, bool) {
	per := map[string]float64{"s": 1, "m": 60, "h": 3600}[p[3]]
	v := number(p[1]) * prefix(p[2]) / per
	return v, v <= maxRate
}

// explainDuration says why a Go duration is none that a scenario accepts.
func explainDuration(text string) string {
	switch v, err := time.ParseDuration(text); {
	case err != nil || v < 0:
		return ""
	case v < minLength:
		return "finer than a millisecond (units are h, m, s and ms)"
	default:
		return "not written in h, m, s and ms"
	}
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

// number parses what decimal matched; beyond float64 it is +Inf.
func number(text string) float64 {
	v, _ := strconv.ParseFloat(text, 64)
	return v
}

func ratioOf(parts []string) float64 {
	if parts[1] != "" {
		return number(parts[1]) / 100
	}
	return number(parts[0])
}

// units is a count of instances, pods or slots.
func units(least int) shape[int] {
	say := fmt.Sprintf("a whole number from %d", least)
	narrow := count.check(say, func(v float64) bool { return v >= float64(least) }).
		within("at most 1M", func(v float64) bool { return v <= maxUnits })
	return mapped(narrow, func(v float64) int { return int(v) })
}

// text is any scalar, as a setting.
var text = shape[string]{
	say:    "text",
	schema: func(defs) *schema { return &schema{Type: []string{"string", "number", "boolean"}} },
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		s, ok := d.scalar(n, at, say)
		if ok && strings.TrimSpace(s) == "" {
			d.mistake(n, at.in, "%s is empty", at.field)
			return "", false
		}
		return s, ok
	},
}

// private is any scalar whose variables may hold secrets.
var private = shape[string]{
	say:    "text",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		if !d.leaf(n, at, say) {
			return "", false
		}
		e, ok := d.secret(n, at)
		return e.text, ok
	},
}

// truth is true or false.
var truth = shape[bool]{
	say: "true or false",
	schema: func(all defs) *schema {
		return &schema{AnyOf: []*schema{{Type: "boolean"}, all.variable()}}
	},
	accept: func(d *decoder, n *yaml.Node, at place, say string) (bool, bool) {
		s, ok := d.scalar(n, at, say)
		if ok && s != "true" && s != "false" {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
			return false, false
		}
		return s == "true", ok
	},
}

// oneOf is a choice among words.
func oneOf(words ...string) shape[string] {
	say := strings.Join(words, " | ")
	return shape[string]{
		say: say,
		schema: func(all defs) *schema {
			return &schema{AnyOf: []*schema{{Type: "string", Enum: words}, all.variable()}}
		},
		accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
			s, ok := d.scalar(n, at, say)
			if ok && !slices.Contains(words, s) {
				d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
				return s, false
			}
			return s, ok
		},
	}
}
