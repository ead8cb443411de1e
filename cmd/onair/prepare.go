package main

import (
	"context"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/rehearsal"
)

// prepare makes a scenario file into a rehearsal that can be asked and run. With
// it runs the embedded staging, where there is one, until stop.
func prepare(ctx context.Context, o scenarioOptions) (plan rehearsal.Plan, stop func(), err error) {
	s, err := o.load()
	if err != nil {
		return plan, nil, err
	}
	staging, err := startLab(s)
	if err != nil {
		return plan, nil, err
	}
	stop = func() {
		if staging != nil {
			staging.Stop()
		}
	}
	target, err := targetOf(s, staging)
	if err != nil {
		stop()
		return plan, nil, err
	}
	checks := []preflight.Check{needsOf(s).Check(load.ThisMachine())}
	inAWS := accounts(s, staging)
	for _, region := range regions(s) {
		checks = append(checks, inAWS[region].check())
	}
	plan = rehearsal.Plan{
		Scenario:  s,
		Target:    target,
		Observers: waiting(newObservers(ctx, s, staging, inAWS), s, inAWS),
		Tool:      version,
		Checks:    append(checks, kubeChecks(s, staging)...),
	}
	return plan, stop, nil
}
