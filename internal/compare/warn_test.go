package compare

import (
	"strings"
	"testing"
	"time"
)

func TestAHeadOlderThanItsBaseRuns(t *testing.T) {
	first := time.Date(2026, 11, 10, 12, 53, 0, 0, time.UTC)
	for day, want := range map[int]string{
		-1: "run tonight is older than 3 of 3 base runs",
		1:  "run tonight is older than 1 of 3 base runs",
		3:  "",
	} {
		bases := several(72, 71.5, 72.5)
		for i := range bases {
			bases[i].Started = first.AddDate(0, 0, i)
		}
		head := measured("tonight", 72)
		head.Started = first.AddDate(0, 0, day)
		got := strings.Join(Compare(bases, head, Options{}).Warnings, "; ")
		if want == "" && got != "" || !strings.HasPrefix(got, want) {
			t.Errorf("day %d: warnings %q; want %q", day, got, want)
		}
	}
}
