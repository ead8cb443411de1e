package report

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// histogram holds response times.
func histogram(took ...time.Duration) (h timeline.Histogram) {
	for _, d := range took {
		h.Record(d)
	}
	return h
}

func TestRequestRows(t *testing.T) {
	byName := func(name string, took ...time.Duration) map[string]timeline.Histogram {
		return map[string]timeline.Histogram{name: histogram(took...)}
	}
	r := &Report{
		Scenario: &scenario.Scenario{Requests: []load.Request{{Name: "top"}, {Name: "never"}}},
		Timeline: timeline.Timeline{Seconds: []timeline.Second{
			{Second: 0, Response: byName("top", time.Second, 2*time.Second), Failures: byName("top", 10*time.Second)},
			{Second: 1, Response: byName("top", 3*time.Second)},
			{Second: 2, Response: byName("signup", 30*time.Millisecond)},
		}},
	}
	want := []requestRow{
		{"top", "4", "1", "2 s", "10 s", "10 s"},
		{"never", "0", "0", "unknown", "unknown", "unknown"},
		{"signup", "1", "0", "30 ms", "30 ms", "30 ms"},
	}
	if diff := cmp.Diff(want, r.requestRows()); diff != "" {
		t.Errorf("requestRows() (-want +got):\n%s", diff)
	}
	if got := r.unnamed(); got != "" {
		t.Errorf("unnamed() = %q; want nothing", got)
	}
	r.Result.Load.Errors = map[string]int64{timeline.Cancelled: 1200, timeline.GeneratorLimit: 3, "status_503": 9}
	if got, want := r.unnamed(), "1,203 more were cut off at the end of the run or found no port or file left on the generator"; got != want {
		t.Errorf("unnamed() = %q; want %q", got, want)
	}
}

// The rows of a run count what its seconds count.
func TestRequestRowsAddUp(t *testing.T) {
	r := failing.report()
	all := int64(0)
	for _, s := range r.Timeline.Seconds {
		h := s.AllResponses()
		all += h.Count()
	}
	rows := r.requestRows()
	if len(rows) != 1 || rows[0].Name != "top" || rows[0].Sent != "30,000" || all != 30_000 {
		t.Errorf("rows = %v of %d requests; want top with all", rows, all)
	}
}

func TestReadingRows(t *testing.T) {
	at := func(seconds float64, source, name string, value float64) timeline.Reading {
		return timeline.Reading{At: timeline.Offset(*after(seconds)), Source: source, Name: name, Value: value}
	}
	r := &Report{
		Manifest: rundir.Manifest{Started: time.Date(2026, 11, 22, 12, 53, 0, 0, time.UTC)},
		Scenario: &scenario.Scenario{Observe: []scenario.Observe{query("app p99", "s", "response")}},
	}
	prometheus := r.Scenario.Observe[0].Source()
	r.Timeline.Readings = []timeline.Reading{
		at(9, timeline.Generator, timeline.CPU, 0.43), at(1, timeline.Generator, timeline.RSS, 182e6), at(2, timeline.Generator, timeline.LagP99, 0.0012),
		at(5, "hpa/default/web", timeline.Ready, 1200), at(7, "hpa/default/web", timeline.Ready, 8), at(6, "hpa/default/web", timeline.Ready, 1500), at(8, "hpa/default/web", timeline.Ready, 1500),
		at(1, "hpa/default/web", "metric/cpu", 0.625), at(1, "elb/web", timeline.Reserved, 120.5), at(1, "elb/web", timeline.Unhealthy, 0), at(1, "asg/web", "warm_pool", 3),
		at(1, prometheus, "app p99", 0.25), at(2, "asg/web", timeline.CallBytes, 48_211), at(2, "asg/web", "anything", 1.5),
	}
	row := func(source, name, in, value, at string) readingRow {
		return readingRow{source, name, in, "1", value, value, value, at, value}
	}
	want := []readingRow{
		row("asg/web", "anything", "count", "1.5", "12:53:02"), row("asg/web", "call_bytes", "bytes", "48.2 kB", "12:53:02"), row("asg/web", "warm_pool", "units", "3", "12:53:01"),
		row("elb/web", "reserved_lcu", "LCU", "120", "12:53:01"), row("elb/web", "unhealthy", "targets", "0", "12:53:01"),
		row("hpa/default/web", "metric/cpu", "as its metric", "0.625", "12:53:01"),
		{"hpa/default/web", "ready", "units", "4", "1,200", "8", "1,500", "12:53:06", "1,500"},
		row(prometheus, "app p99", "s", "250 ms", "12:53:01"),
		row("generator", "cpu", "share", "43 %", "12:53:09"), row("generator", "lag_p99", "time", "1.2 ms", "12:53:02"), row("generator", "rss_bytes", "bytes", "182 MB", "12:53:01"),
	}
	if diff := cmp.Diff(want, r.readingRows()); diff != "" {
		t.Errorf("readingRows() (-want +got):\n%s", diff)
	}
}

