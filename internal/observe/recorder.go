package observe

import (
	"fmt"
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

	mu      sync.Mutex
	outage  *timeline.Gap // open until the next fact
	gaps    int
	blind   time.Duration
	cause   string // of the first gap
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
	r.closeOutage(now)
	r.keep(r.sink.WriteReading(reading))
}

// Event records something that happened at the instant at (zero: now) and is
// seen now.
func (r *Recorder) Event(at time.Time, kind, unit, text string) {
	now := time.Now()
	event := timeline.Event{At: timeline.Since(r.start, now), Source: r.source, Kind: kind, Unit: unit, Text: text}
	if !at.IsZero() {
		seen := event.At
		event.At, event.Seen = timeline.Since(r.start, at), &seen
	}
	r.closeOutage(now)
	r.keep(r.sink.WriteEvent(event))
}

// Gap records that the source could not be observed between two instants.
func (r *Recorder) Gap(from, to time.Time, cause error) {
	gap := timeline.Gap{
		From: timeline.Since(r.start, from), To: timeline.Since(r.start, to),
		Source: r.source, Cause: cause.Error(),
	}
	r.mu.Lock()
	r.count(gap)
	r.mu.Unlock()
	r.keep(r.sink.WriteGap(gap))
}

// openOutage notes that the observer failed at now; failing again without a
// fact in between prolongs the same outage.
func (r *Recorder) openOutage(now time.Time, cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.outage == nil {
		r.outage = &timeline.Gap{From: timeline.Since(r.start, now), Source: r.source, Cause: cause.Error()}
	}
}

// closeOutage ends an open outage at now and writes it as a Gap.
func (r *Recorder) closeOutage(now time.Time) {
	r.mu.Lock()
	gap := r.outage
	r.outage = nil
	if gap != nil {
		gap.To = timeline.Since(r.start, now)
		r.count(*gap)
	}
	r.mu.Unlock()
	if gap != nil {
		r.keep(r.sink.WriteGap(*gap))
	}
}

func (r *Recorder) count(gap timeline.Gap) {
	if r.gaps == 0 {
		r.cause = gap.Cause
	}
	r.gaps++
	r.blind += time.Duration(gap.To - gap.From)
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
}

func (r *Recorder) failure() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sinkErr
}

func (r *Recorder) warning() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch r.gaps {
	case 0:
		return ""
	case 1:
		return fmt.Sprintf("%s was not observed for %v: %s", r.source, r.blind.Round(100*time.Millisecond), r.cause)
	}
	return fmt.Sprintf("%s was not observed for %v in %d gaps, the first: %s",
		r.source, r.blind.Round(100*time.Millisecond), r.gaps, r.cause)
}
