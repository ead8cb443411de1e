package capacity

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// web-0   ready 18  first answer 19
// web-1   ready 18  first answer 21.5
// web-2   ready 18, never answered
// web-3   seen ready at 31, a second after it had answered
// web-4   ready 40, after it had failed and answered at 20 before
// old     answered at 0, told of by nobody
// early   ready before the first request was due
func TestServingStage(t *testing.T) {
	var f facts
	f.event(-2, web, timeline.UnitReady, "early")
	for unit, ready := range map[string]float64{"web-0": 18, "web-1": 18, "web-2": 18, "web-3": 31, "web-4": 40} {
		f.event(10, web, timeline.Create, unit)
		f.event(ready, web, timeline.UnitReady, unit)
	}
	for unit, answered := range map[string]float64{"old": 0, "early": 0.1, "web-0": 19, "web-1": 21.5, "web-3": 30, "web-4": 20} {
		f.event(answered, timeline.Target, timeline.Serving, unit)
	}
	r := run{Timeline: f.Timeline}
	want := &Stage{Name: "serving", P50: seconds(1), P90: seconds(3.5), Max: seconds(3.5), Units: 3}
	if diff := cmp.Diff(want, find(r.stages(Fleet{Name: web, Kind: HPA}, Span{}), "serving")); diff != "" {
		t.Errorf("serving (-want +got):\n%s", diff)
	}
	if got := r.stages(Fleet{Name: "hpa/default/api", Kind: HPA}, Span{}); len(got) > 0 {
		t.Errorf("stages of a fleet that knows none of the names = %v; want none", got)
	}
}

// An instance serves from when it is in service.
func TestServingStageOfAGroup(t *testing.T) {
	var f facts
	f.event(10, "asg/web", timeline.Create, "i-1")
	f.polled(38, 42, "asg/web", timeline.InService, "i-1")
	f.event(52, timeline.Target, timeline.Serving, "i-1")
	r := run{Timeline: f.Timeline}
	want := &Stage{Name: "serving", P50: seconds(12), P90: seconds(12), Max: seconds(12), Units: 1}
	if diff := cmp.Diff(want, find(r.stages(Fleet{Name: "asg/web", Kind: ASG}, Span{}), "serving")); diff != "" {
		t.Errorf("serving (-want +got):\n%s", diff)
	}
}

// Of ten units that 100/s need, six are ready at 50. Two of these answer first at
// 60, one at 70, the others at once.
//
//	20        50            60          70
//	|-create..|---serving---|--serving--|--backlog
func TestPathWaitsForTheFirstAnswer(t *testing.T) {
	for _, c := range []struct {
		name    string
		answers map[string]float64
		want    string
	}{
		{"nobody names units", nil, "20-21 decision, 21-22 create, 22-30 place, 30-40 start, 40-50 ready, 50-95 backlog"},
		{"two are idle for a while", map[string]float64{"old": 0, "a0": 50, "a1": 50, "a2": 50, "a3": 70, "a4": 60, "a5": 60},
			"20-21 decision, 21-22 create, 22-30 place, 30-40 start, 40-50 ready, 50-70 serving, 70-95 backlog"},
		{"one never answers", map[string]float64{"old": 0, "a0": 50, "a1": 50, "a2": 50, "a3": 50, "a4": 50},
			"20-21 decision, 21-22 create, 22-30 place, 30-40 start, 40-50 ready, 50-95 serving"},
		{"none does", map[string]float64{"old": 0}, "20-21 decision, 21-22 create, 22-30 place, 30-40 start, 40-50 ready, 50-95 serving"},
		{"they are named in other words", map[string]float64{"old": 0, "old1": 0, "old2": 0, "old3": 0, "b0": 50},
			"20-21 decision, 21-22 create, 22-30 place, 30-40 start, 40-50 ready, 50-95 backlog"},
	} {
		var f facts
		f.read(0, web, timeline.Ready, 4)
		f.read(0, web, timeline.Desired, 4)
		f.read(21, web, timeline.Desired, 10)
		for i := range 6 {
			f.comes("a"+string(rune('0'+i)), 22, 30, 40, 50)
		}
		f.read(50, web, timeline.Ready, 10)
		for unit, answered := range c.answers {
			f.event(answered, timeline.Target, timeline.Serving, unit)
		}
		q := jump()
		q.Fleets = []Fleet{{Name: web, Kind: HPA}}
		r := run{Timeline: f.Timeline, seconds: make([]timeline.Second, 120)}
		got := inShort(r.path(q, []FleetResult{ten(web, HPA)}, Span{20 * time.Second, 95 * time.Second}))
		if got != c.want {
			t.Errorf("%s: path = %s; want %s", c.name, got, c.want)
		}
	}
}
