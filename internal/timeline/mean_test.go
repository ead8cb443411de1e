package timeline_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// The mean of the buckets is that of the values, packed or not.
func TestMean(t *testing.T) {
	random := rand.New(rand.NewPCG(8, 9))
	for range 100 {
		var h timeline.Histogram
		var sum, n float64
		for range 1 + random.IntN(3000) {
			d := min(time.Duration(math.Exp(random.NormFloat64()*2)*float64(10*time.Millisecond)), 100*time.Second)
			h.Record(d)
			sum, n = sum+float64(d), n+1
		}
		want := time.Duration(sum / n)
		if got, ok := h.Mean(); !ok || (got-want).Abs() > max(want/1000, time.Microsecond) {
			t.Fatalf("Mean() of %v values = %v, %v; want %v within 0.1 %% or 1µs", n, got, ok, want)
		}
		before, _ := h.Mean()
		h.Compact()
		if got, _ := h.Mean(); got != before {
			t.Fatalf("Mean() packed = %v; want %v as before", got, before)
		}
	}
	if _, ok := (timeline.Histogram{}).Mean(); ok {
		t.Error("an empty histogram has a mean")
	}
}
