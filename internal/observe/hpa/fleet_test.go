package hpa

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/seed-f864f198/onair/internal/observe"
)

// newTestFleet is a fleet of which nothing is known but that it began.
func newTestFleet() (*fleet, *facts) {
	told := &facts{news: make(chan struct{})}
	f := newFleet()
	f.begin(observe.NewRecorder("hpa/default/web", began, told), autoscalingv2.CrossVersionObjectReference{}, func(error) {})
	f.pods(nil)
	for _, s := range []*sight{f.scalerSight, f.podSight, f.sliceSight} {
		s.find(time.Now())
	}
	return f, told
}

func stamp(seconds int) metav1.Time { return metav1.NewTime(at(seconds)) }

// fullPod is a ready pod of two containers, created at 1 s.
func fullPod() *corev1.Pod {
	running := func(seconds int) corev1.ContainerStatus {
		return corev1.ContainerStatus{State: corev1.ContainerState{Running: &corev1.ContainerStateRunning{StartedAt: stamp(seconds)}}}
	}
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: "c", UID: "uid-c", CreationTimestamp: stamp(1)},
		Spec:       corev1.PodSpec{Containers: make([]corev1.Container, 2)},
		Status: corev1.PodStatus{
			Phase: corev1.PodRunning,
			Conditions: []corev1.PodCondition{
				{Type: corev1.PodScheduled, Status: corev1.ConditionTrue, LastTransitionTime: stamp(2)},
				{Type: corev1.PodReady, Status: corev1.ConditionTrue, LastTransitionTime: stamp(9)},
			},
			ContainerStatuses: []corev1.ContainerStatus{running(5), running(7)},
		},
	}
}

func TestPodStages(t *testing.T) {
	grace := int64(30)
	for _, c := range []struct {
		name  string
		edit  func(*corev1.Pod)
		want  []string
		ready float64
	}{
		{"ready when first seen", func(*corev1.Pod) {}, []string{"1 create c", "2 place c", "7 start c", "9 ready c"}, 1},
		{"one container waits", func(p *corev1.Pod) {
			p.Status.ContainerStatuses[1].State = corev1.ContainerState{}
			p.Status.Conditions[1].Status = corev1.ConditionFalse
		}, []string{"1 create c", "2 place c"}, 0},
		{"one container is not listed yet", func(p *corev1.Pod) {
			p.Status.ContainerStatuses = p.Status.ContainerStatuses[:1]
			p.Status.Conditions[1].Status = corev1.ConditionFalse
		}, []string{"1 create c", "2 place c"}, 0},
		{"not scheduled", func(p *corev1.Pod) { p.Status = corev1.PodStatus{Phase: corev1.PodPending} }, []string{"1 create c"}, 0},
		{"terminating though ready", func(p *corev1.Pod) {
			end := stamp(50)
			p.DeletionTimestamp, p.DeletionGracePeriodSeconds = &end, &grace
		}, []string{"1 create c", "2 place c", "7 start c", "9 ready c", "20 gone c"}, 0},
	} {
		f, told := newTestFleet()
		pod := fullPod()
		c.edit(pod)
		f.pod(pod)
		f.pod(pod)
		if got := told.told(); !cmp.Equal(got, c.want) {
			t.Errorf("%s: events = %q; want %q", c.name, got, c.want)
		}
		ready := told.values("ready")
		if got := ready[len(ready)-1]; got != c.ready {
			t.Errorf("%s: ready = %v; want %v", c.name, got, c.ready)
		}
	}
}

func TestReadyFollowsAPodThatFlaps(t *testing.T) {
	f, told := newTestFleet()
	for _, status := range []corev1.ConditionStatus{"True", "False", "True"} {
		pod := fullPod()
		pod.Status.Conditions[1].Status = status
		f.pod(pod)
	}
	evicted := fullPod()
	evicted.Status.Phase = corev1.PodFailed
	f.pod(evicted)
	f.podGone(evicted)
	if got, want := told.values("ready"), []float64{0, 1, 0, 1, 0}; !cmp.Equal(got, want) {
		t.Errorf("ready = %v; want %v", got, want)
	}
	if got := strings.Count(strings.Join(told.told(), ","), "ready c"); got != 1 {
		t.Errorf("the ready stage was told %d times; want once", got)
	}
	if got := strings.Count(strings.Join(told.told(), ","), "gone c"); got != 1 {
		t.Errorf("gone was told %d times; want once", got)
	}
}

