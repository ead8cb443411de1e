package traffic_test

import (
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// Each operation is one arrival yielded; of a stripe, one of four walked.
func BenchmarkNext(b *testing.B) {
	spot, err := prior().Extra(400, 4*time.Hour)
	if err != nil {
		b.Fatal(err)
	}
	curve := traffic.Sum(traffic.Flat(400, 4*time.Hour), spot)
	weights := weighted(5, 3, 1, 1)
	steps := append(weighted(5, 1),
		traffic.Step{After: 2 * time.Second, PerVisit: 3},
		traffic.Step{After: 20 * time.Second, PerVisit: 0.3},
		traffic.Step{After: time.Minute, PerVisit: 0.05})
	for _, bm := range []struct {
		name    string
		plan    traffic.Plan
		stripes uint64
	}{
		{"even", traffic.Plan{Visits: curve, Steps: weights}, 1},
		{"even/stripe of 4", traffic.Plan{Visits: curve, Steps: weights}, 4},
		{"poisson", traffic.Plan{Visits: curve, Steps: weights, Poisson: true}, 1},
		{"5 steps", traffic.Plan{Visits: curve, Steps: steps}, 1},
		{"5 steps, poisson", traffic.Plan{Visits: curve, Steps: steps, Poisson: true}, 1},
		{"5 steps, poisson/stripe of 4", traffic.Plan{Visits: curve, Steps: steps, Poisson: true}, 4},
	} {
		b.Run(bm.name, func(b *testing.B) {
			s := traffic.NewSchedule(bm.plan).Stripe(0, bm.stripes)
			b.ReportAllocs()
			for b.Loop() {
				if _, ok := s.Next(); !ok {
					s = s.Stripe(0, bm.stripes)
				}
			}
		})
	}
}
