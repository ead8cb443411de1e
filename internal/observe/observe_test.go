package observe_test

import (
	"context"
	"errors"
	"fmt"
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

// told is the events in words.
func (m *memory) told() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var all []string
	for _, e := range m.events {
		all = append(all, fmt.Sprintf("%v %s %s", time.Duration(e.At), e.Kind, e.Text))
	}
	return all
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
		want := []timeline.Gap{{From: 0, To: timeline.Offset(7 * time.Second), Source: "hpa/default/web", Cause: "access denied; then hpa/default/web: observer panicked: nil map"}}
		if diff := cmp.Diff(want, sink.gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		if got := sink.told(); !cmp.Equal(got, []string{"0s blind access denied"}) {
			t.Errorf("events = %q; want one that tells of the gap when it begins", got)
		}
		if len(warnings) > 0 {
			t.Errorf("warnings = %q; want none, for the gap is on record", warnings)
		}
	})
}

// What an attempt did not read until it failed was not seen; what it read, was.
func TestAnAttemptThatReadNothingWasBlindFromItsBeginning(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		hang := func(context.Context, *observe.Recorder) error {
			time.Sleep(10 * time.Second)
			return errors.New("no answer within 10s")
		}
		readThenFail := func(_ context.Context, rec *observe.Recorder) error {
			rec.Read(timeline.Ready, 4, time.Time{})
			time.Sleep(10 * time.Second)
			return errors.New("reset")
		}
		sink := &memory{}
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{hang, readThenFail, deliver}}
		if _, err := observe.Watch(ctx, time.Now(), sink, o); err != nil {
			t.Fatal(err)
		}
		second := func(n int) timeline.Offset { return timeline.Offset(n) * timeline.Offset(time.Second) }
		want := []timeline.Gap{ // the second attempt comes after 1 s, the third after 2 s
			{From: second(0), To: second(11), Source: "hpa/default/web", Cause: "no answer within 10s"},
			{From: second(21), To: second(23), Source: "hpa/default/web", Cause: "reset"},
		}
		if diff := cmp.Diff(want, sink.gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
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

func TestWatchEndsWithTheSinksError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sink := &memory{err: errors.New("disk full")}
		quiet := &scripted{script: []func(context.Context, *observe.Recorder) error{
			func(ctx context.Context, _ *observe.Recorder) error { <-ctx.Done(); return nil },
		}}
		full := &scripted{script: []func(context.Context, *observe.Recorder) error{deliver}}
		if _, err := observe.Watch(t.Context(), start, sink, quiet, full); err == nil || err.Error() != "disk full" {
			t.Errorf("Watch error = %v; want disk full", err)
		}
		if took := time.Since(start); took > 0 {
			t.Errorf("Watch went on for %v; want it to end at once", took)
		}
	})
}

// What is denied for a while is asked for again every 5 s at most, and a gap of
// many causes names the first, the last, and how many there were in between.
func TestWhatIsDeniedIsAskedForAgainSoon(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		var tried []time.Duration
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{func(ctx context.Context, rec *observe.Recorder) error {
			at := time.Since(start)
			tried = append(tried, at)
			switch {
			case at < 2*time.Second:
				return errors.New("asg web: throttled")
			case at < 5*time.Second:
				return errors.New("asg web: denied")
			case at < 20*time.Second:
				return errors.New("asg web: no answer")
			}
			return deliver(ctx, rec)
		}}}
		sink := &memory{}
		if _, err := observe.Watch(ctx, start, sink, o); err != nil {
			t.Fatal(err)
		}
		second := func(n int) time.Duration { return time.Duration(n) * time.Second }
		if want := []time.Duration{0, second(1), second(3), second(7), second(12), second(17), second(22)}; !cmp.Equal(tried, want) {
			t.Errorf("tried at %v; want %v", tried, want)
		}
		if len(sink.gaps) != 1 || sink.gaps[0].Cause != "asg web: throttled; then 1 other cause, at last no answer" {
			t.Errorf("gaps = %+v; want one that names the first cause and the last", sink.gaps)
		}
	})
}

// A gap that is known only when it is over is told at once, as far as no other
// covers it.
func TestMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sink := &memory{}
		rec := observe.NewRecorder("hpa/default/web", start, sink)
		second := func(n int) timeline.Offset { return timeline.Offset(n) * timeline.Offset(time.Second) }
		time.Sleep(10 * time.Second)
		rec.Missed(start.Add(2*time.Second), errors.New("cut"))
		time.Sleep(time.Millisecond)
		rec.Missed(start.Add(2*time.Second), errors.New("cut too"))
		time.Sleep(8 * time.Second)
		rec.Missed(start.Add(4*time.Second), errors.New("cut again"))
		want := []timeline.Gap{
			{From: second(2), To: second(10), Source: "hpa/default/web", Cause: "cut"},
			{From: second(10), To: second(18) + timeline.Offset(time.Millisecond), Source: "hpa/default/web", Cause: "cut again"},
		}
		if diff := cmp.Diff(want, sink.gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
	})
}

// While the readings are missing, what else is seen does not end the gap, and
// gaps lie one after the other whatever the observer says of their beginnings.
func TestGapsAreOfReadings(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		sink := &memory{}
		rec := observe.NewRecorder("asg/web", start, sink)
		time.Sleep(5 * time.Second)
		rec.Lost(start.Add(2*time.Second), errors.New("throttled"))
		rec.Event(time.Time{}, timeline.Create, "i-1", "launched")
		rec.Lost(time.Now(), errors.New("denied"))
		rec.Beside(timeline.Quota, 9, start)
		time.Sleep(time.Second)
		rec.Read(timeline.Ready, 4, time.Time{})
		rec.Lost(start, errors.New("throttled again"))
		time.Sleep(time.Second)
		rec.Read(timeline.Ready, 4, time.Time{})
		second := func(n int) timeline.Offset { return timeline.Offset(n) * timeline.Offset(time.Second) }
		want := []timeline.Gap{
			{From: second(2), To: second(6), Source: "asg/web", Cause: "throttled; then denied"},
			{From: second(6), To: second(7), Source: "asg/web", Cause: "throttled again"},
		}
		if diff := cmp.Diff(want, sink.gaps); diff != "" {
			t.Errorf("gaps (-want +got):\n%s", diff)
		}
		if got, want := sink.told(), []string{"2s blind throttled", "5s create launched", "6s blind throttled again"}; !cmp.Equal(got, want) {
			t.Errorf("events = %q; want %q", got, want)
		}
	})
}

func TestWarningsAreToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		warn := func(_ context.Context, rec *observe.Recorder) error {
			rec.Warn("events were not observed: forbidden")
			return errors.New("reset")
		}
		o := &scripted{script: []func(context.Context, *observe.Recorder) error{warn, warn, deliver}}
		warnings, err := observe.Watch(ctx, time.Now(), &memory{}, o)
		want := []string{"hpa/default/web: events were not observed: forbidden"}
		if diff := cmp.Diff(want, warnings); diff != "" || err != nil {
			t.Errorf("Watch error = %v; warnings (-want +got):\n%s", err, diff)
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
