package simulation_test

import (
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// What goes unserved is held against the spot it belongs to: neither quiet time
// around a spot nor another, smaller spot makes it less.
func TestShareIsOfTheWorstSpot(t *testing.T) {
	span := func(from, to int) simulation.Span {
		return simulation.Span{From: time.Duration(from) * time.Second, To: time.Duration(to) * time.Second}
	}
	// 100/s are carried. 10 s of 150/s lose 500 of 1,500 requests.
	for _, c := range []struct {
		name  string
		waves []simulation.Wave
		spots []simulation.Span
		want  float64
	}{
		{"all of it where there are no spots", steps(150, 10, 50, 10), nil, 500.0 / 2000},
		{"a spot alone", steps(50, 10, 150, 10, 50, 10), []simulation.Span{span(10, 20)}, 500.0 / 1500},
		{"a quiet hour after it", steps(50, 10, 150, 10, 50, 3600), []simulation.Span{span(10, 20)}, 500.0 / 1500},
		{"a smaller one an hour later", steps(150, 10, 50, 3600, 101, 10), []simulation.Span{span(0, 10), span(3610, 3620)}, 500.0 / 1500},
		{"the same in the other order", steps(101, 10, 50, 3600, 150, 10), []simulation.Span{span(3610, 3620), span(0, 10)}, 500.0 / 1500},
		{"what it leaves behind is its own", steps(150, 10, 120, 5, 50, 9), []simulation.Span{span(0, 10)}, 600.0 / 1500},
		{"what is lost before it is its own", steps(150, 10, 100, 10), []simulation.Span{span(10, 20)}, 500.0 / 1000},
		{"before the first that begins, in whatever order", steps(150, 10, 100, 10, 200, 10), []simulation.Span{span(20, 30), span(10, 20)}, 1000.0 / 2000},
		{"the same, where the first is worse", steps(180, 10, 100, 10, 110, 10), []simulation.Span{span(20, 30), span(10, 20)}, 800.0 / 1000},
		{"no more than all", steps(200, 1, 900, 60), []simulation.Span{span(0, 1)}, 1},
	} {
		m := simulator(t, simulation.Service{Waves: c.waves, Spots: c.spots, Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}}})
		if got := m.Run(1).Share(); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: Share() = %g; want %g", c.name, got, c.want)
		}
	}
}

// Who still waits at the end is the last spot's loss.
func TestShareOfAQueue(t *testing.T) {
	m := simulator(t, simulation.Service{
		Waves: steps(50, 10, 150, 10), Spots: []simulation.Span{{From: 10 * time.Second, To: 20 * time.Second}},
		Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}}, Queue: &simulation.Queue{},
	})
	if o := m.Run(1); math.Abs(o.Share()-o.Unserved/1500) > 1e-12 || o.Unserved < 400 {
		t.Errorf("Share() = %g with %g requests unserved; want these over 1500", o.Share(), o.Unserved)
	}
}

// What is drawn of the demand is dealt evenly: over two thousand seeds in a row,
// wherever they begin, quantiles are those of what is drawn from, to a thousandth of
// the runs; two waves at a time come in every pairing as often as chance would have
// it in far more runs.
func TestDemandIsDealtEvenly(t *testing.T) {
	const runs = 2000
	times := make([]float64, 1000)
	for i := range times {
		times[i] = float64(i)
	}
	wave := simulation.Wave{Requests: []float64{1}, Times: times}
	other := simulation.Wave{Requests: []float64{1000}, Times: times}
	m := simulator(t, simulation.Service{Waves: []simulation.Wave{wave, other}, Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}}})
	for _, first := range []uint64{0, 1, 12345, 7 << 32} {
		counts := make([][10]int, 10)
		below := 0
		for i := range uint64(runs) {
			demand := int(m.Run(first + i).Demand)
			a, b := demand%1000, demand/1000
			counts[a/100][b/100]++
			if a < 950 {
				below++
			}
		}
		if math.Abs(float64(below)-0.95*runs) > 0.0015*runs {
			t.Errorf("from seed %d: %d of %d draws are below the 95 %%; want %.0f", first, below, runs, 0.95*runs)
		}
		for _, row := range counts {
			for _, n := range row {
				if n < 14 || n > 26 {
					t.Errorf("from seed %d: a pairing of tenths came %d times; want about 20", first, n)
				}
			}
		}
	}
}
