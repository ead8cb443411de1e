package world

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// answering are the units that answer a hundred requests.
func answering(w *World) []string {
	var units []string
	for range 100 {
		if status, unit, err := get(w, context.Background()); err == nil && status == 200 && !slices.Contains(units, unit) {
			units = append(units, unit)
		}
	}
	slices.Sort(units)
	return units
}

func TestRequestsReachHealthyPods(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service:  Service{Mean: time.Microsecond, Distribution: Constant},
			Pods:     Pods{Schedule: time.Second, Run: 4 * time.Second, Ready: 2 * time.Second},
			HPA:      &HPA{Metric: Utilisation, Target: 0.5, Max: 3, Behavior: never},
			Balancer: &Balancer{Register: 20 * time.Second},
		})
		began := time.Now()
		w.post(func() { w.scaleDeployment(3) })
		for _, c := range []struct {
			at    time.Duration
			units int
			want  string
		}{
			{time.Second / 2, 1, "ready 1: 0s/0s never/never never/never"},
			{26 * time.Second, 1, "ready 3: 0s/0s 7s/never 7s/never"},
			{28 * time.Second, 3, "ready 3: 0s/0s 7s/27s 7s/27s"},
		} {
			time.Sleep(time.Until(began.Add(c.at)))
			s, _ := w.State()
			got := fmt.Sprintf("ready %d:", s.Deployment.Ready)
			for _, p := range s.Pods {
				got += fmt.Sprintf(" %s/%s", since(began, p.Ready), since(began, p.Healthy))
			}
			if got != c.want {
				t.Errorf("at %v %s; want %s", c.at, got, c.want)
			}
			if got := answering(w); len(got) != c.units {
				t.Errorf("at %v answered %v; want %d units", c.at, got, c.units)
			}
		}
	})
}

// A pod that is told to go before it is healthy never gets a request.
func TestPodThatGoesUnhealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Pods:     Pods{Schedule: time.Second, Run: 4 * time.Second, Ready: 2 * time.Second},
			HPA:      &HPA{Metric: Utilisation, Target: 0.5, Max: 2, Behavior: never},
			Balancer: &Balancer{Register: 20 * time.Second},
		})
		w.post(func() { w.scaleDeployment(2) })
		time.Sleep(10 * time.Second)
		w.post(func() { w.scaleDeployment(1) })
		time.Sleep(30 * time.Second)
		s, _ := w.State()
		if gone := s.Pods[1]; !gone.Healthy.IsZero() || gone.Terminated.IsZero() {
			t.Errorf("pod told to go = %+v; want it terminated and never healthy", gone)
		}
		if got := answering(w); len(got) != 1 {
			t.Errorf("answered %v; want the first pod alone", got)
		}
	})
}

func TestRequestsReachHealthyInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			balancer *Balancer
			want     time.Duration
		}{{nil, 0}, {&Balancer{}, 5 * time.Second}, {&Balancer{Register: time.Minute}, time.Minute}} {
			w := start(t, Config{Group: &Group{Max: 2, Boot: 30 * time.Second}, Balancer: c.balancer})
			w.post(func() { w.resize(2, "a user request") })
			time.Sleep(2 * time.Minute)
			s, _ := w.State()
			first, second := s.Group.Instances[0], s.Group.Instances[1]
			if !first.Healthy.Equal(s.Start) || second.Healthy.Sub(second.InService) != c.want {
				t.Errorf("behind %+v the instances are healthy %v and %v after they are in service; want 0s and %v", c.balancer,
					first.Healthy.Sub(first.InService), second.Healthy.Sub(second.InService), c.want)
			}
			if got := answering(w); len(got) != 2 {
				t.Errorf("answered %v; want both instances", got)
			}
		}
	})
}

// What the load balancer and the crashes draw leaves every other draw as it was.
func TestStreamsOfTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lives := func(b *Balancer) (lives []string, healthy []time.Duration) {
			w := start(t, Config{
				Seed: 3, Pods: Pods{Spread: 0.5}, HPA: &HPA{Metric: Utilisation, Target: 0.5, Max: 20, Behavior: never},
				Group: &Group{Max: 9, Spread: 0.5}, Balancer: b,
			})
			began := time.Now()
			w.post(func() { w.scaleDeployment(20) })
			time.Sleep(2 * time.Minute)
			s, _ := w.State()
			for _, p := range s.Pods {
				lives = append(lives, fmt.Sprint(p.Name, p.UID, p.Instance, since(began, p.Scheduled), since(began, p.Running), since(began, p.Ready)))
				healthy = append(healthy, p.Healthy.Sub(p.Ready))
			}
			return lives, healthy
		}
		plain, _ := lives(nil)
		balanced, healthy := lives(&Balancer{Register: 10 * time.Second, Spread: 0.5})
		if diff := cmp.Diff(plain, balanced); diff != "" {
			t.Errorf("pods without and behind a load balancer (-without +behind):\n%s", diff)
		}
		least, most := slices.Min(healthy[1:]), slices.Max(healthy[1:])
		if least < 5*time.Second || least > 7*time.Second || most > 15*time.Second || most < 13*time.Second {
			t.Errorf("pods were healthy %v to %v after they were ready; want 5s to 15s, and near both ends", least, most)
		}
	})
}
