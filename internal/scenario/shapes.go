package scenario

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // so that zone means the same on every machine

	"go.yaml.in/yaml/v3"
)

// The shapes below belong to few fields each.

// objectPattern is NAMESPACE/NAME as Kubernetes lets both be called.
const objectPattern = `[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?/[a-z0-9](?:[-.a-z0-9]{0,251}[a-z0-9])?`

var (
	scenarioName = form[string]{
		name: "name", say: "a name of letters, digits, -, _ and . (it names a directory)",
		pattern: `[A-Za-z0-9][A-Za-z0-9_.-]{0,62}`,
		parse:   func(p []string) (string, bool) { return p[0], true },
		explain: func(text string) string {
			if n := len([]rune(text)); n > 63 {
				return fmt.Sprintf("of %d characters (at most 63)", n)
			}
			return ""
		},
	}.shape()

	responseHeader = mapped(form[string]{
		name: "header_name", say: "a header's name such as X-Unit",
		pattern: headerToken,
		parse:   func(p []string) (string, bool) { return p[0], true },
	}.shape(), http.CanonicalHeaderKey)

	objectName = form[string]{
		name: "object_name", say: "NAMESPACE/NAME such as default/web",
		pattern: objectPattern,
		parse:   func(p []string) (string, bool) { return p[0], true },
	}.shape()

	fleetName = form[string]{
		name: "fleet_name", say: "hpa/NAMESPACE/NAME or asg/NAME such as hpa/prod/web",
		pattern: `hpa/` + objectPattern + `|asg/[^:]{1,255}`,
		parse:   func(p []string) (string, bool) { return p[0], true },
	}.shape()

	positiveRate  = rate.check("a positive rate such as 400/s, 4k/s or 60/m", func(v float64) bool { return v > 0 })
	positiveCount = count.check("a positive count such as 12, 20k or 3M", func(v float64) bool { return v >= 1 })
	sigma         = weight.check("a number up to 3 such as 0.5", func(v float64) bool { return v <= 3 })
	positiveShare = share.check("a positive share such as 50% or 0.5", func(v float64) bool { return v > 0 })
	addressAge    = length.within("at least 100ms", func(v time.Duration) bool { return v >= 100*time.Millisecond })
	seed          = mapped(count.check("a whole number such as 7", func(float64) bool { return true }), func(v float64) uint64 { return uint64(v) })
	wholeSeconds  = length.check("a whole number of seconds such as 10s", func(v time.Duration) bool { return v >= time.Second && v%time.Second == 0 })

	cost = form[float64]{
		name: "cost", say: "a number such as 0.05",
		pattern: decimal, number: true,
		parse: func(p []string) (float64, bool) { v := number(p[0]); return v, v <= maxCount },
		bound: "at most 1000000000000",
	}.shape()

	perVisit = form[float64]{
		name: "per_visit", say: "a count such as 3, 0.5 or 20%",
		pattern: `(` + decimal + `)%|` + decimal, number: true, most: 1000,
		parse: func(p []string) (float64, bool) { v := ratioOf(p); return v, v <= 1000 },
		bound: "at most 1000",
	}.shape().check("a positive count such as 3, 0.5 or 20%", func(v float64) bool { return v > 0 })

	binCount = form[float64]{
		name: "bin_count", say: "a count such as 24000",
		pattern: decimal, number: true,
		parse: func(p []string) (float64, bool) { v := number(p[0]); return v, v <= maxCount },
		bound: "at most 1000000000000",
	}.shape()

	status = mapped(form[float64]{
		name: "status", say: "an HTTP status such as 201",
		pattern: `[1-5][0-9][0-9]`, number: true,
		parse: func(p []string) (float64, bool) { return number(p[0]), true },
	}.shape(), func(v float64) int { return int(v) })

	instant = form[time.Time]{
		name: "instant", say: "an instant such as 2026-07-07T21:00:00+09:00",
		pattern: `[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})`,
		parse: func(p []string) (time.Time, bool) {
			t, err := time.Parse(time.RFC3339, p[0])
			return t, err == nil
		},
	}.shape()

	clock = form[moment]{
		name: "clock", say: "a clock time such as 18:00, or an instant such as 2026-07-07T18:00:00+09:00",
		pattern: `(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2}))|[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?`,
		parse:   parseMoment,
	}.shape()

	target = form[metricTarget]{
		name: "metric_target", say: "a share such as 60%, or a rate such as 50/s",
		pattern: `(?:(` + decimal + `)%|` + decimal + `)|` + ratePattern, number: true,
		parse: parseTarget, bound: mostRate + ", or 100000000%",
	}.shape().check("a positive share such as 60%, or a positive rate such as 50/s", func(t metricTarget) bool { return t.value > 0 })
)

// moment is an instant, or a clock time on a day that the counts give.
type moment struct {
	instant time.Time
	clock   time.Duration // since midnight
	given   bool
}

func parseMoment(p []string) (moment, bool) {
	if t, err := time.Parse(time.RFC3339, p[0]); err == nil {
		return moment{instant: t, given: true}, true
	}
	for _, layout := range []string{"15:04", "15:04:05"} {
		if t, err := time.Parse(layout, p[0]); err == nil {
			h, m, s := t.Clock()
			clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
			return moment{clock: clock, given: true}, true
		}
	}
	return moment{}, false
}

