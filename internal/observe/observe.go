// Package observe watches what scales while load runs, and never lets a broken
// observation break the run.
//
// An Observer watches one fleet and hands every fact to a Recorder at once,
// stamped with the wall clock; the Recorder puts it on the run's clock and into
// a Sink. Watch supervises observers: one that returns early or panics has
// failed; it is started again with backoff, and the stretch until it delivers
// again becomes a Gap with its cause. Nothing is ever interpolated.
//
//	Observe ──facts──x        x     ──facts──>
//	                 |  1s  | 2s |  |
//	                 └──── gap ─────┘ ends with the first fact delivered
//
// The fleets themselves are the business of the packages beneath this one.
package observe

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Observer watches one fleet.
type Observer interface {
	// Source names the fleet as readings do, such as "hpa/default/web".
	Source() string
	// Observe records facts until ctx ends, then returns nil or ctx's error. Any
	// other return is a failure: the supervisor records a gap and calls again.
	Observe(ctx context.Context, rec *Recorder) error
}

// Sink keeps facts; the run directory is one. It is safe for concurrent use.
type Sink interface {
	WriteReading(timeline.Reading) error
	WriteEvent(timeline.Event) error
	WriteGap(timeline.Gap) error
}

// Watch runs every observer until ctx ends. It returns one warning for each
// source that could not be observed all the time, and the first error of the
// sink, for which the run must end: what is not kept was not measured.
func Watch(ctx context.Context, start time.Time, sink Sink, observers ...Observer) (warnings []string, err error) {
	recorders := make([]*Recorder, len(observers))
	var running sync.WaitGroup
	for i, o := range observers {
		recorders[i] = NewRecorder(o.Source(), start, sink)
		running.Go(func() { supervise(ctx, o, recorders[i]) })
	}
	running.Wait()
	for _, rec := range recorders {
		if w := rec.warning(); w != "" {
			warnings = append(warnings, w)
		}
		err = errors.Join(err, rec.failure())
	}
	return warnings, err
}

const (
	firstRetry = time.Second
	lastRetry  = 15 * time.Second
)

// supervise calls o.Observe until ctx ends, waiting longer after each failure
// that follows closely on the one before.
func supervise(ctx context.Context, o Observer, rec *Recorder) {
	wait := firstRetry
	for {
		began := time.Now()
		err := observe(ctx, o, rec)
		if ctx.Err() != nil {
			rec.closeOutage(time.Now())
			return
		}
		rec.openOutage(time.Now(), err)
		if time.Since(began) > 2*lastRetry {
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
