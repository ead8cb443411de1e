package observe_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// memory is a Sink that keeps facts in memory.
type memory struct {
	mu       sync.Mutex
	readings []timeline.Reading
	events   []timeline.Event
	gaps     []timeline.Gap
	err      error
}

func (m *memory) WriteReading(r timeline.Reading) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.readings = append(m.readings, r)
	return m.err
}

func (m *memory) WriteEvent(e timeline.Event) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.events = append(m.events, e)
	return m.err
}

func (m *memory) WriteGap(g timeline.Gap) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gaps = append(m.gaps, g)
	return m.err
}

// scripted is an Observer whose n-th call does what script[n] says; the last
// one repeats.
type scripted struct {
	calls  int
	script []func(context.Context, *observe.Recorder) error
}

func (s *scripted) Source() string { return "hpa/default/web" }

func (s *scripted) Observe(ctx context.Context, rec *observe.Recorder) error {
	do := s.script[min(s.calls, len(s.script)-1)]
	s.calls++
	return do(ctx, rec)
}

func fail(context.Context, *observe.Recorder) error { return errors.New("access denied") }

func stumble(context.Context, *observe.Recorder) error { panic("nil map") }

func deliver(ctx context.Context, rec *observe.Recorder) error {
	rec.Read(timeline.Ready, 4, time.Time{})
	<-ctx.Done()
	return ctx.Err()
}

func TestWatchTurnsFailuresIntoOneGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		sink := &memory{}
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{fail, stumble, fail, deliver}}
		warnings, err := observe.Watch(ctx, start, sink, o)
		if err != nil {
			t.Fatalf("Watch error = %v; want none", err)
		}
		// Retries come after 1, 2 and 4 s: the fourth call delivers at 7 s.
		want := []timeline.Gap{{From: 0, To: timeline.Offset(7 * time.Second), Source: "hpa/default/web", Cause: "access denied"}}
		if diff := cmp.Diff(want, sink.gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"hpa/default/web was not observed for 7s: access denied"}, warnings); diff != "" {
			t.Errorf("warnings (-want +got):\n%s", diff)
		}
	})
}

func TestWatchOutageUntilTheEndIsWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		sink := &memory{}
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{stumble}}
		if _, err := observe.Watch(ctx, time.Now(), sink, o); err != nil {
			t.Fatal(err)
		}
		if len(sink.gaps) != 1 || sink.gaps[0].To != timeline.Offset(10*time.Second) || !strings.Contains(sink.gaps[0].Cause, "nil map") {
			t.Errorf("gaps = %+v; want one of 10s that names the panic", sink.gaps)
		}
	})
}

func TestWatchReportsTheSinksError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		sink := &memory{err: errors.New("disk full")}
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{deliver}}
		if _, err := observe.Watch(ctx, time.Now(), sink, o); err == nil || err.Error() != "disk full" {
			t.Errorf("Watch error = %v; want disk full", err)
		}
	})
}

func TestRecorderStampsTheRunsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now().Add(3 * time.Second)
		sink := &memory{}
		rec := observe.NewRecorder("asg/web", start, sink)
		rec.Read(timeline.Desired, 2, time.Now().Add(-time.Second))
		rec.Event(time.Now().Add(-2*time.Second), timeline.Create, "i-1", "launched")
		rec.Event(time.Time{}, timeline.Gone, "i-0", "")
		trueAt, seen := timeline.Offset(-4*time.Second), timeline.Offset(-3*time.Second)
		if diff := cmp.Diff([]timeline.Reading{{At: seen, True: &trueAt, Source: "asg/web", Name: "desired", Value: 2}}, sink.readings); diff != "" {
			t.Errorf("readings (-want +got):\n%s", diff)
		}
		want := []timeline.Event{
			{At: timeline.Offset(-5 * time.Second), Seen: &seen, Source: "asg/web", Kind: "create", Unit: "i-1", Text: "launched"},
			{At: seen, Source: "asg/web", Kind: "gone", Unit: "i-0"},
		}
		if diff := cmp.Diff(want, sink.events); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}
