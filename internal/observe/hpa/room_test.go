package hpa

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// node is one that is up and has so much.
func node(name, allocatable string, edits ...func(*corev1.Node)) corev1.Node {
	n := corev1.Node{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"disk": "ssd"}},
		Status: corev1.NodeStatus{
			Allocatable: list(allocatable), Conditions: []corev1.NodeCondition{{Type: corev1.NodeReady, Status: corev1.ConditionTrue}},
		},
	}
	for _, edit := range edits {
		edit(&n)
	}
	return n
}

func tainted(key string, effect corev1.TaintEffect) func(*corev1.Node) {
	return func(n *corev1.Node) {
		n.Spec.Taints = append(n.Spec.Taints, corev1.Taint{Key: key, Value: "yes", Effect: effect})
	}
}

func TestRoomOn(t *testing.T) {
	const large = "cpu=4 memory=16Gi pods=20"
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		Containers:   []corev1.Container{sized("app", "cpu=1 memory=1Gi", "")},
		NodeSelector: map[string]string{"disk": "ssd"},
		Tolerations:  []corev1.Toleration{{Key: "spot", Operator: corev1.TolerationOpExists}, {Key: "team", Value: "yes", Effect: corev1.TaintEffectNoSchedule}},
	}}
	greedy := pod.DeepCopy()
	greedy.Spec.Containers[0].Resources.Requests["nvidia.com/gpu"] = list("x=1")["x"]
	modest := pod.DeepCopy()
	modest.Spec.Containers = nil
	down := func(status corev1.ConditionStatus) func(*corev1.Node) {
		return func(n *corev1.Node) { n.Status.Conditions[0].Status = status }
	}
	for _, c := range []struct {
		name  string
		like  *corev1.Pod
		nodes []corev1.Node
		used  string // of node a
		want  int    // with the 3 that are placed; -1: unknown
	}{
		{"none", pod, nil, "", 3},
		{"by processors", pod, []corev1.Node{node("a", large)}, "", 7},
		{"of two", pod, []corev1.Node{node("a", large), node("b", large)}, "", 11},
		{"less what is used", pod, []corev1.Node{node("a", large), node("b", large)}, "cpu=2500m memory=2Gi pods=7", 8},
		{"more used than there is", pod, []corev1.Node{node("a", large)}, "cpu=9", 3},
		{"by memory", pod, []corev1.Node{node("a", "cpu=100 memory=2Gi pods=20")}, "", 5},
		{"by pods", pod, []corev1.Node{node("a", "cpu=100 memory=200Gi pods=20")}, "pods=19", 4},
		{"of pods that ask nothing", modest, []corev1.Node{node("a", large)}, "pods=3", 20},
		{"cordoned", pod, []corev1.Node{node("a", large, func(n *corev1.Node) { n.Spec.Unschedulable = true })}, "", 3},
		{"not ready", pod, []corev1.Node{node("a", large, down("False")), node("b", large, down("Unknown"))}, "", 3},
		{"of which nothing is known", pod, []corev1.Node{{}}, "", 3},
		{"elsewhere", pod, []corev1.Node{node("a", large, func(n *corev1.Node) { n.Labels = nil })}, "", 3},
		{"not for it", pod, []corev1.Node{node("a", large, tainted("gpu", "NoSchedule"))}, "", 3},
		{"tolerated", pod, []corev1.Node{node("a", large, tainted("spot", "NoExecute"), tainted("team", "NoSchedule"))}, "", 7},
		{"tolerated for another effect", pod, []corev1.Node{node("a", large, tainted("team", "NoExecute"))}, "", 3},
		{"rather not", pod, []corev1.Node{node("a", large, tainted("gpu", "PreferNoSchedule"))}, "", 7},
		{"without the device", greedy, []corev1.Node{node("a", large), node("b", large+" nvidia.com/gpu=2")}, "", 5},
		{"that tells nothing", pod, []corev1.Node{node("a", large), node("b", "", func(n *corev1.Node) { n.Status.Allocatable = nil })}, "", -1},
		{"that tells no pods", modest, []corev1.Node{node("a", "cpu=4")}, "", -1},
	} {
		got := roomOn(c.nodes, map[string]corev1.ResourceList{"a": list(c.used)}, crew{like: c.like, units: 5, placed: 3})
		if c.want < 0 && got.err == nil || c.want >= 0 && (got.err != nil || got.most != c.want) {
			t.Errorf("%s: roomOn(…) = %+v; want %d", c.name, got, c.want)
		}
	}
}

