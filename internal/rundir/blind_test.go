package rundir_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A run that was killed while a source could not be observed has the gap all
// the same, until its last fact. One that ended is not told twice.
func TestAGapThatNeverEndedReachesTheLastFact(t *testing.T) {
	at := func(s float64) timeline.Offset { return timeline.Offset(s * float64(time.Second)) }
	seen := at(12.5)
	w := create(t)
	errs := errors.Join(
		w.WriteEvent(timeline.Event{At: at(1.25), Source: "asg/web", Kind: timeline.Blind, Text: "throttled"}),
		w.WriteGap(timeline.Gap{From: at(1.25), To: at(5), Source: "asg/web", Cause: "throttled"}),
		w.WriteEvent(timeline.Event{At: at(5), Seen: &seen, Source: "asg/web", Kind: timeline.Blind, Text: "denied"}),
		w.WriteEvent(timeline.Event{At: at(2), Source: "hpa/default/web", Kind: timeline.Blind, Text: "reset"}),
		w.WriteGap(timeline.Gap{From: at(2), To: at(30), Source: "hpa/default/web", Cause: "reset"}),
		w.WriteSecond(second(40, 1, time.Millisecond)), w.Close())
	if errs != nil {
		t.Fatal(errs)
	}
	got, err := w.Dir().Timeline()
	if err != nil {
		t.Fatal(err)
	}
	want := []timeline.Gap{
		{From: at(1.25), To: at(5), Source: "asg/web", Cause: "throttled"},
		{From: at(2), To: at(30), Source: "hpa/default/web", Cause: "reset"},
		{From: at(5), To: at(41), Source: "asg/web", Cause: "denied"},
	}
	if diff := cmp.Diff(want, got.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
}
