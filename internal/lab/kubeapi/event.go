package kubeapi

import (
	"cmp"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// regarding says of each kind which version events name it in, and who
// reports them.
var regarding = map[string]struct{ apiVersion, component string }{
	"HorizontalPodAutoscaler": {"autoscaling/v2", "horizontal-pod-autoscaler"},
	"Deployment":              {"apps/v1", "deployment-controller"},
	"ReplicaSet":              {"apps/v1", "replicaset-controller"},
	"Pod":                     {"v1", "kubelet"},
}

// reporter says who reports a pod's events that are not the kubelet's.
var reporter = map[string]string{
	"Scheduled":         "default-scheduler",
	"FailedScheduling":  "default-scheduler",
	"TriggeredScaleUp":  "cluster-autoscaler",
	"NotTriggerScaleUp": "cluster-autoscaler",
}

func (r *renderer) event(e world.Event) object {
	who := regarding[e.Kind]
	component := cmp.Or(reporter[e.Reason], who.component)
	meta := r.meta("Event", e.Name+"."+e.UID, e.First)
	meta.UID = types.UID(e.UID)
	about := corev1.ObjectReference{
		Kind: e.Kind, Namespace: r.namespace, Name: e.Name, APIVersion: who.apiVersion, UID: r.uidOf(e.Kind, e.Name),
	}
	return &corev1.Event{
		TypeMeta: typeMeta("v1", "Event"), ObjectMeta: meta, InvolvedObject: about,
		Type: e.Type, Reason: e.Reason, Message: e.Message, Count: int32(e.Count),
		FirstTimestamp: metav1.NewTime(e.First), LastTimestamp: metav1.NewTime(e.At),
		Source: corev1.EventSource{Component: component}, ReportingController: component,
	}
}

func (r *renderer) uidOf(kind, name string) types.UID {
	if kind != "Pod" {
		return uid(kind, name)
	}
	if r.podUIDs == nil {
		r.podUIDs = make(map[string]string, len(r.Pods))
		for _, p := range r.Pods {
			r.podUIDs[p.Name] = p.UID
		}
	}
	if known, ok := r.podUIDs[name]; ok {
		return types.UID(known)
	}
	return uid(kind, name)
}
