package report

import (
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
)

func TestSpreadTitle(t *testing.T) {
	for windows, want := range map[int]string{
		1: "Spread over hpa/default/web, 1,200 answers in 1 window",
		4: "Spread over hpa/default/web, 1,200 answers in 4 windows",
	} {
		r := &Report{Result: capacity.Result{Spread: &capacity.Spread{Fleet: "hpa/default/web", Answers: 1200, Windows: windows}}}
		if got := r.spreadTitle(); got != want {
			t.Errorf("spreadTitle() of %d windows = %q; want %q", windows, got, want)
		}
	}
}
