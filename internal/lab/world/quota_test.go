package world

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPodQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Service: Service{Concurrency: 1, Mean: time.Minute, Distribution: Constant},
			Pods:    Pods{Start: 2},
			HPA:     &HPA{Metric: Utilisation, Target: 0.5, Max: 9, Behavior: never},
			Quotas:  Quotas{Pods: 4},
		})
		refused := func(s State) (e Event) {
			for _, e = range s.Events {
				if e.Reason == "FailedCreate" {
					return e
				}
			}
			return Event{}
		}
		w.post(func() { w.scaleDeployment(6) })
		time.Sleep(30 * time.Second)
		s, _ := w.State()
		e := refused(s)
		want := `ReplicaSet web-6d4cf56db6 Warning: Error creating: pods "web-6d4cf56db6-" is forbidden: exceeded quota: pods, requested: pods=1, used: pods=4, limited: pods=4`
		if got := fmt.Sprintf("%s %s %s: %s", e.Kind, e.Name, e.Type, e.Message); got != want {
			t.Errorf("refusal = %s; want %s", got, want)
		}
		// At once, then 5, 10, 20 ms … after the one before: the 13th ends a sum of 20.475 s, the 14th one of 40.955 s.
		if e.Count != 13 || s.Deployment != (Deployment{Desired: 6, Ready: 4, Total: 4, Generation: 2, Created: s.Start}) {
			t.Errorf("refused %d times, deployment %+v; want 13 times, 4 of 6 there", e.Count, s.Deployment)
		}

		// Pods that go make room only when they have terminated.
		go get(w, t.Context())
		go get(w, t.Context())
		go get(w, t.Context())
		go get(w, t.Context())
		time.Sleep(time.Second)
		w.post(func() { w.scaleDeployment(3); w.scaleDeployment(5) })
		time.Sleep(10 * time.Second)
		if s, _ := w.State(); s.Deployment.Total != 3 {
			t.Errorf("pods while one still finishes = %d; want 3, and room for none", s.Deployment.Total)
		}
		time.Sleep(time.Minute)
		if s, _ := w.State(); s.Deployment.Total != 4 {
			t.Errorf("pods when it has terminated = %d; want 4", s.Deployment.Total)
		}
		w.post(func() { w.scaleDeployment(2) })
		time.Sleep(time.Minute)
		s, _ = w.State()
		before := refused(s)
		time.Sleep(30 * time.Minute)
		if s, _ := w.State(); refused(s).Count != before.Count || s.Deployment.Total != 2 {
			t.Errorf("refusals went from %d to %d with %d pods wanted; want no more", before.Count, refused(s).Count, s.Deployment.Desired)
		}
	})
}

func TestVCPUQuota(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{
			Group:  &Group{Max: 9, Desired: 1, Boot: 30 * time.Second, ScalesOn: ScalesOnNone},
			Quotas: Quotas{VCPUs: 7}, // three instances and a half
		})
		began := time.Now()
		w.post(func() { w.resize(5, "a user request") })
		time.Sleep(3 * time.Minute)
		s, _ := w.State()
		if len(s.Group.Instances) != 3 || s.Group.Desired != 5 {
			t.Errorf("instances, desired = %d, %d; want 3, 5", len(s.Group.Instances), s.Group.Desired)
		}
		var at []string
		for _, a := range s.Group.Activities {
			if a.StatusCode != "Failed" {
				continue
			}
			at = append(at, since(began, a.Start))
			if !strings.Contains(a.StatusMessage, "VcpuLimitExceeded - You have requested more vCPU capacity than your current vCPU limit of 7 allows") ||
				!strings.HasPrefix(a.Description, "Launching a new EC2 instance.  Status Reason: ") || !a.End.Equal(a.Start) ||
				!strings.Contains(a.Cause, "increasing the capacity from ") {
				t.Errorf("refused launch = %+v; want AWS's words", a)
			}
		}
		if diff := cmp.Diff([]string{"2m30s", "1m10s", "30s", "10s", "0s"}, at); diff != "" {
			t.Errorf("refused launches, newest first (-want +got):\n%s", diff)
		}

		w.post(func() { w.resize(1, "a user request") })
		time.Sleep(time.Minute)
		w.post(func() { w.resize(3, "a user request") })
		time.Sleep(10 * time.Minute)
		s, _ = w.State()
		if newest := s.Group.Activities[0]; len(s.Group.Instances) != 3 || newest.StatusCode != "Successful" {
			t.Errorf("instances = %d, latest activity %s; want 3 within the quota, launched", len(s.Group.Instances), newest.StatusCode)
		}
	})
}
