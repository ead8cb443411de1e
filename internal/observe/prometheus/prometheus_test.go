package prometheus

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	api "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// server is an API whose queries are names of functions of the time since start.
type server struct {
	start  time.Time
	series map[string]func(at, now time.Duration) float64 // NaN where it is none
	fails  func(query string, now time.Duration) error
	asked  []string
}

func (s *server) QueryRange(ctx context.Context, query string, r api.Range, _ ...api.Option) (model.Value, api.Warnings, api.Infos, error) {
	now := time.Since(s.start)
	s.asked = append(s.asked, fmt.Sprintf("%v: %s from %v to %v", now, query, r.Start.Sub(s.start), r.End.Sub(s.start)))
	if s.fails != nil {
		if err := s.fails(query, now); err != nil {
			return nil, nil, nil, err
		}
	}
	if query == "vector" {
		return model.Vector{}, nil, nil, nil
	}
	var found model.Matrix
	for _, name := range strings.Fields(query) { // "a b" gives two series
		if s.series[name] == nil {
			continue
		}
		stream := &model.SampleStream{}
		for at := r.Start; !at.After(r.End); at = at.Add(r.Step) {
			stream.Values = append(stream.Values, model.SamplePair{
				Timestamp: model.TimeFromUnixNano(at.UnixNano()), Value: model.SampleValue(s.series[name](at.Sub(s.start), now)),
			})
		}
		found = append(found, stream)
	}
	var said api.Warnings
	if strings.Contains(query, "remote") {
		said = api.Warnings{"a store did not answer"}
	}
	return found, said, nil, ctx.Err()
}

type notes struct {
	mu    sync.Mutex
	facts []string
}

func (n *notes) add(format string, args ...any) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.facts = append(n.facts, fmt.Sprintf(format, args...))
	return nil
}

func (n *notes) WriteReading(r timeline.Reading) error {
	return n.add("%v: %s at %v = %v", time.Duration(r.At), r.Name, time.Duration(*r.True), r.Value)
}

func (n *notes) WriteEvent(e timeline.Event) error {
	return n.add("%v: %s: %s", time.Duration(e.At), e.Kind, e.Text)
}

func (n *notes) WriteGap(g timeline.Gap) error {
	return n.add("%v: gap until %v: %s", time.Duration(g.From), time.Duration(g.To), g.Cause)
}

// watched runs an observer in a bubble for so long from 4 s after a whole minute.
func watched(t *testing.T, length time.Duration, s *server, queries ...Query) (facts, warnings []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s.start = time.Now()
		time.Sleep(4 * time.Second)
		ctx, stop := context.WithTimeout(t.Context(), length)
		defer stop()
		var sink notes
		var err error
		o := New(Options{API: s, Source: "prometheus/prom.example", Queries: queries})
		if warnings, err = observe.Watch(ctx, s.start, &sink, o); err != nil {
			t.Fatal(err)
		}
		facts = sink.facts
	})
	return facts, warnings
}

func seconds(at, _ time.Duration) float64 { return at.Seconds() }

