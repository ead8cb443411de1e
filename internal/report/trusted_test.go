package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// rehearsed is the run that the scripts of onair plan are about.
func rehearsed(t *testing.T) *Report {
	t.Helper()
	dir, err := rundir.Open("../../cmd/onair/testdata/rehearsed")
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadFacts(dir)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// A run that proves nothing tells of nothing else either, and a report says so in
// place of a plan. One that was ended early does, with a warning first.
func TestTrustedByVerdict(t *testing.T) {
	r := rehearsed(t)
	r.Result.Verdict, r.Result.Reasons = capacity.Invalid, []string{"the load was not delivered as planned", "no request was due"}
	const want = "the run proves nothing, and what is learned from it neither: the load was not delivered as planned; no request was due"
	if m, err := r.Trusted(r.Scenario); m != nil || err == nil || err.Error() != want {
		t.Errorf("Trusted() of an invalid run = %v, %v; want the error %q", m, err, want)
	}
	r.plan()
	if r.Plan != nil || r.NoPlan != "No plan is made: "+want+"." {
		t.Errorf("the report says %q; want that no plan is made, and why", r.NoPlan)
	}
	r.Result.Verdict, r.Result.Reasons = capacity.Aborted, []string{"aborted at 21:57:20: too many errors"}
	r.plan()
	if r.Plan == nil || len(r.Plan.Warnings) == 0 || !strings.HasPrefix(r.Plan.Warnings[0], "the run was ended early (aborted at 21:57:20: too many errors)") {
		t.Errorf("plan of an aborted run = %+v; want one with a warning first", r.Plan)
	}
}

// modelled is the model of a run for its own scenario, and what that asks of it.
func modelled(t *testing.T, r *Report) (*forecast.Model, forecast.Demand) {
	t.Helper()
	m, err := r.Trusted(r.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.Scenario.Demand()
	if err != nil {
		t.Fatal(err)
	}
	return m, d
}

// Seeds are of sets of runs that share none, as a reader expects who asks again with
// the next seed to learn how much is chance.
func TestSeedsShareNoRun(t *testing.T) {
	r := rehearsed(t)
	m, d := modelled(t, r)
	for seed := range uint64(3) {
		w, err := r.WhatIf([]Variant{{Name: AsIs, Model: m}}, d, forecast.Chance{Runs: 5, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Columns[0].Outcome.Median >> 32; got != seed || w.Summary().Seed != seed {
			t.Errorf("seed %d plays runs of seed %d, and says seed %d; want its own", seed, got, w.Summary().Seed)
		}
	}
	first, next := forecast.Chance{Seed: 7}.Apart(), forecast.Chance{Seed: 8}.Apart()
	if next.Seed-first.Seed < 1_000_000 {
		t.Errorf("seeds 7 and 8 begin %d runs apart; want at least as many as can be asked for", next.Seed-first.Seed)
	}
}

// Units far beyond those that were measured are taken to sustain as much, or what the
// law says: it is said of the columns that have so many.
func TestWhatIfSaysWhatIsExtrapolated(t *testing.T) {
	r := rehearsed(t)
	m, d := modelled(t, r)
	f := &r.Result.Fleets[0]
	f.USL = nil
	measured := f.PerUnit.Units
	held := func(units int) Variant {
		settings := []forecast.Setting{{Key: "min", Value: strconv.Itoa(units)}, {Key: "max", Value: strconv.Itoa(units)}}
		changed, err := m.With(settings)
		if err != nil {
			t.Fatal(err)
		}
		return Variant{Name: strconv.Itoa(units), Settings: settings, Model: changed}
	}
	w, err := r.WhatIf([]Variant{{Name: AsIs, Model: m}, held(2 * measured), held(2*measured + 1)}, d, forecast.Chance{Runs: 20, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("%s: %d units are more than twice the %d at which a unit's sustainable rate was measured; that each sustains as much is an assumption", f.Name, 2*measured+1, measured)
	for i, said := range []bool{false, false, true} {
		if got := slices.Contains(w.Columns[i].assumed(), want); got != said {
			t.Errorf("column %s assumes %q; that it says %q is %v, want %v", w.Columns[i].Name, w.Columns[i].assumed(), want, got, said)
		}
	}
}
