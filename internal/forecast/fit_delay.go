package forecast

import (
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// What is taken where the rehearsal started nothing.
const (
	usualPlace    = time.Second
	usualPod      = 30 * time.Second
	usualNode     = 90 * time.Second
	usualInstance = 120 * time.Second
)

// noRoom is Kubernetes' own word for a pod that no node has room for.
const noRoom = "FailedScheduling"

// steps are when one unit came so far, by the best account of each; negative ones
// are not known.
//
//	decided   created    placed       ready     serves
//	   |---------|----------|-----------|---------|
type steps struct {
	decided, created, placed, ready, inService, serves time.Duration
	waited                                             bool // for a node with room
}

const unknown = time.Duration(-1)

// steps are those of each unit that came to serve.
func (f *fitting) steps(r capacity.FleetResult) (all []steps) {
	waited := make(map[string]bool)
	for _, e := range f.Events {
		if e.Source == r.Name && e.Kind == noRoom {
			waited[e.Unit] = true
		}
	}
	for _, w := range r.Ways {
		if w.Serves == nil {
			continue
		}
		s := steps{decided: unknown, created: unknown, placed: unknown, ready: *w.Ready, inService: unknown, serves: *w.Serves, waited: waited[w.Unit]}
		if w.Growth != nil {
			s.decided = r.Growths[*w.Growth].At
		}
		for _, l := range w.Legs {
			switch l.Stage {
			case timeline.Create:
				s.created = l.To
			case timeline.Place:
				s.created, s.placed = l.From, l.To
			case timeline.Start:
				s.placed = either(s.placed, l.From)
			case timeline.InService:
				s.inService = l.To
			}
		}
		if s.created == unknown && len(w.Legs) > 0 && r.Kind == capacity.ASG { // pods may start anew
			s.created = w.Legs[0].From
		}
		if s.decided == unknown && r.Kind == capacity.ASG {
			s.decided = owed(r, s.created)
		}
		all = append(all, s)
	}
	return all
}

// owed is when a group decided to have an instance that was launched at an instant
// because another failed; unknown where it had all that it had decided on before.
func owed(r capacity.FleetResult, launched time.Duration) time.Duration {
	decided := unknown
	for _, g := range r.Growths {
		if g.At > launched {
			break
		}
		decided = g.At
		for _, p := range r.Able {
			if at := time.Duration(p.At); at >= g.At && at <= launched && p.Value >= float64(g.To) {
				decided = unknown
			}
		}
	}
	return decided
}

// enoughCame is the share of the units on their way that must have come for their
// delays to stand for all.
const enoughCame = 0.8

// notCome says that many units had not come when the run ended: those that did are
// the fast ones.
func (f *fitting) notCome(r capacity.FleetResult) {
	came, open := 0, 0
	for _, w := range r.Ways {
		switch {
		case w.Serves != nil:
			came++
		case w.Gone == nil:
			open++
		}
	}
	if came > 0 && float64(came) < enoughCame*float64(came+open) {
		f.assume("%s: %s of %s units that were started had not come when the run ended: they are taken to come as those that did, though these were faster", r.Name, figure.Count(open), figure.Count(came+open))
	}
}

func either(a, b time.Duration) time.Duration {
	if a != unknown {
		return a
	}
	return b
}

// between are the times from one step to another of those units of which both are
// known.
func between(all []steps, from, to func(steps) time.Duration) (took []time.Duration) {
	for _, s := range all {
		if a, b := from(s), to(s); a != unknown && b != unknown {
			took = append(took, max(0, b-a))
		}
	}
	return took
}

// begun is when a unit was first wanted, as far as that is known.
func begun(s steps) time.Duration   { return either(s.decided, s.created) }
func created(s steps) time.Duration { return s.created }
func placed(s steps) time.Duration  { return s.placed }
func ready(s steps) time.Duration   { return s.ready }
func serves(s steps) time.Duration  { return s.serves }

// inService is when an instance was: by its group's own account where no poll, and
// nothing in front of it, says later.
func inService(s steps) time.Duration {
	if s.serves == s.ready && s.inService != unknown {
		return s.inService
	}
	return s.serves
}

// joining is when a unit was in front of requests: known only of units that were
// watched on their way into a load balancer or the endpoints.
func joining(s steps) time.Duration {
	if s.inService == unknown {
		return unknown
	}
	return max(s.serves, s.inService)
}

// starts sets how long pods take. Those that waited for a node tell nothing of the
// scheduler, unless nobody watched the nodes.
func (f *fitting) starts(p *simulation.Pods, known *Fleet, r capacity.FleetResult, nodes bool) {
	f.notCome(r)
	all := f.steps(r)
	atOnce := slices.DeleteFunc(slices.Clone(all), func(s steps) bool { return nodes && s.waited })
	if p.Place = measured(between(atOnce, begun, placed)); p.Place == nil {
		p.Place = simulation.Fixed(usualPlace)
		f.assume("%s: no pod was seen to be placed where there was room: that is taken to take %s", r.Name, seconds(usualPlace))
	}
	if p.Start = measured(between(all, placed, serves)); p.Start == nil {
		p.Start = simulation.Fixed(usualPod)
		f.assume("%s: no pod was seen to start: it is taken to take %s until it serves", r.Name, seconds(usualPod))
	}
	known.Pod, known.Balancer = podTook(all, atOnce), between(all, ready, joining)
	if waiting := slices.DeleteFunc(slices.Clone(all), func(s steps) bool { return !s.waited }); !nodes && len(waiting) > 0 {
		f.assume("%s: pods waited for nodes that nobody watched: how long that takes is taken to be part of how a pod is placed, whatever the number of pods", r.Name)
	}
}

// podTook is how long pods take from creation to ready where there is room: of those
// that did not wait for it, as measured. Where every pod waited, each takes what a
// placement is taken to take, and then from placed to ready what was measured.
func podTook(all, atOnce []steps) []time.Duration {
	if took := between(atOnce, created, ready); len(took) > 0 {
		return took
	}
	took := between(all, placed, ready)
	for i := range took {
		took[i] += usualPlace
	}
	return took
}

// measured is a delay of one stage; nil where nobody measured it.
func measured(took []time.Duration) simulation.Delay {
	if len(took) == 0 {
		return nil
	}
	return simulation.Delay{took}
}
