package capacity

import (
	"encoding/binary"
	"fmt"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Whatever a run is made of, Analyze gives a verdict with a reason, no number that
// is none, and intervals in order; and the same of the same.
func FuzzAnalyze(f *testing.F) {
	f.Add([]byte("a steady run of no use"), uint8(20), false)
	f.Add([]byte{0, 4, 1, 200, 1, 9, 2, 3, 3, 255, 0, 0, 4, 17, 9, 1, 2, 0, 80, 3}, uint8(60), true)
	f.Add([]byte{}, uint8(0), true)
	f.Fuzz(func(t *testing.T, text []byte, length uint8, peak bool) {
		tl, q := arbitrary(text, int(length), peak)
		r := Analyze(tl, q)
		if r.Verdict == "" || len(r.Reasons) == 0 {
			t.Errorf("verdict %q with reasons %q; want both", r.Verdict, r.Reasons)
		}
		noNonsense(t, "result", reflect.ValueOf(r))
		for _, c := range r.Coverage {
			share, of := c.judged()
			if share < 0 || share > 1 || c.Run < 0 || c.Run > 1 || r.Verdict == Pass && share < c.Least {
				t.Errorf("verdict %s, coverage %+v of %s; want shares from 0 to 1, and enough for a pass", r.Verdict, c, of)
			}
		}
		if diff := cmp.Diff(r, Analyze(tl, q), cmp.AllowUnexported(USL{}, law{})); diff != "" {
			t.Errorf("the same run, judged twice (-first +second):\n%s", diff)
		}
	})
}

// arbitrary makes a run of a base that is well, and facts of which anything may be
// wrong.
func arbitrary(text []byte, length int, peak bool) (timeline.Timeline, Question) {
	next := func() byte {
		if len(text) == 0 {
			return 0
		}
		b := text[0]
		text = text[1:]
		return b
	}
	const group = "asg/nodes"
	values := []float64{0, 1, 2, 4, 7, 60, 1e4, -3, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, 1e-300, 0.5, 1e15}
	offsets := []float64{-1, 0, 3.5, 10, 17.2, 25, 40, 59.9, -1e9, 9e9, 300, 30, 12, 45, 20, 5}
	sources := []string{web, group, timeline.Generator, timeline.Target}
	readings := []string{timeline.Ready, timeline.Desired, timeline.Max, timeline.Min, timeline.Quota, timeline.Answered, timeline.InFlight, timeline.InFlightCap,
		timeline.TargetOf + "cpu", timeline.MetricOf + "cpu", timeline.LimitOf + "cpu", timeline.CPU, timeline.GCPause, timeline.OpenFiles, timeline.OpenFilesLimit, timeline.Ports}
	kinds := append([]string{timeline.Gone, timeline.Interrupted, timeline.GuardFired, timeline.SendingDone, timeline.CutShort, timeline.Sample, timeline.Resolved, timeline.Unresolved, timeline.Blind}, stageOrder...)

	tl := timeline.Timeline{Start: time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)}
	for n := range length {
		if b := next(); b%16 != 15 { // else nothing was due
			total := int64(b) % 64
			s := secondOf(n, total, min(int64(next()%32), total))
			s.Failed = min(int64(next()%8), s.Succeeded)
			s.Succeeded -= s.Failed
			s.HeldBack = int64(next() % 4)
			s.Dropped = s.HeldBack + int64(next()%3)
			s.Planned += s.Dropped
			if b%8 > 0 { // else nobody says who answered
				s.Units = map[string]int64{string(rune('a' + n%4)): s.Failed, string(rune('a' + b%4)): s.Succeeded}
			}
			tl.Seconds = append(tl.Seconds, s)
		}
	}
	q := Question{
		Demand: traffic.Flat(float64(next()), time.Duration(length)*time.Second), Baseline: float64(next() % 2 * 30),
		Objectives: []Objective{p99, {Name: "errors", Errors: 0.005, Window: time.Duration(next()) * time.Second, During: true}, {Name: "p50 of top", Quantile: 0.5, Limit: time.Duration(next()) * time.Millisecond, Request: "top"}},
		Fleets:     []Fleet{{Name: web, Kind: HPA}, {Name: group, Kind: ASG, Production: &Production{Start: 1, Max: int(next())}}},
		Required:   Required{Asked: true, AtLeast: float64(next()) / 100},
	}
	q.Fleets = q.Fleets[:next()%3]
	if peak {
		q.Required.Peak = float64(next()) * 10
		q.Layers = []Layer{{Name: "db", Rate: float64(next())}}
		q.Spots = []Span{{10 * time.Second, 40 * time.Second}}
		q.Sources = []Source{{Name: web, Least: 0.9}, {Name: group}}
	}
	for len(text) > 0 {
		from, to := timeline.Offset(seconds(offsets[next()%16])), timeline.Offset(seconds(offsets[next()%16]))
		source := sources[next()%4]
		switch next() % 5 {
		case 0, 1:
			tl.Readings = append(tl.Readings, timeline.Reading{At: from, Source: source, Name: readings[next()%16], Value: values[next()%16]})
		case 2, 3:
			e := timeline.Event{At: from, Source: source, Kind: kinds[int(next())%len(kinds)], Unit: string(rune('a' + next()%4)), Text: "for a reason"}
			if next()%2 == 0 {
				e.Seen = &to
			}
			tl.Events = append(tl.Events, e)
		case 4:
			if next()%2 == 0 {
				tl.Gaps = append(tl.Gaps, timeline.Gap{From: from, To: to, Source: source, Cause: "refused"})
			} else {
				b := [8]byte{next(), next(), next(), next(), next(), next(), next(), next()}
				wild := int64(binary.LittleEndian.Uint64(b[:]))
				tl.Seconds = append(tl.Seconds, timeline.Second{Second: int(wild>>3) + 200_000, Planned: wild, Sent: wild, Failed: -wild})
			}
		}
	}
	return tl, q
}

// noNonsense finds numbers that are none, and intervals out of order.
func noNonsense(t *testing.T, name string, v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			noNonsense(t, name, v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			noNonsense(t, fmt.Sprintf("%s[%d]", name, i), v.Index(i))
		}
	case reflect.Struct:
		inOrder(t, name, v)
		for i := range v.NumField() {
			noNonsense(t, name+"."+v.Type().Field(i).Name, v.Field(i))
		}
	case reflect.Float64:
		if x := v.Float(); math.IsNaN(x) || math.IsInf(x, 0) {
			t.Errorf("%s = %v; want a number, or nil where it is not known", name, x)
		}
	}
}

func inOrder(t *testing.T, name string, v reflect.Value) {
	var bounds []float64
	for _, field := range []string{"Low", "Mid", "High"} {
		f := v.FieldByName(field)
		if f.IsValid() && f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.IsValid() {
			bounds = append(bounds, f.Float())
		}
	}
	for i := 1; i < len(bounds); i++ {
		if bounds[i] < bounds[i-1]*(1-1e-12)-1e-12 {
			t.Errorf("%s: low, mid and high are %v; want them in order", name, bounds)
		}
	}
}
