package load

import (
	"runtime"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// goroutines is the name of the reading that counts them.
const goroutines = "goroutines"

// watchGenerator reads, once a second until done, how this process itself does:
// causes to name where the load was not delivered as planned.
func (r *run) watchGenerator(done <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	before, used := time.Now(), cpuTime()
	for {
		select {
		case <-done:
			return
		case <-second.C:
		}
		now, usedNow := time.Now(), cpuTime()
		cores := float64(runtime.NumCPU())
		r.read(now, timeline.CPU, (usedNow-used).Seconds()/now.Sub(before).Seconds()/cores)
		r.read(now, timeline.InFlight, float64(r.flight.size()))
		r.read(now, timeline.Connections, float64(r.network.connections()))
		r.read(now, timeline.Answered, float64(r.tally.result().Succeeded))
		r.read(now, goroutines, float64(runtime.NumGoroutine()))
		if rss, ok := residentBytes(); ok {
			r.read(now, timeline.RSS, rss)
		}
		before, used = now, usedNow
	}
}

func (r *run) read(at time.Time, name string, value float64) {
	err := r.sink.WriteReading(timeline.Reading{
		At:     timeline.Since(r.start, at),
		Source: timeline.Generator,
		Name:   name,
		Value:  value,
	})
	if err != nil {
		r.fail(err)
	}
}
