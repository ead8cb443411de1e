package hpa

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
)

// crashed is fullPod whose first container exited at an instant; again says how
// often it was started again so far, and whether it waits to be.
func crashed(again int32, waits bool, exited int, reason string, code int32) *corev1.Pod {
	p := fullPod()
	p.Status.ContainerStatuses[0].Name, p.Status.ContainerStatuses[1].Name = "app", "proxy"
	c := &p.Status.ContainerStatuses[0]
	c.RestartCount = again
	if reason != "" {
		c.LastTerminationState.Terminated = &corev1.ContainerStateTerminated{Reason: reason, ExitCode: code, FinishedAt: stamp(exited)}
	}
	if waits {
		c.State = corev1.ContainerState{Waiting: &corev1.ContainerStateWaiting{Reason: crashLoop}}
	}
	slim(p) // it keeps what is told of
	return p
}

func TestRestartsAreTold(t *testing.T) {
	for _, c := range []struct {
		name  string
		first *corev1.Pod // at the start; nil: none
		steps []*corev1.Pod
		want  []string
	}{
		{"once, and again after a wait", nil, []*corev1.Pod{
			crashed(0, false, 0, "", 0), crashed(1, false, 15, "OOMKilled", 137), crashed(1, false, 15, "OOMKilled", 137),
			crashed(1, true, 18, "Error", 1), crashed(1, true, 18, "Error", 1), crashed(2, false, 18, "Error", 1),
		}, []string{
			"15 restarted c: container app was started again: OOMKilled, exit code 137",
			"18 back_off c: container app ended and waits to be started again: Error, exit code 1",
			"18 restarted c: container app was started again: Error, exit code 1",
		}},
		{"several between two looks", nil, []*corev1.Pod{crashed(0, false, 0, "", 0), crashed(3, false, 19, "Error", 2)},
			[]string{"19 restarted c: container app was started again 3 times, at last: Error, exit code 2"}},
		{"not told why", nil, []*corev1.Pod{crashed(0, false, 0, "", 0), crashed(1, false, 0, "", 0)},
			[]string{"22 restarted c: container app was started again: how it ended is not told"}},
		{"by a clock ahead", nil, []*corev1.Pod{crashed(0, false, 0, "", 0), crashed(1, false, 70, "Error", 1)},
			[]string{"22 restarted c: container app was started again: Error, exit code 1"}},
		{"before the start", crashed(4, false, 3, "Error", 1), []*corev1.Pod{crashed(4, false, 3, "Error", 1)}, nil},
		{"of a pod of the start", crashed(4, false, 3, "Error", 1), []*corev1.Pod{crashed(5, false, 20, "Error", 1)},
			[]string{"20 restarted c: container app was started again: Error, exit code 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(at(20)))
				f, told := newTestFleet()
				if c.first != nil {
					f.began, f.listed = false, make(chan struct{})
					f.pods([]*corev1.Pod{c.first})
				}
				for _, p := range c.steps {
					time.Sleep(time.Second)
					f.pod(p)
				}
				var got []string
				for _, e := range told.events {
					if e.Kind == restarted || e.Kind == backOff {
						got = append(got, tell(e)+": "+e.Text)
					}
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// The addresses of a new pod are told once; nobody waits for those of the others.
func TestAddressesAreTold(t *testing.T) {
	with := func(name string, all ...string) *corev1.Pod {
		p := fullPod()
		p.Name, p.UID = name, uid(name)
		for _, ip := range all {
			p.Status.PodIP = all[0]
			p.Status.PodIPs = append(p.Status.PodIPs, corev1.PodIP{IP: ip})
		}
		slim(p)
		return p
	}
	f, told := newTestFleet()
	f.began, f.listed = false, make(chan struct{})
	f.pods([]*corev1.Pod{with("a", "10.0.0.1")})
	alone := with("d", "10.0.0.4")
	alone.Status.PodIPs = nil
	behind := gated("True", 12)
	behind.Name, behind.UID, behind.Status.PodIP = "e", uid("e"), "10.0.0.5"
	for _, p := range []*corev1.Pod{with("a", "10.0.0.1"), with("b"), with("b", "10.0.0.2"), with("b", "10.0.0.2"), with("c", "10.0.0.3", "fd00::3"), alone, behind} {
		f.pod(p)
	}
	var got []string
	for _, e := range told.events {
		if e.Kind == "address" {
			got = append(got, e.Unit+" "+e.Text)
		}
	}
	if want := []string{"b 10.0.0.2", "c 10.0.0.3", "c fd00::3", "d 10.0.0.4"}; !cmp.Equal(got, want) {
		t.Errorf("addresses = %q; want %q", got, want)
	}
}