// metricTarget is an autoscaler's target: a ratio, or a rate per unit.
type metricTarget struct {
	value  float64
	isRate bool
}

func parseTarget(p []string) (metricTarget, bool) {
	if p[4] != "" {
		v, ok := parseRate(p[1:])
		return metricTarget{v, true}, ok
	}
	v := ratioOf(p)
	return metricTarget{v, false}, v <= maxTimes
}

var zone = shape[*time.Location]{
	say:    "a time zone such as Asia/Tokyo",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (*time.Location, bool) {
		name, ok := d.scalar(n, at, say)
		if !ok {
			return nil, false
		}
		loc, err := time.LoadLocation(name)
		if err != nil || name == "" || name == "Local" {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
			return nil, false
		}
		return loc, true
	},
}

// titleText is the name of a request, where it is referred to. Its variables stay: what
// it means is found where that is known.
var titleText = shape[string]{
	say:    "text",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		if !d.leaf(n, at, say) {
			return "", false
		}
		if strings.TrimSpace(n.Value) == "" {
			d.mistake(n, at.in, "%s is empty", at.field)
			return "", false
		}
		return n.Value, true
	},
}

// allowedHost is an entry of allow_hosts, of a form that a host can match.
var allowedHost = shape[string]{
	say:    "a host without port, such as staging.example.jp, *.example.jp or 127.0.0.1",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		host, ok := private.accept(d, n, at, say)
		if !ok || d.opaque(host) {
			return host, ok
		}
		if !matchable(host) {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
			return host, false
		}
		return host, true
	},
}

var (
	hostName  = regexp.MustCompile(`^[\pL\pM\pN_](?:[-\pL\pM\pN_]*[\pL\pM\pN_])?(?:\.[\pL\pM\pN_](?:[-\pL\pM\pN_]*[\pL\pM\pN_])?)*\.?$`)
	endsAsOne = regexp.MustCompile(`(?:^|\.)[0-9]+\.?$`) // as an IPv4 address does, and no name
)

// matchable reports whether a host can be what an entry of allow_hosts says: an
// address, a name, or any name below one.
func matchable(entry string) bool {
	inside, bracketed := strings.CutPrefix(entry, "[")
	if bracketed {
		inside = strings.TrimSuffix(inside, "]")
	}
	if address, err := netip.ParseAddr(inside); err == nil {
		return !bracketed || address.Is6()
	}
	name := strings.TrimPrefix(entry, "*.")
	return hostName.MatchString(name) && !endsAsOne.MatchString(name)
}

// requestPath is the path and query of a request.
var requestPath = shape[string]{
	say:    "a path such as /api/items?page=1",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		path, ok := templated.accept(d, n, at, say)
		if !ok || d.opaque(path) {
			return path, ok
		}
		// A path that begins with two slashes could be taken for another host.
		filled := placeholder.ReplaceAllString(path, "0")
		_, err := url.ParseRequestURI(filled)
		if err != nil || !strings.HasPrefix(filled, "/") || strings.HasPrefix(filled, "//") || strings.ContainsAny(filled, "# ") {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
			return path, false
		}
		return path, true
	},
}

var base64Text = shape[[]byte]{
	say:    "text in base64",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) ([]byte, bool) {
		s, ok := private.accept(d, n, at, say)
		if !ok || d.opaque(s) {
			return []byte(s), ok
		}
		decoded, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(s), ""))
		if err != nil {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
		}
		return decoded, err == nil
	},
}

// anything is any value, read as JSON; its texts may hold secrets and placeholders.
var anything = shape[[]byte]{
	say:    "any value",
	schema: func(defs) *schema { return &schema{} },
	accept: func(d *decoder, n *yaml.Node, at place, _ string) ([]byte, bool) {
		before := len(d.mistakes)
		v := d.jsonOf(n, at)
		if len(d.mistakes) > before {
			return nil, false
		}
		encoded, err := json.Marshal(v)
		return encoded, err == nil
	},
}

// jsonOf returns what n is in JSON.
func (d *decoder) jsonOf(n *yaml.Node, at place) any {
	switch n.Kind {
	case yaml.MappingNode:
		fields := map[string]any{}
		for key, value := range d.pairs(n, at.inside()) {
			d.hasPlaceholders(key, at, key.Value)
			fields[key.Value] = d.jsonOf(value, place{at.inside(), shorten(key.Value)})
		}
		return fields
	case yaml.SequenceNode:
		items := make([]any, len(n.Content))
		for i, c := range n.Content {
			items[i] = d.jsonOf(c, place{at.in, fmt.Sprintf("%s[%d]", at.field, i)})
		}
		return items
	}
	return d.jsonScalar(n, at)
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?$`)

func (d *decoder) jsonScalar(n *yaml.Node, at place) any {
	switch n.Tag {
	case "!!null":
		return nil
	case "!!bool":
		return strings.EqualFold(n.Value, "true")
	case "!!int", "!!float":
		if jsonNumber.MatchString(n.Value) {
			return json.Number(n.Value)
		}
		var v float64
		if err := n.Decode(&v); err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			d.mistake(n, at.in, "%s %q is not a number that JSON knows", at.field, d.quote(n))
			return nil
		}
		return v
	}
	s, _ := templated.accept(d, n, at, "text")
	return s
}
