package load

import "io"

// Feed gives every visit a row of values, which the placeholders of its
// requests name by column.
type Feed struct {
	Columns []string
	Rows    [][]string
	Random  bool // rows in a random order, each once; else in their own
	Repeat  bool // from the first again after the last
}

// ReadFeed reads CSV with a header line of column names. Errors begin with the
// line they are about.
func ReadFeed(r io.Reader) (*Feed, error) {
	return nil, nil
}

