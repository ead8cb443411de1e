package simulation_test

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

const s = time.Second

// steps is a demand that holds each rate for so many seconds.
func steps(rates ...float64) []simulation.Wave {
	var all []float64
	for ; len(rates) >= 2; rates = rates[2:] {
		for range int(rates[1]) {
			all = append(all, rates[0])
		}
	}
	return []simulation.Wave{{Requests: all}}
}

// changes writes a count over time as the seconds at which it changes.
func changes(counts []int) string {
	var all []string
	for t, n := range counts {
		if t == 0 || counts[t-1] != n {
			all = append(all, fmt.Sprintf("%d: %d", t, n))
		}
	}
	return strings.Join(all, ", ")
}

func trace(t *testing.T, service simulation.Service) (simulation.Outcome, simulation.Trace) {
	t.Helper()
	return simulator(t, service).Trace(1)
}

// hundred is what each unit does by hand: 100/s, all of its CPU.
var (
	hundred = []simulation.Rate{{Sustained: 100}}
	percent = simulation.CPU{Request: 0.01}
)

func TestByHand(t *testing.T) {
	at15 := simulation.Phase{15 * s}
	low := math.Inf(-1)
	for _, c := range []struct {
		name           string
		waves          []simulation.Wave
		fleet          simulation.Fleet
		desired, ready string
		unserved       float64
		lag            time.Duration // below 0: never recovers
	}{
		{
			// Two pods at 50 % of CPU, then ten times the traffic at 60 s. At 75 s all of
			// a window is at 100 %: ceil(2 x 1/0.5) = 4. At 90 and 105 s the two new count
			// as using nothing (2 x 100 % of 4 is the target), at 120 s they were ready for
			// a window: 8. At 165 s: 16; at 210 s 16 at 62.5 % ask for 20, at 50 % each.
			// Unserved: 45 s x 800, x 600 and x 200.
			name: "CPU 50 %", waves: steps(100, 60, 1000, 240),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, CPU: percent, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 40}, Metrics: []simulation.Metric{{Target: 0.5}}, Phase: at15, Start: simulation.Fixed(30 * s)}},
			desired: "0: 2, 75: 4, 120: 8, 165: 16, 210: 20", ready: "0: 2, 105: 4, 150: 8, 195: 16, 240: 20",
			unserved: 72_000, lag: 135 * s,
		},
		{
			// From 30 to 33.9 % of CPU, of which Kubernetes makes 33 %: that is 1.1 of 30 %.
			name: "CPU in whole percent", waves: steps(300, 60, 339, 60),
			fleet: simulation.Fleet{Start: 10, PerUnit: hundred, CPU: percent, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 40}, Metrics: []simulation.Metric{{Target: 0.3}}, Phase: at15, Start: simulation.Fixed(30 * s)}},
			desired: "0: 10", ready: "0: 10", lag: 0,
		},
		{
			// The same in cores, 0.339 over an averageValue of 300m: ceil(1.13 x 10).
			name: "CPU in cores", waves: steps(300, 60, 339, 60),
			fleet: simulation.Fleet{Start: 10, PerUnit: hundred, CPU: percent, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 40}, Metrics: []simulation.Metric{{Target: 0.3, OwnUnit: true}}, Phase: at15, Start: simulation.Fixed(30 * s)}},
			desired: "0: 10, 75: 12", ready: "0: 10, 105: 12", lag: 0,
		},
		{
			// CPU 50 % by requests: 1000/s over 50 is 20 at once, and the rate of a sync
			// without a behavior allows 4, 8, 16, 20.
			name: "requests", waves: steps(100, 60, 1000, 240),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 40}, Metrics: []simulation.Metric{{Kind: simulation.PerUnit, Target: 50}}, Phase: at15, Start: simulation.Fixed(30 * s)}},
			desired: "0: 2, 75: 4, 90: 8, 105: 16, 120: 20", ready: "0: 2, 105: 4, 120: 8, 135: 16, 150: 20",
			unserved: 45*800 + 15*600 + 15*200, lag: 75 * s,
		},
		{
			// A metric read every 30 s, of 30 s, seen 5 s later: the reading at 90 s is
			// seen by the sync at 105 s.
			name: "a slow pipeline", waves: steps(100, 60, 200, 120),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 40}, Phase: at15, Start: simulation.Fixed(30 * s),
				Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 50, Window: 30 * s, Every: 30 * s, Phase: simulation.Phase{0}, Delay: 5 * s}}}},
			desired: "0: 2, 105: 4", ready: "0: 2, 135: 4",
		},
		{
			// Pods placed half a second after the sync at 15 s find no room; the scan at
			// 20 s launches one instance of two, as many as there may be, in service at
			// 50 s, and the pods are ready 6.2 s later. At 30 s 400/s over 4 pods, two of
			// which use nothing, are 100 each, and ask for 7 of at most 6: two never come.
			name: "nodes", waves: steps(400, 180),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, CPU: percent, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 6}, Metrics: []simulation.Metric{{Kind: simulation.PerUnit, Target: 65}}, Phase: at15,
				Place: simulation.Fixed(500 * time.Millisecond), Start: simulation.Delay{{4 * s}, {2200 * time.Millisecond}},
				Nodes: &simulation.Nodes{Start: 1, Min: 1, Max: 2, PodsPerInstance: 2, Boot: simulation.Fixed(30 * s), Scan: 10 * s}}},
			desired: "0: 2, 15: 4, 30: 6", ready: "0: 2, 57: 4",
			unserved: 57 * 200, lag: 57 * s,
		},
		{
			name: "a quota of pods", waves: steps(400, 120),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{Quota: 3,
				HPA: autoscale.HPA{Min: 2, Max: 8}, Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 50}}, Phase: at15, Start: simulation.Fixed(5 * s)}},
			desired: "0: 2, 15: 4, 30: 8", ready: "0: 2, 20: 3",
			unserved: 20*200 + 100*100, lag: -1,
		},
		{
			// At 30 s 8 are asked for and the rate allows 4; at 45 s, when the spot is over,
			// the 8 are remembered and allowed. Nobody remembers them at 75 s: those that
			// are not ready yet go before those that are, of these the youngest.
			name: "up and down", waves: steps(100, 15, 400, 15, 100, 90),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 1, Max: 8, Stabilization: 30 * s}, Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 50}}, Phase: at15,
				Start: simulation.Delay{{40 * s, 40 * s}, {0, 0}}}},
			desired: "0: 2, 30: 4, 45: 8, 75: 2", ready: "0: 2, 70: 4, 75: 2",
			unserved: 15 * 200, lag: 15 * s,
		},
		{
			// Tracking 50 a unit: the points that end at 180, 240 and 300 s are above it:
			// 2 x 500/50 = 20, booted in 120 s.
			name: "tracking", waves: steps(100, 120, 1000, 360),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Group: &simulation.Group{Min: 2, Max: 30, Boot: simulation.Fixed(120 * s), Warmup: 300 * s,
				Policies: []simulation.Policy{{Tracking: &autoscale.Tracking{Target: 50}, Metric: simulation.Metric{Kind: simulation.PerUnit, Phase: simulation.Phase{60 * s}}}}}},
			desired: "0: 2, 300: 20", ready: "0: 2, 420: 20",
			unserved: 300 * 800, lag: 300 * s,
		},
		{
			// Steps of 3 instances while CPU is at least 70 % for one minute: at 120 s, not
			// at 180 s (cooling down), at 240 s from the 5 that are warm then.
			name: "steps and a cooldown", waves: steps(100, 60, 1000, 240),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, CPU: percent, Group: &simulation.Group{Min: 2, Max: 30, Boot: simulation.Fixed(30 * s), Cooldown: 100 * s,
				Policies: []simulation.Policy{{Stepped: &autoscale.Stepped{Threshold: 0.7, Alarm: autoscale.Alarm{Periods: 1, Period: 60 * s}, Type: autoscale.ChangeInCapacity,
					Steps: []autoscale.Step{{From: 0, To: math.Inf(1), Adjust: 3}}}, Metric: simulation.Metric{Phase: simulation.Phase{60 * s}}}}}},
			desired: "0: 2, 120: 5, 240: 8", ready: "0: 2, 150: 5, 270: 8",
			unserved: 90*800 + 120*500 + 30*200, lag: -1,
		},
		{
			// A policy of steps shrinks where no tracking policy is against it; the one
			// that tracks holds 4 at 50 each, and lets go at 20 each.
			name: "shrinking", waves: steps(200, 130, 80, 110),
			fleet: simulation.Fleet{Start: 4, PerUnit: hundred, CPU: percent, Group: &simulation.Group{Min: 1, Max: 30,
				Policies: []simulation.Policy{
					{Tracking: &autoscale.Tracking{Target: 50, Out: autoscale.Alarm{Periods: 1, Period: 60 * s}, In: autoscale.Alarm{Periods: 1, Period: 60 * s}}, Metric: simulation.Metric{Kind: simulation.PerUnit, Phase: simulation.Phase{60 * s}}},
					{Stepped: &autoscale.Stepped{Threshold: 0.6, Below: true, Alarm: autoscale.Alarm{Periods: 1, Period: 60 * s}, Type: autoscale.ChangeInCapacity,
						Steps: []autoscale.Step{{From: low, To: 0, Adjust: -1}}}, Metric: simulation.Metric{Phase: simulation.Phase{60 * s}}}}}},
			desired: "0: 4, 180: 3", ready: "0: 4, 180: 3",
		},
		{
			// A floor of 6 set at 20 s, 7 s late, is obeyed by the sync at 30 s, and a maximum
			// of 5 by that at 60 s. What the metric asked for was 2 all the while, which is
			// all that stabilization remembers: at 75 s the count falls to it at once.
			name: "orders to an HPA", waves: steps(100, 120),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, CPU: percent, Orders: []simulation.Order{{At: 20 * s, Late: []time.Duration{7 * s}, Min: at(6)}, {At: 60 * s, Min: at(1), Max: at(5)}},
				Pods: &simulation.Pods{HPA: autoscale.HPA{Min: 2, Max: 40}, Metrics: []simulation.Metric{{Target: 0.5}}, Phase: at15, Start: simulation.Fixed(10 * s)}},
			desired: "0: 2, 30: 6, 60: 5, 75: 2", ready: "0: 2, 40: 6, 60: 5, 75: 2",
		},
		{
			name: "orders to a group", waves: steps(300, 120),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Orders: []simulation.Order{{At: 20 * s, Min: at(4)}, {At: 90 * s, Min: at(1), Desired: at(3)}},
				Group: &simulation.Group{Min: 1, Max: 5, Boot: simulation.Fixed(30 * s)}},
			desired: "0: 2, 20: 4, 90: 3", ready: "0: 2, 50: 4, 90: 3",
			unserved: 50 * 100, lag: 50 * s,
		},
		{
			// KEDA's cron asks for 8 from 20 s to 60 s, and at 1 outside; the HPA keeps
			// the rates of its own.
			name: "cron", waves: steps(100, 120),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{HPA: autoscale.HPA{Min: 2, Max: 40, Stabilization: s}, Phase: at15, Start: simulation.Fixed(5 * s),
				Metrics: []simulation.Metric{{Kind: simulation.Cron, Cron: []simulation.Shift{{Span: simulation.Span{From: 20 * s, To: 60 * s}, Units: 8}}}}}},
			desired: "0: 2, 30: 4, 45: 8, 60: 2", ready: "0: 2, 35: 4, 50: 8, 60: 2",
		},
		{
			// 100/s of all are twice the target: 2 pods ask for 4, and go on to while they
			// are the only ready ones; the 4 ask for 8, and these for 16, of which 9 may be.
			// From 80 s on 54/s, within a tenth of the target, ask for no change.
			name: "a value of the whole", waves: steps(100, 80, 54, 60),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 9, Stabilization: s}, Metrics: []simulation.Metric{{Kind: simulation.Value, Target: 50}}, Phase: at15, Start: simulation.Fixed(20 * s)}},
			desired: "0: 2, 15: 4, 45: 8, 75: 9", ready: "0: 2, 35: 4, 65: 8, 95: 9",
		},
		{
			// At 45 s the two pods that are ready since 35 s have no window yet and four are
			// not ready: all use nothing, which would turn round, so nothing changes. At
			// 60 s the four ready since 50 s count as at their target of 50, the others are
			// at 25 for 5 s and 12.5 for 10 s: (4 x 16.7 + 4 x 50) / 50 asks for 6. At 75 s
			// all are measured.
			name: "missing on the way down", waves: steps(400, 45, 100, 45),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 8, Stabilization: s}, Metrics: []simulation.Metric{{Kind: simulation.PerUnit, Target: 50}}, Phase: at15, Start: simulation.Fixed(20 * s)}},
			desired: "0: 2, 15: 4, 30: 8, 60: 6, 75: 2", ready: "0: 2, 35: 4, 50: 8, 60: 6, 75: 2",
			unserved: 35 * 200, lag: 35 * s,
		},
		{
			// Two thirds of the first window lie before the beginning, at 80 % too.
			name: "before the beginning", waves: steps(160, 10),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, CPU: percent, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 1, Max: 8}, Metrics: []simulation.Metric{{Target: 0.5}}, Phase: simulation.Phase{5 * s}}},
			desired: "0: 2, 5: 4", ready: "0: 2, 5: 4",
		},
		{
			// Each policy acts when its own data point comes, and only then.
			name: "periods of their own", waves: steps(80, 200),
			fleet: simulation.Fleet{Start: 4, PerUnit: hundred, CPU: percent, Group: &simulation.Group{Min: 1, Max: 30,
				Policies: []simulation.Policy{
					{Stepped: &autoscale.Stepped{Threshold: 0.9, Below: true, Alarm: autoscale.Alarm{Periods: 1, Period: 60 * s}, Type: autoscale.ChangeInCapacity,
						Steps: []autoscale.Step{{From: low, To: 0, Adjust: -1}}}, Metric: simulation.Metric{Phase: simulation.Phase{60 * s}}},
					{Stepped: &autoscale.Stepped{Threshold: 2, Alarm: autoscale.Alarm{Periods: 1, Period: 30 * s}}, Metric: simulation.Metric{Phase: simulation.Phase{30 * s}}}}}},
			desired: "0: 4, 60: 3, 120: 2, 180: 1", ready: "0: 4, 60: 3, 120: 2, 180: 1",
		},
		{
			// By hand to 5 pods at once, and the minimum brings the sixth.
			name: "scaled by hand", waves: steps(100, 40),
			fleet: simulation.Fleet{Start: 2, PerUnit: hundred, Orders: []simulation.Order{{At: 5 * s, Min: at(6), Desired: at(5)}},
				Pods: &simulation.Pods{HPA: autoscale.HPA{Min: 2, Max: 40}, Phase: at15, Start: simulation.Fixed(3 * s)}},
			desired: "0: 2, 5: 5, 15: 6", ready: "0: 2, 8: 5, 18: 6",
		},
		{
			// 2 units carry 2/(1 + 0.25) of what one does.
			name: "contention", waves: steps(200, 10),
			fleet:   simulation.Fleet{Start: 2, PerUnit: hundred, Contention: 0.25},
			desired: "0: 2", ready: "0: 2", unserved: 400, lag: -1,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, seconds := trace(t, simulation.Service{Waves: c.waves, Fleets: []simulation.Fleet{c.fleet}})
			got := []string{changes(seconds.Desired[0]), changes(seconds.Ready[0])}
			if diff := cmp.Diff([]string{c.desired, c.ready}, got); diff != "" {
				t.Errorf("desired, and ready (-want +got):\n%s", diff)
			}
			if math.Abs(out.Unserved-c.unserved) > 1e-6 {
				t.Errorf("unserved = %v; want %v", out.Unserved, c.unserved)
			}
			switch {
			case c.lag == 0 && out.Shortfall != nil:
				t.Errorf("shortfall at %v; want none", *out.Shortfall)
			case c.lag < 0 && (out.Shortfall == nil || out.Lag != nil):
				t.Errorf("shortfall, lag = %v, %v; want a shortfall that never ends", out.Shortfall, out.Lag)
			case c.lag > 0 && (out.Lag == nil || *out.Lag != c.lag):
				t.Errorf("lag = %v; want %v", out.Lag, c.lag)
			}
		})
	}
}

