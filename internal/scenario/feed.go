package scenario

import (
	"io"

	"github.com/seed-f864f198/onair/internal/load"
)

const maxFeed = 256 << 20

type feedFields struct {
	source
	file   string
	order  string
	repeat bool
}

var feedTable = object[feedFields]{
	name: "feed",
	say:  "a file such as users.csv, or a group such as {file: users.csv, order: random, repeat: true}",
	doc:  "A row of values for each visit. The file's name alone stands for {file: …}.",
	fields: []field[feedFields]{
		is("file", text, func(f *feedFields) *string { return &f.file },
			"CSV with a header line of column names and a row a visit; gzip too. Relative to the scenario, or to the working directory in --set. The run directory keeps its name, not its rows.").
			need().like("users.csv"),
		is("order", oneOf("in_order", "random"), func(f *feedFields) *string { return &f.order },
			"Whether visits take the rows in their own order or at random, each row once before any comes again.").or("in_order"),
		is("repeat", truth, func(f *feedFields) *bool { return &f.repeat },
			"Whether rows are used again after the last; without, there must be one for each visit.").or("false").like("true"),
	},
}

// compileFeed reads the rows for placeholders. A stored scenario has none, for
// they may hold passwords.
func (d *decoder) compileFeed(f *file, s *Scenario) *load.Feed {
	if f.feed == nil || !f.feed.sound || d.env == nil {
		return nil
	}
	n := child(f.feed.node, "file")
	feed, err := readFeed(d.fileName(n, f.feed.file))
	switch {
	case err != nil:
		d.mistake(n, f.feed.in, "file: %s: %s", d.shownFile(n), err)
		return nil
	case feed != nil:
		feed.Random, feed.Repeat = f.feed.order == "random", f.feed.repeat
		d.rowsSuffice(f.feed, feed, s)
	}
	return feed
}

func readFeed(path string) (*load.Feed, error) {
	file, err := openFile(path, maxFeed)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return load.ReadFeed(io.LimitReader(file, maxFeed))
}

// rowsSuffice says so where visits would be left without a row.
func (d *decoder) rowsSuffice(fields *feedFields, feed *load.Feed, s *Scenario) {
	rows := uint64(len(feed.Rows))
	if feed.Repeat || s.Plan().CountVisits(rows+1) <= rows {
		return
	}
	d.mistake(fields.node, fields.in, "%s has %d rows, and about %s visits are planned (repeat: true uses rows again)",
		d.shownFile(child(fields.node, "file")), rows, whole(s.Traffic.Visits.Total()))
}
