package kubeapi

import (
	"slices"
	"strconv"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// resource is one kind of object in one version of the API.
type resource struct {
	group, version         string
	store                  string // the plural name
	singular, kind         string
	short                  []string
	namespaced, everywhere bool                  // everywhere: in kubectl's category "all"
	convert                func(o object) object // from the stored version; nil: it is the stored one
	columns                []column
}

func (r *resource) groupVersion() string {
	return schema.GroupVersion{Group: r.group, Version: r.version}.String()
}

func (r *resource) groupResource() schema.GroupResource {
	return schema.GroupResource{Group: r.group, Resource: r.store}
}

// view returns o in this version of the API.
func (r *resource) view(o object) object {
	if r.convert == nil {
		return o
	}
	return r.convert(o)
}

// catalogue is all there is, in the order in which discovery tells it; of two
// versions of a group the preferred one comes first.
var catalogue = []*resource{
	{version: "v1", store: "events", singular: "event", kind: "Event", short: []string{"ev"}, namespaced: true, columns: eventColumns},
	{version: "v1", store: "namespaces", singular: "namespace", kind: "Namespace", short: []string{"ns"}, columns: namespaceColumns},
	{version: "v1", store: "nodes", singular: "node", kind: "Node", short: []string{"no"}, columns: nodeColumns},
	{version: "v1", store: "pods", singular: "pod", kind: "Pod", short: []string{"po"}, namespaced: true, everywhere: true, columns: podColumns},
	{group: "apps", version: "v1", store: "deployments", singular: "deployment", kind: "Deployment", short: []string{"deploy"}, namespaced: true, everywhere: true, columns: deploymentColumns},
	{group: "apps", version: "v1", store: "replicasets", singular: "replicaset", kind: "ReplicaSet", short: []string{"rs"}, namespaced: true, everywhere: true, columns: replicaSetColumns},
	{group: "autoscaling", version: "v2", store: "horizontalpodautoscalers", singular: "horizontalpodautoscaler", kind: "HorizontalPodAutoscaler", short: []string{"hpa"}, namespaced: true, everywhere: true, columns: hpaColumns},
	{group: "autoscaling", version: "v1", store: "horizontalpodautoscalers", singular: "horizontalpodautoscaler", kind: "HorizontalPodAutoscaler", short: []string{"hpa"}, namespaced: true, everywhere: true, columns: hpaColumns, convert: hpaV1},
}

func findResource(group, version, plural string) *resource {
	i := slices.IndexFunc(catalogue, func(r *resource) bool {
		return r.group == group && r.version == version && r.store == plural
	})
	if i < 0 {
		return nil
	}
	return catalogue[i]
}

// fieldsOf returns what field selectors may choose o by.
func (r *resource) fieldsOf(o object) fields.Set {
	set := fields.Set{"metadata.name": o.GetName(), "metadata.namespace": o.GetNamespace()}
	switch o := o.(type) {
	case *corev1.Pod:
		set["spec.nodeName"] = o.Spec.NodeName
		set["status.phase"] = string(o.Status.Phase)
	case *corev1.Event:
		set["involvedObject.kind"] = o.InvolvedObject.Kind
		set["involvedObject.namespace"] = o.InvolvedObject.Namespace
		set["involvedObject.name"] = o.InvolvedObject.Name
		set["involvedObject.uid"] = string(o.InvolvedObject.UID)
		set["involvedObject.apiVersion"] = o.InvolvedObject.APIVersion
		set["involvedObject.resourceVersion"] = ""
		set["involvedObject.fieldPath"] = ""
		set["reason"] = o.Reason
		set["type"] = o.Type
		set["source"] = o.Source.Component
	}
	return set
}

// selectable reports whether field selectors may name the field.
func (r *resource) selectable(name string) bool {
	var sample object
	switch r.store {
	case "pods":
		sample = &corev1.Pod{}
	case "events":
		sample = &corev1.Event{}
	default:
		sample = &corev1.Namespace{}
	}
	_, ok := r.fieldsOf(sample)[name]
	return ok
}

// hpaV1 is an autoscaler in the older version that old clients ask for; it
// knows CPU utilisation and no other metric.
func hpaV1(o object) object {
	v2, ok := o.(*autoscalingv2.HorizontalPodAutoscaler)
	if !ok {
		return o
	}
	v1 := &autoscalingv1.HorizontalPodAutoscaler{
		TypeMeta:   typeMeta("autoscaling/v1", v2.Kind),
		ObjectMeta: v2.ObjectMeta,
		Spec: autoscalingv1.HorizontalPodAutoscalerSpec{
			ScaleTargetRef: autoscalingv1.CrossVersionObjectReference(v2.Spec.ScaleTargetRef),
			MinReplicas:    v2.Spec.MinReplicas,
			MaxReplicas:    v2.Spec.MaxReplicas,
		},
		Status: autoscalingv1.HorizontalPodAutoscalerStatus{
			ObservedGeneration: v2.Status.ObservedGeneration,
			LastScaleTime:      v2.Status.LastScaleTime,
			CurrentReplicas:    v2.Status.CurrentReplicas,
			DesiredReplicas:    v2.Status.DesiredReplicas,
		},
	}
	for _, m := range v2.Spec.Metrics {
		if m.Resource != nil {
			v1.Spec.TargetCPUUtilizationPercentage = m.Resource.Target.AverageUtilization
		}
	}
	for _, m := range v2.Status.CurrentMetrics {
		if m.Resource != nil {
			v1.Status.CurrentCPUUtilizationPercentage = m.Resource.Current.AverageUtilization
		}
	}
	return v1
}

func percent(ratio int32) string { return strconv.Itoa(int(ratio)) + "%" }
