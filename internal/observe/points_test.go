package observe_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// read is a Sink that writes readings by when they were true.
type read struct{ told []string }

func (s *read) WriteReading(r timeline.Reading) error {
	s.told = append(s.told, fmt.Sprintf("%s %v at %v", r.Name, r.Value, time.Duration(*r.True)))
	return nil
}
func (s *read) WriteEvent(timeline.Event) error { return nil }
func (s *read) WriteGap(timeline.Gap) error     { return nil }

func TestPointsAreToldOnceAndWhenTheyChange(t *testing.T) {
	start := time.Now()
	var sink read
	rec := observe.NewRecorder("prometheus/x", start, &sink)
	var p observe.Points
	if !p.None("p99") {
		t.Error("None of a series that was never told = false; want true")
	}
	for _, c := range []struct {
		series string
		minute int
		value  float64
	}{
		{"p99", 0, 7}, {"p99", 1, 9}, {"depth", 0, 7},
		{"p99", 0, 7}, {"p99", 1, 11}, {"p99", 2, math.NaN()}, {"p99", 2, math.Inf(1)}, {"p99", 2, 0}, {"p99", 1, 11},
	} {
		p.Tell(rec, c.series, start.Add(time.Duration(c.minute)*time.Minute), c.value)
	}
	want := []string{"p99 7 at 0s", "p99 9 at 1m0s", "depth 7 at 0s", "p99 11 at 1m0s", "p99 0 at 2m0s"}
	if diff := cmp.Diff(want, sink.told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	if !p.Told("p99", start) || p.Told("p99", start.Add(3*time.Minute)) || p.None("p99") {
		t.Error("Told and None do not follow what was told")
	}
}

// Whatever is asked and however often, the last reading of each stamp is what was
// asked of it last, and none repeats the one before it.
func FuzzPoints(f *testing.F) {
	f.Add([]byte{0, 1, 0, 1, 1, 2, 0, 3})
	f.Fuzz(func(t *testing.T, asked []byte) {
		start := time.Now()
		var sink read
		rec := observe.NewRecorder("x", start, &sink)
		var p observe.Points
		want := map[time.Duration]byte{}
		var changes []string
		for i := 0; i+1 < len(asked); i += 2 {
			stamp, value := time.Duration(asked[i])*time.Second, asked[i+1]
			if before, told := want[stamp]; !told || before != value {
				changes = append(changes, fmt.Sprintf("x %v at %v", value, stamp))
			}
			want[stamp] = value
			p.Tell(rec, "x", start.Add(stamp), float64(value))
		}
		if diff := cmp.Diff(changes, sink.told); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}
