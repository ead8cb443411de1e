package report

import (
	"cmp"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// asked is a spot before ten pods that an HPA scales.
type asked struct {
	times  []float64     // how uncertain the spot is
	target float64       // req/s of a unit; 0: 50 % of its CPU
	min    int           // 0: 10
	max    int           // 0: 80
	ends   time.Duration // of the spot's influence; 0: with the demand
}

func (a asked) demand(t testing.TB) forecast.Demand {
	t.Helper()
	const baseline, end = 400.0, 8 * time.Minute
	spot, err := traffic.Spot{At: 2 * time.Minute, Peak: 10 * baseline, Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		t.Fatal(err)
	}
	return forecast.Demand{
		Name: "CM 1, 10x",
		Waves: []simulation.Wave{
			{Requests: simulation.Requests(traffic.Flat(baseline, end))},
			{Requests: simulation.Requests(spot), Times: a.times},
		},
		Spots:  []simulation.Span{{From: 2 * time.Minute, To: cmp.Or(a.ends, end)}},
		Called: []string{"CM 1"},
	}
}

func (a asked) service() simulation.Service {
	metric := simulation.Metric{Target: 0.5}
	if a.target > 0 {
		metric = simulation.Metric{Kind: simulation.PerUnit, Target: a.target}
	}
	low := cmp.Or(a.min, 10)
	return simulation.Service{Fleets: []simulation.Fleet{{
		Name: "hpa/default/web", Start: low,
		PerUnit: []simulation.Rate{{Sustained: 78}, {Sustained: 80}, {Sustained: 82}},
		CPU:     simulation.CPU{Request: 1.0 / 80},
		Pods: &simulation.Pods{
			HPA: autoscale.HPA{Min: low, Max: cmp.Or(a.max, 80)}, Metrics: []simulation.Metric{metric},
			Start: simulation.Delay{{25 * time.Second, 30 * time.Second, 41 * time.Second}},
		},
	}}}
}

func (a asked) simulator(t testing.TB) *simulation.Simulator {
	t.Helper()
	s := a.service()
	d := a.demand(t)
	s.Waves, s.Spots = d.Waves, d.Spots
	m, err := simulation.New(s)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// played is what becomes of the demand in so many runs.
func (a asked) played(t testing.TB, runs int) forecast.Outcome {
	t.Helper()
	m := a.simulator(t)
	o := forecast.Outcome{Many: m.Runs(runs, 1)}
	_, o.Typical = m.Trace(o.Median)
	at := func(p float64) float64 { v, _ := o.Highest.Quantile(p); return v }
	o.Peak = forecast.Peak{P5: at(0.05), P50: at(0.5), P95: at(0.95)}
	return o
}

// seconds are the units of a replay: 10, then steps of 10 more from a second on, with
// two unknown where unseen says so.
func seconds(steps []int, unseen int) []int {
	units := make([]int, 240)
	for s := range units {
		units[s] = 10
		for _, step := range steps {
			if s >= step {
				units[s] += 10
			}
		}
		if unseen > 0 && (s == unseen || s == unseen+1) {
			units[s] = -1
		}
	}
	return units
}

// replayed is a replay that is to be trusted.
func replayed() forecast.Replay {
	return forecast.Replay{
		Runs: 200, Units: []forecast.UnitsError{{Fleet: "hpa/default/web", Mean: number(0.042), Worst: 3}},
		Measured: after(41), Simulated: after(43), LagError: number(0.061),
	}
}

func whatIf(t testing.TB, times []float64, changes ...Column) *WhatIf {
	t.Helper()
	a := asked{times: times}
	replay := replayed()
	if len(changes) > 0 { // one alone is a replay of which no second was kept
		replay.Units[0].Measured, replay.Units[0].Simulated = seconds([]int{60, 90, 130}, 100), seconds([]int{63, 91, 127}, 0)
	}
	w := &WhatIf{
		Run: "prime-time-20261122T125300Z", Scenario: "prime-time",
		Started: time.Date(2026, 11, 22, 21, 53, 0, 0, time.FixedZone("JST", 9*3600)),
		Replay:  replay, Assumed: []string{"No unit was ever taken away: it is taken to go at once.", "The metric is 15 s old, as with metrics-server's default."},
		Fleets: []string{"hpa/default/web"}, Demand: a.demand(t), Chance: forecast.Chance{Runs: 200, Seed: 1},
	}
	asIs := a.played(t, 200)
	w.Columns = append([]Column{{Name: AsIs, Outcome: asIs, Airing: asIs.Typical}}, changes...)
	var err error
	if w.Band, err = w.Demand.Band(1); err != nil {
		t.Fatal(err)
	}
	return w
}

func changed(t testing.TB, name string, a asked, settings ...forecast.Setting) Column {
	c := Column{Name: name, Settings: settings, Outcome: a.played(t, 200)}
	_, c.Airing = a.simulator(t).Trace(asked{times: a.times}.played(t, 200).Median)
	return c
}

// uncertain is a peak between some 5 and 17 times the baseline.
var uncertain = []float64{0.5, 0.65, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 1.8}

// whatIfs are those that every rendering must show well.
func whatIfs(t testing.TB) map[string]*WhatIf {
	t.Helper()
	lagless := whatIf(t, nil)
	lagless.Replay.Measured, lagless.Replay.Simulated, lagless.Replay.LagError = nil, nil, nil
	lagless.Replay.NoLag, lagless.Assumed = "demand never passed capacity in the rehearsal", nil
	never := whatIf(t, nil, changed(t, "max=20", asked{max: 20, ends: 150 * time.Second}, forecast.Setting{Key: "max", Value: "20"}))
	perUnit := changed(t, "metric=requests:40/s", asked{times: uncertain, target: 40}, forecast.Setting{Key: "metric", Value: "requests:40/s"})
	perUnit.Words, perUnit.Assumed = "metric requests 40/s of a unit", []string{"The metric of requests is as old as that of CPU."}
	perUnit.Beyond = []Beyond{{"hpa/default/web", 80, "80 units are more than twice the 12 at which a unit's sustainable rate was measured; that each sustains as much is an assumption"}}
	long := "hpa/default/web.min=20,hpa/default/web.target=40%,hpa/default/web.max=60"
	return map[string]*WhatIf{
		"whatif-one": lagless, "whatif-never": never,
		"whatif-many": whatIf(t, uncertain, perUnit,
			changed(t, "min=50", asked{times: uncertain, min: 50}, forecast.Setting{Key: "min", Value: "50"}),
			changed(t, "min=80", asked{times: uncertain, min: 80}, forecast.Setting{Fleet: "hpa/default/web", Key: "min", Value: "80"}),
			changed(t, long, asked{times: uncertain, min: 20, max: 60}, forecast.Setting{Key: "min", Value: "20"}),
		),
	}
}
