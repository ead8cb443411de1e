package truth_test

import (
	"context"
	"math"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// A unit of these worlds has 4 slots of 100 ms: 40/s. What waits is gone within
// a second, for the simulator's queue is one and the world's are the units'.
var (
	forty    = world.Service{Concurrency: 4, Mean: 100 * time.Millisecond, Distribution: world.Constant, Queue: 20}
	carries  = []simulation.Rate{{Sustained: 36, Saturation: 40}}
	uses     = simulation.CPU{Request: 1.0 / 40}
	shortest = &simulation.Queue{Room: 20}
)

// spike is baseline traffic and a spot a minute later.
func spike(t *testing.T, baseline, peak float64, halfLife, end time.Duration) traffic.Curve {
	t.Helper()
	spot, err := traffic.Spot{At: time.Minute, Peak: peak, Rise: 20 * time.Second, HalfLife: halfLife, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		t.Fatal(err)
	}
	return traffic.Sum(traffic.Flat(baseline, end), spot)
}

// TestSimulationFollowsTheLab holds the simulator against the lab: configured
// alike, and under the same traffic, as many units are ready at each second as
// were there within one sync (or period) before or after it, as many at the
// most, capacity is behind demand for as long, give or take the same, and the
// share of requests that went unserved is the same within 3 points.
func TestSimulationFollowsTheLab(t *testing.T) {
	sync, quick := 15*time.Second, 5*time.Second
	shrinks := &world.Rules{Stabilization: &sync}
	for _, c := range []struct {
		name   string
		lab    world.Config
		fleet  simulation.Fleet
		curve  traffic.Curve
		within time.Duration
	}{
		{
			name: "utilisation",
			lab:  world.Config{Pods: world.Pods{Run: 20 * time.Second}, HPA: &world.HPA{Target: 0.6, Min: 2, Max: 12}},
			fleet: pods(2, simulation.Pods{
				HPA:     autoscale.HPA{Min: 2, Max: 12},
				Metrics: []simulation.Metric{{Target: 0.6}},
				Start:   simulation.Fixed(23 * time.Second),
			}),
			curve: spike(t, 40, 400, 3*time.Minute, 8*time.Minute), within: sync,
		},
		{
			name: "a limit above the request, up and down again",
			lab: world.Config{Pods: world.Pods{CPULimit: 2}, HPA: &world.HPA{Target: 0.8, Min: 3, Max: 20,
				Behavior: &world.Behavior{ScaleDown: shrinks}}},
			fleet: using(simulation.CPU{Request: 2.0 / 40, Limit: 2}, pods(3, simulation.Pods{
				HPA:     autoscale.HPA{Min: 3, Max: 20, Behavior: &autoscale.Behavior{ScaleDown: &autoscale.Rules{Stabilization: &sync}}},
				Metrics: []simulation.Metric{{Target: 0.8}},
				Start:   simulation.Fixed(8 * time.Second),
			})),
			curve: spike(t, 30, 300, 45*time.Second, 8*time.Minute), within: sync,
		},
		{
			name: "requests, a fast sync and a policy of 3 pods in 15 s",
			lab: world.Config{HPA: &world.HPA{Metric: world.Requests, Target: 25, Min: 2, Max: 15, Sync: quick,
				Behavior: &world.Behavior{ScaleUp: &world.Rules{Policies: []world.Policy{{Type: "pods", Value: 3, Period: sync}}}}}},
			fleet: pods(2, simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 15, Behavior: &autoscale.Behavior{ScaleUp: &autoscale.Rules{
					Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 3, Period: sync}}}}},
				Metrics: []simulation.Metric{{Kind: simulation.PerUnit, Target: 25, Window: quick}},
				Sync:    quick, Phase: simulation.Phase{quick},
				Start: simulation.Fixed(8 * time.Second),
			}),
			curve: spike(t, 40, 300, 2*time.Minute, 6*time.Minute), within: quick,
		},
		{
			name: "nodes to be launched",
			lab: world.Config{HPA: &world.HPA{Target: 0.6, Min: 2, Max: 12},
				Group: &world.Group{Max: 4, PodsPerInstance: 3, Boot: 40 * time.Second, Scan: 10 * time.Second}},
			fleet: pods(2, simulation.Pods{
				HPA:     autoscale.HPA{Min: 2, Max: 12},
				Metrics: []simulation.Metric{{Target: 0.6}},
				Start:   simulation.Fixed(8 * time.Second),
				Nodes:   &simulation.Nodes{Start: 1, Min: 0, Max: 4, PodsPerInstance: 3, Boot: simulation.Fixed(40 * time.Second), Scan: 10 * time.Second},
			}),
			curve: spike(t, 40, 300, 3*time.Minute, 8*time.Minute), within: sync,
		},
		{
			name: "instances that track a target",
			lab: world.Config{Group: &world.Group{Min: 2, Max: 10, Target: 0.6, Boot: 30 * time.Second,
				Period: 20 * time.Second, Out: 3, In: 6, Warmup: 40 * time.Second}},
			fleet: simulation.Fleet{Start: 2, PerUnit: carries, CPU: uses, Group: &simulation.Group{
				Min: 2, Max: 10, Boot: simulation.Fixed(30 * time.Second), Warmup: 40 * time.Second,
				Policies: []simulation.Policy{{
					Tracking: &autoscale.Tracking{Target: 0.6, Out: autoscale.Alarm{Periods: 3, Period: 20 * time.Second}, In: autoscale.Alarm{Periods: 6, Period: 20 * time.Second}},
					Metric:   simulation.Metric{Phase: simulation.Phase{20 * time.Second}},
				}},
			}},
			curve: spike(t, 40, 300, 2*time.Minute, 10*time.Minute), within: 20 * time.Second,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if raced.On && c.name != "nodes to be launched" {
				t.Skip("a quarter of a million requests; one of the worlds is enough for the race detector")
			}
			c.lab.Service = forty
			there, refused := playInLab(t, c.lab, c.curve)
			m, err := simulation.New(simulation.Service{
				Waves: []simulation.Wave{{Requests: simulation.Requests(c.curve)}}, Fleets: []simulation.Fleet{c.fleet}, Queue: shortest,
			})
			if err != nil {
				t.Fatal(err)
			}
			out, trace := m.Trace(1)
			alike(t, there, trace.Ready[0], int(c.within.Seconds()))
			if got, want := out.Fleets[0].Peak, slices.Max(there); got != want {
				t.Errorf("most units ready = %d; want the lab's %d", got, want)
			}
			want := lagOf(trace.Demand, there)
			if out.Lag == nil {
				t.Fatalf("scale lag unknown; want the lab's %v", want)
			}
			t.Logf("scale lag %v, the lab's %v; at most %d units; unserved %.1f %%, the lab's %.1f %%", *out.Lag, want, slices.Max(there), 100*out.Share(), 100*refused)
			if off := math.Abs(out.Share() - refused); off > 0.03 {
				t.Errorf("unserved share = %.3f; want the lab's %.3f within 0.03", out.Share(), refused)
			}
			if off := (*out.Lag - want).Abs(); off > c.within {
				t.Errorf("scale lag = %v; want the lab's %v within %v", *out.Lag, want, c.within)
			}
		})
	}
}

