// Package observe watches what scales while load runs, and never lets a broken
// observation break the run.
//
// An Observer watches one fleet and hands every fact to a Recorder at once,
// stamped with the wall clock; the Recorder puts it on the run's clock and into
// a Sink. Watch supervises observers: to return early is to fail, and so is to
// panic. One that failed is started again with backoff, and the stretch until it
// reads again becomes a Gap with its cause. Nothing is ever interpolated.
//
//	Observe ──readings──x        x     ──readings──>
//	                    |  1s  | 2s |  |
//	                 blind ── gap ─────┘ ends with the first reading
//
// A gap means that the fleet's readings are missing. It is announced by an event
// when it begins and written when it ends, so that a run which is killed in
// between still tells. An attempt that failed before it read anything was blind
// from its beginning. What else an observer cannot see is a warning; what gaps
// mean for a run is package capacity's to tell.
//
// What observing costs those who are asked is on record too: a Meter counts it,
// Metered writes it down.
//
// The fleets themselves are the business of the packages beneath this one.
package observe

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Observer watches one fleet.
type Observer interface {
	// Source names the fleet as readings do, such as "hpa/default/web".
	Source() string
	// Observe records facts until ctx ends, then returns nil or ctx's error. Any
	// other return is a failure, and so is a panic: the supervisor records a gap
	// and calls again. A panic in a goroutine that Observe started is Observe's
	// own to recover.
	Observe(ctx context.Context, rec *Recorder) error
}

// Checker is an Observer that can tell before a run whether it will see what it is
// to watch, and which limits would keep that from growing.
type Checker interface {
	Observer
	Checks() []preflight.Check
}

// Sink keeps facts; the run directory is one. It is safe for concurrent use.
type Sink interface {
	WriteReading(timeline.Reading) error
	WriteEvent(timeline.Event) error
	WriteGap(timeline.Gap) error
}

// Watch runs every observer until ctx ends, or until the sink fails: what is not
// kept was not measured. It returns what the sources could not show besides their
// gaps, one warning each, and the sink's first error for each source.
func Watch(ctx context.Context, start time.Time, sink Sink, observers ...Observer) (warnings []string, err error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	recorders := make([]*Recorder, len(observers))
	var running sync.WaitGroup
	for i, o := range observers {
		recorders[i] = NewRecorder(o.Source(), start, sink)
		recorders[i].stop = stop
		running.Go(func() { supervise(ctx, o, recorders[i]) })
	}
	running.Wait()
	for _, rec := range recorders {
		warnings = append(warnings, rec.warnings()...)
		err = errors.Join(err, rec.failure())
	}
	return warnings, err
}

const (
	firstRetry = time.Second
	settled    = 30 * time.Second // an attempt that lasted that long worked
	lastRetry  = 5 * time.Second  // a permission may be given, an API come back, in the midst of a spot
)

// supervise calls o.Observe until ctx ends, waiting longer after each failure
// that follows closely on the one before.
func supervise(ctx context.Context, o Observer, rec *Recorder) {
	wait := firstRetry
	for {
		began := time.Now()
		err := observe(ctx, o, rec)
		if ctx.Err() != nil {
			rec.end(time.Now())
			return
		}
		rec.Lost(rec.readSince(began), err)
		if time.Since(began) > settled {
			wait = firstRetry
		}
		retry := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			retry.Stop()
		case <-retry.C:
		}
		wait = min(2*wait, lastRetry)
	}
}

func observe(ctx context.Context, o Observer, rec *Recorder) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%s: observer panicked: %v", o.Source(), cause)
		}
	}()
	if err := o.Observe(ctx, rec); err != nil {
		return err
	}
	return fmt.Errorf("%s: observer stopped early", o.Source())
}
