package figure_test

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// What is judged against a limit stays on its true side of it.
func Example() {
	fmt.Println(figure.Rate(1238), figure.Times(6.5), figure.Count(120400), figure.Share(0.1234))
	limit := 800 * time.Millisecond
	fmt.Println(figure.Duration(800400*time.Microsecond), "is at most", figure.ExactDuration(limit)+"?")
	fmt.Println(figure.DurationAgainst(800400*time.Microsecond, limit), "is not.")
	fmt.Println(figure.Change(0.1997, 0.2), "is less than the +20 % asked for.")
	// Output:
	// 1.24k/s 6.5x 120,400 12.3 %
	// 800 ms is at most 800 ms?
	// 800.4 ms is not.
	// +19 % is less than the +20 % asked for.
}
