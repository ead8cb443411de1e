package world

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// Two of four slots are busy on the mean; a pod is measured when it was ready for the whole window.
func TestUsage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: slow, Pods: Pods{Start: 1, Schedule: time.Second, Run: 3 * time.Second, Ready: time.Second},
			HPA: &HPA{Metric: Utilisation, Target: 0.9, Max: 2, Behavior: never},
		})
		began := time.Now()
		go load(w, 31*time.Second, constant(4))
		for _, c := range []struct {
			at, end time.Duration
			shares  []float64
		}{
			{time.Second, 0, nil},
			{29 * time.Second, 15 * time.Second, nil},
			{31 * time.Second, 30 * time.Second, []float64{0.5}},
			{46 * time.Second, 45 * time.Second, []float64{0.26}}, // 16 s of 30
			{61 * time.Second, 60 * time.Second, []float64{0.02}},
		} {
			time.Sleep(time.Until(began.Add(c.at)))
			s, _ := w.State()
			u := s.Usage
			if u.At.Sub(began) != c.end || u.Window != 30*time.Second || len(u.Pods) != len(c.shares) {
				t.Fatalf("usage at %v = %+v; want of the 30s to %v, %d pods", c.at, u, c.end, len(c.shares))
			}
			for i, share := range c.shares {
				if p := u.Pods[i]; p.Name != s.Pods[i].Name || math.Abs(p.Share-share) > 0.02 {
					t.Errorf("usage at %v = %+v; want %v of %s", c.at, p, share, s.Pods[i].Name)
				}
			}
		}
		w.post(func() { w.scaleDeployment(2) }) // ready at 66 s, first read at 75 s
		for _, c := range []struct {
			at   time.Duration
			pods int
		}{{104 * time.Second, 1}, {106 * time.Second, 2}} {
			time.Sleep(time.Until(began.Add(c.at)))
			if s, _ := w.State(); len(s.Usage.Pods) != c.pods {
				t.Errorf("pods measured at %v = %d; want %d", c.at, len(s.Usage.Pods), c.pods)
			}
		}
	})
}
