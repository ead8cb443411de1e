package hpa

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
)

// aside is what an observation can do without: what it would have told is then
// missing, and nothing else is. The first time that it cannot be seen is an
// event, so that a run which is killed still tells, and where it cannot be seen
// at the end is a warning.
type aside struct {
	noun    string // what is not observed without it, in the plural
	streams []*stream
	told    sync.Once
}

// unobserved follows the noun in the kind of an aside's event, such as
// "events_unobserved": these kinds are this package's own.
const unobserved = "_unobserved"

// run follows the collections until ctx ends, each for as long as that helps.
func (a *aside) run(ctx context.Context, rec *observe.Recorder, patience time.Duration) {
	var running sync.WaitGroup
	for _, s := range a.streams {
		running.Go(func() {
			ctx, stop := context.WithCancel(ctx)
			defer stop()
			s.run(ctx, patience, func(cause error) {
				a.lost(rec, cause)
				if isFinal(cause) {
					stop()
				}
			})
		})
	}
	running.Wait()
}

func (a *aside) lost(rec *observe.Recorder, cause error) {
	a.told.Do(func() {
		kind := strings.ReplaceAll(a.noun, " ", "_") + unobserved
		rec.Event(time.Time{}, kind, "", a.noun+" are not observed: "+cause.Error())
	})
}

// warn says at the end what cannot be seen then.
func (a *aside) warn(rec *observe.Recorder) {
	for _, s := range a.streams {
		if cause := s.health.broken(); cause != nil {
			rec.Warn(a.noun + " were not observed: " + cause.Error())
		}
	}
}
