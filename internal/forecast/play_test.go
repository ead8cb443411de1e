package forecast

import (
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Three units sustain 480/s: of a minute at 400/s and one at 400, 500, 600 or
// 1,000/s, as drawn, the rest is unserved.
func TestPlay(t *testing.T) {
	m := still5()
	m.Service.Fleets[0].Start = 3
	minute := slices.Repeat([]float64{1}, 60)
	calm := append(slices.Repeat([]float64{400}, 60), slices.Repeat([]float64{0}, 60)...)
	d := Demand{Name: "drawn", Waves: []simulation.Wave{{Requests: calm}, {Requests: append(slices.Repeat([]float64{0}, 60), minute...), Times: []float64{400, 500, 600, 1000}}}}
	o, err := m.Play(d, Chance{})
	if err != nil {
		t.Fatal(err)
	}
	lost := []float64{0, 20 * 60, 120 * 60, 520 * 60}
	mean := 0.0
	for _, l := range lost {
		mean += l / 4
	}
	if o.Runs != 2000 || len(o.Typical.Demand) != 120 {
		t.Errorf("%d runs of %d s; want 2000 of 2m", o.Runs, len(o.Typical.Demand))
	}
	if o.Peak != (Peak{400, 600, 1000}) && o.Peak != (Peak{400, 500, 1000}) {
		t.Errorf("peak = %+v; want 400, 500 or 600, and 1000", o.Peak)
	}
	if held, off := o.Unserved.Within(0.001); math.Abs(held-0.25) > 4*off || off > 0.011 {
		t.Errorf("all but 0.1 %% served in %.3f ± %.3f of the runs; want a quarter", held, off)
	}
	if got, off := o.Lost.Mean(); math.Abs(got-mean) > 4*off {
		t.Errorf("unserved requests = %.0f ± %.0f; want %.0f", got, off, mean)
	}
	middle, _ := o.Unserved.Quantile(0.5)
	demand, unserved := 0.0, 0.0
	for i := range o.Typical.Demand {
		demand, unserved = demand+o.Typical.Demand[i], unserved+o.Typical.Unserved[i]
	}
	if math.Abs(unserved/demand-middle) > 1e-12 {
		t.Errorf("the typical run leaves %g unserved; want the median, %g", unserved/demand, middle)
	}
	if again, err := m.Airing(d, o.Median); err != nil || !cmp.Equal(again, o.Typical) {
		t.Errorf("Airing(%d) = %v, %v; want the typical run", o.Median, again, err)
	}
}

// A model is played from several goroutines, each time alike.
func TestPlayedAtOnce(t *testing.T) {
	m, d := pods5(), spike(5*time.Minute)
	before := play(t, m, d)
	all := make([]Outcome, 4)
	var group sync.WaitGroup
	for i := range all {
		group.Go(func() { all[i], _ = m.Play(d, Chance{Runs: plays, Seed: 1}) })
	}
	group.Wait()
	for i, o := range all {
		if diff := cmp.Diff(before, o, cmp.AllowUnexported(simulation.Sample{})); diff != "" {
			t.Fatalf("outcome %d differs (-alone +at once):\n%s", i, diff)
		}
	}
	if diff := cmp.Diff(pods5(), m); diff != "" {
		t.Errorf("Play changed the model (-before +after):\n%s", diff)
	}
}

// The demand's queue and spots are played, not the model's.
func TestPlayTakesTheDemandsQueueAndSpots(t *testing.T) {
	m, d := pods5(), spike(5*time.Minute)
	plain := play(t, m, d)
	d.Queue = &simulation.Queue{Patience: 10 * s}
	if queued := play(t, m, d); share(queued) == share(plain) {
		t.Errorf("unserved share with a queue = %g; want another than without", share(queued))
	}
	d.Queue, d.Spots = nil, []simulation.Span{{From: 0, To: 30 * s}}
	if calm := play(t, m, d); calm.Lag.N() != 0 || share(calm) <= share(plain) {
		t.Errorf("%d runs with a lag in a spot without a shortfall, share %g; want none, and more than %g, for it is of a spot that asked for less", calm.Lag.N(), share(calm), share(plain))
	}
}

func TestWhatCannotBePlayed(t *testing.T) {
	for _, c := range []struct {
		m    *Model
		d    Demand
		runs int
		want string
	}{
		{pods5(), Demand{Name: "CM 1"}, 0, "CM 1 cannot be played: no demand"},
		{&Model{}, spike(s), 0, "10x cannot be played: no fleet"},
		{pods5(), spike(s), -1, "10x cannot be played -1 times"},
		{pods5(), Demand{}, 0, "the demand cannot be played"},
	} {
		if _, err := c.m.Play(c.d, Chance{Runs: c.runs}); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("Play(%s) = %v; want %s", c.d.Name, err, c.want)
		}
	}
}

// 2,000 runs of a spot of 20 minutes, the best of three tries, with as much to
// spare for a busy machine as for the race detector.
func TestPlayIsQuick(t *testing.T) {
	const baseline, lasts = 400.0, 20 * time.Minute
	spot, err := traffic.Spot{At: 5 * time.Minute, Peak: 10 * baseline, Rise: 20 * s, HalfLife: 45 * s, Tail: 0.1}.Extra(baseline, lasts)
	if err != nil {
		t.Fatal(err)
	}
	d := Demand{Waves: []simulation.Wave{{Requests: simulation.Requests(traffic.Flat(baseline, lasts))}, {Requests: simulation.Requests(spot), Times: []float64{0.8, 1, 1.6}}}}
	runs, most := raced.Part(UsualRuns, UsualRuns/10), 2*s
	best := time.Hour
	for range 3 {
		began := time.Now()
		if _, err := pods5().Play(d, Chance{Runs: runs, Seed: 1}); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	t.Logf("%d runs took %v", runs, best)
	if best > most {
		t.Errorf("%d runs took %v; want at most %v", runs, best, most)
	}
}
