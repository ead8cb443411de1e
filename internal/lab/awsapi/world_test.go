package awsapi_test

import (
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

var _ awsapi.Source = (*world.World)(nil)

// still is a world in which nothing happens until a test says so.
type still struct {
	mu    sync.Mutex
	state world.State
}

func (s *still) State() (world.State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, make(chan struct{})
}

// onAir is the instant the worlds of these tests turn about.
var onAir = time.Date(2026, 11, 22, 12, 54, 0, 250e6, time.UTC)

// busy is a world whose group grows from 1 to 3: one instance serves, one
// boots, and one could not be launched.
func busy() *still {
	return &still{state: world.State{
		Now: onAir,
		Config: world.Config{Group: &world.Group{
			Name: "web-prod", Region: "ap-northeast-1", Min: 1, Max: 8, Desired: 1,
			ScalesOn: world.TargetTracking, Target: 0.55, Warmup: 5 * time.Minute,
		}},
		Group: &world.GroupState{
			Desired: 3, Min: 1, Max: 8, AlarmID: "e5fa",
			Created: onAir.Add(-time.Hour),
			Instances: []world.Instance{
				{ID: "i-00000000000000001", Zone: "ap-northeast-1c", Type: "m7g.large", Lifecycle: "InService", Health: "Healthy"},
				{ID: "i-00000000000000002", Zone: "ap-northeast-1a", Type: "m7g.large", Lifecycle: "Pending", Health: "Healthy"},
			},
			Activities: []world.Activity{
				{
					ID: "activity-3", Description: "Launching a new EC2 instance.  Status Reason: vCPU limit <32> reached.",
					Cause: "capacity was increased from 1 to 3", StatusCode: "Failed", StatusMessage: "vCPU limit <32> reached.",
					Start: onAir.Add(-20 * time.Second), End: onAir.Add(-19 * time.Second), Progress: 100,
				},
				{
					ID: "activity-2", Description: "Launching a new EC2 instance: i-00000000000000002",
					Cause: "capacity was increased from 1 to 3", StatusCode: "InProgress",
					Start: onAir.Add(-30 * time.Second), Progress: 50,
				},
				{
					ID: "activity-1", Description: "Launching a new EC2 instance: i-00000000000000001",
					Cause: "the group was created", StatusCode: "Successful",
					Start: onAir.Add(-time.Hour), End: onAir.Add(-59 * time.Minute), Progress: 100,
				},
			},
		},
	}}
}

// quick is the busy world with a policy that looks every 10 s.
func quick() *still {
	s := busy()
	g := s.state.Config.Group
	g.Period, g.Out, g.In = 10*time.Second, 2, 6
	return s
}

// balanced is the busy world with a load balancer before its instances: of
// those in service one is healthy, one is looked at and one is told to go.
func balanced() *still {
	s := busy()
	s.state.Start = onAir.Add(-time.Hour)
	s.state.Config.Balancer = &world.Balancer{TargetGroup: "web", Register: 5 * time.Second, Spread: 0.2, ReservedLCU: 300}
	s.state.Config.Quotas.VCPUs = 64
	in := s.state.Group.Instances
	in[0].InService, in[0].Healthy = onAir.Add(-time.Hour), onAir.Add(-time.Hour)
	s.state.Group.Instances = append(in,
		world.Instance{ID: "i-00000000000000003", Zone: "ap-northeast-1a", Lifecycle: "InService", InService: onAir.Add(-4 * time.Second)},
		world.Instance{
			ID: "i-00000000000000004", Zone: "ap-northeast-1a", Lifecycle: "Terminating",
			InService: onAir.Add(-time.Hour), Healthy: onAir.Add(-time.Hour),
		})
	return s
}

// podded is a world whose pods are the targets: one healthy, one looked at, one
// not ready, one told to go, one gone, and one told to go before it was ever
// ready.
func podded() *still {
	s := balanced()
	s.state.Config.HPA = &world.HPA{Namespace: "default", Name: "web"}
	then := onAir.Add(-time.Minute)
	s.state.Pods = []world.Pod{
		{Name: "a", IP: "10.0.0.5", Instance: "i-00000000000000001", Ready: then, Healthy: then},
		{Name: "b", IP: "10.0.0.6", Instance: "i-00000000000000003", Ready: onAir.Add(-6 * time.Second)},
		{Name: "c", IP: "10.0.0.7", Instance: "i-00000000000000003"},
		{Name: "d", IP: "10.0.0.8", Instance: "gone", Ready: then, Healthy: then, Deleted: onAir},
		{Name: "e", IP: "10.0.0.9", Ready: then, Healthy: then, Deleted: then, Terminated: onAir},
		{Name: "f", IP: "10.0.0.10", Deleted: then},
	}
	return s
}
