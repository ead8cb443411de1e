package hpa

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// endpoint is a pod in a slice; ready as the API says it, "" for unsaid.
func endpoint(uid, name, ready string) discoveryv1.Endpoint {
	e := discoveryv1.Endpoint{TargetRef: &corev1.ObjectReference{Kind: "Pod", Name: name, UID: types.UID(uid)}}
	if ready != "" {
		is := ready == "ready"
		e.Conditions.Ready = &is
	}
	return e
}

func slice(name string, all ...discoveryv1.Endpoint) *discoveryv1.EndpointSlice {
	return &discoveryv1.EndpointSlice{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{discoveryv1.LabelServiceName: "service-" + name}}, Endpoints: all,
	}
}

// gated is fullPod with the readiness gate of a load balancer in a state.
func gated(state corev1.ConditionStatus, since int) *corev1.Pod {
	p := fullPod()
	p.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "example.com/other"}, {ConditionType: gatePrefix + "k8s-web-1"}}
	p.Status.Conditions = append(p.Status.Conditions, corev1.PodCondition{Type: gatePrefix + "k8s-web-1", Status: state, LastTransitionTime: stamp(since)})
	return p
}

// Each step comes a second after the one before, the first at 20 s.
func TestInService(t *testing.T) {
	pod := func(p *corev1.Pod) func(*fleet) { return func(f *fleet) { f.pod(p) } }
	see := func(s *discoveryv1.EndpointSlice) func(*fleet) { return func(f *fleet) { f.endpointSlice(s) } }
	unready := fullPod()
	unready.Status.Conditions[1].Status = corev1.ConditionFalse
	for _, c := range []struct {
		name  string
		steps []func(*fleet)
		want  []string // of in_service
	}{
		{"the slice after the pod", []func(*fleet){pod(fullPod()), see(slice("a", endpoint("uid-c", "c", "ready")))}, []string{"21 in_service c"}},
		{"the slice before the pod", []func(*fleet){see(slice("a", endpoint("uid-c", "c", "ready"))), pod(fullPod())}, []string{"20 in_service c"}},
		{"a slice that has it not ready", []func(*fleet){pod(fullPod()), see(slice("a", endpoint("uid-c", "c", "not")))}, nil},
		{"unsaid is ready", []func(*fleet){pod(fullPod()), see(slice("a", endpoint("uid-c", "c", "")))}, []string{"21 in_service c"}},
		{"by name alone", []func(*fleet){pod(fullPod()), see(slice("a", endpoint("", "c", "ready")))}, []string{"21 in_service c"}},
		{"another pod of that name", []func(*fleet){pod(fullPod()), see(slice("a", endpoint("uid-b", "c", "ready")))}, nil},
		{"endpoints that are no pods", []func(*fleet){pod(fullPod()), see(slice("a", discoveryv1.Endpoint{}, discoveryv1.Endpoint{TargetRef: &corev1.ObjectReference{Kind: "Node", Name: "c"}}))}, nil},
		{"not before it is ready", []func(*fleet){pod(unready), see(slice("a", endpoint("uid-c", "c", "ready"))), pod(fullPod())}, []string{"21 in_service c"}},
		{"in and out", []func(*fleet){
			pod(fullPod()), see(slice("a", endpoint("uid-c", "c", "not"))), see(slice("a", endpoint("uid-c", "c", "ready"))),
			see(slice("a", endpoint("uid-c", "c", "not"))), see(slice("a", endpoint("uid-c", "c", "ready"))),
		}, []string{"22 in_service c"}},
		{"the first of two slices", []func(*fleet){
			see(slice("a", endpoint("uid-c", "c", "ready"))), see(slice("b", endpoint("uid-c", "c", "ready"))), pod(fullPod()),
		}, []string{"20 in_service c"}},
		{"a slice that went before the pod came", []func(*fleet){
			see(slice("a", endpoint("uid-c", "c", "ready"))), func(f *fleet) { f.endpointSliceGone(slice("a")) }, pod(fullPod()),
		}, nil},
		{"listed again", []func(*fleet){
			see(slice("a", endpoint("uid-c", "c", "ready"))), see(slice("b", endpoint("uid-c", "c", "ready"))),
			func(f *fleet) {
				f.endpointSlices([]*discoveryv1.EndpointSlice{slice("b", endpoint("uid-c", "c", "ready"))})
			}, pod(fullPod()),
		}, []string{"21 in_service c"}},
		{"a gate decides", []func(*fleet){pod(gated("False", 9)), see(slice("a", endpoint("uid-c", "c", "ready"))), pod(gated("True", 12))}, []string{"12 in_service c"}},
		{"a gate that opened before the pod was ready", []func(*fleet){pod(gated("True", 8))}, []string{"9 in_service c"}},
		{"a gate of which nothing is known", []func(*fleet){pod(gated("Unknown", 8)), see(slice("a", endpoint("uid-c", "c", "ready")))}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				time.Sleep(time.Until(at(19)))
				f, told := newTestFleet()
				for _, step := range c.steps {
					time.Sleep(time.Second)
					step(f)
				}
				var got []string
				for _, e := range told.events {
					if e.Kind == "in_service" {
						got = append(got, tell(e))
					}
				}
				if !cmp.Equal(got, c.want) {
					t.Errorf("in_service = %q; want %q", got, c.want)
				}
			})
		})
	}
}

