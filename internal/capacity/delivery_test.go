package capacity

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestDelivered(t *testing.T) {
	lagging := func(late, onTime int) timeline.Histogram {
		var h timeline.Histogram
		for range late {
			h.Record(15 * time.Millisecond)
		}
		for range onTime {
			h.Record(time.Millisecond)
		}
		return h
	}
	strict := []Objective{{Quantile: 0.99, Limit: 100 * time.Millisecond}} // a tenth: 10 ms
	for _, c := range []struct {
		name       string
		second     timeline.Second
		objectives []Objective
		want       bool
	}{
		{"all sent", timeline.Second{Planned: 100, Sent: 100}, nil, true},
		{"98 of 100", timeline.Second{Planned: 100, Sent: 98}, nil, true},
		{"97 of 100", timeline.Second{Planned: 100, Sent: 97}, nil, false},
		{"the rest held back by the target", timeline.Second{Planned: 100, Sent: 97, HeldBack: 3}, nil, true},
		{"15 ms late", timeline.Second{Planned: 100, Sent: 100, Lag: lagging(2, 98)}, nil, true},
		{"15 ms late where 10 are allowed", timeline.Second{Planned: 100, Sent: 100, Lag: lagging(2, 98)}, strict, false},
		{"one of them for waiting for the target", timeline.Second{Planned: 100, Sent: 100, Queued: 1, Lag: lagging(2, 98)}, strict, true},
	} {
		if got := Delivered([]timeline.Second{c.second, c.second}, c.objectives); got != c.want {
			t.Errorf("%s: Delivered = %v; want %v", c.name, got, c.want)
		}
	}
}