// TestSimulationCoversChance holds many runs of the simulator against labs of
// different seeds, whose services and starts take as long as they happen to:
// each lab's scale lag lies within the runs' range, give or take one sync, and its
// unserved share within 3 points of the runs' median.
func TestSimulationCoversChance(t *testing.T) {
	curve := spike(t, 40, 400, 3*time.Minute, 8*time.Minute)
	fleet := pods(2, simulation.Pods{
		HPA:     autoscale.HPA{Min: 2, Max: 12},
		Metrics: []simulation.Metric{{Target: 0.6}},
		Start:   simulation.Delay{about(20*time.Second, 0.3), about(3*time.Second, 0.3)},
	})
	m, err := simulation.New(simulation.Service{
		Waves: []simulation.Wave{{Requests: simulation.Requests(curve)}}, Fleets: []simulation.Fleet{fleet}, Queue: shortest,
	})
	if err != nil {
		t.Fatal(err)
	}
	many := m.Runs(1000, 1)
	least, _ := many.Lag.Quantile(0)
	most, _ := many.Lag.Quantile(1)
	median, _ := many.Unserved.Quantile(0.5)
	_, trace := m.Trace(1) // of which only the demand is wanted
	for seed := range uint64(raced.Part(4, 1)) {
		lab := world.Config{Seed: seed, Service: forty, HPA: &world.HPA{Target: 0.6, Min: 2, Max: 12},
			Pods: world.Pods{Run: 20 * time.Second, Ready: 3 * time.Second, Spread: 0.3}}
		lab.Service.Distribution = world.Exponential
		there, refused := playInLab(t, lab, curve)
		lag := lagOf(trace.Demand, there).Seconds()
		t.Logf("scale lag %.0f s, simulated %.0f to %.0f s; unserved %.1f %%, simulated %.1f %%", lag, least, most, 100*refused, 100*median)
		if lag < least-15 || lag > most+15 {
			t.Errorf("seed %d: the lab's scale lag = %.0f s; want it within the simulated %.0f to %.0f s, or 15 s of it", seed, lag, least, most)
		}
		if math.Abs(refused-median) > 0.03 {
			t.Errorf("seed %d: the lab's unserved share = %.3f; want the simulated %.3f within 0.03", seed, refused, median)
		}
	}
}

