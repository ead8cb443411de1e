package forecast

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// TestReplicatesStayTogether: what one replicate says of each fleet and of what bounds
// them stands in one place of all lists, without those in which any says nothing.
func TestReplicatesStayTogether(t *testing.T) {
	nan := math.NaN()
	web := capacity.FleetResult{Fleet: capacity.Fleet{Name: "web"}, PerUnit: capacity.PerUnit{Draws: []float64{40, 41, 0, 43, 44, 45}},
		Ceiling: &capacity.Ceiling{Rate: capacity.Range{Mid: 420}, Draws: []float64{400, 410, 420, 0, 440, 450}}}
	api := capacity.FleetResult{Fleet: capacity.Fleet{Name: "api"}, PerUnit: capacity.PerUnit{Draws: []float64{90, 91, 92, 93, 94, nan}},
		Ceiling: &capacity.Ceiling{Rate: capacity.Range{Mid: 425}, Draws: []float64{450, 405, 1, 1, 445, 1}}}
	bound := func(r capacity.FleetResult, c *capacity.Ceiling) capacity.FleetResult {
		r.Ceiling = c
		return r
	}
	for _, c := range []struct {
		name          string
		fleets        []capacity.FleetResult
		layers        []capacity.Layer
		web, ceilings []float64
		rate          float64
	}{
		{"alone", []capacity.FleetResult{bound(web, nil)}, nil, []float64{40, 41, 43, 44, 45}, nil, 0},
		{"with its ceiling", []capacity.FleetResult{web}, nil, []float64{40, 41, 44, 45}, []float64{400, 410, 440, 450}, 420},
		{"with another fleet", []capacity.FleetResult{web, bound(api, nil)}, nil, []float64{40, 41, 44}, []float64{400, 410, 440}, 420},
		{"and what bounds that", []capacity.FleetResult{web, api}, nil, []float64{40, 41, 44}, []float64{400, 405, 440}, 420},
		{"of which at most is known", []capacity.FleetResult{web, bound(api, &capacity.Ceiling{AtMost: true, Rate: capacity.Range{High: 405}})}, nil,
			[]float64{40, 41, 44}, []float64{400, 405, 405}, 405},
		{"one that says nothing", []capacity.FleetResult{web, bound(web, &capacity.Ceiling{Rate: capacity.Range{Mid: 430}, Draws: make([]float64, 6)})}, nil,
			[]float64{40, 41, 44, 45}, []float64{400, 410, 430, 430}, 420},
		{"one of another length", []capacity.FleetResult{web, bound(api, &capacity.Ceiling{Rate: capacity.Range{Mid: 430}, Draws: []float64{1, 2}})}, nil,
			[]float64{40, 41, 44}, nil, 420},
		{"within what is stated", []capacity.FleetResult{web}, []capacity.Layer{{Name: "db", Rate: 430}}, []float64{40, 41, 44, 45}, []float64{400, 410, 430, 430}, 420},
		{"above what is stated", []capacity.FleetResult{web}, []capacity.Layer{{Name: "db", Rate: 300}}, []float64{40, 41, 44, 45}, []float64{300, 300, 300, 300}, 300},
	} {
		f := &fitting{r: capacity.Result{Fleets: c.fleets}, q: capacity.Question{Layers: c.layers}}
		if diff := cmp.Diff(c.web, f.drawn(c.fleets[0].PerUnit.Draws)); diff != "" {
			t.Errorf("%s: rates of web (-want +got):\n%s", c.name, diff)
		}
		rate, ceilings := f.layered(f.met(), f.metDraws())
		if diff := cmp.Diff(c.ceilings, ceilings); rate != c.rate || diff != "" {
			t.Errorf("%s: ceiling %g; want %g; in each replicate (-want +got):\n%s", c.name, rate, c.rate, diff)
		}
	}
}

// TestManyReplicates are thinned alike in every list: every fourth of 3,999, for of one
// fleet's 4,000 one is no number.
func TestManyReplicates(t *testing.T) {
	web, api := make([]float64, 4000), make([]float64, 4000)
	for i := range web {
		web[i], api[i] = float64(i+1), 2*float64(i+1)
	}
	web[4] = math.NaN()
	f := &fitting{r: capacity.Result{Fleets: []capacity.FleetResult{{PerUnit: capacity.PerUnit{Draws: web}}, {PerUnit: capacity.PerUnit{Draws: api}}}}}
	one, two := f.drawn(web), f.drawn(api)
	if len(one) != mostDraws || len(two) != mostDraws || one[0] != 1 || one[1] != 4 || one[2] != 9 || one[999] != 3997 {
		t.Fatalf("%d and %d of 4,000 are kept, from %g, %g, %g to %g; want 1000, from 1, 4, 9 to 3997", len(one), len(two), one[0], one[1], one[2], one[999])
	}
	for i := range one {
		if two[i] != 2*one[i] {
			t.Fatalf("place %d: %g of one fleet and %g of the other; want twice as much", i, one[i], two[i])
		}
	}
}

// TestTheReplayTakesTheMiddle of what the run met, whatever it draws later.
func TestTheReplayTakesTheMiddle(t *testing.T) {
	r := cpu().rehearse()
	draws := make([]float64, len(r.r.Fleets[0].PerUnit.Draws))
	for i := range draws {
		draws[i] = 1e-3 // so little that no replay would be like the rehearsal
	}
	r.r.Fleets[0].Ceiling = &capacity.Ceiling{Rate: capacity.Range{Low: 9000, Mid: 10000, High: 11000}, From: 40, Draws: draws}
	m := r.fitted(t)
	if err := m.Replay.Trusted(); err != nil || len(m.Service.Ceilings) != len(draws) || m.Service.Ceiling != 10000 {
		t.Errorf("replay %v; %d ceilings about %g/s; want it trusted, and %d about 10000/s", err, len(m.Service.Ceilings), m.Service.Ceiling, len(draws))
	}
}
