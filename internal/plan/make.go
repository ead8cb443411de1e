package plan

import (
	"errors"
	"fmt"

	"github.com/seed-f864f198/onair/internal/forecast"
)

// Make finds the plan. It plays each candidate under the same seeds, so that two of
// them differ by their units and not by chance. The error says what makes no sense
// in the model, the demand or what is asked; that no number of units suffices is no
// error but the plan's Refused.
func Make(m *forecast.Model, d forecast.Demand, a Ask) (*Plan, error) {
	if len(m.Fleets) != len(m.Service.Fleets) {
		return nil, fmt.Errorf("model: %d fleets are known and %d simulated (each needs both)", len(m.Fleets), len(m.Service.Fleets))
	}
	if a.Airs < 0 {
		return nil, fmt.Errorf("airing: it starts %s before the demand begins", -a.Airs)
	}
	s, err := newSearch(m, d, a.Chance, a.Played)
	if err != nil {
		return nil, err
	}
	if len(s.crowd.after(a.Airs)) == 0 {
		return nil, fmt.Errorf("airing: it starts %s after the demand's beginning, when that has ended", a.Airs)
	}
	w := work{search: s, ask: a, Plan: &Plan{Without: s.asIs().chance(), Peak: s.crowd.peak, Band: s.crowd.band}}
	if err := w.find(); err != nil {
		return nil, err
	}
	return w.Plan, nil
}

// work is a plan that is being made.
type work struct {
	*Plan
	*search
	ask     Ask
	floors  floors   // that the fleets are held at
	unnamed []string // fleets whose texts name them as rehearsed, in a plan for production
}

func (w *work) find() error {
	var stuck *refusal
	if w.floors, stuck = w.fewest(); stuck != nil {
		w.Refused = w.refused(*stuck)
		w.Next = w.next(w.today(), "as is", "as things are")
		return nil
	}
	w.Enough = w.enough(w.floors)
	w.Holds = w.holds(w.floors)
	if err := w.timetable(); err != nil {
		return err
	}
	if w.Enough { // what the timetable rests on matters to nobody
		w.Warnings = nil
	}
	w.Held, w.Alone = w.finely(w.floors).chance(), w.still(w.floors).chance()
	if !w.Enough {
		w.warn()
		w.warnClose()
	}
	w.warnBeyond()
	for i := range w.Holds {
		w.Holds[i].Cost = w.cost(w.Holds[i])
	}
	w.Risk = w.risk()
	w.Next = w.next(w.floors, "held", "held")
	w.warnLayers()
	w.warnScheduled()
	if w.Instants != nil && !w.Enough {
		w.write()
	}
	return nil
}

var errNoDemand = errors.New("demand: no second of it has a request")
