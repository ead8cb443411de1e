package capacity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Ready units that went while as many as before were wanted are warned of, once.
func TestReadyUnitsThatFellAreWarnedOf(t *testing.T) {
	ready := func(s, units float64) timeline.Reading { return reading(s, web, timeline.Ready, units) }
	desired := func(s, units float64) timeline.Reading { return reading(s, web, timeline.Desired, units) }
	from := []timeline.Reading{desired(-1, 4), ready(-1, 4)}
	const because = " (units crash, fail their probes or are taken away)"
	for _, c := range []struct {
		name     string
		readings []timeline.Reading
		want     string // without the source and the likely causes; empty for none
	}{
		{"none", nil, ""},
		// 4 to 3 at 5 for 6 s, 4 to 2 from 13 to 25, 4 to 3 from 26 to the end.
		{"three times", []timeline.Reading{ready(5, 3), ready(11, 4), ready(13, 3), desired(19, 6), ready(20, 2), ready(21, 3), ready(25, 4), ready(26, 3)},
			"ready fell from 4 to 2 at 00:00:20 while 6 were desired, for 12 s, and 2 times more"},
		{"it stays so", []timeline.Reading{ready(30, 3)}, "ready fell from 4 to 3 at 00:00:30 while 4 were desired, for 10 s"},
		{"twice", []timeline.Reading{ready(5, 3), ready(11, 4), ready(13, 3), ready(15, 4)},
			"ready fell from 4 to 3 at 00:00:05 while 4 were desired, for 6 s, and once more"},
		{"until fewer are desired", []timeline.Reading{ready(5, 3), desired(9, 3)}, "ready fell from 4 to 3 at 00:00:05 while 4 were desired, for 4 s"},
		{"the autoscaler took them", []timeline.Reading{desired(9, 2), ready(10, 3), ready(11, 2)}, ""},
		{"told of before the decision", []timeline.Reading{ready(10, 3), desired(10.5, 3)}, ""},
		{"more than desired", []timeline.Reading{ready(5, 6), ready(9, 4)}, ""},
		{"new ones are on their way", []timeline.Reading{desired(5, 8), ready(9, 6)}, ""},
		{"for less than a second", []timeline.Reading{ready(5, 3), ready(5.4, 4)}, ""},
		{"when all was sent", []timeline.Reading{ready(41, 3)}, ""},
	} {
		var want []string
		if c.want != "" {
			want = []string{web + ": " + c.want + because}
		}
		r := ran(append(from[:2:2], c.readings...), nil)
		if diff := cmp.Diff(want, r.fallWarnings(Question{Fleets: []Fleet{{Name: web, Kind: HPA}}})); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
	if got := ran([]timeline.Reading{ready(0, 4), ready(9, 2)}, nil).falls(Fleet{Name: web}); got != nil {
		t.Errorf("falls where nothing is known of what was desired = %v; want none", got)
	}
}
