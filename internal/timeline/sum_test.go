package timeline

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// However many seconds are added up, at once or one after the other, packed or
// not, the sum is the same.
func FuzzAddUp(f *testing.F) {
	f.Add([]byte{3, 0, 7, 255, 1, 1, 2, 200, 200, 90})
	f.Fuzz(func(t *testing.T, text []byte) {
		var seconds []Second
		var want Second
		for i := 0; i+3 <= len(text); i += 3 {
			s := Second{Planned: int64(text[i]), Sent: int64(text[i]), Errors: map[string]int64{"x": int64(text[i+1])}}
			s.Lag.Record(time.Duration(text[i]) * time.Millisecond)
			s.Service.Record(time.Duration(text[i+1]) * time.Duration(text[i+2]) * 3 * time.Millisecond)
			s.Response = map[string]Histogram{string(rune('a' + text[i+2]%3)): s.Service.Clone()}
			if text[i+1] > 0 {
				s.Units = map[string]int64{string(rune('a' + text[i+2]%5)): int64(text[i+1])}
			}
			if text[i]%2 == 0 {
				s.Failures = map[string]Histogram{"a": s.Lag.Clone()}
			}
			want.Add(s)
			if text[i]%3 == 0 {
				s.Compact()
			}
			seconds = append(seconds, s)
		}
		got := AddUp(seconds)
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Histogram{})); diff != "" {
			t.Errorf("AddUp (-one by one +at once):\n%s", diff)
		}
		if got, want := got.AllResponses(), want.AllResponses(); got.Count() != want.Count() {
			t.Errorf("AllResponses of the sum counts %d; want %d", got.Count(), want.Count())
		}
	})
}

// A full bucket stays full, and the longest duration has its place.
func TestMergedKeepsToItsBounds(t *testing.T) {
	if got := bucketOf(time.Hour); got != lastBucket {
		t.Errorf("an hour counts in bucket %d; want %d, the last", got, lastBucket)
	}
	full := Histogram{counts: []count{counted(7, mostCounted)}}
	got := mergedOf(make([]Second, 3), func(*Second) Histogram { return full })
	if got.Count() != mostCounted {
		t.Errorf("three full buckets count %d; want %d", got.Count(), int64(mostCounted))
	}
}
