package scenario

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// The settings of a what-if are written as a scenario is. Package forecast, which this
// one stands on, reads them by itself: both are held to one table of what a text is,
// nil for none.
func TestSettingsAreWrittenAsInAScenario(t *testing.T) {
	held(t, duration, "warmup", func(f simulation.Fleet) time.Duration { return f.Group.Warmup }, map[string]*time.Duration{
		"90s": new(90 * time.Second), "5m": new(5 * time.Minute), "1h30m": new(90 * time.Minute), "250ms": new(250 * time.Millisecond),
		"1.5m": new(90 * time.Second), "0s": new(time.Duration(0)), "168h": new(168 * time.Hour), "1m1s1ms": new(time.Minute + time.Second + time.Millisecond),
		"168h1ms": nil, "-1m": nil, "+1s": nil, "90": nil, "1d": nil, "1µs": nil, "1us": nil, "5 m": nil, ".5s": nil, "5.s": nil, "1e3s": nil, "1m30": nil, "s": nil, "5M": nil,
	})
	held(t, ratio, "down.tolerance", func(f simulation.Fleet) float64 { return *f.Pods.HPA.Behavior.ScaleDown.Tolerance }, map[string]*float64{
		"20%": new(0.2), "0.2": new(0.2), "120%": new(1.2), "12.5%": new(0.125), "1": new(1.0), "0": new(0.0), "1000000": new(1e6),
		"1000001": nil, "100000001%": nil, "-5%": nil, "%": nil, ".5": nil, "5.": nil, "1e-1": nil, "5%%": nil, "5 %": nil, "1x": nil, "Inf": nil, "0x1": nil,
	})
	held(t, rate, "metric=total", func(f simulation.Fleet) float64 { return f.Pods.Metrics[0].Target }, map[string]*float64{
		"400/s": new(400.0), "4k/s": new(4000.0), "60/m": new(1.0), "1.5k/s": new(1500.0), "3M/h": new(3e6 / 3600), "10M/s": new(1e7), "0.5/s": new(0.5),
		"10.1M/s": nil, "400": nil, "400/d": nil, "4K/s": nil, "4G/s": nil, "400 /s": nil, "400/ s": nil, "-1/s": nil, "/s": nil, "4kk/s": nil, "1e3/s": nil, "400/ms": nil,
	})
	held(t, units(1), "start", func(f simulation.Fleet) int { return f.Start }, map[string]*int{
		"12": new(12), "20k": new(20_000), "1.5k": new(1500), "1M": new(1_000_000), "2.0": new(2),
		"1.001k": new(1001), "4.35k": new(4350), // 1.001 x 1000 is not 1001 in binary
		"1.1M": nil, "0": nil, "-1": nil, "1.5": nil, "1e3": nil, "1.0005k": nil, "k": nil, "12 k": nil, "1K": nil, "0x1": nil, "1_000": nil,
	})
}

// held reads each text as a field of a scenario and as a setting, and compares both
// with what it is.
func held[V comparable](t *testing.T, field shape[V], key string, of func(simulation.Fleet) V, texts map[string]*V) {
	t.Helper()
	for text, want := range texts {
		got, ok := field.read(newDecoder("", "", nil), scalar(text), place{})
		if ok != (want != nil) || ok && got != *want {
			t.Errorf("a scenario reads %q as %v, %v; want %v", text, got, ok, written(want))
		}
		got, err := set(key, text, of)
		if (err == nil) != (want != nil) || err == nil && got != *want {
			t.Errorf("the setting %s reads %q as %v, %v; want %v", key, text, got, err, written(want))
		}
	}
}

func written[V any](want *V) any {
	if want == nil {
		return "a mistake"
	}
	return *want
}

// set is what a setting makes of the fleet that has it.
func set[V any](key, text string, of func(simulation.Fleet) V) (v V, err error) {
	between := "="
	if key == "metric=total" {
		between = ":"
	}
	settings, err := forecast.ParseSettings(key + between + text)
	if err != nil {
		return v, err
	}
	const most = 1_000_000
	web := simulation.Fleet{Name: "web", Start: 1, PerUnit: []simulation.Rate{{Sustained: 100}}}
	known := forecast.Fleet{Name: "web", Kind: capacity.HPA, Start: 1}
	if key == "warmup" {
		web.Group, known.Kind = &simulation.Group{Min: 1, Max: most, Boot: simulation.Fixed(time.Minute)}, capacity.ASG
	} else {
		web.Pods = &simulation.Pods{HPA: autoscale.HPA{Min: 1, Max: most}, Metrics: []simulation.Metric{{Kind: simulation.Total, Target: 50}}, Start: simulation.Fixed(time.Minute)}
	}
	m := &forecast.Model{Service: simulation.Service{Fleets: []simulation.Fleet{web}}, Fleets: []forecast.Fleet{known}}
	changed, err := m.With(settings)
	if err != nil {
		return v, err
	}
	return of(changed.Service.Fleets[0]), nil
}
