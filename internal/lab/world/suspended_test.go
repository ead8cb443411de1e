package world

import (
	"testing"
	"testing/synctest"
	"time"
)

// A group that must not launch wants more and stays as it is, and so do the pods
// that wait for room; what it has it can still give back.
func TestASuspendedLaunchLaunchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Group: &Group{Min: 1, Max: 9, Desired: 2, Boot: 30 * time.Second, ScalesOn: ScalesOnNone, Suspended: []string{"Launch"}}})
		w.post(func() { w.resize(5, "a user request") })
		time.Sleep(30 * time.Minute)
		s, _ := w.State()
		if len(s.Group.Instances) != 2 || s.Group.Desired != 5 || len(s.Group.Activities) != 0 {
			t.Errorf("instances, desired, activities = %d, %d, %v; want 2, 5 and none", len(s.Group.Instances), s.Group.Desired, s.Group.Activities)
		}
		w.post(func() { w.resize(1, "a user request") })
		time.Sleep(time.Minute)
		if s, _ := w.State(); len(s.Group.Instances) != 1 {
			t.Errorf("instances = %d; want 1", len(s.Group.Instances))
		}
	})
}

func TestProcessesAreAWSs(t *testing.T) {
	c := Config{Group: &Group{Suspended: []string{"AZRebalance", "launch"}}}
	if got := c.Mistakes(); len(got) != 1 || got[0].Field != "group.suspended[1]" {
		t.Errorf("Mistakes() = %v; want one, of the second process", got)
	}
}
