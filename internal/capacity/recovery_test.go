package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Demand passes capacity from 20 s to 30 s; requests are slow until later. Of 400/s
// one slow second of ten breaks the objective; of 20/s ten seconds prove nothing, for
// it takes 299 requests.
func TestHeldAgain(t *testing.T) {
	const never = "" // nor could it be told
	spots := func(ends ...float64) (spots []Span) {
		for i := 0; i < len(ends); i += 2 {
			spots = append(spots, Span{seconds(ends[i]), seconds(ends[i+1])})
		}
		return spots
	}
	for _, c := range []struct {
		name      string
		end, rate int64
		slow      int // seconds before this one are, from 20 on
		spots     []Span
		recovered *time.Duration
		unjudged  string
		path      Span
	}{
		{"three windows", 100, 400, 47, nil, ptr(seconds(27)), "", Span{seconds(20), seconds(47)}},
		{"at once", 100, 400, 20, nil, ptr(seconds(0)), "", Span{seconds(20), seconds(20)}},
		{"the third of half the length", 60, 400, 35, nil, ptr(seconds(15)), "", Span{seconds(20), seconds(35)}},
		{"a second less", 60, 400, 36, nil, nil,
			"could not be judged: no window of 10 s failed from 00:00:36 on, and the 24 s that were left of the run are too few for 3", Span{seconds(20), seconds(36)}},
		{"before the shortfall ended by the estimate", 45, 400, 28, nil, nil,
			"could not be judged: no window of 10 s failed from 00:00:28 on, and the 17 s that were left of the run are too few for 3", Span{seconds(20), seconds(30)}},
		{"half a window is left", 60, 400, 55, nil, nil,
			"could not be judged: no window of 10 s failed from 00:00:55 on, and the 5 s that were left of the run are too few for 3", Span{seconds(20), seconds(55)}},
		{"less than that", 60, 400, 56, nil, nil, never, Span{seconds(20), seconds(60)}},
		{"slow to the end", 60, 400, 60, nil, nil, never, Span{seconds(20), seconds(60)}},
		{"too few requests", 100, 20, 50, nil, nil,
			"could not be judged: no window of 10 s failed from 00:00:50 on, and too few requests came to show that 3 in a row held", Span{seconds(20), seconds(50)}},
		{"too few requests, none of them slow", 100, 20, 20, nil, nil,
			"could not be judged: no window of 10 s failed from 00:00:20 on, and too few requests came to show that 3 in a row held", Span{seconds(20), seconds(30)}},
		{"not in its spot, nor in the one that overlaps", 100, 400, 90, spots(5, 40, 30, 60, 70, 400), nil,
			"could not be judged: no window of 10 s failed from 00:01:30 on, and the 10 s that were left of the run are too few for 3", Span{seconds(20), seconds(60)}},
		{"after its spot", 100, 400, 65, spots(5, 60), ptr(seconds(45)), "", Span{seconds(20), seconds(65)}},
		{"the spot outlasts the run", 60, 400, 60, spots(15, 400), nil, never, Span{seconds(20), seconds(60)}},
	} {
		var tl timeline.Timeline
		var res Result
		for n := range int(c.end) {
			slow, short := int64(0), Moment{At: seconds(float64(n)), Demand: 100, Mid: ptr(100.0)}
			if n >= 20 && n < c.slow {
				slow = c.rate
			}
			if n >= 20 && n < 30 {
				short.Demand = 101
			}
			tl.Seconds = append(tl.Seconds, secondOf(n, c.rate, slow))
			res.Headroom.Series = append(res.Headroom.Series, short)
		}
		q := Question{Objectives: []Objective{p99}, Spots: c.spots}
		res.Shortfall = ptr(seconds(20))
		path := newRun(tl, q).heldAgain(q, &res)
		if path != c.path || res.Unjudged != c.unjudged {
			t.Errorf("%s: path %v, %q; want %v, %q", c.name, path, res.Unjudged, c.path, c.unjudged)
		}
		if diff := cmp.Diff(c.recovered, res.Recovered); diff != "" {
			t.Errorf("%s: recovered (-want +got):\n%s", c.name, diff)
		}
	}
	var res Result
	if path := newRun(timeline.Timeline{}, Question{}).heldAgain(Question{}, &res); path != (Span{}) || res.Recovered != nil || res.Unjudged != "" {
		t.Errorf("never short: path %v, recovered %v, %q; want nothing of it", path, res.Recovered, res.Unjudged)
	}
}

// The run of a spot that eight units are enough for when they come, at 30 s, and
// whose queue is gone at 36 s, 14 s before the end: the last of the path is a backlog
// of 6 s, and not of 20.
func TestTheBacklogEndsWhenThereIsNone(t *testing.T) {
	tl, q := steady([]int64{200, 500, 500, 500, 500}, 350)
	tl.Readings = append(tl.Readings, reading(-1, web, timeline.Desired, 4), reading(20, web, timeline.Desired, 8), reading(30, web, timeline.Ready, 8))
	for n := 10; n < 50; n++ {
		slow := int64(0)
		if n < 36 {
			slow = 100
		}
		tl.Seconds[n] = secondOf(n, 500, slow)
	}
	q.Spots = []Span{{seconds(10), seconds(50)}}
	r := Analyze(tl, q)
	if r.ScaleLag == nil || *r.ScaleLag != seconds(20) || len(r.Path) == 0 {
		t.Fatalf("scale lag %v, path %+v; want 20 s, and a path", r.ScaleLag, r.Path)
	}
	want := Owned{Span: Span{seconds(30), seconds(36)}, Stage: WaitsForBacklog}
	if diff := cmp.Diff(want, r.Path[len(r.Path)-1]); diff != "" {
		t.Errorf("end of the path (-want +got):\n%s", diff)
	}
	if want := "could not be judged: no window of 10 s failed from 00:00:36 on, and the 14 s that were left of the run are too few for 3"; r.Recovered != nil || r.Unjudged != want {
		t.Errorf("recovered after %v, %q; want %q", r.Recovered, r.Unjudged, want)
	}
}