func at(n int) *int { return &n }

// All requests pass all fleets, and what stands behind them: the one that
// carries least is what is served.
func TestTheLeastOfFleetsServes(t *testing.T) {
	service := simulation.Service{
		Waves: steps(1000, 10),
		Fleets: []simulation.Fleet{
			{Start: 8, PerUnit: hundred},
			{Start: 3, PerUnit: []simulation.Rate{{Sustained: 200}}},
		},
	}
	for ceiling, want := range map[float64]float64{0: 600, 700: 600, 500: 500} {
		service.Ceiling = ceiling
		if out, _ := trace(t, service); out.Served != 10*want {
			t.Errorf("ceiling %g: served = %g; want %g", ceiling, out.Served, 10*want)
		}
	}
}

// One unit of 10/s and 100 requests in a second. Those that would wait for more
// than 5 s, 40, go away, and half of them come again 2 s later; there is room
// for them then. With room for 30 alone 60 go, and again 20 of 30.
func TestQueueByHand(t *testing.T) {
	for _, c := range []struct {
		name              string
		queue             simulation.Queue
		unserved, seconds []float64
		served            float64
	}{
		{name: "patience", queue: simulation.Queue{Patience: 5 * s, Retry: 0.5, Pause: 2 * s},
			seconds: []float64{20, 0, 0, 0, 0}, served: 80},
		{name: "room", queue: simulation.Queue{Room: 30, Patience: 5 * s, Retry: 0.5, Pause: 2 * s},
			// 30 come again at 2 s; 20 wait then, 10 are served, 10 too many: 5 give up, 5 come at 4 s.
			seconds: []float64{30, 0, 5, 0, 0}, served: 65},
		{name: "no retry", queue: simulation.Queue{Patience: 2 * s},
			seconds: []float64{70, 0, 0, 0, 0}, served: 30},
		{name: "for ever", queue: simulation.Queue{}, seconds: []float64{0, 0, 0, 0, 0}, served: 100},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, seconds := trace(t, simulation.Service{
				Waves: steps(100, 1, 0, 19), Queue: &c.queue,
				Fleets: []simulation.Fleet{{Start: 1, PerUnit: []simulation.Rate{{Sustained: 8, Saturation: 10}}}},
			})
			if diff := cmp.Diff(c.seconds, seconds.Unserved[:5]); diff != "" {
				t.Errorf("unserved in each second (-want +got):\n%s", diff)
			}
			if out.Served != c.served || out.Unserved != 100-c.served {
				t.Errorf("served, unserved = %g, %g; want %g, %g", out.Served, out.Unserved, c.served, 100-c.served)
			}
		})
	}
}

