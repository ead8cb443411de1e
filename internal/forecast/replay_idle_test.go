package forecast

import (
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// slow is a rehearsal with units enough, of which readings are what they were and so much
// more, and in which a unit that was asked for would not have come in time.
func slow(more float64) *rehearsal {
	k := enough()
	p := *k.fleet.Pods
	p.Start, k.fleet.Pods = simulation.Fixed(time.Hour), &p
	r := k.rehearse()
	for i := range r.Readings {
		if r.Readings[i].Name == timeline.MetricOf+"cpu" {
			r.Readings[i].Value += more
		}
	}
	r.r.Fleets[0].Ways = oneWay(time.Hour)
	return r
}

// oneWay is that of a unit that came before the run, after so long.
func oneWay(long time.Duration) []capacity.Way {
	span := func(from, to time.Duration) capacity.Span { return capacity.Span{From: from, To: to} }
	return []capacity.Way{{
		Unit: "unit-before", Ready: new(time.Duration(0)), Serves: new(time.Duration(0)),
		Legs: []capacity.Leg{{Span: span(-long, -long), Stage: timeline.Create}, {Span: span(-long, 0), Stage: timeline.Start}},
	}}
}

// TestRestless: by a metric that is above its target without any request (105 % where 70 %
// are wanted make 18 units of 12), a service grows alone, and no unit of it was off in a
// rehearsal that was over before one came.
func TestRestless(t *testing.T) {
	if err := slow(0).fitted(t).Replay.Trusted(); err != nil {
		t.Errorf("as it is: %v; want trust", err)
	}
	m := slow(1).fitted(t)
	if err := m.Replay.Trusted(); err == nil || !strings.Contains(err.Error(), "without a single request it takes "+web+" from 12 units to 18") {
		t.Errorf("a unit uses %.2f of %.2f idle: %v; want it refused", m.Service.Fleets[0].CPU.Base, 0.7, err)
	}
}
