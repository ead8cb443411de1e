package truth_test

import (
	"math"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// TestForecastsInRealTime rehearses three worlds once more as a user does, with real
// clocks and real sockets, airs an unseen spot of each likewise at the same time in
// labs of their own, and holds what the rehearsals foretell against that.
func TestForecastsInRealTime(t *testing.T) {
	e := asked(t)
	if !e.full() {
		t.Skipf("eleven minutes of real time are for ONAIR_TRUTH=%d or more, which make truth sets", enough)
	}
	var table forecastTable
	t.Cleanup(func() {
		t.Log("\n" + table.String())
		table.judge(t)
		if want := 3; len(table.rows) != want {
			t.Errorf("%d worlds were aired in real time; want %d", len(table.rows), want)
		}
	})
	for _, w := range forecasts {
		if !w.real {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			u := w.unseen[0]
			s := w.rehearsal(t, 77)
			spot, d := w.airing(t, u, cadence(s)/2, 78)
			rehearsal, airing := bothForReal(t, s, spot)
			f := w.said(t, fitted(t, s, rehearsal), u, spot, d)
			f.labs = []airingOf{known{spot, e.length / 8}.aired(t, airing)}
			t.Log(f)
			table.add(f)
		})
	}
}

// bothForReal makes a run of each of two scenarios at the same time.
func bothForReal(t *testing.T, a, b *scenario.Scenario) (first, second *rundir.Dir) {
	t.Helper()
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { first, errs[0] = runForReal(t, a, a.Watched()) })
	both.Go(func() { second, errs[1] = runForReal(t, b, b.Watched()) })
	both.Wait()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
	return first, second
}

// aired is what a stored run tells of a spot: units as they were observed to serve.
func (k known) aired(t *testing.T, dir *rundir.Dir) (a airingOf) {
	t.Helper()
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	q := k.Question()
	r := capacity.Analyze(facts, q)
	demand := simulation.Requests(k.Traffic.Curve)
	ready := make([]int, len(demand))
	for at := range ready {
		units, _ := r.Fleets[0].Able.At(timeline.Offset(time.Duration(at)*time.Second + time.Second/2))
		ready[at] = int(math.Round(units))
	}
	from := q.Spots[0].From.Truncate(time.Second) - ahead
	a.lag, a.short = k.shortOf(demand, ready, from, q.Spots)
	var sent, failed float64
	for _, s := range facts.Seconds {
		if time.Duration(s.Second)*time.Second >= from {
			sent, failed = sent+float64(s.Sent), failed+float64(s.Failed)
		}
	}
	a.refused = failed / sent
	return a
}
