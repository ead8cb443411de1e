package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// pods sets how an HPA scales a fleet.
func (f *fitting) pods(fleet *simulation.Fleet, known *Fleet, r capacity.FleetResult, spec autoscale.HPASpec) (seen, error) {
	f.unread(r.Name, spec.Unread)
	p := &simulation.Pods{HPA: spec.HPA}
	if p.HPA.Max < fleet.Start {
		return nil, fmt.Errorf("%s: %d units were ready at the start, and its max is %d: rehearse again once it has settled", r.Name, fleet.Start, p.HPA.Max)
	}
	if p.HPA.Min < 1 {
		f.assume("%s: its min is 0, and how a workload without pods wakes is not played: it is taken to keep 1", r.Name)
		p.HPA.Min = 1
	}
	phase := f.sync(p, r)
	if err := f.metrics(fleet, known, p, r, spec.Metrics); err != nil {
		return nil, err
	}
	p.Nodes = f.nodes(fleet, known, r)
	f.starts(p, known, r, p.Nodes != nil)
	p.Quota = f.quota(r)
	fleet.Pods = p
	return phase, nil
}

// unread says what a source could not read of how it scales.
func (f *fitting) unread(fleet string, all []string) {
	for _, what := range all {
		f.assume("%s: %s: it is taken to change nothing", fleet, what)
	}
}

// quota is how many units of a fleet could exist in this run, by its quotas and by
// what else it was stuck at; 0: any number. A quota that more units came beyond is not
// what bounds them.
func (f *fitting) quota(r capacity.FleetResult) int {
	most := 0.0
	for _, source := range append([]string{r.Name}, r.Quotas...) {
		for _, p := range f.Series(source, timeline.Quota) {
			if came := cameBeyond(r, p); came > 0 {
				f.assume("%s: a quota of %s was read, and %s were ready after it: it is left out", r.Name, figure.Scaled(p.Value), figure.Count(came))
				continue
			}
			most = lower(most, p.Value)
		}
	}
	if r.Stuck != nil {
		most = lower(most, float64(*r.Stuck))
	}
	return int(most)
}

// cameBeyond is how many units a fleet had grown to after a quota was read, where that is
// more than it allows; else 0. Those that were there already it leaves alone.
func cameBeyond(r capacity.FleetResult, quota timeline.Point) int {
	stood, known := r.Able.At(quota.At)
	if !known && len(r.Able) > 0 {
		stood = r.Able[0].Value
	}
	most := 0.0
	for _, p := range r.Able {
		if p.At > quota.At && p.Value > max(stood, quota.Value) {
			most = max(most, p.Value)
		}
	}
	return int(most + 0.5)
}