// A pod that was there at the start was never seen to come into service.
func TestInServiceOfTheFirstPodsIsUnknown(t *testing.T) {
	f, told := newTestFleet()
	f.began = false
	f.take(fullPod())
	f.began = true
	f.endpointSlice(slice("a", endpoint("uid-c", "c", "ready")))
	if got := told.told(); len(got) > 0 {
		t.Errorf("events = %q; want none", got)
	}
}

// Conditions in whole seconds, of clocks that differ, still make stages in order.
func TestStagesAreInOrder(t *testing.T) {
	for _, c := range []struct {
		name                      string
		create, place, run, ready int
		want                      []string
	}{
		{"as it should be", 1, 2, 7, 9, []string{"1 create c", "2 place c", "7 start c", "9 ready c"}},
		{"a container by a clock behind", 5, 6, 3, 9, []string{"5 create c", "6 place c", "6 start c", "9 ready c"}},
		{"all by a clock ahead", 58, 59, 70, 75, []string{"58 create c", "59 place c", "60 start c", "60 ready c"}},
		{"ready before everything", 5, 6, 7, 1, []string{"5 create c", "6 place c", "7 start c", "7 ready c"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(at(60)))
			f, told := newTestFleet()
			p := fullPod()
			p.CreationTimestamp = stamp(c.create)
			p.Status.Conditions[0].LastTransitionTime, p.Status.Conditions[1].LastTransitionTime = stamp(c.place), stamp(c.ready)
			p.Status.ContainerStatuses[0].State.Running.StartedAt, p.Status.ContainerStatuses[1].State.Running.StartedAt = stamp(c.run), stamp(c.run)
			f.pod(p)
			if got := told.told(); !cmp.Equal(got, c.want) {
				t.Errorf("%s: events = %q; want %q", c.name, got, c.want)
			}
			for _, e := range told.events {
				if e.Seen != nil && *e.Seen < e.At {
					t.Errorf("%s: %s was seen at %v, before it happened", c.name, tell(e), e.Seen.Seconds())
				}
			}
		})
	}
}

