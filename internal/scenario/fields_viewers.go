package scenario

import (
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

var viewersTable = object[simulation.Queue]{
	name: "viewers",
	say:  "a group such as {patience: 10s, retry: 50%}",
	doc:  "How impatient viewers wait when there are more requests than capacity, in a forecast. It does not change what a rehearsal sends.",
	fields: []field[simulation.Queue]{
		is("patience", length, func(q *simulation.Queue) *time.Duration { return &q.Patience },
			"How long a viewer waits: who would wait longer goes away, and who is answered by then counts as served.").need().like("10s"),
		is("retry", share, func(q *simulation.Queue) *float64 { return &q.Retry },
			"Share of those who went away, or found no room to wait, that come again.").or("0%").like("50%"),
		is("pause", wholeSeconds, func(q *simulation.Queue) *time.Duration { return &q.Pause },
			"How long after that they come again.").or("5s"),
		is("queue", positiveCount, func(q *simulation.Queue) *float64 { return &q.Room },
			"Requests that may wait for each unit; more are refused at once.").orElse("any number").like("200"),
	},
}
