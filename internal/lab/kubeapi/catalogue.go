package kubeapi

import (
	"slices"
	"strconv"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// resource is one kind of object in one version of the API.
type resource struct {
	group, version         string
	store                  string // the plural name
	sub                    string // of a subresource of store
	singular, kind         string
	short                  []string
	namespaced, everywhere bool                  // everywhere: in kubectl's category "all"
	convert                func(o object) object // from the stored version; nil: it is the stored one
	columns                []column

	now  func(world.State) []object // what is made when it is asked for and cannot be watched; nil: the history has it
	made bool                       // it is only sent, not kept: an access review
}

// verbs are what can be asked of it.
func (r *resource) verbs() metav1.Verbs {
	switch {
	case r.made:
		return metav1.Verbs{"create"}
	case r.sub != "":
		return metav1.Verbs{"get"}
	case r.now != nil:
		return metav1.Verbs{"get", "list"}
	}
	return metav1.Verbs{"get", "list", "watch"}
}

// plural is its name in the API, that of a subresource after its resource's.
func (r *resource) plural() string {
	if r.sub == "" {
		return r.store
	}
	return r.store + "/" + r.sub
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
	{version: "v1", store: "limitranges", singular: "limitrange", kind: "LimitRange", short: []string{"limits"}, namespaced: true, columns: plainColumns},
	{version: "v1", store: "namespaces", singular: "namespace", kind: "Namespace", short: []string{"ns"}, columns: namespaceColumns},
	{version: "v1", store: "nodes", singular: "node", kind: "Node", short: []string{"no"}, columns: nodeColumns},
	{version: "v1", store: "pods", singular: "pod", kind: "Pod", short: []string{"po"}, namespaced: true, everywhere: true, columns: podColumns},
	{version: "v1", store: "resourcequotas", singular: "resourcequota", kind: "ResourceQuota", short: []string{"quota"}, namespaced: true, columns: quotaColumns},
	{version: "v1", store: "services", singular: "service", kind: "Service", short: []string{"svc"}, namespaced: true, everywhere: true, columns: serviceColumns},
	{group: "apps", version: "v1", store: "deployments", singular: "deployment", kind: "Deployment", short: []string{"deploy"}, namespaced: true, everywhere: true, columns: deploymentColumns},
	{group: "apps", version: "v1", store: "deployments", sub: "scale", kind: "Scale", namespaced: true, columns: scaleColumns, convert: scaleOf},
	{group: "apps", version: "v1", store: "replicasets", singular: "replicaset", kind: "ReplicaSet", short: []string{"rs"}, namespaced: true, everywhere: true, columns: replicaSetColumns},
	{group: "apps", version: "v1", store: "statefulsets", singular: "statefulset", kind: "StatefulSet", short: []string{"sts"}, namespaced: true, everywhere: true, columns: plainColumns},
	{group: "autoscaling", version: "v2", store: "horizontalpodautoscalers", singular: "horizontalpodautoscaler", kind: "HorizontalPodAutoscaler", short: []string{"hpa"}, namespaced: true, everywhere: true, columns: hpaColumns},
	{group: "autoscaling", version: "v1", store: "horizontalpodautoscalers", singular: "horizontalpodautoscaler", kind: "HorizontalPodAutoscaler", short: []string{"hpa"}, namespaced: true, everywhere: true, columns: hpaColumns, convert: hpaV1},
	{group: "authorization.k8s.io", version: "v1", store: "selfsubjectaccessreviews", singular: "selfsubjectaccessreview", kind: "SelfSubjectAccessReview", made: true},
	{group: "discovery.k8s.io", version: "v1", store: "endpointslices", singular: "endpointslice", kind: "EndpointSlice", namespaced: true, columns: endpointSliceColumns},
	{group: "metrics.k8s.io", version: "v1beta1", store: "pods", kind: "PodMetrics", namespaced: true, columns: podMetricsColumns, now: podUsage},
	{group: "policy", version: "v1", store: "poddisruptionbudgets", singular: "poddisruptionbudget", kind: "PodDisruptionBudget", short: []string{"pdb"}, namespaced: true, columns: plainColumns},
}

func findResource(group, version, plural, sub string) *resource {
	i := slices.IndexFunc(catalogue, func(r *resource) bool {
		return r.group == group && r.version == version && r.store == plural && r.sub == sub
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
	switch r.kind {
	case "Pod":
		sample = &corev1.Pod{}
	case "Event":
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
