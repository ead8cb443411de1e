package report

import (
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A demand that begins above what stands there is told, one that begins at it is not.
func TestShortFromTheStart(t *testing.T) {
	m := &forecast.Model{Service: simulation.Service{Fleets: []simulation.Fleet{{Start: 2, PerUnit: []simulation.Rate{{Sustained: 80}}}}}}
	for _, c := range []struct {
		first float64
		want  string
	}{
		{160, ""},
		{161, "161/s are asked before anything is on air, and what is ready on an ordinary evening sustains 160/s"},
	} {
		got := strings.Join(shortFromTheStart(m, forecast.Band{P50: []float64{c.first, 500}}), "")
		if got != c.want && (c.want == "" || !strings.HasPrefix(got, c.want)) {
			t.Errorf("shortFromTheStart(2 units of 80/s, %g/s) = %q; want %q", c.first, got, c.want)
		}
	}
}

func TestWhatWeakensTheRunIsNamed(t *testing.T) {
	for _, c := range []struct {
		warnings []string
		want     string
	}{
		{nil, ""},
		{[]string{"a"}, "the run was judged with a warning of its own, and what weakens it weakens what is learned from it: onair report reports/x"},
		{[]string{"a", "b"}, "the run was judged with 2 warnings of its own, and what weakens it weakens what is learned from it: onair report reports/x"},
	} {
		r := New(rundir.Manifest{Run: "x"}, nil, timeline.Timeline{}, capacity.Result{Warnings: c.warnings})
		r.Path = "reports/x"
		if got := strings.Join(r.weakened(), ""); got != c.want {
			t.Errorf("weakened() of %d warnings = %q; want %q", len(c.warnings), got, c.want)
		}
	}
}