// Who still waits at the end, or would come again, was not served.
func TestTheEndOfTheQueue(t *testing.T) {
	out, seconds := trace(t, simulation.Service{
		Waves: steps(0, 3, 100, 1), Queue: &simulation.Queue{Patience: 2 * s, Retry: 1, Pause: 5 * s},
		Fleets: []simulation.Fleet{{Start: 1, PerUnit: []simulation.Rate{{Sustained: 10}}}},
	})
	if out.Served != 10 || out.Unserved != 90 || seconds.Unserved[3] != 90 {
		t.Errorf("served, unserved = %g, %g, of the last second %g; want 10, 90, 90", out.Served, out.Unserved, seconds.Unserved[3])
	}
}

// The lag is that of the first stretch of spots with a shortfall, whatever comes later;
// spots that overlap or touch are one stretch. Short are 10 to 15, 20 to 25, 50 to 60 s.
func TestLagOfASpot(t *testing.T) {
	service := simulation.Service{
		Waves:  steps(50, 10, 150, 5, 50, 5, 150, 5, 50, 25, 150, 10),
		Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}},
	}
	for _, c := range []struct {
		spots   []simulation.Span
		at, lag time.Duration // lag 0: unknown
	}{
		{spots: nil, at: 10 * s},
		{spots: []simulation.Span{{From: 0, To: 20 * s}, {From: 20 * s, To: 40 * s}}, at: 10 * s, lag: 15 * s},
		{spots: []simulation.Span{{From: 12 * s, To: 40 * s}, {From: 0, To: 12 * s}}, at: 10 * s, lag: 15 * s},
		{spots: []simulation.Span{{From: 0, To: 13 * s}, {From: 12 * s, To: 40 * s}}, at: 10 * s, lag: 15 * s},
		{spots: []simulation.Span{{From: 0, To: 40 * s}, {From: 12 * s, To: 14 * s}}, at: 10 * s, lag: 15 * s},
		{spots: []simulation.Span{{From: 0, To: 12 * s}, {From: 13 * s, To: 40 * s}}, at: 10 * s},
		{spots: []simulation.Span{{From: 0, To: 19 * s}, {From: 20 * s, To: 40 * s}}, at: 10 * s, lag: 5 * s},
		{spots: []simulation.Span{{From: 5 * s, To: 40 * s}}, at: 10 * s, lag: 15 * s},
		{spots: []simulation.Span{{From: 0, To: 10 * s}, {From: 17 * s, To: 22 * s}}, at: 20 * s},
	} {
		service.Spots = c.spots
		out, _ := trace(t, service)
		if out.Shortfall == nil || *out.Shortfall != c.at || (out.Lag == nil) != (c.lag == 0) || out.Lag != nil && *out.Lag != c.lag {
			t.Errorf("spots %v: shortfall, lag = %v, %v; want %v, %v", c.spots, out.Shortfall, out.Lag, c.at, c.lag)
		}
	}
}

