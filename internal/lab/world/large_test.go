package world

import (
	"testing"
	"testing/synctest"
	"time"
)

// A world grows from one pod on one instance to five thousand on 1,250 without
// the cost of each growing with their number.
func TestFiveThousandPods(t *testing.T) {
	const pods = 5000
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Seed:  7,
			Pods:  Pods{Spread: 0.5},
			HPA:   &HPA{Metric: Utilisation, Target: 0.5, Max: pods, Behavior: never},
			Group: &Group{Max: pods / 4, Spread: 0.5},
		})
		w.post(func() { w.scaleDeployment(pods) })
		time.Sleep(2 * time.Minute)
		s, _ := w.State()
		names := map[string]bool{}
		for _, p := range s.Pods {
			names[p.Name] = true
		}
		if s.Deployment.Ready != pods || len(names) != pods || len(s.Group.Instances) != pods/4 {
			t.Errorf("ready pods, names, instances = %d, %d, %d; want %d, %d, %d",
				s.Deployment.Ready, len(names), len(s.Group.Instances), pods, pods, pods/4)
		}
	})
}