func TestEnvironmentFacts(t *testing.T) {
	r := failing.report()
	r.Manifest.Hosts = []string{"staging.example.jp:443", "prom.example:9090"}
	r.Manifest.Caps = rundir.Caps{Rate: 8000, InFlight: 20_000, Requests: 3_000_000, DurationSeconds: 3600}
	r.Manifest.Environment = map[string]string{"os": "linux/amd64", "cpus": "8", "container": ""}
	r.Manifest.ScenarioHash = "abc"
	want := []fact{
		{"run", "prime-time-20261122T125300Z"}, {"started", "2026-11-22T21:53:00+09:00"}, {"onair", "onair 0.1.0"},
		{"hosts contacted", "staging.example.jp:443, prom.example:9090"},
		{"cap on the rate", "8k/s"}, {"cap in flight", "20,000"}, {"cap on requests", "3,000,000"}, {"cap on the length", "1h"},
		{"cpus", "8"}, {"os", "linux/amd64"}, {"SHA-256 of the scenario", "abc"},
	}
	if diff := cmp.Diff(want, r.environmentFacts()); diff != "" {
		t.Errorf("environmentFacts() (-want +got):\n%s", diff)
	}
}

func TestAnswers(t *testing.T) {
	binding := []capacity.Layer{{Name: "db", Rate: 6000, Source: "stated by the scenario"}}
	for _, c := range []struct {
		name   string
		result capacity.Result
		want   answer
	}{
		{"pass", capacity.Result{Verdict: capacity.Pass, Reasons: []string{"every objective held", "at least 20 %"}, Layers: binding, Binding: &binding[0]},
			answer{Word: "Pass", Why: "every objective held", Also: []string{"at least 20\u00a0%"}, Binding: "db", Carries: "6k/s, stated by the scenario"}},
		{"fail", capacity.Result{Verdict: capacity.Fail, Reasons: []string{"p99 <= 800ms was broken"}}, answer{Word: "Will not hold", Why: "p99 <= 800ms was broken"}},
		{"invalid", capacity.Result{Verdict: capacity.Invalid, Reasons: []string{"98 % was sent"}}, answer{Word: "Proves nothing", Why: "98\u00a0% was sent"}},
		{"guard", capacity.Result{Verdict: capacity.Aborted, Reasons: []string{"aborted at 21:54:37: errors"}}, answer{Word: "Aborted", Why: "at 21:54:37: errors"}},
		{"user", capacity.Result{Verdict: capacity.Aborted, Interrupted: true, Reasons: []string{"stopped by the user at 21:54:37"}}, answer{Word: "Stopped", Why: "stopped by the user at 21:54:37"}},
		{"no reason", capacity.Result{Verdict: capacity.Pass}, answer{Word: "Pass"}},
	} {
		c.result.Headroom.Sentence = "headroom is +5 %"
		c.want.Sentence = "Headroom is +5\u00a0%."
		if c.result.Verdict == capacity.Aborted {
			c.want.Sentence = "Until then: headroom is +5\u00a0%."
		}
		r := &Report{Scenario: &scenario.Scenario{}, Result: c.result}
		got := r.answer().unbroken()
		got.Also = slices.Concat(got.Also) // nil where empty
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: answer (-want +got):\n%s", c.name, diff)
		}
	}
}