// standing is a fleet whose second instance of two pods is launched when 4 pods
// are wanted, for 100/s each.
func standing(n simulation.Nodes) simulation.Fleet {
	n.PodsPerInstance, n.Boot = 2, simulation.Fixed(30*s)
	return simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
		HPA: autoscale.HPA{Min: 1, Max: 40, Stabilization: 30 * s}, Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 100}},
		Phase: simulation.Phase{15 * s}, Start: simulation.Fixed(5 * s), Nodes: &n}}
}

// An instance without pods is given back, and launched again when it is needed.
func TestNodesAreGivenBack(t *testing.T) {
	two := simulation.Nodes{Start: 1, Min: 1, Max: 2}
	for _, c := range []struct {
		name     string
		unneeded time.Duration
		min      int
		waves    []simulation.Wave
		ready    string
	}{
		// Wanted at 15 s, launched by the scan at 16 s, in service at 46 s. 4 are asked
		// for until the sync at 90 s, which that at 120 s still remembers. At 405 s they
		// are wanted again: at once where the instance is still there.
		{"10 minutes", 10 * time.Minute, 1, steps(400, 90, 200, 300, 400, 60), "0: 2, 51: 4, 135: 2, 410: 4"},
		{"2 minutes", 2 * time.Minute, 1, steps(400, 90, 200, 300, 400, 60), "0: 2, 51: 4, 135: 2, 441: 4"},
		{"a minimum of 2", 2 * time.Minute, 2, steps(400, 90, 200, 300, 400, 60), "0: 2, 51: 4, 135: 2, 410: 4"},
		// Empty from 135 to 180 s and from 240 s: 2 minutes from then it is still there.
		{"needed in between", 2 * time.Minute, 1, steps(400, 90, 200, 75, 400, 30, 200, 105, 400, 60), "0: 2, 51: 4, 135: 2, 185: 4, 240: 2, 320: 4"},
	} {
		n := two
		n.Unneeded, n.Min = c.unneeded, c.min
		out, seconds := trace(t, simulation.Service{Waves: c.waves, Fleets: []simulation.Fleet{standing(n)}})
		if got := changes(seconds.Ready[0]); got != c.ready {
			t.Errorf("%s: ready = %q; want %q", c.name, got, c.ready)
		}
		if got, want := out.Fleets[0], (simulation.FleetOutcome{Peak: 4, Desired: 4, Nodes: 2}); got != want {
			t.Errorf("%s: outcome = %+v; want %+v", c.name, got, want)
		}
	}
}

