// Package rehearsal makes one run: load and observers together, on one clock,
// into one run directory.
//
//	     preflight  lead   start = offset 0               sending ends   last answer
//	checks  |?|
//	observers  |-------|-----------------------------------|-----------| final sweep
//	load               |===================================|···········|
//
// Preflight is a step of its own, for whoever runs the rehearsal decides on what
// it finds. Observers begin a little ahead, so that what stood before the first
// request is known. A broken observation is a gap, never the end of a run; facts that
// cannot be kept are its end. What the facts mean is not decided here: whoever
// has the directory can ask.
package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// lead is how long observers watch before the first request.
const lead = 2 * time.Second

// source names the rehearsal itself in events.
const source = "rehearsal"

// lateAfter is how long after it was due a request counts as sent late.
const lateAfter = 20 * time.Millisecond

// Plan is one rehearsal to make.
type Plan struct {
	Scenario  *scenario.Scenario
	Target    *url.URL // the scenario's own, or the embedded staging's service
	Observers []observe.Observer
	Door      http.RoundTripper // nil: the network
	Root      string            // where the run directory is made
	Tool      string            // onair's version
	Hits      bool              // every request is kept in the directory
	Checks    []preflight.Check // what Preflight asks besides the target and the observers
	Warnings  []string          // what is known beforehand to weaken the run
	Progress  func(load.Progress)
}

// Run makes the rehearsal and returns its directory, complete with every fact.
// Cancelling ctx stops sending at once; requests in flight have two seconds
// more. A load that cannot run is an error before anything is written; it wraps
// load.ErrRefused where for safety. Secrets are masked in errors as in whatever
// is written.
func Run(ctx context.Context, p Plan) (*rundir.Dir, error) {
	dir, err := p.run(ctx)
	return dir, maskError(p.Scenario, err)
}

// Check returns why the rehearsal cannot run, as far as that is known without
// sending anything; it wraps load.ErrRefused where for safety.
func (p Plan) Check() error { return maskError(p.Scenario, p.loadPlan(time.Now()).Check()) }

func (p Plan) run(ctx context.Context) (*rundir.Dir, error) {
	start := time.Now().Add(lead)
	sending := p.loadPlan(start)
	if err := sending.Check(); err != nil {
		return nil, err
	}
	writer, err := rundir.Create(p.Root, p.manifest(start), p.Scenario.Resolved)
	if err != nil {
		return nil, err
	}
	err = p.record(ctx, sending, maskedSink{writer, p.Scenario})
	if err := errors.Join(err, writer.Close()); err != nil {
		return nil, fmt.Errorf("%s: %w", writer.Dir().Path(), err)
	}
	return writer.Dir(), nil
}

// record runs load and observers together and writes what they say.
func (p Plan) record(ctx context.Context, plan load.Plan, sink maskedSink) error {
	for _, text := range p.Warnings {
		if err := sink.WriteWarning(text); err != nil {
			return err
		}
	}
	watching, stopWatching := context.WithCancel(context.WithoutCancel(ctx))
	defer stopWatching()
	sending, stopSending := context.WithCancel(ctx)
	defer stopSending()
	var warnings []string
	var watchErr error
	watched := make(chan struct{})
	go func() {
		defer close(watched)
		warnings, watchErr = observe.Watch(watching, plan.Start, sink, p.Observers...)
		if watchErr != nil {
			stopSending()
		}
	}()

	guarded := newGuarded(sink, p.Scenario, stopSending)
	result, loadErr := load.Run(sending, plan, guarded, func(now load.Progress) {
		guarded.look(now)
		if p.Progress != nil {
			p.Progress(now)
		}
	})
	stopWatching()
	<-watched

	if err := errors.Join(loadErr, watchErr, guarded.err); err != nil {
		return err
	}
	var err error
	if !guarded.fired {
		err = sink.WriteEvent(sendingEnded(result))
	}
	for _, text := range warnings {
		if !isSaid(p.Warnings, p.Scenario.Mask(text)) {
			err = errors.Join(err, sink.WriteWarning(text))
		}
	}
	return err
}

// sendingEnded tells when and why no more requests were sent, where no guard
// ended it. Facts were kept to the end, so that only the user can have
// interrupted it.
func sendingEnded(r load.Result) timeline.Event {
	e := timeline.Event{At: timeline.Offset(r.SendingEnded), Source: source, Kind: timeline.SendingDone, Text: "the last request was sent"}
	switch {
	case r.Interrupted:
		e.Kind, e.Text = timeline.Interrupted, "stopped by the user"
	case r.Capped:
		e.Kind, e.Text = timeline.CutShort, "the cap on duration ended sending"
	}
	return e
}

// allowHosts are the hosts that load may contact: the scenario's, or the
// embedded staging's own.
func (p Plan) allowHosts() []string {
	if p.Scenario.Target.URL == nil {
		return []string{p.Target.Hostname()}
	}
	return p.Scenario.Target.AllowHosts
}

func (p Plan) loadPlan(start time.Time) load.Plan {
	s := p.Scenario
	return load.Plan{
		Start:          start,
		Target:         p.Target,
		AllowHosts:     p.allowHosts(),
		UnitHeader:     s.Target.UnitHeader,
		Header:         s.Target.Header,
		Requests:       s.Requests,
		Schedule:       traffic.NewSchedule(s.Plan()),
		Timeout:        s.Target.Timeout,
		NewConnections: s.Connections.New,
		Resolve:        s.Connections.Resolve,
		Feed:           s.Feed,
		Visits:         s.Visitors(),
		Seed:           s.Traffic.Seed,
		Caps:           s.Caps,
		UserAgent:      "onair/" + p.Tool,
		RunID:          rundir.Name(s.Name, start),
		LateAfter:      lateAfter,
		DropAfter:      s.Late.DropAfter,
		CatchUp:        s.Late.CatchUp,
		Hits:           p.Hits,
		Mask:           s.Mask,
		Door:           p.Door,
	}
}

func (p Plan) manifest(start time.Time) rundir.Manifest {
	c := p.Scenario.Caps
	hosts := []string{p.Scenario.Mask(p.Target.Host)}
	for _, o := range p.Scenario.Watched() {
		if o.URL == nil {
			continue
		}
		if host := p.Scenario.Mask(o.URL.Host); !slices.Contains(hosts, host) {
			hosts = append(hosts, host)
		}
	}
	return rundir.Manifest{
		Tool:     p.Tool,
		Run:      rundir.Name(p.Scenario.Name, start),
		Scenario: p.Scenario.Name,
		Started:  start,
		Hosts:    hosts,
		Caps: rundir.Caps{
			Rate: c.Rate, InFlight: c.InFlight, Requests: c.Requests, DurationSeconds: c.Duration.Seconds(),
		},
	}
}
