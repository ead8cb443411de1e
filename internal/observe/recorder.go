package observe

import (
	"slices"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Recorder stamps the facts of one source and hands them to a Sink. It is safe
// for concurrent use.
type Recorder struct {
	source string
	start  time.Time
	sink   Sink
	stop   func() // called when the sink fails; nil: nobody wants to know

	mu      sync.Mutex
	last    time.Time     // of the last reading
	outage  *timeline.Gap // open until the next reading
	until   time.Time     // the end of the last gap
	weak    []string
	sinkErr error
}

// NewRecorder returns a Recorder of one source in a run that began at start.
func NewRecorder(source string, start time.Time, sink Sink) *Recorder {
	return &Recorder{source: source, start: start, sink: sink}
}

// Read records a number observed now. whenTrue is the zero time where the
// source does not tell when it was true.
func (r *Recorder) Read(name string, value float64, whenTrue time.Time) {
	now := time.Now()
	reading := timeline.Reading{At: timeline.Since(r.start, now), Source: r.source, Name: name, Value: value}
	if !whenTrue.IsZero() {
		at := timeline.Since(r.start, whenTrue)
		reading.True = &at
	}
	r.end(now)
	r.keep(r.sink.WriteReading(reading))
}

// Note records a number about the observation itself: what it costs ends no gap.
func (r *Recorder) Note(name string, value float64) {
	r.keep(r.sink.WriteReading(timeline.Reading{At: timeline.Since(r.start, time.Now()), Source: r.source, Name: name, Value: value}))
}

// Event records something that happened at the instant at (zero: now) and is
// seen now.
func (r *Recorder) Event(at time.Time, kind, unit, text string) {
	event := timeline.Event{At: timeline.Since(r.start, time.Now()), Source: r.source, Kind: kind, Unit: unit, Text: text}
	if !at.IsZero() {
		seen := event.At
		event.At, event.Seen = timeline.Since(r.start, at), &seen
	}
	r.keep(r.sink.WriteEvent(event))
}

// Lost records that the source cannot be read, and could not since the instant
// since. The gap ends with the next reading, or with the run; losing what is
// lost already changes nothing.
func (r *Recorder) Lost(since time.Time, cause error) {
	r.mu.Lock()
	if since.Before(r.until) {
		since = r.until
	}
	first := r.outage == nil
	if first {
		r.outage = &timeline.Gap{From: timeline.Since(r.start, since), Source: r.source, Cause: cause.Error()}
	}
	r.mu.Unlock()
	if first {
		r.Event(since, timeline.Blind, "", cause.Error())
	}
}

// Warn records what weakens the conclusions about the source although it was
// read: "scaling activities were not observed: access denied". The same text
// counts once.
func (r *Recorder) Warn(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if text = r.source + ": " + text; !slices.Contains(r.weak, text) {
		r.weak = append(r.weak, text)
	}
}

// end closes the open outage, if any, at now and writes it as a Gap.
func (r *Recorder) end(now time.Time) {
	r.mu.Lock()
	gap := r.outage
	r.last, r.outage = now, nil
	if gap != nil {
		gap.To = max(gap.From, timeline.Since(r.start, now)) // it may have been lost since now
		r.until = now
	}
	r.mu.Unlock()
	if gap != nil {
		r.keep(r.sink.WriteGap(*gap))
	}
}

// readSince is until when an attempt that began then, and fails now, has seen
// the source: until now where it read anything, else it never has.
func (r *Recorder) readSince(began time.Time) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last.Before(began) {
		return began
	}
	return time.Now()
}

func (r *Recorder) keep(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sinkErr == nil {
		r.sinkErr = err
	}
	if r.stop != nil {
		r.stop()
	}
}

func (r *Recorder) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sinkErr
}

// warnings are what the source could not show besides its gaps, which are on
// record.
func (r *Recorder) warnings() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.weak
}
