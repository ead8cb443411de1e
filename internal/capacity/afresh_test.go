package capacity

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A pod is placed at 9.5 and runs from 11.5 on; the API answers nothing from 5 to
// 10.9, and the first look then shows the place within 2 s. That look is no
// delivery: its condition time, with the half second that it was cut, tells.
func TestTheFirstLookAfterAGapIsNoDelivery(t *testing.T) {
	for _, c := range []struct {
		name  string
		gap   timeline.Gap
		place float64 // when it is taken to have been placed, s
	}{
		{"after a gap", timeline.Gap{From: at(5), To: at(10.9), Source: web}, 9.5},
		{"watched all the time", timeline.Gap{}, 10.9},
		{"a gap of another", timeline.Gap{From: at(5), To: at(10.9), Source: "hpa/default/other"}, 10.9},
		{"a gap that was over long before", timeline.Gap{From: at(5), To: at(10), Source: web}, 10.9},
	} {
		var f facts
		f.cut(9, 10.9, web, timeline.Place, "web-0")
		f.cut(11.5, 11.6, web, timeline.Start, "web-0")
		f.Gaps = []timeline.Gap{c.gap}
		u := (run{Timeline: f.Timeline, seconds: make([]timeline.Second, 20)}).units(Fleet{Name: web, Kind: HPA})[0]
		if got := u.ended[timeline.Place].best(); got != time.Duration(at(c.place)) {
			t.Errorf("%s: placed at %v; want %v s", c.name, got, c.place)
		}
		if got, want := took(u.ended[timeline.Place], u.ended[timeline.Start]), time.Duration(at(11.6-c.place)).Round(time.Millisecond); got != want {
			t.Errorf("%s: it took %v to start; want %v", c.name, got, want)
		}
	}
}

// Of the second that a look cuts short only the part before it can hold the truth.
func TestBeforeTheLook(t *testing.T) {
	for _, c := range []struct{ at, seen, want float64 }{{9, 20, 9.5}, {9, 9.6, 9.3}, {9.25, 9.25, 9.25}, {9.5, 9.4, 9.5}} {
		if got := beforeTheLook(at(c.at), at(c.seen)).best(); got != time.Duration(at(c.want)) {
			t.Errorf("beforeTheLook(%v, %v) = %v; want %v", c.at, c.seen, got, c.want)
		}
	}
}
