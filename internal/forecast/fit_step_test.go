package forecast

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// inSteps are instances that steps scale, out by one alarm and in by another of a
// longer period, on what kind of metric: an instance that has all the work that it can
// do is busy to four fifths.
func inSteps(kind simulation.Kind) known {
	k := tracked(0)
	k.fleet.CPU = simulation.CPU{Request: 0.02, Limit: 1}
	one := 1.0 // the metric of an instance whose processors are all busy
	if kind == simulation.PerUnit {
		one = 50
	}
	up := &autoscale.Stepped{Threshold: 0.5 * one, EdgeBelow: true, Alarm: autoscale.Alarm{Periods: 2, Period: 20 * time.Second}, Type: autoscale.PercentChangeInCapacity, Least: 2,
		Steps: []autoscale.Step{{From: 0, To: 0.2 * one, Adjust: 30}, {From: 0.2 * one, To: math.Inf(1), Adjust: 100}}}
	down := &autoscale.Stepped{Threshold: 0.25 * one, Below: true, Alarm: autoscale.Alarm{Periods: 2, Period: time.Minute}, Type: autoscale.ChangeInCapacity,
		Steps: []autoscale.Step{{From: math.Inf(-1), To: 0, Adjust: -1}}}
	metric := func(window time.Duration) simulation.Metric {
		return simulation.Metric{Kind: kind, Window: window, Phase: simulation.Phase{7 * time.Second}}
	}
	k.fleet.Group.Policies = []simulation.Policy{{Stepped: up, Metric: metric(20 * time.Second)}, {Stepped: down, Metric: metric(time.Minute)}}
	spec := func(name string, s autoscale.Stepped) autoscale.PolicySpec {
		p := autoscale.PolicySpec{Name: name, Type: "StepScaling", Metric: autoscale.CPU, Statistic: "Average", Stepped: &s, Warmup: 10 * time.Second}
		if kind == simulation.PerUnit { // a sum over the period
			p.Metric, p.Statistic = "AWS/ApplicationELB RequestCountPerTarget", "Sum"
			p.Stepped = scaledSteps(&s, 1/s.Alarm.Period.Seconds())
		}
		return p
	}
	k.spec.Group.Policies = []autoscale.PolicySpec{spec("down", *down), spec("up", *up)} // as AWS lists them
	return k
}

// same is two numbers that are worked out in two ways.
func same(a, b float64) bool { return a == b || math.Abs(a-b) <= 1e-9*math.Abs(b) }

// TestFitFindsStepGroups does so for instances that steps scale, from what their run
// kept: the alarms' thresholds and periods. What a request takes of an instance is
// found by the steps that were taken.
func TestFitFindsStepGroups(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   simulation.Kind
		metric string
	}{
		{"CPU", simulation.Utilisation, autoscale.CPU},
		{"requests of a target", simulation.PerUnit, "AWS/ApplicationELB RequestCountPerTarget"},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := inSteps(c.kind)
			run := k.rehearse()
			m := run.fitted(t)
			got := m.Service.Fleets[0]
			if off := math.Abs(got.CPU.Request/0.02 - 1); c.kind == simulation.Utilisation && off > 0.15 {
				t.Errorf("a request takes %g of an instance; want 0.02 within 15 %%", got.CPU.Request)
			}
			if diff := cmp.Diff([]string{c.metric, c.metric}, m.Fleets[0].Metrics); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
			for i, want := range []simulation.Policy{k.fleet.Group.Policies[1], k.fleet.Group.Policies[0]} {
				p := got.Group.Policies[i]
				if diff := cmp.Diff(want.Stepped, p.Stepped, cmp.Comparer(same)); diff != "" || p.Metric.Kind != c.kind || p.Metric.Window != want.Metric.Window {
					t.Errorf("policy %d by %+v (-want +got):\n%s", i, p.Metric, diff)
				}
			}
			if got.Group.Warmup != 10*time.Second || len(run.r.Fleets[0].Growths) < 2 {
				t.Errorf("warmup %s, %d growths; want 10s, and some", got.Group.Warmup, len(run.r.Fleets[0].Growths))
			}
			if r := m.Replay; r.LagError == nil || *r.LagError > 0.1 || *r.Units[0].Mean > 0.1 || r.Trusted() != nil {
				t.Errorf("replay: lag error %v, units off by %g: %v; want at most 10 %%", r.LagError, *r.Units[0].Mean, r.Trusted())
			}
			if len(m.Assumed) != 1 || !strings.HasPrefix(m.Assumed[0], nodes+": how late its alarms see their data points was not read: it is taken to be 0s") {
				t.Errorf("assumed %q; want how late alarms are alone", m.Assumed)
			}
		})
	}
}

