package preflight_test

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// A server whose clock is 4 s ahead answers a request, within 1 s of its being sent
// at 12:00:00.
func ExampleSkew() {
	sent := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	skew, ok := preflight.SkewOf(http.Header{"Date": {"Tue, 03 Nov 2026 12:00:04 GMT"}}, sent, sent.Add(time.Second))
	fmt.Println(skew.Middle(), skew.AtLeast(), ok)
	// Output: 4s 3s true
}

// Whatever a server's clock, the way there and back, and where on it the server
// looked at its clock: the skew found allows for the true one, and claims no more.
func FuzzSkew(f *testing.F) {
	f.Add(int64(0), uint32(200), uint32(100), uint16(0))
	f.Add(int64(-3_600_000), uint32(2_000), uint32(0), uint16(600))
	f.Add(int64(400_123), uint32(0), uint32(7), uint16(1))
	f.Fuzz(func(t *testing.T, ahead int64, took, looked uint32, age uint16) {
		truth := time.Duration(ahead%1e9) * time.Millisecond
		sent := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC).Add(time.Duration(looked) * time.Microsecond)
		answered := sent.Add(time.Duration(took) * time.Millisecond)
		stamped := sent.Add(time.Duration(looked%(took+1)) * time.Millisecond).Add(truth - time.Duration(age)*time.Second)
		h := http.Header{"Date": {stamped.UTC().Format(http.TimeFormat)}, "Age": {fmt.Sprint(age)}}
		skew, ok := preflight.SkewOf(h, sent, answered)
		least := skew.AtLeast()
		if !ok || least.Abs() > truth.Abs() || least != 0 && (least < 0) != (truth < 0) {
			t.Errorf("AtLeast() = %v, %v; want no more than the true %v", least, ok, truth)
		}
		if within := (answered.Sub(sent) + time.Second) / 2; (skew.Middle() - truth).Abs() > within {
			t.Errorf("Middle() = %v; want %v within %v", skew.Middle(), truth, within)
		}
	})
}

func TestSkewThatIsNotTold(t *testing.T) {
	now := time.Now()
	for _, date := range []string{"", "yesterday", "2026-11-03T12:00:00Z"} {
		if skew, ok := preflight.SkewOf(http.Header{"Date": {date}}, now, now); ok {
			t.Errorf("SkewOf(Date %q) = %v; want none", date, skew)
		}
	}
}
