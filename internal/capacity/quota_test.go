package capacity

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// At every instant the least of what each quota said last.
func TestLeastOfSeveralQuotas(t *testing.T) {
	r := ran([]timeline.Reading{
		reading(-1, web, timeline.Quota, 20), reading(30, web, timeline.Quota, 5),
		reading(10, "quota/a", timeline.Quota, 8), reading(20, "quota/a", timeline.Quota, 12),
		reading(20, "quota/b", timeline.Quota, 10), reading(20, "quota/c", timeline.Quota, 1),
	}, nil)
	series := r.quota(Fleet{Name: web, Quotas: []string{"quota/a", "quota/b", "quota/none"}})
	var got []float64
	for _, s := range []float64{-1, 9, 10, 19, 20, 29, 30} {
		v, _ := series.At(at(s))
		got = append(got, v)
	}
	if diff := cmp.Diff([]float64{20, 20, 8, 8, 10, 10, 5}, got); diff != "" {
		t.Errorf("quota over time (-want +got):\n%s", diff)
	}
	if s := r.quota(Fleet{Name: "hpa/default/other"}); len(s) != 0 {
		t.Errorf("quota(a fleet without one) = %v; want none", s)
	}
}