// A pod goes to the emptiest instance, so that none is given back.
func TestPodsGoToTheEmptiest(t *testing.T) {
	fleet := standing(simulation.Nodes{Start: 2, Max: 2, Unneeded: time.Minute})
	fleet.Start = 1
	_, seconds := trace(t, simulation.Service{Waves: steps(200, 120, 400, 60), Fleets: []simulation.Fleet{fleet}})
	if got, want := changes(seconds.Ready[0]), "0: 1, 20: 2, 140: 4"; got != want {
		t.Errorf("ready = %q; want %q", got, want)
	}
}

// The scan at 16 s launches one instance for two pods; that at 31 s, for six,
// two more and not the one that comes. A quota and a maximum end it before.
func TestScanCountsWhatComes(t *testing.T) {
	for _, c := range []struct {
		nodes simulation.Nodes
		want  int
		ready string
	}{
		{simulation.Nodes{Start: 1, Max: 9}, 4, "0: 2, 51: 4, 66: 8"},
		{simulation.Nodes{Start: 1, Max: 3}, 3, "0: 2, 51: 4, 66: 6"},
		{simulation.Nodes{Start: 1, Max: 9, Quota: 2}, 2, "0: 2, 51: 4"},
	} {
		out, seconds := trace(t, simulation.Service{Waves: steps(800, 100), Fleets: []simulation.Fleet{standing(c.nodes)}})
		if got := changes(seconds.Ready[0]); out.Fleets[0].Nodes != c.want || got != c.ready {
			t.Errorf("max %d, quota %d: %d instances, ready %q; want %d, %q", c.nodes.Max, c.nodes.Quota, out.Fleets[0].Nodes, got, c.want, c.ready)
		}
	}
}

