package simulation_test

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// drawnFrom makes a service of the bytes of a fuzz test: any kind of fleet, up
// to two of them, with any kind of metric, queue and order.
func drawnFrom(bytes []byte) simulation.Service {
	next := func(n int) int {
		if len(bytes) == 0 || n == 0 {
			return 0
		}
		b := int(bytes[0])
		bytes = bytes[1:]
		return b % n
	}
	seconds := func(n int) time.Duration { return time.Duration(next(n)) * time.Second }
	wave := simulation.Wave{Requests: make([]float64, 60+next(200))}
	level := 50.0
	for i := range wave.Requests {
		if i%20 == 0 {
			level = float64(next(256)) * 5
		}
		wave.Requests[i] = level
	}
	if next(2) == 1 {
		wave.Times = []float64{0, 0.5, 1, 2}
	}
	service := simulation.Service{Waves: []simulation.Wave{wave}}
	if next(2) == 1 {
		service.Queue = &simulation.Queue{Room: float64(next(30)), Patience: seconds(10), Retry: float64(next(11)) / 10, Pause: time.Second + seconds(20)}
	}
	for range 1 + next(2) {
		f := simulation.Fleet{
			Start: next(9), PerUnit: []simulation.Rate{{Sustained: 40, Saturation: 60}, {Sustained: 55}},
			CPU: simulation.CPU{Base: 0.1, Request: 0.015, Limit: 1 + float64(next(3))/2}, Coherence: float64(next(2)) / 1000,
		}
		delay := simulation.Delay{{seconds(60), seconds(60), seconds(5)}, {seconds(3)}}
		var orders []simulation.Order
		for range next(3) {
			from, to := 1+next(10), 10+next(10)
			orders = append(orders, simulation.Order{At: seconds(200), Late: []time.Duration{seconds(120), 0}, Min: &from, Max: &to})
		}
		metric := simulation.Metric{Kind: simulation.Kind(next(5)), Target: 0.3 + float64(next(60)), Every: seconds(31), Delay: seconds(61),
			Cron: []simulation.Shift{{Span: simulation.Span{From: seconds(100), To: seconds(250)}, Units: next(20)}}}
		if next(3) == 0 {
			f.Losses = []simulation.Loss{{At: seconds(200), Share: float64(next(11)) / 10, Replaced: seconds(100)}}
		}
		switch next(4) {
		case 0:
			f.Orders = orders
			f.Group = &simulation.Group{Min: 0, Max: 20, Boot: delay, Warmup: seconds(30), Cooldown: seconds(60), Quota: next(15)}
			alarm := autoscale.Alarm{Periods: 1 + next(3), Period: 10 * time.Second}
			metric.Every, metric.Kind = 0, min(metric.Kind, simulation.Total)
			f.Group.Policies = []simulation.Policy{
				{Tracking: &autoscale.Tracking{Target: metric.Target, Out: alarm, In: alarm}, Metric: metric},
				{Stepped: &autoscale.Stepped{Threshold: 0.9, Alarm: alarm, Type: autoscale.PercentChangeInCapacity, Steps: []autoscale.Step{{To: math.Inf(1), Adjust: 50}}}},
			}
		case 1:
			f.Orders = orders
			f.Pods = &simulation.Pods{HPA: autoscale.HPA{Min: 1, Max: 30}, Metrics: []simulation.Metric{metric}, Sync: time.Second + seconds(30), Place: delay, Start: delay, Quota: next(40)}
		case 2:
			f.Orders = orders
			f.Pods = &simulation.Pods{HPA: autoscale.HPA{Min: 1, Max: 30, Behavior: &autoscale.Behavior{ScaleDown: &autoscale.Rules{Stabilization: new(time.Duration)}}},
				Metrics: []simulation.Metric{metric, {Target: 0.5}}, Place: delay, Start: delay,
				Nodes: &simulation.Nodes{Start: 3, Max: 5, PodsPerInstance: 3, Boot: delay, Unneeded: time.Second + seconds(60), Quota: next(6), Orders: orders}}
		}
		service.Fleets = append(service.Fleets, f)
	}
	return service
}

