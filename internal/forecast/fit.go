package forecast

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Fit finds the model of a run from its facts, the question it was asked and what
// was made of both. The error names what is not known, and how it would be.
//
// The rehearsal is played by what staging had; the model that is returned has
// production's counts where they are stated.
func Fit(t timeline.Timeline, q capacity.Question, r capacity.Result) (*Model, error) {
	f := &fitting{Timeline: t, q: q, r: r, loads: make(map[string]load), late: make(map[string]time.Duration)}
	f.free()
	staging, err := f.service()
	if err != nil {
		return nil, err
	}
	if staging, err = f.alarms(staging); err != nil {
		return nil, fmt.Errorf("the rehearsal cannot be played again: %w", err)
	}
	replay, err := f.replay(staging)
	if err != nil {
		return nil, fmt.Errorf("the rehearsal cannot be played again: %w", err)
	}
	m := &Model{Service: staging.Service, Fleets: staging.fleets, Replay: replay}
	f.produce(m)
	m.Assumed = f.assumed
	if err := playable(m.Service); err != nil {
		return nil, err
	}
	return m, nil
}

// fitting is the facts of a run, and what had to be assumed of it so far.
type fitting struct {
	timeline.Timeline
	q       capacity.Question
	r       capacity.Result
	assumed []string
	loads   map[string]load          // by fleet
	late    map[string]time.Duration // by which a group's alarms see their data points
}

// staging is the service as it was rehearsed.
type staging struct {
	simulation.Service
	fleets []Fleet
	phases []seen // of each fleet's syncs, or alarm periods, as seen; empty: not seen
}

// assume says what the rehearsal does not tell, once, and what is taken instead.
func (f *fitting) assume(format string, a ...any) {
	if text := fmt.Sprintf(format, a...); !slices.Contains(f.assumed, text) {
		f.assumed = append(f.assumed, text)
	}
}

// assumeFirst says, before all else, what a model may be wrong as a whole by.
func (f *fitting) assumeFirst(format string, a ...any) {
	if text := fmt.Sprintf(format, a...); !slices.Contains(f.assumed, text) {
		f.assumed = slices.Insert(f.assumed, 0, text)
	}
}

// service is the fleets that serve: the instances that pods stand on are the pods'
// own. All that is not known comes in one error.
func (f *fitting) service() (staging, error) {
	var s staging
	var missing []error
	if len(f.r.Fleets) == 0 {
		missing = append(missing, errors.New("no fleet was observed: name what scales it in observe, an autoscaler or a group, and rehearse again; where nothing scales it there is no minimum to hold, and units are added by hand"))
	}
	if len(f.Seconds) == 0 {
		return s, errors.New("no request was sent: there is nothing to learn from")
	}
	for _, r := range f.r.Fleets {
		if f.carriesPods(r) {
			continue
		}
		fleet, known, phase, err := f.fleet(r)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		s.Fleets, s.fleets, s.phases = append(s.Fleets, fleet), append(s.fleets, known), append(s.phases, phase)
	}
	s.Ceiling, s.Ceilings = f.met(), f.metDraws()
	return s, errors.Join(missing...)
}

// carriesPods reports whether pods run on the instances of a fleet.
func (f *fitting) carriesPods(r capacity.FleetResult) bool {
	return r.Kind == capacity.ASG && slices.ContainsFunc(f.r.Fleets, func(o capacity.FleetResult) bool { return o.Kind == capacity.HPA })
}

// fleet is one fleet as it was rehearsed.
func (f *fitting) fleet(r capacity.FleetResult) (fleet simulation.Fleet, known Fleet, phase seen, err error) {
	fleet, known = simulation.Fleet{Name: r.Name}, Fleet{Name: r.Name, Kind: r.Kind, Min: r.Min, Max: r.Max}
	start, ok := ableAt(r, 0)
	if !ok {
		return fleet, known, nil, fmt.Errorf("%s: how many units were ready at the start was not observed: rehearse again while it can be", r.Name)
	}
	if start == 0 {
		return fleet, known, nil, fmt.Errorf("%s: no unit was ready at the start: rehearse from what an ordinary evening has", r.Name)
	}
	fleet.Start, known.Start = start, start
	if known.AtLeast, err = f.perUnit(&fleet, r); err != nil {
		return fleet, known, nil, err
	}
	spec, err := f.spec(r.Fleet)
	if err != nil {
		return fleet, known, nil, err
	}
	switch {
	case spec.HPA != nil:
		phase, err = f.pods(&fleet, &known, r, *spec.HPA)
	default:
		phase, err = f.group(&fleet, &known, r, *spec.Group)
	}
	return fleet, known, phase, err
}

// result is what was made of a fleet.
func (f *fitting) result(name string) capacity.FleetResult {
	i := slices.IndexFunc(f.r.Fleets, func(r capacity.FleetResult) bool { return r.Name == name })
	return f.r.Fleets[i]
}

// ableAt is how many units of a fleet could serve at an instant, or if nothing was
// known of it yet, first.
func ableAt(r capacity.FleetResult, at time.Duration) (units int, ok bool) {
	if len(r.Able) == 0 {
		return 0, false
	}
	n, known := r.Able.At(timeline.Offset(at))
	if !known {
		n = r.Able[0].Value
	}
	return int(n + 0.5), true
}

// playable says what is wrong with a service that nothing is asked of.
func playable(s simulation.Service) error {
	s.Waves = []simulation.Wave{{Requests: []float64{0}}}
	_, err := simulation.New(s)
	return err
}