// CPU says no more than a unit can do, nor than its limit; requests that were
// turned away were answered too. The rate of the HPA allows anything.
func TestMetricsOfAnOverload(t *testing.T) {
	any := &autoscale.Behavior{ScaleUp: &autoscale.Rules{Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 1000, Period: s}}}}
	for _, c := range []struct {
		name   string
		cpu    simulation.CPU
		metric simulation.Metric
		want   int // of 2 units after the first sync of 1000/s
	}{
		{"saturated at half of the CPU", simulation.CPU{Request: 0.005}, simulation.Metric{Target: 0.25}, 4},
		{"limit", simulation.CPU{Request: 0.02}, simulation.Metric{Target: 0.5}, 4},
		{"a limit of twice the request", simulation.CPU{Request: 0.02, Limit: 2}, simulation.Metric{Target: 0.5}, 8},
		{"base", simulation.CPU{Base: 0.25, Request: 0.005}, simulation.Metric{Target: 0.25}, 6},
		{"requests", simulation.CPU{}, simulation.Metric{Kind: simulation.PerUnit, Target: 100}, 10},
		{"requests of all", simulation.CPU{}, simulation.Metric{Kind: simulation.Total, Target: 100}, 10},
	} {
		for _, queue := range []*simulation.Queue{nil, {Patience: time.Millisecond}} {
			out, seconds := trace(t, simulation.Service{Waves: steps(1000, 20), Queue: queue, Fleets: []simulation.Fleet{{Start: 2, PerUnit: hundred, CPU: c.cpu, Pods: &simulation.Pods{
				HPA: autoscale.HPA{Min: 2, Max: 40, Behavior: any}, Metrics: []simulation.Metric{c.metric}, Phase: simulation.Phase{15 * s}, Start: simulation.Fixed(60 * s)}}}})
			if got := seconds.Desired[0][19]; got != c.want {
				t.Errorf("%s, queue %v: desired = %d; want %d (%+v)", c.name, queue != nil, got, c.want, out.Fleets)
			}
		}
	}
}