// FuzzStages holds the law of the order for any account of a pod.
func FuzzStages(f *testing.F) {
	f.Add(1, 2, 7, 9, 12)
	f.Add(70, 3, -5, 2, 100)
	f.Fuzz(func(t *testing.T, create, place, run, ready, gate int) {
		for _, n := range []int{create, place, run, ready, gate} {
			if n < -1e6 || n > 1e6 {
				t.Skip("a time that no account has")
			}
		}
		synctest.Test(t, func(t *testing.T) {
			time.Sleep(time.Until(at(60)))
			f, told := newTestFleet()
			p := gated("True", gate)
			p.CreationTimestamp = stamp(create)
			p.Status.Conditions[0].LastTransitionTime, p.Status.Conditions[1].LastTransitionTime = stamp(place), stamp(ready)
			p.Status.ContainerStatuses[0].State.Running.StartedAt, p.Status.ContainerStatuses[1].State.Running.StartedAt = stamp(run), stamp(run)
			f.pod(p)
			if len(told.events) != 5 {
				t.Fatalf("%d stages; want 5", len(told.events))
			}
			for i, e := range told.events {
				if i > 0 && e.At < told.events[i-1].At {
					t.Errorf("%s comes before %s", tell(e), tell(told.events[i-1]))
				}
				if e.At.Seconds() > 60 {
					t.Errorf("%s is later than its receipt", tell(e))
				}
			}
		})
	})
}

// The services of a fleet are those of all slices that name one of its pods, on
// whatever page; where one of those is of no service they are not known.
func TestOwnServices(t *testing.T) {
	orphan := slice("orphan", endpoint("uid-a", "a", "ready"))
	orphan.Labels = nil
	many := []*discoveryv1.EndpointSlice{slice("b", endpoint("uid-b", "b", "not"))}
	for n := range 2 * pageSize {
		many = append(many, slice(fmt.Sprint("x", n), endpoint("uid-x", "x", "ready")))
	}
	many = append(many, slice("a", endpoint("", "a", "ready")))
	for _, c := range []struct {
		name  string
		all   []*discoveryv1.EndpointSlice
		want  string
		pages int32
	}{
		{"none", nil, "", 1},
		{"of others", many[1:2], "", 1},
		{"on the first page and the third", many, "kubernetes.io/service-name in (service-a,service-b)", 3},
		{"of no service", append(many[:1:1], orphan), "", 1},
	} {
		a := crowded()
		for _, s := range c.all {
			a.put(slicesPath, s)
		}
		var asked atomic.Int32
		a.answer(slicesPath, func(w http.ResponseWriter, r *http.Request) {
			asked.Add(1)
			a.list(w, r)
		})
		o := newObserving(t, a)
		o.observer.fleet.rec = o.rec
		o.observer.fleet.values = map[string]float64{}
		o.observer.fleet.pods([]*corev1.Pod{podOf("a"), podOf("b")})
		got := ""
		if s := o.observer.ownServices(t.Context()); s != nil {
			got = s.String()
		}
		if got != c.want || asked.Load() != c.pages {
			t.Errorf("%s: ownServices = %q in %d pages; want %q in %d", c.name, got, asked.Load(), c.want, c.pages)
		}
	}
}

// Only the slices of the fleet's own services are watched, and a pod that
// becomes ready in them is told at once.
func TestEndpointsAreWatched(t *testing.T) {
	a := simple()
	first := fullPod()
	first.Name, first.UID, first.Labels = "a", "uid-a", map[string]string{"app": "web"}
	a.put(podsPath, first)
	a.put(slicesPath, slice("web", endpoint("uid-a", "a", "ready")))
	a.put(slicesPath, slice("other", endpoint("uid-z", "z", "ready")))
	o := newObserving(t, a)
	stop, _ := o.begin(t)
	o.awaitAll(t)
	second := fullPod()
	second.Labels = first.Labels
	a.put(podsPath, second)
	o.awaitEvent(t, "9 ready c")
	a.put(slicesPath, slice("other", endpoint("uid-z", "z", "ready"), endpoint("uid-c", "c", "ready")))
	a.put(slicesPath, slice("web", endpoint("uid-a", "a", "ready"), endpoint("uid-c", "c", "ready")))
	o.await(t, "in service", func() bool { return o.last("in_service").Unit == "c" })
	if err := stop(); err != nil {
		t.Errorf("Observe = %v; want nil", err)
	}
	if got := fmt.Sprint(len(o.observer.fleet.serving)); got != "1" {
		t.Errorf("%s slices are known; want only that of the fleet's own service", got)
	}
}