// TestStepsThatCannotBePlayed are those on a statistic that requests do not tell.
func TestStepsThatCannotBePlayed(t *testing.T) {
	k := inSteps(simulation.PerUnit)
	for i := range k.spec.Group.Policies {
		k.spec.Group.Policies[i].Statistic = "p99"
	}
	_, err := k.rehearse().fit()
	if want := nodes + ": none of its policies can be played: "; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("Fit = %v; want %q", err, want)
	}
}

// TestAlarmsOfTwoPeriods are played by one, that by which the group grows.
func TestAlarmsOfTwoPeriods(t *testing.T) {
	k := tracked(0)
	k.spec.Group.Policies[0].Tracking = new(*k.spec.Group.Policies[0].Tracking)
	k.spec.Group.Policies[0].Tracking.In = autoscale.Alarm{Periods: 5, Period: time.Minute}
	m := k.rehearse().fitted(t)
	if got, want := m.Service.Fleets[0].Group.Policies[0].Tracking.In, (autoscale.Alarm{Periods: 15, Period: 20 * time.Second}); got != want {
		t.Errorf("low alarm = %+v; want %+v", got, want)
	}
	if want := nodes + ": the alarms of its policy cpu have periods of 20s and 1m0s: it is taken to shrink by 15 of 20s"; !strings.Contains(fmt.Sprint(m.Assumed), want) {
		t.Errorf("assumed %q; want %q among it", m.Assumed, want)
	}
}

// TestUseByStepsThatWereTaken works out by hand what decisions tell: instances that
// are asked for 10, 20 and 40 requests a second in three periods, and grow after the
// last from 4 to 6.
func TestUseByStepsThatWereTaken(t *testing.T) {
	policy := func(periods int, steps ...autoscale.Step) autoscale.PolicySpec {
		return autoscale.PolicySpec{Stepped: &autoscale.Stepped{Threshold: 0.5, Type: autoscale.PercentChangeInCapacity, Steps: steps,
			Alarm: autoscale.Alarm{Periods: periods, Period: 10 * time.Second}}}
	}
	inf := math.Inf(1)
	low, high := autoscale.Step{From: 0, To: 0.2, Adjust: 50}, autoscale.Step{From: 0.2, To: inf, Adjust: 100}
	for _, c := range []struct {
		name   string
		policy autoscale.PolicySpec
		to     int
		most   *int
		want   bounds
	}{
		{"the first step", policy(1, low, high), 6, nil, bounds{0.5 / 40, 0.7 / 40}},
		{"the second step", policy(1, low, high), 8, nil, bounds{0.7 / 40, 0.5 / 20}},
		{"of two periods", policy(2, low, high), 8, nil, bounds{0.5 / 20, 0.5 / 10}},
		{"all that there are", policy(3, low, high), 8, nil, bounds{0.5 / 10, inf}},
		{"at its max", policy(1, low, high), 6, new(6), bounds{0.5 / 40, 0.5 / 20}},
		{"more than any step", policy(1, low, high), 7, nil, bounds{0, inf}},
		{"longer than the run", policy(4, low, high), 8, nil, bounds{0, inf}},
	} {
		f := fitting{Timeline: timeline.Timeline{}, loads: map[string]load{}, late: map[string]time.Duration{}}
		for i := range 30 {
			n := int64(4 * []int{10, 20, 40}[i/10])
			f.Seconds = append(f.Seconds, timeline.Second{Second: i, Planned: n, Sent: n, Succeeded: n})
		}
		r := capacity.FleetResult{Fleet: capacity.Fleet{Name: nodes}, Max: c.most, Able: timeline.Series{{At: 0, Value: 4}}, Growths: []capacity.Growth{{At: 30 * time.Second, From: 4, To: c.to}}}
		got := f.stepped(r, c.policy)
		if !same(got.low, c.want.low) || !same(got.high, c.want.high) {
			t.Errorf("%s: a request takes %+v; want %+v", c.name, got, c.want)
		}
	}
}
