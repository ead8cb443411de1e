package scenario

import (
	"time"

	"go.yaml.in/yaml/v3"
)

// dropAfter is how late a request may be sent where the file does not say: by
// then it would no longer be part of the traffic that was planned.
const dropAfter = 250 * time.Millisecond

var lateTable = object[Late]{
	name: "late",
	say:  "a group such as {drop_after: 250ms} or {catch_up: true}",
	doc:  "What becomes of requests that cannot be sent when they are due.",
	one:  []string{"drop_after", "catch_up"},
	fields: []field[Late]{
		is("drop_after", length, func(l *Late) *time.Duration { return &l.DropAfter },
			"They are dropped, and counted, once they are this late, and at once where a cap is full.").like("250ms"),
		is("catch_up", catchingUp, func(l *Late) *bool { return &l.CatchUp },
			"They are sent however late it is, as soon as the caps leave room.").like("true"),
	},
}

// catchingUp is true: false would leave open what becomes of late requests. A
// stored scenario may have it, for it was sound once.
var catchingUp = shape[bool]{
	say:    "true",
	schema: truth.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (bool, bool) {
		on, ok := truth.accept(d, n, at, say)
		if ok && !on && d.env != nil {
			d.mistake(n, at.in, "%s false is how it is without it: leave it out, or give drop_after", at.field)
		}
		return on, ok
	},
}

func compileLate(l Late) Late {
	if !l.CatchUp && l.DropAfter == 0 {
		l.DropAfter = dropAfter
	}
	return l
}
