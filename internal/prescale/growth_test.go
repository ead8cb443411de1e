package prescale

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// Each growth is counted by hand, in syncs of 15 s from the one that sees the metric.
func TestGrowth(t *testing.T) {
	pods := func(n int, each time.Duration) autoscale.Policy {
		return autoscale.Policy{Type: autoscale.Pods, Value: n, Period: each}
	}
	percent := func(n int, each time.Duration) autoscale.Policy {
		return autoscale.Policy{Type: autoscale.Percent, Value: n, Period: each}
	}
	fine := 0.0
	for _, c := range []struct {
		name     string
		h        *autoscale.HPA
		from, to int
		want     time.Duration
		ok       bool
	}{
		{"no behavior: 12, 24, 48, 60", &autoscale.HPA{Min: 1, Max: 1}, 12, 60, 30 * sec, true}, // 24 with the first
		{"no behavior, at once", &autoscale.HPA{Min: 1, Max: 1}, 12, 24, 0, true},
		{"no behavior, from one: 4, 8, 10", &autoscale.HPA{Min: 1, Max: 1}, 1, 10, 30 * sec, true},
		{"within the tolerance", &autoscale.HPA{Min: 1, Max: 1}, 10, 11, 0, true},
		{"the API's defaults: 24, 48, 60", paced(autoscale.Rules{}), 12, 60, 30 * sec, true},
		{"two a minute: 14, 16 … 56", paced(autoscale.Rules{Policies: []autoscale.Policy{pods(2, minute)}}), 12, 60, 21 * minute, true},
		{"two a minute, no tolerance: … 60", paced(autoscale.Rules{Tolerance: &fine, Policies: []autoscale.Policy{pods(2, minute)}}), 12, 60, 23 * minute, true},
		{"half as many each minute: 18, 27, 41, 60", paced(autoscale.Rules{Policies: []autoscale.Policy{percent(50, minute)}}), 12, 60, 3 * minute, true},
		{"the slower of two: 14 … 56", paced(autoscale.Rules{Select: autoscale.SelectMin, Policies: []autoscale.Policy{pods(2, minute), percent(100, minute)}}), 12, 60, 21 * minute, true},
		{"after two minutes of asking", paced(autoscale.Rules{Stabilization: new(2 * minute)}), 12, 24, 2 * minute, true},
		{"disabled", paced(autoscale.Rules{Select: autoscale.SelectDisabled}), 12, 60, 0, false},
		{"one each half hour, for two days", paced(autoscale.Rules{Policies: []autoscale.Policy{pods(1, 30*minute)}}), 12, 112, 0, false},
	} {
		if got, ok := growth(*c.h, c.from, c.to); got != c.want || ok != c.ok {
			t.Errorf("%s: growth from %d to %d = %s, %v; want %s, %v", c.name, c.from, c.to, got, ok, c.want, c.ok)
		}
	}
}
