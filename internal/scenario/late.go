package scenario

import "time"

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
			"They are dropped, and counted, once they are this late.").like("250ms"),
		is("catch_up", truth, func(l *Late) *bool { return &l.CatchUp },
			"They are sent however late it is, as soon as the caps leave room.").like("true"),
	},
}

func compileLate(l Late) Late {
	if !l.CatchUp && l.DropAfter == 0 {
		l.DropAfter = dropAfter
	}
	return l
}