func TestEventBeforeItsPod(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Until(at(60))) // a bubble begins long before
		f, told := newTestFleet()
		about := func(uid, pod string) *corev1.Event {
			return &corev1.Event{
				ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid)}, Reason: "FailedScheduling", LastTimestamp: stamp(2),
				InvolvedObject: corev1.ObjectReference{Kind: "Pod", Name: pod, UID: types.UID("uid-" + pod)},
			}
		}
		f.podEvents.all(nil)
		f.podEvents.one(about("1", "stranger"))
		time.Sleep(earlyFor + time.Second)
		f.podEvents.one(about("2", "c"))
		if got := told.told(); len(got) > 0 {
			t.Errorf("events before the pod = %q; want none", got)
		}
		if len(f.early) != 1 {
			t.Errorf("%d events wait after %v; want 1, the stranger's is too old", len(f.early), earlyFor)
		}
		f.pod(fullPod())
		again := about("2", "c")
		again.Count = 7
		f.podEvents.one(again)
		if got, want := told.told(), []string{"1 create c", "2 place c", "7 start c", "9 ready c", "2 FailedScheduling c"}; !cmp.Equal(got, want) {
			t.Errorf("events = %q; want %q", got, want)
		}
	})
}

func TestEventLogTellsWhatIsNew(t *testing.T) {
	f, told := newTestFleet()
	with := func(uid string, count int32) *corev1.Event {
		return &corev1.Event{ObjectMeta: metav1.ObjectMeta{UID: types.UID(uid)}, Reason: uid, LastTimestamp: stamp(int(count)), Count: count}
	}
	f.scalerEvents.all([]*corev1.Event{with("old", 3)})
	f.scalerEvents.one(with("old", 3))
	f.scalerEvents.one(with("old", 4))
	f.scalerEvents.one(with("new", 1))
	f.scalerEvents.all([]*corev1.Event{with("old", 4), with("new", 2)})
	f.scalerEvents.gone(with("old", 4))
	if got, want := told.told(), []string{"4 old", "1 new", "2 new"}; !cmp.Equal(got, want) {
		t.Errorf("events = %q; want %q", got, want)
	}
	if len(f.scalerEvents.times) != 1 {
		t.Errorf("%d events are remembered; want 1", len(f.scalerEvents.times))
	}
}

func TestHappened(t *testing.T) {
	created := metav1.ObjectMeta{CreationTimestamp: stamp(1)}
	for _, c := range []struct {
		event corev1.Event
		want  int
	}{
		{corev1.Event{ObjectMeta: created}, 1},
		{corev1.Event{ObjectMeta: created, EventTime: metav1.NewMicroTime(at(2))}, 2},
		{corev1.Event{ObjectMeta: created, EventTime: metav1.NewMicroTime(at(2)), Series: &corev1.EventSeries{LastObservedTime: metav1.NewMicroTime(at(3))}}, 3},
		{corev1.Event{ObjectMeta: created, LastTimestamp: stamp(4)}, 4},
	} {
		if got := happened(&c.event); !got.Equal(at(c.want)) {
			t.Errorf("happened(%+v) = %v; want %v", c.event, got, at(c.want))
		}
	}
}

func TestDesiredBeforeTheFirstDecision(t *testing.T) {
	f, told := newTestFleet()
	five := int32(5)
	f.workload(&five)
	scaler := &autoscalingv2.HorizontalPodAutoscaler{Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 8}}
	f.autoscaler(scaler)
	decided := scaler.DeepCopy()
	decided.Status.DesiredReplicas = 8
	f.autoscaler(decided)
	f.workload(nil)
	if got, want := told.values("desired"), []float64{5, 8}; !cmp.Equal(got, want) {
		t.Errorf("desired = %v; want %v", got, want)
	}
	if got, want := told.values("min"), []float64{1}; !cmp.Equal(got, want) {
		t.Errorf("min of an autoscaler that names none = %v; want %v", got, want)
	}
}

func TestStatefulSetIsAWorkload(t *testing.T) {
	f, told := newTestFleet()
	f.autoscaler(&autoscalingv2.HorizontalPodAutoscaler{})
	four := int32(4)
	s := target{resource: statefulSets, name: "db"}.stream(&cluster{}, "default", f)
	if err := s.store.Add(&appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{Replicas: &four}}); err != nil {
		t.Fatal(err)
	}
	if got, want := told.values("desired"), []float64{4}; !cmp.Equal(got, want) {
		t.Errorf("desired = %v; want %v", got, want)
	}
}

