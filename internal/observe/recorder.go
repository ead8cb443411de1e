package observe

import (
	"fmt"
	"slices"
	"strings"
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
	causes  []string      // of the outage, each once
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
	r.end(now)
	r.write(now, name, value, whenTrue)
}

// Beside records a number as Read does, of what can be read while the source
// itself cannot: it ends no gap.
func (r *Recorder) Beside(name string, value float64, whenTrue time.Time) {
	r.write(time.Now(), name, value, whenTrue)
}

// Note records a number about the observation itself: what it costs ends no gap.
func (r *Recorder) Note(name string, value float64) { r.Beside(name, value, time.Time{}) }

func (r *Recorder) write(now time.Time, name string, value float64, whenTrue time.Time) {
	reading := timeline.Reading{At: timeline.Since(r.start, now), Source: r.source, Name: name, Value: value}
	if !whenTrue.IsZero() {
		at := timeline.Since(r.start, whenTrue)
		reading.True = &at
	}
	r.keep(r.sink.WriteReading(reading))
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

// Changed records a change that is seen now and was not yet seen at the instant
// after (zero: nobody looked before).
func (r *Recorder) Changed(after time.Time, kind, unit, text string) {
	r.changed(after, timeline.Event{Kind: kind, Unit: unit, Text: text})
}

// Scales records how the source scales its fleet from here on, an autoscale.Spec
// in JSON; it was not known to at the instant after (zero: nobody looked before).
func (r *Recorder) Scales(after time.Time, spec string) {
	r.changed(after, timeline.Event{Kind: timeline.Scaler, Spec: spec})
}

// Fronted records a load balancer in front of the source, a prescale.Balancer in
// JSON, as it stands from here on.
func (r *Recorder) Fronted(spec string) {
	r.changed(time.Time{}, timeline.Event{Kind: timeline.Balancer, Spec: spec})
}

func (r *Recorder) changed(after time.Time, event timeline.Event) {
	event.At, event.Source = timeline.Since(r.start, time.Now()), r.source
	if !after.IsZero() {
		since := timeline.Since(r.start, after)
		event.After = &since
	}
	r.keep(r.sink.WriteEvent(event))
}

// Lost records that the source cannot be read, and could not since the instant
// since. The gap ends with the next reading, or with the run; losing what is
// lost already adds only its cause.
func (r *Recorder) Lost(since time.Time, cause error) {
	r.mu.Lock()
	if since.Before(r.until) {
		since = r.until
	}
	first := r.outage == nil
	if first {
		r.outage, r.causes = &timeline.Gap{From: timeline.Since(r.start, since), Source: r.source}, nil
	}
	if text := cause.Error(); !slices.Contains(r.causes, text) {
		r.causes = append(r.causes, text)
	}
	r.mu.Unlock()
	if first {
		r.Event(since, timeline.Blind, "", cause.Error())
	}
}

// short is a stretch too short to be worth a gap of its own.
const short = time.Second

// Missed records that the source could not be read from since until now, and can
// be again: a gap that is known only when it is over. What lies in another gap
// already is not told again.
func (r *Recorder) Missed(since time.Time, cause error) {
	now := time.Now()
	r.mu.Lock()
	if since.Before(r.until) {
		since = r.until
	}
	known := r.outage != nil || now.Sub(since) < short
	r.mu.Unlock()
	if !known {
		r.Lost(since, cause)
		r.end(now)
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
	gap, causes := r.outage, r.causes
	r.last, r.outage = now, nil
	if gap != nil {
		gap.Cause = inTurn(causes)
		gap.To = max(gap.From, timeline.Since(r.start, now)) // it may have been lost since now
		r.until = now
	}
	r.mu.Unlock()
	if gap != nil {
		r.keep(r.sink.WriteGap(*gap))
	}
}

// inTurn names the first of several causes, the last, and how many there were in
// between: "asg web: throttled by AWS; then 1 other cause, at last no answer within 4s".
func inTurn(causes []string) string {
	first := causes[0]
	if len(causes) == 1 {
		return first
	}
	last := causes[len(causes)-1]
	if of, _, ok := strings.Cut(first, ": "); ok {
		last = strings.TrimPrefix(last, of+": ")
	}
	switch others := len(causes) - 2; others {
	case 0:
		return first + "; then " + last
	case 1:
		return first + "; then 1 other cause, at last " + last
	default:
		return fmt.Sprintf("%s; then %d other causes, at last %s", first, others, last)
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
