package forecast

import (
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// spec is how a fleet was scaled when the campaign began: by the newest of what its
// source told before, else by the first it told at all.
func (f *fitting) spec(fleet capacity.Fleet) (autoscale.Spec, error) {
	var told *timeline.Event
	for i := range f.Events {
		e := &f.Events[i]
		if e.Source != fleet.Name || e.Kind != timeline.Scaler {
			continue
		}
		if told == nil || time.Duration(e.At) <= f.begins() {
			told = e
		}
	}
	if told == nil {
		return autoscale.Spec{}, fmt.Errorf("%s: the run does not tell how it is scaled, for it was made before onair recorded that or its source could not be read: rehearse again", fleet.Name)
	}
	spec, err := autoscale.ParseSpec(told.Spec)
	if err != nil {
		return spec, fmt.Errorf("%s: how it is scaled cannot be read: %w", fleet.Name, err)
	}
	if pods := fleet.Kind == capacity.HPA; pods != (spec.HPA != nil) {
		return spec, fmt.Errorf("%s: the run tells how %s is scaled, and this is %s: what it tells at %s is of another fleet: use the run as it was written, or rehearse again",
			fleet.Name, kindInWords(!pods), kindInWords(pods), seconds(time.Duration(told.At).Round(time.Second)))
	}
	return spec, nil
}

// kindInWords is what a fleet of pods, or of instances, is scaled as.
func kindInWords(pods bool) string {
	if pods {
		return "an HPA"
	}
	return "an Auto Scaling group"
}

// begins is when the campaign does: with its first spot, else when capacity first
// fell short, else with the run.
func (f *fitting) begins() time.Duration {
	switch {
	case len(f.q.Spots) > 0:
		return f.q.Spots[0].From
	case f.r.Shortfall != nil:
		return *f.r.Shortfall
	}
	return 0
}
