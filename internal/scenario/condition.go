package scenario

import (
	"math"
	"regexp"
	"time"

	"go.yaml.in/yaml/v3"
)

// condition is what objectives and guards are about: a percentile of response
// time, or the share of errors.
type condition struct {
	percentile string // "99.9"; "" for errors
	limit      time.Duration
	errors     float64
}

// quantile is the percentile from 0 to 1; 0 where there is none.
func (c condition) quantile() float64 { return math.Round(number(c.percentile)*1e3) / 1e5 }

var percentile = regexp.MustCompile(`^p([0-9]{1,2}(?:\.[0-9]{1,3})?)$`)

// percentileField makes the field p99, which is p50 and p99.9 too.
func percentileField[T any](into func(*T) *condition, doc string) field[T] {
	return field[T]{
		name: "p99", pattern: percentile, doc: doc, say: length.say, schema: length.schema,
		read: func(d *decoder, key, value *yaml.Node, in string, t *T) { readPercentile(d, key, value, in, into(t)) },
	}
}

func readPercentile(d *decoder, key, value *yaml.Node, in string, c *condition) {
	at := place{in, key.Value}
	limit, ok := length.read(d, value, at)
	name := percentile.FindStringSubmatch(key.Value)[1]
	switch {
	case c.percentile != "":
		d.mistake(key, in, "p%s and %s cannot go together (one condition each)", c.percentile, key.Value)
	case number(name) == 0:
		d.mistake(key, in, "%s is not a percentile such as p50, p99 or p99.9", key.Value)
	case ok:
		c.limit = limit
	}
	c.percentile = name
}

// percentileInReach says so where no request can take as long as a limit on
// response time, for it times out before.
func (d *decoder) percentileInReach(f *file, src source, c condition) {
	if timeout := f.target.timeout; d.env != nil && timeout > 0 && c.limit > timeout {
		d.mistake(child(src.node, "p"+c.percentile), src.in, "p%s %s is above target.timeout %s: no answer takes that long (at most %s, or a longer timeout)",
			c.percentile, lengthText(c.limit), lengthText(timeout), lengthText(timeout))
	}
}
