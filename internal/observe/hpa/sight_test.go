package hpa

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/timeline"
)

func TestSight(t *testing.T) {
	start := time.Now()
	after := func(seconds float64) time.Time { return start.Add(time.Duration(seconds * float64(time.Second))) }
	var s sight
	for _, c := range []struct {
		name string
		do   func()
		at   float64
		want float64 // since when it may have happened; -1: just now
	}{
		{"the first list", func() { s.begin(after(0)) }, 0.5, -1},
		{"a first list that came late", func() {}, 8, 0},
		{"its watch", func() { s.lose(after(8)); s.find(after(8.1)) }, 8.2, -1},
		{"an observation that begins again", func() { s.begin(after(9)) }, 9, -1},
		{"a watch that was cut for a moment", func() { s.lose(after(20)); s.find(after(20.5)) }, 20.6, -1},
		{"what a watch brings that was long away", func() { s.lose(after(30)); s.find(after(38)) }, 38.3, 30},
		{"what it brings later on", func() {}, 39.5, -1},
		{"a list after a watch that was cut", func() { s.lose(after(50)) }, 58, 50},
	} {
		c.do()
		got := s.late(after(c.at))
		if want := after(c.want); c.want < 0 && !got.IsZero() || c.want >= 0 && !got.Equal(want) {
			t.Errorf("%s: late = %v; want %v s after the start", c.name, got.Sub(start), c.want)
		}
	}
	if none := (*sight)(nil); !none.late(start).IsZero() || !none.since().IsZero() {
		t.Error("a sight that nobody keeps knows of a loss; want none")
	}
}

// out has what a fleet watches out of sight from 12 s until 20 s.
func out(s *sight) {
	s.lose(at(12))
	s.find(at(20))
}

// What a slice first shows after an outage has no time: no stage is told of it,
// unless the pod was ready only just before.
func TestInServiceIsMissed(t *testing.T) {
	late := fullPod() // ready at 9 s
	just := fullPod()
	just.Name, just.UID = "d", "uid-d"
	just.Status.Conditions[1].LastTransitionTime = stamp(19)
	known := fullPod()
	known.Name, known.UID = "e", "uid-e"
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(at(11)))
		f, told := newTestFleet()
		f.endpointSlice(slice("a", endpoint("uid-e", "e", "ready")))
		time.Sleep(time.Until(at(20)))
		out(f.sliceSight)
		for _, p := range []*corev1.Pod{late, just, known} {
			f.pod(p)
		}
		all := []discoveryv1.Endpoint{endpoint("uid-c", "c", "ready"), endpoint("uid-d", "d", "ready"), endpoint("uid-e", "e", "ready")}
		f.endpointSlice(slice("a", all...))
		var got []string
		for _, e := range told.events {
			if strings.HasPrefix(e.Kind, "in_service") {
				got = append(got, tell(e)+": "+e.Text)
			}
		}
		slices.Sort(got) // what one slice shows has no order
		want := []string{
			"11 in_service e: in the endpoints of a service",
			"20 in_service d: in the endpoints of a service",
			"20 in_service_missed c: in the endpoints of a service, at some instant of the 8s before this was seen",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("events (-want +got):\n%s", diff)
		}
	})
}

// Decisions that one look shows together have the times of their events, and
// where there are none, that of the last, or none at all.
func TestDecisionsAreMissed(t *testing.T) {
	scaled := func(desired int32, seconds int) *autoscalingv2.HorizontalPodAutoscaler {
		last := stamp(seconds)
		return &autoscalingv2.HorizontalPodAutoscaler{Status: autoscalingv2.HorizontalPodAutoscalerStatus{DesiredReplicas: desired, LastScaleTime: &last}}
	}
	for _, c := range []struct {
		name     string
		rescales []rescale
		now      *autoscalingv2.HorizontalPodAutoscaler
		want     []string
		desired  []float64
	}{
		{"each with its event", []rescale{{at(10), 10}, {at(14), 12}, {at(17), 14}, {at(19), 16}}, scaled(16, 19),
			[]string{"14 decision: desired 10 to 12, as its event tells", "17 decision: desired 12 to 14, as its event tells", "19 decision: desired 14 to 16"},
			[]float64{10, 12, 14, 16}},
		{"no events", nil, scaled(16, 19), []string{"19 decision: desired 10 to 16"}, []float64{10, 16}},
		{"no time at all", nil, scaled(16, 10),
			[]string{"20 decision_missed: desired 10 to 16, at some instant of the 8s before this was seen"}, []float64{10, 16}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(at(11)))
				f, told := newTestFleet()
				f.autoscaler(scaled(10, 10))
				time.Sleep(time.Until(at(20)))
				out(f.scalerSight)
				f.rescales = c.rescales
				f.autoscaler(c.now)
				var got []string
				for _, e := range told.events {
					got = append(got, tell(e)+": "+e.Text)
				}
				if diff := cmp.Diff(c.want, got); diff != "" {
					t.Errorf("events (-want +got):\n%s", diff)
				}
				if got := told.values("desired"); !cmp.Equal(got, c.desired) {
					t.Errorf("desired = %v; want %v", got, c.desired)
				}
			})
		})
	}
}

// A watch that is cut and hangs before it goes on, for longer than anyone is
// patient, is a gap though nothing of it is lost.
func TestAHangIsAGap(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	o.observer.patience = 1200 * time.Millisecond
	stop, _ := o.begin(t)
	o.awaitAll(t)
	release := make(chan struct{})
	a.answer(podsPath, func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		a.answer(podsPath, nil)
		a.ServeHTTP(w, r)
	})
	a.cutAll()
	time.AfterFunc(2*time.Second, func() { close(release) })
	a.put(podsPath, podOf("c"))
	o.awaitEvent(t, "9 ready c")
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	if len(o.gaps) != 1 || o.gaps[0].To-o.gaps[0].From < timeline.Offset(1900*time.Millisecond) || !strings.Contains(o.gaps[0].Cause, "pods") {
		t.Errorf("gaps = %+v; want one of 2 s that names the pods", o.gaps)
	}
}

// What the autoscaler decided while it was out of sight is read from its events.
func TestRecall(t *testing.T) {
	a := simple()
	for _, e := range []struct {
		name, reason, message string
		seconds               int
	}{
		{"late", "SuccessfulRescale", "New size: 16; reason: cpu resource utilization (percentage of request) above target", 26},
		{"early", "SuccessfulRescale", "New size: 14; reason: cpu resource utilization (percentage of request) above target", 24},
		{"failed", "FailedRescale", "New size: 15; reason: ", 25},
		{"strange", "SuccessfulRescale", "grown", 25},
	} {
		a.put(eventsPath, &corev1.Event{
			ObjectMeta: metav1.ObjectMeta{Name: e.name, UID: uid(e.name)}, LastTimestamp: stamp(e.seconds), Reason: e.reason, Message: e.message,
			InvolvedObject: corev1.ObjectReference{Kind: "HorizontalPodAutoscaler", Name: "web"},
		})
	}
	o := newObserving(t, a)
	o.observer.recall(t.Context())
	var got []string
	for _, r := range o.observer.fleet.rescales {
		got = append(got, fmt.Sprintf("%v %d", r.at.Sub(began), r.size))
	}
	if want := []string{"24s 14", "26s 16"}; !cmp.Equal(got, want) {
		t.Errorf("recalled %q; want %q", got, want)
	}
}
