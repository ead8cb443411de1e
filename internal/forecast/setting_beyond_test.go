package forecast

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// Of a demand of 190 s in its slowest form what begins in second 190 or later is a
// mistake; what has begun by then is not, however long it goes on.
func TestReaches(t *testing.T) {
	spot := Demand{
		Waves: []simulation.Wave{{Requests: make([]float64, 180)}, {Requests: make([]float64, 170), Forms: [][]float64{make([]float64, 190)}}},
		Spots: []simulation.Span{{From: time.Minute, To: 3 * time.Minute}}, Airs: time.Minute,
	}
	recording := Demand{Waves: spot.Waves[:1]}
	const counted = "of what is simulated, 3m10s (offsets count from where the demand begins: the first spot is at 1m)"
	for _, c := range []struct {
		d          Demand
		text, want string
	}{
		{spot, "zone_lost=1/3@189s", ""},
		{spot, "zone_lost=1/3@190s", "setting 1: zone_lost=1/3@190s: the loss at 3m10s comes after the end " + counted},
		{spot, "min=4,hpa/default/web.zone_lost=1/3@10m", "setting 2: hpa/default/web.zone_lost=1/3@10m: the loss at 10m comes after the end " + counted},
		{spot, "metric=schedule:20@-10m..30m", ""},
		{spot, "metric=schedule:20@1m..30m", ""},
		{spot, "metric=schedule:20@20m..30m", "setting 1: metric=schedule:20@20m..30m: the schedule at 20m comes after the end " + counted},
		{spot, "metric=schedule:20,target=50%,metric=cpu:60%", ""},
		{recording, "zone_lost=1/3@3m", "setting 1: zone_lost=1/3@3m: the loss at 3m comes after the end of what is simulated, 3m (offsets count from where the demand begins)"},
	} {
		settings, err := ParseSettings(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := c.d.Reaches(settings); err != nil {
			got = err.Error()
		}
		if got != c.want {
			t.Errorf("Reaches(%s) = %s; want %s", c.text, got, c.want)
		}
	}
}
