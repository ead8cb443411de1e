package kubeapi

import (
	"crypto/sha256"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// render turns a state into objects, in the order in which their changes are
// told: who decides before who follows.
func render(s world.State) []entry { return renderWith(s, newMemory(settingOf(s.Config))) }

// renderWith does so with what the rendering before it left.
func renderWith(s world.State, m *memory) []entry {
	defer m.turn()
	r := newRenderer(s, m)
	r.add("namespaces", r.namespaceObject("default"))
	r.add("namespaces", r.namespaceObject(r.namespace))
	if s.Deployment.Created.IsZero() {
		return r.entries // instances that are units themselves are no nodes
	}
	r.nodes()
	if s.HPA != nil {
		r.add("horizontalpodautoscalers", r.autoscaler())
	}
	r.add("deployments", r.deployment())
	r.add("replicasets", r.replicaSet())
	if s.Config.Quotas.Pods > 0 {
		r.add("resourcequotas", r.podQuota())
	}
	for _, p := range s.Pods {
		r.entries = append(r.entries, m.pods.entry(p.UID, p, func() entry {
			e := newEntry("pods", r.pod(p))
			e.gone = !p.Terminated.IsZero()
			return e
		}))
	}
	r.add("services", r.service())
	r.endpointSlices()
	for _, e := range s.Events {
		r.entries = append(r.entries, m.events.entry(e.UID, e, func() entry { return newEntry("events", r.event(e)) }))
	}
	return r.entries
}

// renderer collects the objects of one state.
type renderer struct {
	world.State
	setting
	memory  *memory
	entries []entry
	podUIDs map[string]string // by name; nil until somebody asks
}

func newRenderer(s world.State, m *memory) *renderer {
	return &renderer{State: s, setting: m.setting, memory: m}
}

func (r *renderer) add(store string, o object) {
	r.entries = append(r.entries, newEntry(store, o))
}

func (r *renderer) namespaceObject(name string) object {
	meta := r.meta("Namespace", name, r.Start)
	meta.Namespace = ""
	meta.Labels = map[string]string{corev1.LabelMetadataName: name}
	return &corev1.Namespace{
		TypeMeta:   typeMeta("v1", "Namespace"),
		ObjectMeta: meta,
		Status:     corev1.NamespaceStatus{Phase: corev1.NamespaceActive},
	}
}

// meta is the metadata of an object that lives as long as the staging.
func (r *renderer) meta(kind, name string, created time.Time) metav1.ObjectMeta {
	return metav1.ObjectMeta{
		Name: name, Namespace: r.namespace, UID: uid(kind, name), CreationTimestamp: metav1.NewTime(created),
	}
}

func (r *renderer) labels() map[string]string { return map[string]string{"app": r.workload} }

// owned returns the reference of what the named object controls.
func (r *renderer) owned(kind, name string) []metav1.OwnerReference {
	yes := true
	return []metav1.OwnerReference{{
		APIVersion: "apps/v1", Kind: kind, Name: name, UID: uid(kind, name), Controller: &yes, BlockOwnerDeletion: &yes,
	}}
}

// uid is the identity of an object that exists once in a staging, in the form
// of a UUID.
func uid(kind, name string) types.UID {
	h := sha256.Sum256([]byte(kind + "/" + name))
	return types.UID(fmt.Sprintf("%x-%x-%x-%x-%x", h[:4], h[4:6], h[6:8], h[8:10], h[10:16]))
}

func typeMeta(apiVersion, kind string) metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: apiVersion, Kind: kind}
}
