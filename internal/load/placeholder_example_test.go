package load_test

import (
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/load"
)

// A feed gives visits their rows; what its columns are called, placeholders may
// name.
func ExampleReadFeed() {
	feed, err := load.ReadFeed(strings.NewReader("user,plan\nann,free\nbob,paid\n"))
	fmt.Println(feed.Columns, len(feed.Rows), err)

	fmt.Println(load.CheckPlaceholders(`{"user": "{{user}}", "seat": {{random 1 100}}}`, feed.Columns))
	fmt.Println(load.CheckPlaceholders("/users/{{usr}}", feed.Columns))

	_, err = load.ReadFeed(strings.NewReader("user,plan\nann,free\nbob\n"))
	fmt.Println(err)
	// Output:
	// [user plan] 2 <nil>
	// <nil>
	// unknown placeholder "usr" (a column of the feed, n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})
	// line 3: 1 field (expected 2, as the header has)
}
