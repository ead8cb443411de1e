package world

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// limited sets limits that a test knows to be right.
func limited(t *testing.T, w *World, hpa, group *Limits) {
	t.Helper()
	if err := w.SetLimits(hpa, group); err != nil {
		t.Fatal(err)
	}
}

// With nothing to do two pods are enough; the HPA holds as many as it is told to from
// its next sync on, above the maximum it had, and after that goes back as it always
// does.
func TestAnHPAKeepsToOtherLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: slow, HPA: &HPA{Metric: Utilisation, Target: 0.5, Min: 2, Max: 4}})
		pods := func(after time.Duration, want int) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if s, _ := w.State(); s.Deployment.Total != want {
				t.Errorf("%v after the start there are %d pods; want %d", time.Since(s.Start), s.Deployment.Total, want)
			}
		}
		pods(20*time.Second, 2)
		limited(t, w, &Limits{6, 8}, nil)
		pods(5*time.Second, 2) // 25 s: no sync yet
		pods(5*time.Second, 6) // 30 s
		pods(time.Minute, 6)   // 90 s
		if s, _ := w.State(); s.Config.HPA.Min != 6 || s.Config.HPA.Max != 8 {
			t.Errorf("State().Config.HPA = %d to %d; want 6 to 8", s.Config.HPA.Min, s.Config.HPA.Max)
		}
		limited(t, w, &Limits{2, 8}, nil)
		pods(20*time.Minute, 2)
		limited(t, w, &Limits{7, 8}, nil)
		pods(20*time.Second, 7)
		limited(t, w, &Limits{2, 4}, nil)
		pods(15*time.Second, 4) // a maximum is obeyed at once
	})
}

// A group's desired count is kept within its limits at once, and instances are as long
// on their way as they always are.
func TestAGroupKeepsToOtherLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Group: &Group{Min: 2, Max: 4, Boot: 30 * time.Second, ScalesOn: ScalesOnNone}})
		group := func(after time.Duration, desired, serving int) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			s, _ := w.State()
			n := 0
			for _, i := range s.Group.Instances {
				if i.Lifecycle == inService {
					n++
				}
			}
			if s.Group.Desired != desired || n != serving {
				t.Errorf("%v after the start %d of %d instances serve; want %d of %d", time.Since(s.Start), n, s.Group.Desired, serving, desired)
			}
		}
		limited(t, w, nil, &Limits{5, 5})
		group(29*time.Second, 5, 2)
		group(time.Second, 5, 5)
		if s, _ := w.State(); s.Group.Min != 5 || s.Config.Group.Max != 5 || !strings.Contains(s.Group.Activities[0].Cause, "min: 5, max: 5") {
			t.Errorf("the group has min %d, max %d, caused by %q; want 5, 5 and these told", s.Group.Min, s.Config.Group.Max, s.Group.Activities[0].Cause)
		}
		limited(t, w, nil, &Limits{2, 5})
		group(time.Hour, 5, 5) // nothing makes it smaller
		limited(t, w, nil, &Limits{2, 4})
		group(time.Minute, 4, 4)
	})
}

// Nodes that a minimum held without pods on them are given back once it does not, those
// that have not been empty for long when they have.
func TestALowerMinimumGivesNodesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			HPA:   &HPA{Metric: Utilisation, Target: 0.5, Min: 1, Max: 8},
			Group: &Group{Min: 1, Max: 6, PodsPerInstance: 2, Boot: 30 * time.Second, Unneeded: 10 * time.Minute},
		})
		nodes := func(after time.Duration, want int) {
			t.Helper()
			time.Sleep(after)
			synctest.Wait()
			if s, _ := w.State(); s.Group.Desired != want {
				t.Errorf("%v after the start %d nodes are desired; want %d", time.Since(s.Start), s.Group.Desired, want)
			}
		}
		limited(t, w, nil, &Limits{3, 6})
		nodes(20*time.Minute, 3)
		limited(t, w, nil, &Limits{4, 6})
		nodes(5*time.Minute, 4)
		limited(t, w, nil, &Limits{1, 6})
		nodes(time.Second, 2) // the fourth has been empty for less than five minutes
		nodes(6*time.Minute, 1)
	})
}

func TestLimitsThatAreNone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{HPA: &HPA{Metric: Utilisation, Target: 0.5, Min: 2, Max: 4}})
		for _, c := range []struct {
			hpa, group *Limits
			want       string
		}{
			{nil, &Limits{1, 2}, "group: there is none in this world"},
			{&Limits{0, 2}, nil, "hpa.min: 0 is less than 1"},
			{&Limits{3, 2}, nil, "hpa.max: 2 is less than hpa.min, 3"},
			{&Limits{3, 3}, &Limits{1, 1}, "group: there is none in this world"},
		} {
			if err := w.SetLimits(c.hpa, c.group); err == nil || err.Error() != c.want {
				t.Errorf("SetLimits(%v, %v) = %v; want %s", c.hpa, c.group, err, c.want)
			}
		}
		time.Sleep(time.Minute)
		if s, _ := w.State(); s.Config.HPA.Min != 2 || s.Deployment.Total != 2 {
			t.Errorf("the HPA's minimum is %d with %d pods; want 2 and 2, as before", s.Config.HPA.Min, s.Deployment.Total)
		}
	})
}
