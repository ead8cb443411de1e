package report

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// outrun records a run of 10 s of calm and then 10 s at each of some numbers of
// units, each of which serves 80/s of far more that is asked.
func outrun(t *testing.T, name, fleet string, units ...int) *rundir.Dir {
	t.Helper()
	return outrunBy(t, name, fleet, func(units int) int { return 80 * units }, units...)
}

// outrunBy is outrun where so many units serve together what serves says.
func outrunBy(t *testing.T, name, fleet string, serves func(units int) int, units ...int) *rundir.Dir {
	t.Helper()
	w, err := rundir.Create(t.TempDir(), rundir.Manifest{Run: name, Scenario: "prime-time", Started: passing.report().Manifest.Started},
		[]byte(strings.Replace(stored, "default/web", fleet, 1)))
	if err != nil {
		t.Fatal(err)
	}
	reading := func(at float64, source, name string, value float64) {
		if err := w.WriteReading(timeline.Reading{At: timeline.Offset(at * float64(time.Second)), Source: source, Name: name, Value: value}); err != nil {
			t.Fatal(err)
		}
	}
	answered := 0
	for n := range 10 * (len(units) + 1) {
		served, asked, took := 20, 20, 10*time.Millisecond
		if n >= 10 {
			served, asked, took = serves(units[n/10-1]), 100*slices.Max(units), 3*time.Second
		}
		s := timeline.Second{Second: n, Planned: int64(asked), Sent: int64(asked), Succeeded: int64(asked), Response: map[string]timeline.Histogram{}}
		var h timeline.Histogram
		for range asked {
			h.Record(took)
			s.Service.Record(took)
			s.Lag.Record(0)
		}
		s.Response["top"] = h
		if err := w.WriteSecond(s); err != nil {
			t.Fatal(err)
		}
		if n%10 == 0 {
			reading(float64(n), "hpa/"+fleet, timeline.Ready, float64(units[max(n/10-1, 0)]))
		}
		reading(float64(n), timeline.Generator, timeline.Answered, float64(answered))
		answered += served
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Dir()
}

// Two runs that see three numbers of units each tell together what neither
// tells alone.
func TestReadWithOtherRuns(t *testing.T) {
	first := outrun(t, "first", "default/web", 1, 2, 4)
	alone, err := Read(first)
	if err != nil {
		t.Fatal(err)
	}
	if f := alone.Result.Fleets[0]; f.USL != nil || !strings.Contains(f.NoUSL, "3 numbers of units (1, 2, 4)") {
		t.Errorf("alone: USL = %v, %q; want none of 3 numbers of units", f.USL, f.NoUSL)
	}
	both, err := Read(first, outrun(t, "second", "default/web", 3, 6, 8))
	if err != nil {
		t.Fatal(err)
	}
	u := both.Result.Fleets[0].USL
	if u == nil || u.Model != capacity.Linear || math.Abs(u.Gamma.Mid-80) > 1 || u.Smallest != 1 || u.Largest != 8 {
		t.Errorf("together: USL = %+v (%s); want a linear law of 80/s from 1 to 8 units", u, both.Result.Fleets[0].NoUSL)
	}
	const want = "run second of another time is counted in: 3 stretches of hpa/default/web under constant work"
	if !slices.Contains(both.Result.Warnings, want) || slices.Contains(alone.Result.Warnings, want) {
		t.Errorf("warnings = %q; want %q", both.Result.Warnings, want)
	}
}

func TestReadRefusesRunsThatDoNotBelong(t *testing.T) {
	first, other := outrun(t, "first", "default/web", 1), outrun(t, "other", "default/api", 1)
	for _, c := range []struct {
		with []*rundir.Dir
		want string
	}{
		{[]*rundir.Dir{other}, other.Path() + ": cannot be reported with the others: its fleets (hpa/default/api) are none of those of " + first.Path() + " (hpa/default/web)"},
		{[]*rundir.Dir{first}, first.Path() + ": cannot be reported with the others: run first is there already and would count twice (leave it out)"},
	} {
		if _, err := Read(first, c.with...); !errors.Is(err, ErrWith) || err.Error() != c.want {
			t.Errorf("Read = %v; want %s", err, c.want)
		}
	}
}