func TestConditionsTellWhatLimits(t *testing.T) {
	f, told := newTestFleet()
	with := func(kind autoscalingv2.HorizontalPodAutoscalerConditionType, status corev1.ConditionStatus, reason string, since int) {
		h := &autoscalingv2.HorizontalPodAutoscaler{}
		h.Status.Conditions = []autoscalingv2.HorizontalPodAutoscalerCondition{
			{Type: kind, Status: status, Reason: reason, LastTransitionTime: stamp(since)},
		}
		f.autoscaler(h)
	}
	with("ScalingLimited", "True", "TooFewReplicas", 1)
	with("ScalingLimited", "True", "TooFewReplicas", 1)
	with("ScalingLimited", "True", "ScaleUpLimit", 2)
	with("ScalingLimited", "False", "DesiredWithinRange", 3)
	with("ScalingActive", "False", "FailedGetResourceMetric", 4)
	with("ScalingActive", "True", "ValidMetricFound", 5)
	with("AbleToScale", "True", "ReadyForNewScale", 6)
	with("AbleToScale", "True", "SucceededRescale", 6)
	var got []string
	for _, e := range told.events {
		got = append(got, fmt.Sprintf("%v %s: %s", e.At.Seconds(), e.Kind, e.Text))
	}
	want := []string{
		"1 ScalingLimited: wants fewer units than its minimum allows (TooFewReplicas)",
		"2 ScalingLimited: wants more units than it may add at once (ScaleUpLimit)",
		"3 ScalingLimited: no longer limited (DesiredWithinRange)",
		"4 ScalingActive: cannot compute how many units it wants (FailedGetResourceMetric)",
		"5 ScalingActive: computes how many units it wants (ValidMetricFound)",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("conditions told (-want +got):\n%s", diff)
	}
}

func TestMetrics(t *testing.T) {
	of := func(text string) *resource.Quantity { q := resource.MustParse(text); return &q }
	used := int32(63)
	status := []autoscalingv2.MetricStatus{
		{Resource: &autoscalingv2.ResourceMetricStatus{Name: "cpu", Current: autoscalingv2.MetricValueStatus{AverageUtilization: &used, AverageValue: of("315m")}}},
		{ContainerResource: &autoscalingv2.ContainerResourceMetricStatus{Name: "memory", Container: "app", Current: autoscalingv2.MetricValueStatus{AverageValue: of("64Mi")}}},
		{Pods: &autoscalingv2.PodsMetricStatus{Metric: autoscalingv2.MetricIdentifier{Name: "requests"}, Current: autoscalingv2.MetricValueStatus{AverageValue: of("12498m")}}},
		{Object: &autoscalingv2.ObjectMetricStatus{Metric: autoscalingv2.MetricIdentifier{Name: "hits"}, Current: autoscalingv2.MetricValueStatus{Value: of("1k")}}},
		{External: &autoscalingv2.ExternalMetricStatus{Metric: autoscalingv2.MetricIdentifier{Name: "queue"}, Current: autoscalingv2.MetricValueStatus{Value: of("7")}}},
		{External: &autoscalingv2.ExternalMetricStatus{Metric: autoscalingv2.MetricIdentifier{Name: "unknown"}}},
		{},
	}
	want := []metric{{"cpu", 0.63}, {"memory/app", 64 << 20}, {"requests", 12.498}, {"hits", 1000}, {"queue", 7}}
	if got := metrics(status, nil); !cmp.Equal(got, want, cmp.AllowUnexported(metric{})) {
		t.Errorf("metrics(…) = %v; want %v", got, want)
	}
	half := int32(50)
	h := &autoscalingv2.HorizontalPodAutoscaler{Status: autoscalingv2.HorizontalPodAutoscalerStatus{CurrentMetrics: status[:1]}}
	h.Spec.Metrics = []autoscalingv2.MetricSpec{{Resource: &autoscalingv2.ResourceMetricSource{Name: "cpu", Target: autoscalingv2.MetricTarget{AverageUtilization: &half}}}}
	if got, want := metricsText(h), "cpu 0.63 for a target of 0.5"; got != want {
		t.Errorf("metricsText(…) = %q; want %q", got, want)
	}
}

func TestHealthHasPatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var given error
		h := &health{fail: func(err error) { given = err }, patience: patience}
		h.worked()
		h.failed(fmt.Errorf("first"))
		time.Sleep(patience - time.Second)
		h.failed(fmt.Errorf("again"))
		h.worked()
		time.Sleep(patience)
		synctest.Wait()
		if given != nil {
			t.Errorf("a stream that mended in time failed with %v; want no error", given)
		}
		since := time.Now()
		h.failed(fmt.Errorf("second"))
		time.Sleep(patience)
		synctest.Wait()
		if lost, ok := given.(*outage); !ok || lost.Error() != "second" || !lost.since.Equal(since) {
			t.Errorf("a stream broken for %v failed with %v; want the outage second since %v", patience, given, since)
		}
		given = nil
		h.stop()
		h.failed(&refusal{worded{text: "forbidden"}})
		if given == nil {
			t.Error("a refusal waited; want it at once")
		}
	})
}
