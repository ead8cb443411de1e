package load

import (
	"math"
	"runtime"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// rarely is how many readings pass between two counts of open files where each
// must be listed: 10 ms and more for 20,000 of them.
const rarely = 10

// health watches how this process and its machine do while they send: causes to
// name where the load was not delivered as planned.
type health struct {
	run      *run
	system   system
	before   usage
	readings int

	openFilesLimit, portRange float64 // neither changes during a run
}

func (r *run) newHealth() *health {
	s := newSystem()
	return &health{
		run: r, system: s, before: s.usage(),
		openFilesLimit: openFilesLimit(), portRange: s.portRange(),
	}
}

// watchGenerator reads once a second until done. Where this process did not run
// for a while the next reading comes late, and is about all that time.
func (r *run) watchGenerator(done <-chan struct{}) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	h := r.newHealth()
	for {
		select {
		case <-done:
			return
		case <-second.C:
		}
		h.read()
	}
}

// gauge is one number about this process or its machine; NaN where unknown.
type gauge struct {
	name  string
	value float64
}

// read writes one reading of each kind that is known.
func (h *health) read() {
	now := h.system.usage()
	for _, g := range append(h.used(now), h.held()...) {
		h.run.read(now.at, g.name, g.value)
	}
	h.before = now
	h.readings++
}

// used is what was used since the reading before.
func (h *health) used(now usage) []gauge {
	elapsed := now.at.Sub(h.before.at).Seconds()
	return []gauge{
		{timeline.CPU, share(now.own-h.before.own, elapsed*h.system.cores())},
		{timeline.MachineCPU, share(now.busy-h.before.busy, now.all-h.before.all)},
		// The kernel adds up the processors that waited, so this is at most.
		{timeline.CPUThrottled, share(now.throttled-h.before.throttled, elapsed)},
		{timeline.GCPause, now.paused - h.before.paused},
	}
}

// held is what this process holds at this instant.
func (h *health) held() []gauge {
	connections := float64(h.run.network.connections())
	return []gauge{
		{timeline.InFlight, float64(h.run.flight.size())},
		{timeline.InFlightCap, float64(h.run.plan.Caps.InFlight)},
		{timeline.LagP99, h.lag()},
		{timeline.Answered, float64(h.run.tally.result().Succeeded)},
		{timeline.Connections, connections},
		{timeline.Ports, connections + h.system.closing()},
		{timeline.PortsLimit, h.portRange},
		{timeline.OpenFiles, h.openFiles()},
		{timeline.OpenFilesLimit, h.openFilesLimit},
		{timeline.Goroutines, float64(runtime.NumGoroutine())},
		{timeline.RSS, h.system.resident()},
	}
}

// lag is unknown while nothing is answered.
func (h *health) lag() float64 {
	lag, ok := h.run.tally.recentLag()
	if !ok {
		return math.NaN()
	}
	return lag.Seconds()
}

// openFiles counts them, only now and then where that takes long.
func (h *health) openFiles() float64 {
	if !tellsOpenFiles() && h.readings%rarely != 0 {
		return math.NaN()
	}
	return h.system.openFiles()
}

// read writes one number about this process, unless it is unknown.
func (r *run) read(at time.Time, name string, value float64) {
	if math.IsNaN(value) {
		return
	}
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
