package plan

import (
	"math"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// How much is played.
const (
	roughRuns = 300       // of the first search
	fineTimes = 5         // as many draws count at the answer and beside it
	alsoHold  = 2         // candidates above an answer that must hold too
	mostTimes = 4         // times the units that carry the highest peak: more are not tried
	boundless = 1_000_000 // units, more than anybody has
)

// search plays a model's service under a demand, with its fleets held at floors.
type search struct {
	model   *forecast.Model
	service simulation.Service // as it is, under the demand
	crowd   crowd
	first   uint64
	runs    int // of a candidate
	fine    int // of the answer, and of what is beside it
	tried   map[string]*trial
	played  func()       // after each draw
	skipped map[int]skip // by fleet
}

// skip is a number of units that would do and is no answer, for a larger one would not.
type skip struct{ units, worse int }

func newSearch(m *forecast.Model, d forecast.Demand, c forecast.Chance, played func()) (*search, error) {
	s := &search{model: m, service: m.Service, first: c.Seed, runs: c.Runs, tried: map[string]*trial{}, played: played, skipped: map[int]skip{}}
	if s.runs <= 0 {
		s.runs = forecast.UsualRuns
	}
	s.fine = fineTimes * s.runs
	// However patiently viewers wait, the objectives are broken while they do: what is
	// beyond what the units sustain is unserved.
	s.service.Waves, s.service.Spots, s.service.Queue = d.Waves, d.Spots, nil
	player, err := simulation.New(s.service)
	if err != nil {
		return nil, err
	}
	s.tried[""] = &trial{player: player, first: s.first, runs: s.runs, played: s.played}
	s.asIs().upTo(s.runs)
	s.crowd, err = gather(d, s.first, simulation.SampleOf(s.asIs().peaks))
	return s, err
}

// asIs is the service without a plan.
func (s *search) asIs() *trial { return s.tried[""] }

// try is the service held at floors. What is held differs from the service as it is,
// which was checked, in numbers that make sense; so it is one that can be played.
func (s *search) try(f floors) *trial { return s.play(f.key(), f.of(s.service)) }

// finely is the same under more draws.
func (s *search) finely(f floors) *trial {
	t := s.try(f)
	t.runs = s.fine
	return t
}

// still is finely with nothing added to what is held.
func (s *search) still(f floors) *trial {
	t := s.play("still "+f.key(), f.still(s.service))
	t.runs = s.fine
	return t
}

func (s *search) play(key string, held simulation.Service) *trial {
	if t, ok := s.tried[key]; ok {
		return t
	}
	player, err := simulation.New(held)
	if err != nil {
		panic("plan: held at " + key + ": " + err.Error())
	}
	t := &trial{player: player, first: s.first, runs: s.runs, played: s.played}
	s.tried[key] = t
	return t
}

func (s *search) today() floors {
	f := make(floors, len(s.service.Fleets))
	for i := range f {
		f[i] = floorOf(s.service.Fleets[i])
	}
	return f
}

// least are the fleets' minimums, below which no plan need hold them: 1 where that is
// not known, and what there is of one that nothing scales.
func (s *search) least() floors {
	f := make(floors, len(s.service.Fleets))
	for i, fleet := range s.service.Fleets {
		switch minimum := s.model.Fleets[i].Min; {
		case fleet.Pods == nil && fleet.Group == nil:
			f[i] = fleet.Start
		case minimum != nil:
			f[i] = *minimum
		}
		f[i] = max(1, f[i])
	}
	return f
}

// enough reports whether floors ask for nothing: each is a minimum that is known, or
// what there is of a fleet that nothing scales.
func (s *search) enough(f floors) bool {
	for i, least := range s.least() {
		scaled := s.service.Fleets[i].Pods != nil || s.service.Fleets[i].Group != nil
		if kept := s.model.Fleets[i].Min; f[i] > least || scaled && (kept == nil || f[i] > *kept) {
			return false
		}
	}
	return true
}

func (s *search) allFree() floors {
	f := make(floors, len(s.service.Fleets))
	for i := range f {
		f[i] = free
	}
	return f
}

// refusal is what keeps any number of units from sufficing.
type refusal struct {
	fleet  int    // or free: what stands behind all of them, or all of them together
	behind bool   // it is what stands behind them
	bound  *bound // nil: none is known
	best   floors // with which most can be reached
	alone  floors // that each fleet takes by itself, where the quota of a group they share is too low; else nil
}

// fewest are the smallest floors that hold: each fleet alone with the others without
// limit, then together, raised until they hold together, at last under more draws.
func (s *search) fewest() (floors, *refusal) {
	if s.service.Ceiling > 0 && !s.try(s.allFree()).holds(s.runs) {
		return nil, &refusal{fleet: free, behind: true, best: s.allFree()}
	}
	f := s.least()
	for i := range f {
		n, ok := s.alone(i)
		if !ok {
			return nil, s.stuck(i)
		}
		f[i] = n
	}
	if len(f) == 1 {
		n, ok := s.near(0, f[0], s.least()[0], s.fine)
		if !ok {
			return nil, s.stuck(0)
		}
		return f.with(0, n), nil
	}
	alone := f
	if fleet := s.full(alone); fleet != free && !s.enough(alone) {
		return nil, &refusal{fleet: fleet, alone: alone, best: s.within(alone)}
	}
	f, stuck := s.together(f, alone, s.runs)
	if stuck != nil {
		return nil, stuck
	}
	return s.together(f, alone, s.fine)
}

// alone is the smallest floor of a fleet that holds while the others have no limit:
// first roughly, then by more draws around what was found.
func (s *search) alone(fleet int) (int, bool) {
	low, high := s.least()[fleet], s.most(fleet)
	start, ok := edge(max(low, s.today()[fleet]), low, high, s.holdsAlone(fleet, min(roughRuns, s.runs)))
	if !ok {
		start = high
	}
	return s.near(fleet, start, low, s.runs)
}

// near is the smallest floor of a fleet from low on, looked for from start on, that holds
// and from which the next few hold too, by the draws of a candidate. One unit more can
// serve less, for where it eases a metric into the tolerance no further ones are asked
// for; a number that is skipped for that is kept, to be told.
func (s *search) near(fleet, start, low, runs int) (int, bool) {
	high, holds := s.most(fleet), s.holdsAlone(fleet, runs)
	for low <= high {
		n, ok := edge(start, low, high, holds)
		if !ok {
			return 0, false
		}
		worse := n
		for k := n + 1; k <= min(n+alsoHold, high); k++ {
			if !s.holdsAlone(fleet, s.runs)(k) {
				worse = k
			}
		}
		if worse == n {
			return n, true
		}
		if _, told := s.skipped[fleet]; !told {
			s.skipped[fleet] = skip{n, worse}
		}
		start, low = worse+1, worse+1
	}
	return 0, false
}

// holdsAlone says whether a fleet holds at n under so many draws while the others have
// no limit.
func (s *search) holdsAlone(fleet, runs int) func(n int) bool {
	return func(n int) bool { return s.try(s.allFree().with(fleet, n)).holds(runs) }
}

// edge finds a number from low to high that holds while the one below it does not,
// or is below low: from start on in strides that double, then by halving what lies
// between. It is false where none was found to hold.
//
//	       start
//	bad      |>|->|--->|------->|        good
//	                       |<---|
//	                         |>|
func edge(start, low, high int, holds func(int) bool) (int, bool) {
	bad, good := low-1, high+1
	for n, stride := start, 1; good-bad > 1; stride *= 2 {
		if holds(n) {
			good = n
		} else {
			bad = n
		}
		switch {
		case bad < low:
			n = max(good-stride, low)
		case good > high:
			n = min(bad+stride, high)
		default:
			n = bad + (good-bad)/2
		}
	}
	return good, good <= high
}

// together raises floors that hold each alone until they hold together, always that
// of the fleet whose own chance is least, and takes back what was too much. Where the
// quota of a group that fleets share keeps it from that, what there is beyond alone, the
// fewest of each by itself, is split anew.
func (s *search) together(f, alone floors, runs int) (floors, *refusal) {
	for !s.try(f).holds(runs) {
		least := s.weakest(f)
		if least == free {
			return nil, &refusal{fleet: free, best: f}
		}
		more := f.with(least, f[least]+1)
		if fleet := s.full(more); fleet != free {
			var ok bool
			if more, ok = s.split(alone, fleet, runs); !ok {
				return nil, &refusal{fleet: fleet, alone: alone, best: more}
			}
		}
		f = more
	}
	for i, least := range s.least() {
		for f[i] > least && s.try(f.with(i, f[i]-1)).holds(runs) {
			f = f.with(i, f[i]-1)
		}
	}
	return f, nil
}

// weakest is the fleet whose own chance is least of those that more can be held of; free:
// none can.
func (s *search) weakest(f floors) int {
	least, chance := free, math.Inf(1)
	for i := range f {
		if p := s.try(s.allFree().with(i, f[i])).chance().Probability; p < chance && f[i] < s.most(i) {
			least, chance = i, p
		}
	}
	return least
}

// most is the most units that a fleet is tried with: its lowest bound, or mostTimes as
// many as carry the highest peak with the weakest unit that may be drawn.
func (s *search) most(fleet int) int {
	f, limit := s.service.Fleets[fleet], boundless
	if b := s.bound(fleet); b != nil {
		limit = min(limit, b.units)
	}
	weakest := math.Inf(1)
	for _, r := range f.PerUnit {
		weakest = min(weakest, r.Sustained)
	}
	n := mostTimes * (1 + fewestOf(f, s.crowd.highest/weakest, limit))
	return max(min(n, limit), floorOf(f))
}

// bound is the lowest of a fleet's bounds; nil where it has none.
func (s *search) bound(fleet int) *bound {
	var lowest *bound
	for _, b := range bounds(s.service.Fleets[fleet]) {
		if lowest == nil || b.units < lowest.units {
			lowest = &b
		}
	}
	return lowest
}

// stuck says why a fleet alone cannot be made to hold.
func (s *search) stuck(fleet int) *refusal {
	r := &refusal{fleet: fleet, best: s.today()}
	for i := range r.best {
		r.best[i] = s.most(i)
	}
	if b := s.bound(fleet); b != nil && b.units <= s.most(fleet) {
		r.bound = b
	}
	return r
}
