package hpa

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

func replicaSet(name, owner string) *appsv1.ReplicaSet {
	return &appsv1.ReplicaSet{ObjectMeta: metav1.ObjectMeta{
		Name: name, UID: types.UID("uid-" + name), Labels: map[string]string{"app": "web"},
		OwnerReferences: []metav1.OwnerReference{{Kind: "Deployment", Name: owner}},
	}}
}

func failedToCreate(uid, owner string, seconds int) *corev1.Event {
	return &corev1.Event{
		ObjectMeta: metav1.ObjectMeta{Name: uid, UID: types.UID(uid)}, Reason: failedCreate, LastTimestamp: stamp(seconds),
		Message:        "Error creating: pods \"" + owner + "-x\" is forbidden: exceeded quota: web",
		InvolvedObject: corev1.ObjectReference{Kind: "ReplicaSet", Name: owner, UID: types.UID("uid-" + owner)},
	}
}

// A quota that forbids a pod is told by the ReplicaSet that could not create it.
func TestFailedCreateIsTold(t *testing.T) {
	a := simple()
	a.put(replicaSetsPath, replicaSet("web-1", "web"))
	o := newObserving(t, a)
	o.begin(t)
	o.awaitAll(t)
	a.put(eventsPath, failedToCreate("e1", "web-1", 12))
	o.awaitEvent(t, "12 FailedCreate")
	a.put(eventsPath, failedToCreate("e2", "other-1", 13)) // of another workload
	a.put(eventsPath, failedToCreate("e3", "web-2", 14))   // before its ReplicaSet is known
	a.put(replicaSetsPath, replicaSet("other-1", "other"))
	a.put(replicaSetsPath, replicaSet("web-2", "web"))
	o.awaitEvent(t, "14 FailedCreate")
	for _, told := range o.told() {
		if told == "13 FailedCreate" {
			t.Errorf("events = %q; want none of another workload's", o.told())
		}
	}
	if e := o.last(failedCreate); e.Unit != "" || e.Text == "" {
		t.Errorf("FailedCreate = %+v; want no unit and the reason", e)
	}
}

func TestOwns(t *testing.T) {
	for _, c := range []struct {
		kind string
		r    *appsv1.ReplicaSet
		want bool
	}{
		{"Deployment", replicaSet("web-1", "web"), true},
		{"Deployment", replicaSet("web-1", "other"), false},
		{"Rollout", replicaSet("web-1", "web"), false},
		{"ReplicaSet", replicaSet("web", "x"), true},
		{"Deployment", &appsv1.ReplicaSet{}, false},
	} {
		if got := (target{kind: c.kind, name: "web"}).owns(c.r); got != c.want {
			t.Errorf("%s web owns %s = %v; want %v", c.kind, c.r.Name, got, c.want)
		}
	}
}
