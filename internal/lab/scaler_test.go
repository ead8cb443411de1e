package lab_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// How a world scales is what the observers write down of it.
func TestObserversRecordHowItScales(t *testing.T) {
	alarms := func(target float64, out, in int, period time.Duration) *autoscale.Tracking {
		return &autoscale.Tracking{Target: target, Out: autoscale.Alarm{Periods: out, Period: period}, In: autoscale.Alarm{Periods: in, Period: period}, InBelow: 0.9}
	}
	policy := func(t *autoscale.Tracking, warmup time.Duration) *autoscale.GroupSpec {
		return &autoscale.GroupSpec{Min: 1, Max: 6, Cooldown: 5 * time.Minute, Policies: []autoscale.PolicySpec{
			{Name: "web-nodes-target-tracking", Type: "TargetTrackingScaling", Metric: autoscale.CPU, Tracking: t, Warmup: warmup}}}
	}
	for _, c := range []struct {
		name  string
		hpa   world.HPA
		group world.Group
		pods  *autoscale.HPASpec
		nodes *autoscale.GroupSpec
	}{
		{
			"by defaults",
			world.HPA{Target: 0.6, Min: 1, Max: 12},
			world.Group{Min: 1, Max: 6, Target: 0.57, ScalesOn: world.TargetTracking},
			&autoscale.HPASpec{HPA: autoscale.HPA{Min: 1, Max: 12}, Metrics: []autoscale.MetricSpec{{Name: "cpu", Kind: autoscale.OfRequest, Target: 0.6}}},
			policy(alarms(0.57, 3, 15, time.Minute), 5*time.Minute),
		},
		{
			"by their own",
			world.HPA{Metric: world.Requests, Target: 12.5, Min: 2, Max: 8, Tolerance: 0.05, Behavior: &world.Behavior{
				ScaleUp:   &world.Rules{Select: "min", Policies: []world.Policy{{Type: "percent", Value: 50, Period: 30 * time.Second}}},
				ScaleDown: &world.Rules{Stabilization: new(time.Duration)}}},
			world.Group{Min: 1, Max: 6, Target: 0.4, ScalesOn: world.TargetTracking, Period: 10 * time.Second, Out: 2, In: 6, Warmup: 2 * time.Minute},
			&autoscale.HPASpec{
				HPA: autoscale.HPA{Min: 2, Max: 8, Behavior: &autoscale.Behavior{
					ScaleUp: &autoscale.Rules{Select: autoscale.SelectMin, Tolerance: new(0.05),
						Policies: []autoscale.Policy{{Type: autoscale.Percent, Value: 50, Period: 30 * time.Second}}},
					ScaleDown: &autoscale.Rules{Stabilization: new(time.Duration), Tolerance: new(0.05)}}},
				Metrics: []autoscale.MetricSpec{{Name: "requests", Kind: autoscale.OfPod, Target: 12.5}}},
			policy(alarms(0.4, 2, 6, 10*time.Second), 2*time.Minute),
		},
		{
			"by pods that wait",
			world.HPA{Target: 0.6, Min: 1, Max: 12},
			world.Group{Min: 1, Max: 6},
			&autoscale.HPASpec{HPA: autoscale.HPA{Min: 1, Max: 12}, Metrics: []autoscale.MetricSpec{{Name: "cpu", Kind: autoscale.OfRequest, Target: 0.6}}},
			&autoscale.GroupSpec{Min: 1, Max: 6, Cooldown: 5 * time.Minute},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.group.Name = "web-nodes"
			l := start(t, world.Config{HPA: &c.hpa, Group: &c.group})
			f := newFacts(time.Now())
			ctx, stop := context.WithCancel(t.Context())
			var watching sync.WaitGroup
			watching.Go(func() {
				h, a := observers(t, l)
				if _, err := observe.Watch(ctx, f.all.Start, f, h, a); err != nil {
					t.Errorf("Watch(…) = %v; want nil", err)
				}
			})
			defer watching.Wait()
			defer stop()
			f.wait(t, l, "how both scale", func(world.State) bool {
				return len(f.events(pods, timeline.Scaler, "")) > 0 && len(f.events(instances, timeline.Scaler, "")) > 0
			})
			stop()
			watching.Wait()
			for source, want := range map[string]autoscale.Spec{pods: {HPA: c.pods}, instances: {Group: c.nodes}} {
				told := f.events(source, timeline.Scaler, "")
				if len(told) != 1 {
					t.Errorf("%s told how it scales as %v; want it once", source, told)
				}
				got, err := autoscale.ParseSpec(told[0].Spec)
				if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateApprox(0, 1e-9)); diff != "" || err != nil {
					t.Errorf("ParseSpec(%s) = %v; differs from the world (-want +got):\n%s", told[0].Spec, err, diff)
				}
			}
		})
	}
}