// FuzzRun holds laws over any service: every request is served or not, none
// beyond what ready units carry, in each second and over the run; a seed's run is
// the same every time, also after others in the same buffers; no fleet exceeds its
// limits, its quota or the room on its nodes.
func FuzzRun(f *testing.F) {
	for _, seed := range []string{"", "a spot at 21:54 to ten times the traffic", "0000000000000000000000000000000000000000000", "zyxwvutsrqponmlkjihgfedcbaZYXWVUTSRQPONMLKJIHGFEDCBA9876543210"} {
		f.Add(uint64(len(seed)), []byte(seed))
	}
	for i := range 60 {
		bytes := make([]byte, 80)
		for k := range bytes {
			bytes[k] = byte((i*7919 + k*k*31 + k*i*17) >> 2)
		}
		f.Add(uint64(i), bytes)
	}
	f.Fuzz(func(t *testing.T, seed uint64, bytes []byte) {
		service := drawnFrom(bytes)
		m := simulator(t, service)
		out, seconds := m.Trace(seed)
		holds(t, service, out, seconds)
		m.Run(seed + 1)
		again, secondsAgain := simulator(t, service).Trace(seed)
		reused, secondsReused := m.Trace(seed)
		opt := cmpopts.IgnoreUnexported(simulation.Outcome{})
		if diff := cmp.Diff(out, again, opt) + cmp.Diff(out, reused, opt) + cmp.Diff(seconds, secondsAgain) + cmp.Diff(seconds, secondsReused); diff != "" {
			t.Errorf("the same seed differs:\n%s", diff)
		}
	})
}

// mostReady is how many units a fleet can have at any time: those at the beginning, or as
// many as the highest of its limits, those of its orders included, its quota and the room
// on its nodes let there be.
func mostReady(f simulation.Fleet) int {
	within := func(start, limit, quota int, orders []simulation.Order) int {
		for _, o := range orders {
			if o.Max != nil {
				limit = max(limit, *o.Max)
			}
		}
		if quota > 0 {
			limit = min(limit, quota)
		}
		return max(start, limit)
	}
	switch p, g := f.Pods, f.Group; {
	case g != nil:
		return within(f.Start, g.Max, g.Quota, f.Orders)
	case p == nil:
		return f.Start
	case p.Nodes != nil:
		n := p.Nodes
		return min(within(f.Start, p.HPA.Max, p.Quota, f.Orders), n.PodsPerInstance*within(n.Start, n.Max, n.Quota, n.Orders))
	default:
		return within(f.Start, p.HPA.Max, p.Quota, f.Orders)
	}
}

// holds checks a run against its seconds.
func holds(t *testing.T, service simulation.Service, out simulation.Outcome, seconds simulation.Trace) {
	t.Helper()
	const bits = 1e-9
	var demand, served, unserved float64
	for at := range seconds.Demand {
		d, s, u := seconds.Demand[at], seconds.Served[at], seconds.Unserved[at]
		demand, served, unserved = demand+d, served+s, unserved+u
		most := math.Inf(1)
		for i, f := range service.Fleets {
			best := 55.0
			if service.Queue != nil {
				best = 60 // it saturates later than it stops to sustain
			}
			most = min(most, best*float64(seconds.Ready[i][at]))
			if units := mostReady(f); seconds.Ready[i][at] > units {
				t.Fatalf("second %d: %d units are ready; want at most %d, by limits, quota and room on nodes", at, seconds.Ready[i][at], units)
			}
		}
		if s < 0 || u < 0 || s > most+bits {
			t.Fatalf("second %d: served, unserved = %g, %g; want both from 0 and at most %g served", at, s, u, most)
		}
		if service.Queue == nil && math.Abs(s+u-d) > bits*(1+d) {
			t.Fatalf("second %d: served %g and unserved %g; want the demand of %g together", at, s, u, d)
		}
	}
	for _, c := range []struct {
		what      string
		got, want float64
	}{
		{"demand", out.Demand, demand}, {"served", out.Served, served}, {"unserved", out.Unserved, unserved},
		{"served and unserved", out.Served + out.Unserved, demand},
	} {
		if math.Abs(c.got-c.want) > bits*(1+demand) {
			t.Errorf("%s = %g; want %g", c.what, c.got, c.want)
		}
	}
}