// Nodes set beforehand save their boot.
func TestOrdersToNodes(t *testing.T) {
	fleet := simulation.Fleet{Start: 2, PerUnit: hundred, Pods: &simulation.Pods{
		HPA: autoscale.HPA{Min: 2, Max: 4}, Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 100}},
		Phase: simulation.Phase{15 * s}, Start: simulation.Fixed(5 * s),
		Nodes: &simulation.Nodes{Start: 1, Min: 1, Max: 2, PodsPerInstance: 2, Boot: simulation.Fixed(30 * s), Orders: []simulation.Order{{At: 10 * s, Min: at(2)}}}}}
	_, seconds := trace(t, simulation.Service{Waves: steps(100, 60, 400, 60), Fleets: []simulation.Fleet{fleet}})
	if got, want := changes(seconds.Ready[0]), "0: 2, 80: 4"; got != want {
		t.Errorf("ready = %q; want %q", got, want)
	}
	// An order back lets none go that carries pods, and that which carries none when
	// it has been empty for long enough: 30 s from 40 s on.
	nodes := fleet.Pods.Nodes
	nodes.Orders, nodes.Unneeded = append(nodes.Orders, simulation.Order{At: 20 * s, Min: at(1), Desired: at(1)}), 30*s
	for until, want := range map[float64]string{45: "0: 2, 65: 4", 90: "0: 2, 141: 4"} {
		_, seconds := trace(t, simulation.Service{Waves: steps(100, until, 400, 60), Fleets: []simulation.Fleet{fleet}})
		if got := changes(seconds.Ready[0]); got != want {
			t.Errorf("after an order back and a spot at %g s: ready = %q; want %q", until, got, want)
		}
	}
}

// Each run multiplies a wave by one of its times, each as often.
func TestWavesAreDrawn(t *testing.T) {
	m := simulator(t, simulation.Service{
		Waves:  []simulation.Wave{{Requests: []float64{10, 10}}, {Requests: []float64{0, 100}, Times: []float64{1, 2, 4}}},
		Fleets: []simulation.Fleet{{Start: 1, PerUnit: hundred}},
	})
	drawn := map[float64]int{}
	for seed := range uint64(3000) {
		drawn[m.Run(seed).Demand]++
	}
	for _, demand := range []float64{120, 220, 420} {
		if n := drawn[demand]; math.Abs(float64(n)-1000) > 4*math.Sqrt(3000*2/9.) {
			t.Errorf("runs with a demand of %g = %d; want about 1000 of 3000 (%v)", demand, n, drawn)
		}
	}
	if len(drawn) != 3 {
		t.Errorf("demands = %v; want 120, 220 and 420 alone", drawn)
	}
}