// about are durations spread evenly over a share to both sides of their mean.
func about(mean time.Duration, share float64) (all []time.Duration) {
	const n = 100
	for i := range n {
		all = append(all, time.Duration(float64(mean)*(1+share*(2*(float64(i)+0.5)/n-1))))
	}
	return all
}

// pods are a fleet of the lab's, whose first sync is one period after its start
// and which schedules in half a second.
func pods(start int, p simulation.Pods) simulation.Fleet {
	if p.Phase == nil {
		p.Phase = simulation.Phase{15 * time.Second}
	}
	p.Place = simulation.Fixed(500 * time.Millisecond)
	return simulation.Fleet{Start: start, PerUnit: carries, CPU: uses, Pods: &p}
}

func using(c simulation.CPU, f simulation.Fleet) simulation.Fleet {
	f.CPU = c
	return f
}

// alike fails where a second's count was not there within so many seconds.
func alike(t *testing.T, there, simulated []int, within int) {
	t.Helper()
	wrong := 0
	for at, n := range simulated {
		near := there[max(0, at-within):min(len(there), at+within+1)]
		if n < slices.Min(near) || n > slices.Max(near) {
			if wrong++; wrong == 1 {
				t.Errorf("second %d: %d units are ready; want %d to %d, the lab's within %d s", at, n, slices.Min(near), slices.Max(near), within)
			}
		}
	}
	if wrong > 1 {
		t.Errorf("%d of %d seconds are like that", wrong, len(simulated))
	}
}

// lagOf is the time from the first to the last second in which demand was above
// what the ready units sustain.
func lagOf(demand []float64, ready []int) time.Duration {
	first, last := -1, -1
	for at, d := range demand {
		if d > float64(ready[at])*carries[0].Sustained {
			if last = at; first < 0 {
				first = at
			}
		}
	}
	return time.Duration(last+1-first) * time.Second
}

// playInLab plays traffic in a lab and says how many units requests reached at
// the beginning of each second, and which share of requests was not served.
func playInLab(t *testing.T, c world.Config, curve traffic.Curve) (ready []int, unserved float64) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		w, err := world.Start(ctx, c)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Wait()
		defer stop()
		var sent sync.WaitGroup
		sent.Go(func() { unserved = send(t, w.Door(), curve) })
		for range int(curve.Duration().Seconds()) {
			synctest.Wait()
			s, _ := w.State()
			ready = append(ready, serving(s))
			time.Sleep(time.Second)
		}
		sent.Wait()
	})
	return ready, unserved
}

// serving counts the units that requests reach.
func serving(s world.State) int {
	n := 0
	for _, p := range s.Pods {
		if !p.Healthy.IsZero() && p.Deleted.IsZero() {
			n++
		}
	}
	if s.HPA == nil && s.Group != nil {
		for _, i := range s.Group.Instances {
			if i.Lifecycle == "InService" && !i.Healthy.IsZero() {
				n++
			}
		}
	}
	return n
}

// send makes a curve's requests when they are due and says, when all are
// answered, which share was not served.
func send(t *testing.T, door http.RoundTripper, curve traffic.Curve) float64 {
	began := time.Now()
	var answers sync.WaitGroup
	var sent, served atomic.Int64
	for k := 0.5; ; k++ {
		due, ok := curve.Due(k)
		if !ok {
			break
		}
		time.Sleep(due - time.Since(began))
		sent.Add(1)
		answers.Go(func() {
			if status := get(t, door); status == http.StatusOK {
				served.Add(1)
			}
		})
	}
	answers.Wait()
	return float64(sent.Load()-served.Load()) / float64(sent.Load())
}

func get(t *testing.T, door http.RoundTripper) (status int) {
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "http://lab.test/", nil)
	if err != nil {
		t.Error(err)
		return 0
	}
	a, err := door.RoundTrip(r)
	if err != nil {
		t.Error(err)
		return 0
	}
	a.Body.Close()
	return a.StatusCode
}