// FuzzMoreMinServesNoLess holds where nothing reacts to what a floor does to the
// metrics: orders alone move the fleet. What an autoscaler then does may be worse
// (TestMoreMinMayServeLess).
func FuzzMoreMinServesNoLess(f *testing.F) {
	f.Add(uint64(1), uint8(3), uint8(2), []byte{20, 30, 40, 10, 90, 14})
	f.Add(uint64(2), uint8(0), uint8(9), []byte{0, 200, 1, 1, 60, 28, 7, 7})
	f.Add(uint64(3), uint8(7), uint8(1), []byte{100, 29, 100, 30})
	f.Fuzz(func(t *testing.T, seed uint64, low, more uint8, bytes []byte) {
		served := func(floor int) float64 {
			fleet := simulation.Fleet{Start: floor, PerUnit: hundred, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: floor, Max: 100}, Start: simulation.Delay{{s, 9 * s, 25 * s, 80 * s}}}}
			for b := bytes; len(b) >= 2; b = b[2:] {
				fleet.Orders = append(fleet.Orders, simulation.Order{At: time.Duration(b[0]) * time.Second, Min: at(max(floor, int(b[1])%32))})
			}
			return simulator(t, simulation.Service{Waves: steps(500, 100, 1500, 100, 2500, 100), Fleets: []simulation.Fleet{fleet}}).Run(seed).Served
		}
		floor := 1 + int(low)%30
		higher := floor + int(more)%10
		if got, want := served(higher), served(floor); got < want-1e-6 {
			t.Errorf("served with a floor of %d = %g; want at least the %g with a floor of %d", higher, got, want, floor)
		}
	})
}

// A tolerance of 10 % lets a cron's 20 pods be 19 where 19 are there already, and
// not where only 18 are: one more at the floor serves less. The simulator shows
// it as the HPA does it.
func TestMoreMinMayServeLess(t *testing.T) {
	for floor, want := range map[int]int{18: 20, 19: 19} {
		fleet := simulation.Fleet{Start: floor, PerUnit: hundred, Pods: &simulation.Pods{HPA: autoscale.HPA{Min: floor, Max: 40},
			Metrics: []simulation.Metric{{Kind: simulation.Cron, Cron: []simulation.Shift{{Span: simulation.Span{To: time.Hour}, Units: 20}}}}}}
		if out, _ := trace(t, simulation.Service{Waves: steps(2000, 60), Fleets: []simulation.Fleet{fleet}}); out.Fleets[0].Peak != want {
			t.Errorf("most units with a floor of %d = %d; want %d", floor, out.Fleets[0].Peak, want)
		}
	}
}

// What is scaled enough beforehand leaves nothing unserved, whatever is drawn;
// one unit less, or a little later, leaves some.
func TestEnoughBeforehandServesAll(t *testing.T) {
	spots := hour(t)
	spots.Queue = nil
	spots.Waves[1].Times = []float64{1} // to 10 x 400/s, 66/s a unit at worst: 61 units
	unserved := func(floor int, when time.Duration) simulation.Sample {
		service := spots
		web := service.Fleets[0]
		// 51 more pods on 13 more instances: 120 s late, 3.5 doublings of the sync,
		// 10 + 90 s for nodes, 48 s to start.
		web.Orders = []simulation.Order{{At: when, Late: []time.Duration{0, 60 * s, 120 * s}, Min: at(floor)}}
		service.Fleets = []simulation.Fleet{web}
		return simulator(t, service).Runs(200, 1).Unserved
	}
	if worst, _ := unserved(61, 12*time.Minute).Quantile(1); worst != 0 {
		t.Errorf("unserved with 61 units 8 minutes before = %g; want 0", worst)
	}
	if worst, _ := unserved(59, 12*time.Minute).Quantile(1); worst == 0 {
		t.Errorf("unserved with 59 units at worst = 0; want some")
	}
	if worst, _ := unserved(61, 18*time.Minute+30*s).Quantile(1); worst == 0 {
		t.Errorf("unserved with 61 units 90 s before at worst = 0; want some")
	}
}
