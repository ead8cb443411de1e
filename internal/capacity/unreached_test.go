package capacity

import (
	"fmt"
	"strings"
	"testing"
)

// Of a run that was cut short before its peak what was ready at worst is not known
// from below, and a warning says why.
func TestNeverCame(t *testing.T) {
	tl, q := steady([]int64{100, 200, 300, 400}, 500)
	tl.Seconds, tl.Events = tl.Seconds[:2], nil
	if r := Analyze(tl, q); r.Headroom.WorstAt != nil || strings.Contains(fmt.Sprint(r.Warnings), "what was ready at worst") {
		t.Errorf("warnings of a run of 2 s = %q; want none of what was ready: nothing is known of one unit", r.Warnings)
	}
	tl, q = steady([]int64{100, 200, 400, 100, 500}, 300)
	tl.Seconds, tl.Events = tl.Seconds[:40], nil
	if r := Analyze(tl, q); r.Headroom.Ready.Low != nil || r.Headroom.Ready.High == nil || !strings.Contains(fmt.Sprint(r.Warnings), "what was ready at worst is known from above only") {
		t.Errorf("ready %+v, warnings %q; want it known from above only, and so said", r.Headroom.Ready, r.Warnings)
	}
	for _, killed := range []bool{false, true} {
		tl, q := steady([]int64{100, 200, 300, 400}, 500)
		if killed {
			tl.Seconds, tl.Events = tl.Seconds[:20], nil
		}
		r := Analyze(tl, q)
		const said = "what was ready at worst is not known: the run ended before the 400/s that was planned for later"
		warned := strings.Contains(fmt.Sprint(r.Warnings), said)
		if known := r.Headroom.Ready.Low != nil; known == killed || warned != killed {
			t.Errorf("killed %v: ready %+v, warnings %q; want it unknown, and so said, only where it was killed", killed, r.Headroom.Ready, r.Warnings)
		}
	}
}
