package forecast

import (
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// latest is how many periods after its end a data point may be seen: CloudWatch has
// those of a load balancer a minute or two late.
const latest = 4

// someRuns is how many replays tell one delay from another.
const someRuns = 20

// alarms is staging with how late the alarms of groups see their data points, in whole
// periods. No reading tells: it is the one with which the rehearsal is played most
// closely, of those that are about as close the shortest. What was assumed of those
// that were only tried is forgotten, and what was chosen is said: the replay, by which
// the model is trusted, was made to err least.
func (f *fitting) alarms(s staging) (staging, error) {
	var tried []int
	for i := range s.Fleets {
		if len(s.phases[i]) == 0 || s.Fleets[i].Group == nil {
			continue
		}
		tried = append(tried, i)
		if err := f.alarm(s, i); err != nil {
			return s, err
		}
	}
	if tried == nil {
		return s, nil
	}
	f.assumed = nil
	chosen, err := f.service()
	for _, i := range tried {
		f.sayLate(s.Fleets[i])
	}
	return chosen, err
}

// sayLate says how late the alarms of a group are taken to be, of what was tried.
func (f *fitting) sayLate(fleet simulation.Fleet) {
	period := shortest(fleet.Group.Policies)
	f.assume("%s: how late its alarms see their data points was not read: it is taken to be %s, by which of %d periods of %s, 0 to %d, the rehearsal is played most closely, so the replay's error is the least over those tried",
		fleet.Name, seconds(f.late[fleet.Name]), latest, seconds(period), latest-1)
}

// alarm finds how late the alarms of one group do, and leaves it so in s.
func (f *fitting) alarm(s staging, i int) error {
	name, period := s.Fleets[i].Name, shortest(s.Fleets[i].Group.Policies)
	best, least := time.Duration(0), math.Inf(1)
	for periods := range latest {
		f.late[name] = time.Duration(periods) * period
		tried, _, _, err := f.fleet(f.result(name))
		if err != nil {
			return err
		}
		s.Fleets[i] = tried
		off, err := f.offBy(s, i)
		if err != nil {
			return err
		}
		if off < 0.95*least {
			best, least = f.late[name], off
		}
	}
	f.late[name] = best
	tried, _, _, err := f.fleet(f.result(name)) // of which the next group's replays are
	s.Fleets[i] = tried
	return err
}

// shortest is the shortest period of the policies by which a group grows.
func shortest(policies []simulation.Policy) (period time.Duration) {
	for _, p := range policies {
		if grows(p) && (period == 0 || p.Metric.Window < period) {
			period = p.Metric.Window
		}
	}
	return period
}

// offBy is how far the units of a fleet are off in some replays.
func (f *fitting) offBy(s staging, fleet int) (float64, error) {
	demand, lead := f.demand(), int(s.lead()/time.Second)
	sim, err := simulation.New(f.rehearsed(s, demand, lead))
	if err != nil {
		return 0, err
	}
	measured := f.measuredUnits(s.Fleets[fleet].Name, len(demand))
	var off []float64
	for seed := range uint64(someRuns) {
		_, trace := sim.Trace(seed + 1)
		off = append(off, meanOff(trace.Ready[fleet][lead:], measured))
	}
	if mean := meanOver(off); mean != nil {
		return *mean, nil
	}
	return 0, nil // any delay would do
}
