package scenario

import (
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// spreadOf is a value as written: certain, or as far as its median and its 95th
// percentile say.
type spreadOf[V any] struct {
	source
	p50, p95 V
}

// wide says whether a 95th percentile is written.
func (s spreadOf[V]) wide() bool { return child(s.node, "p95") != nil }

// spreadTable is what a spread of values of one shape is made of.
func spreadTable[V any](name, what string, item shape[V], like, worse string) object[spreadOf[V]] {
	return object[spreadOf[V]]{
		name: name,
		say:  "a range such as {p50: " + like + ", p95: " + worse + "}",
		doc:  what + " as far as it is known, log-normal through its median and 95th percentile. A rehearsal sends the median; a forecast draws from all of it.",
		fields: []field[spreadOf[V]]{
			is("p50", item, func(s *spreadOf[V]) *V { return &s.p50 },
				"The median: as likely less as more.").need().like(like),
			is("p95", item, func(s *spreadOf[V]) *V { return &s.p95 },
				"One airing of twenty has more; at least p50.").need().like(worse),
		},
	}
}

var (
	amountSpreadTable = spreadTable("amount_spread", "A rate", amount, "8x", "16x")
	lengthSpreadTable = spreadTable("length_spread", "A duration", length, "45s", "3m")

	amountSpread = orSpread(amount, amountSpreadTable)
	lengthSpread = orSpread(length, lengthSpreadTable)
)

// orSpread is a value, or a spread of such values.
func orSpread[V any](item shape[V], table object[spreadOf[V]]) shape[spreadOf[V]] {
	group := table.shape()
	return shape[spreadOf[V]]{
		say:    item.say + ", or " + table.say,
		schema: func(all defs) *schema { return &schema{AnyOf: []*schema{item.schema(all), table.schemaOf(all)}} },
		accept: func(d *decoder, n *yaml.Node, at place, say string) (spreadOf[V], bool) {
			if n.Kind == yaml.MappingNode {
				s, ok := group.read(d, n, at)
				return s, ok && s.sound
			}
			if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
				say = item.say
			}
			v, ok := item.accept(d, n, at, say)
			return spreadOf[V]{source: source{n, at.in, ok}, p50: v}, ok
		},
	}
}

// Spreads say how uncertain a spot is; what is not uncertain has its P50 alone.
type Spreads struct {
	Peak           traffic.Spread // visits/s
	Rise, HalfLife traffic.Spread // s
}

// secondsOf is a spread of durations in seconds.
func secondsOf(s spreadOf[time.Duration]) traffic.Spread {
	return traffic.Spread{P50: s.p50.Seconds(), P95: s.p95.Seconds()}
}

// part returns where a field's median or 95th percentile is written: the value
// itself where it is certain, and the object where the field is not given.
func part(n *yaml.Node, field, quantile string) *yaml.Node {
	value := childOr(n, field)
	if value == n {
		return n
	}
	return childOr(value, quantile)
}