// crowded is an API with two pods of one core each on a node that takes two
// more, and a quota that takes one.
func crowded() *api {
	a := simple()
	for _, name := range []string{"a", "b"} {
		p := podOf(name)
		a.put(podsPath, p)
		a.put(allPodsPath, p)
	}
	big := node("i-1", "cpu=4 memory=16Gi pods=20")
	a.put(nodesPath, &big)
	q := quota("web", "pods=3", "pods=2")
	a.put(quotasPath, &q)
	return a
}

// podOf is a ready pod of one core.
func podOf(name string) *corev1.Pod {
	p := fullPod()
	p.Name, p.UID, p.Labels = name, uid(name), map[string]string{"app": "web"}
	p.Spec.NodeName, p.Spec.Containers = "i-1", []corev1.Container{sized("app", "cpu=1", "cpu=2"), sized("log", "", "")}
	return p
}

func TestRoomIsReadAtBothEnds(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	warnings, stop := o.watch(t)
	o.awaitValue(t, "quota", 3)
	o.awaitValue(t, "room", 4)
	o.awaitAll(t)
	q := quota("web", "pods=9", "pods=2")
	a.put(quotasPath, &q)
	stop()
	if got := <-warnings; len(got) > 0 {
		t.Errorf("warnings = %q; want none", got)
	}
	if got, want := o.values("quota"), []float64{3, 9}; !cmp.Equal(got, want) {
		t.Errorf("quota = %v; want %v", got, want)
	}
	if got, want := o.values("room"), []float64{4, 4}; !cmp.Equal(got, want) { // that it stayed is told
		t.Errorf("room = %v; want %v", got, want)
	}
}

func TestRoomThatIsUnknown(t *testing.T) {
	forbidden := refuse(403, metav1.StatusReasonForbidden)
	for _, c := range []struct {
		path   string
		answer http.HandlerFunc
		absent string // the reading
		want   string
	}{
		{nodesPath, forbidden, "room", "room on nodes is unknown: forbidden (needs list on nodes in the whole cluster)"},
		{allPodsPath, forbidden, "room", "room on nodes is unknown: forbidden (needs list on pods in the whole cluster)"},
		{quotasPath, forbidden, "quota", "room in quotas is unknown: forbidden (needs list on resourcequotas in default)"},
		{limitsPath, forbidden, "", "what limit ranges forbid is unknown: forbidden (needs list on limitranges in default)"},
		{quotasPath, page, "quota", "room in quotas is unknown: list resourcequotas: answered 502 Bad Gateway"},
	} {
		a := crowded()
		a.answer(c.path, c.answer)
		o := newObserving(t, a)
		warnings, stop := o.watch(t)
		for _, name := range []string{"quota", "room"} {
			if name != c.absent {
				o.await(t, name, func() bool { return len(o.values(name)) > 0 })
			}
		}
		o.awaitAll(t)
		stop()
		got := slices.DeleteFunc(<-warnings, func(w string) bool { return strings.Contains(w, "usage") })
		if want := []string{"hpa/default/web: " + c.want}; !cmp.Equal(got, want) {
			t.Errorf("%s: warnings = %q; want %q", c.path, got, want)
		}
		if c.absent != "" && len(o.values(c.absent)) > 0 {
			t.Errorf("%s: %s = %v; want no reading", c.path, c.absent, o.values(c.absent))
		}
		if len(o.gaps) > 0 {
			t.Errorf("%s: gaps = %v; want none", c.path, o.gaps)
		}
	}
}