// Stamps lie on round seconds; the end tells what samples that came late changed.
func TestPointsOfARun(t *testing.T) {
	s := &server{series: map[string]func(at, now time.Duration) float64{
		"depth": seconds,
		"rate": func(at, now time.Duration) float64 {
			switch {
			case at == 15*time.Second && now < 30*time.Second:
				return 1 // as long as the last scrape has not come in
			case at == 30*time.Second:
				return math.NaN()
			}
			return 2
		},
	}}
	facts, warnings := watched(t, 40*time.Second, s, Query{"queue depth", "depth"}, Query{"rate", "rate"})
	want := []string{
		"4s: queue depth at 0s = 0", "4s: rate at 0s = 2",
		"19s: queue depth at 15s = 15", "19s: rate at 15s = 1",
		"34s: queue depth at 30s = 30",
		"44s: rate at 15s = 2",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if len(warnings) > 0 {
		t.Errorf("warnings = %q; want none", warnings)
	}
	if want := []string{"4s: depth from 0s to 0s", "4s: rate from 0s to 0s", "19s: depth from 15s to 15s"}; !slices.Equal(s.asked[:3], want) {
		t.Errorf("asked %q first; want %q", s.asked[:3], want)
	}
	if want := []string{"44s: depth from 0s to 30s", "44s: rate from 0s to 30s"}; !slices.Equal(s.asked[len(s.asked)-2:], want) {
		t.Errorf("asked %q at the end; want %q", s.asked[len(s.asked)-2:], want)
	}
}

// Several series, none, a query that is wrong and a store that is away are
// warnings that name the query, and the others are read all the same.
func TestQueriesThatAreNotOneSeries(t *testing.T) {
	s := &server{series: map[string]func(at, now time.Duration) float64{
		"depth": seconds, "a": seconds, "b": seconds, "remote": seconds,
		"void": func(_, _ time.Duration) float64 { return math.Inf(-1) },
	}}
	s.fails = func(query string, _ time.Duration) error {
		if query == "sum(" {
			return &api.Error{Type: api.ErrBadData, Msg: "parse error: unclosed left parenthesis"}
		}
		return nil
	}
	facts, warnings := watched(t, 10*time.Second, s, Query{"two", "a b"}, Query{"none", "absent"}, Query{"wrong", "sum("},
		Query{"void", "void"}, Query{"far", "remote"}, Query{"queue depth", "depth"})
	if diff := cmp.Diff([]string{"4s: far at 0s = 0", "4s: queue depth at 0s = 0"}, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	const refused = "Prometheus refused the query (bad_data: parse error: unclosed left parenthesis)"
	want := []string{
		"far: Prometheus says: a store did not answer",
		"two: its query gave several series (make it one, such as with sum)",
		"none: its query gave no series",
		"wrong: " + refused,
		"void: its query gave no number",
	}
	for i := range want {
		want[i] = "prometheus/prom.example: " + want[i]
	}
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}

// A server that does not answer leaves a gap, and is asked for what was missed.
func TestFailuresLeaveGaps(t *testing.T) {
	s := &server{series: map[string]func(at, now time.Duration) float64{"depth": seconds, "rate": seconds}}
	s.fails = func(_ string, now time.Duration) error {
		if now == 34*time.Second || now == 49*time.Second {
			return errors.New("connection refused")
		}
		return nil
	}
	facts, _ := watched(t, 62*time.Second, s, Query{"depth", "depth"}, Query{"rate", "rate"})
	want := []string{
		"4s: depth at 0s = 0", "4s: rate at 0s = 0", "19s: depth at 15s = 15", "19s: rate at 15s = 15",
		"19s: blind: prometheus/prom.example: connection refused",
		"19s: gap until 1m4s: prometheus/prom.example: connection refused",
		"1m4s: depth at 30s = 30", "1m4s: depth at 45s = 45", "1m4s: depth at 1m0s = 60",
		"1m4s: rate at 30s = 30", "1m4s: rate at 45s = 45", "1m4s: rate at 1m0s = 60",
	}
	if diff := cmp.Diff(want, facts); diff != "" {
		t.Errorf("facts (-want +got):\n%s", diff)
	}
	if slices.ContainsFunc(s.asked, func(asked string) bool { return strings.HasPrefix(asked, "34s: rate") }) {
		t.Error("the second query was asked of a server that had not answered the first")
	}
}

// A whole day is two calls, for a server gives no more than 11,000 points at once.
func TestLongRangesAreSplit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{start: time.Now(), series: map[string]func(at, now time.Duration) float64{"depth": seconds}}
		o := New(Options{API: s, Queries: []Query{{"depth", "depth"}}, Interval: time.Second})
		var sink notes
		from := time.Now()
		if err := o.ask(t.Context(), o.queries[0], from, from.Add(14999*time.Second), observe.NewRecorder("x", s.start, &sink)); err != nil {
			t.Fatal(err)
		}
		if want := []string{"0s: depth from 0s to 2h46m39s", "0s: depth from 2h46m40s to 4h9m59s"}; !slices.Equal(s.asked, want) {
			t.Errorf("asked %q; want %q", s.asked, want)
		}
		if n := len(sink.facts); n != 15000 {
			t.Errorf("readings = %d; want 15000", n)
		}
	})
}

func TestChecks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{start: time.Now(), series: map[string]func(at, now time.Duration) float64{"depth": func(_, _ time.Duration) float64 { return 12345.678 }, "a": seconds, "b": seconds}}
		s.fails = func(query string, _ time.Duration) error {
			if query == "sum(" {
				return &api.Error{Type: api.ErrBadData, Msg: "parse error"}
			}
			return nil
		}
		look := func(queries ...Query) []preflight.Finding {
			return preflight.Run(t.Context(), 10*time.Second, New(Options{API: s, Source: "prometheus/x", Queries: queries}).Checks()...)
		}
		want := []preflight.Finding{
			{Subject: "prometheus/x", Asked: "answers", Text: "asked every query once"},
			{Subject: "prometheus/x", Asked: "one series: depth", Text: "1.235e+04 at 00:00:00Z"},
			{Subject: "prometheus/x", Asked: "one series: two", Status: preflight.Fail, Text: "2 series", ToDo: "make it one, such as with sum(…)"},
			{Subject: "prometheus/x", Asked: "one series: none", Status: preflight.Warning, Passing: true, Text: "no point within 5m", ToDo: "check the metric's name and labels, or send the service some traffic"},
			{Subject: "prometheus/x", Asked: "one series: vector", Status: preflight.Fail, Text: "the answer is a vector, not a matrix", ToDo: "see that the address is that of Prometheus's own API"},
			{Subject: "prometheus/x", Asked: "one series: wrong", Status: preflight.Fail, Text: "Prometheus refused the query (bad_data: parse error)", ToDo: "try the query in the server's own page"},
		}
		if diff := cmp.Diff(want, look(Query{"depth", "depth"}, Query{"two", "a b"}, Query{"none", "c"}, Query{"vector", "vector"}, Query{"wrong", "sum("})); diff != "" {
			t.Errorf("findings (-want +got):\n%s", diff)
		}
		s.fails = func(string, time.Duration) error { return &api.Error{Type: api.ErrClient, Msg: "client error: 401"} }
		want = []preflight.Finding{{Subject: "prometheus/x", Asked: "answers", Status: preflight.Fail,
			Text: "access denied (client error: 401; headers: gives an Authorization)",
			ToDo: "check the address and the headers, and that the server can be reached from here"}}
		found := look(Query{"depth", "depth"})
		if found[0].Err == nil {
			t.Error("the finding of who is denied does not wrap its cause")
		}
		found[0].Err = nil
		if diff := cmp.Diff(want, found); diff != "" {
			t.Errorf("findings of who is denied (-want +got):\n%s", diff)
		}
	})
}
