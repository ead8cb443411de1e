package kubeapi

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
)

// tableForm is how a client wants its table.
type tableForm struct {
	version string // of meta.k8s.io
	include string // None | Metadata | Object: what each row carries of its object
}

// column is one column of kubectl's table of a resource.
type column struct {
	name string
	kind string // string | integer
	wide bool   // shown only with -o wide
	cell func(o object) any
}

// tableOf shows stored objects, at a version, as the client of this ask wants
// to see them.
func (a *ask) tableOf(objects []object, version uint64) *metav1.Table {
	t := &metav1.Table{
		TypeMeta: typeMeta(metav1.GroupName+"/"+a.table.version, "Table"),
		ListMeta: metav1.ListMeta{ResourceVersion: formatVersion(version)},
		Rows:     []metav1.TableRow{},
	}
	for _, c := range a.resource.columns {
		d := metav1.TableColumnDefinition{Name: c.name, Type: c.kind}
		if c.name == "Name" {
			d.Format = "name"
		}
		if c.wide {
			d.Priority = 1
		}
		t.ColumnDefinitions = append(t.ColumnDefinitions, d)
	}
	for _, o := range objects {
		t.Rows = append(t.Rows, a.row(o))
	}
	return t
}

func (a *ask) row(o object) metav1.TableRow {
	var row metav1.TableRow
	for _, c := range a.resource.columns {
		row.Cells = append(row.Cells, c.cell(o))
	}
	switch a.table.include {
	case string(metav1.IncludeNone):
	case string(metav1.IncludeObject):
		row.Object = runtime.RawExtension{Object: a.resource.view(o)}
	default:
		partial := &metav1.PartialObjectMetadata{TypeMeta: typeMeta(metav1.GroupName+"/"+a.table.version, "PartialObjectMetadata")}
		partial.ObjectMeta = *objectMeta(o)
		row.Object = runtime.RawExtension{Object: partial}
	}
	return row
}

// objectMeta returns the whole metadata of o.
func objectMeta(o object) *metav1.ObjectMeta {
	return o.(metav1.ObjectMetaAccessor).GetObjectMeta().(*metav1.ObjectMeta)
}

// text, number and wide make columns of one kind of object.
func text[T any](name string, cell func(T) string) column {
	return column{name: name, kind: "string", cell: func(o object) any { return cell(any(o).(T)) }}
}

func number[T any](name string, cell func(T) int32) column {
	return column{name: name, kind: "integer", cell: func(o object) any { return int64(cell(any(o).(T))) }}
}

func wide(c column) column {
	c.wide = true
	return c
}

var (
	nameColumn = text("Name", func(o object) string { return o.GetName() })
	ageColumn  = text("Age", func(o object) string { return age(o.GetCreationTimestamp()) })
)

// age says how long ago t was, as kubectl does.
func age(t metav1.Time) string {
	if t.IsZero() {
		return "<unknown>"
	}
	return duration.HumanDuration(time.Since(t.Time))
}

// plainColumns are those of what the staging never has.
var plainColumns = []column{nameColumn, ageColumn}

var eventColumns = []column{
	text("Last Seen", func(e *corev1.Event) string { return age(e.LastTimestamp) }),
	text("Type", func(e *corev1.Event) string { return e.Type }),
	text("Reason", func(e *corev1.Event) string { return e.Reason }),
	text("Object", func(e *corev1.Event) string {
		return strings.ToLower(e.InvolvedObject.Kind) + "/" + e.InvolvedObject.Name
	}),
	text("Message", func(e *corev1.Event) string { return e.Message }),
	wide(text("First Seen", func(e *corev1.Event) string { return age(e.FirstTimestamp) })),
	wide(number("Count", func(e *corev1.Event) int32 { return e.Count })),
	wide(nameColumn),
}

var namespaceColumns = []column{
	nameColumn,
	text("Status", func(n *corev1.Namespace) string { return string(n.Status.Phase) }),
	ageColumn,
}

var nodeColumns = []column{
	nameColumn,
	text("Status", func(*corev1.Node) string { return "Ready" }),
	text("Roles", func(*corev1.Node) string { return "<none>" }),
	ageColumn,
	text("Version", func(n *corev1.Node) string { return n.Status.NodeInfo.KubeletVersion }),
}

var podColumns = []column{
	nameColumn,
	text("Ready", func(p *corev1.Pod) string {
		ready := 0
		for _, c := range p.Status.ContainerStatuses {
			if c.Ready {
				ready++
			}
		}
		return fmt.Sprintf("%d/%d", ready, len(p.Spec.Containers))
	}),
	text("Status", podStatus),
	text("Restarts", restarts),
	ageColumn,
	wide(text("IP", func(p *corev1.Pod) string { return orNone(p.Status.PodIP) })),
	wide(text("Node", func(p *corev1.Pod) string { return orNone(p.Spec.NodeName) })),
}

// podStatus is the phase, or that the pod is told to go, or what keeps a
// container waiting.
func podStatus(p *corev1.Pod) string {
	if p.DeletionTimestamp != nil {
		return "Terminating"
	}
	for _, c := range p.Status.ContainerStatuses {
		if c.State.Waiting != nil {
			return c.State.Waiting.Reason
		}
	}
	return string(p.Status.Phase)
}

// restarts counts how often a pod's containers were started again, and says
// how long ago the last of them exited.
func restarts(p *corev1.Pod) string {
	var n int32
	var last metav1.Time
	for _, c := range p.Status.ContainerStatuses {
		n += c.RestartCount
		if t := c.LastTerminationState.Terminated; t != nil && last.Before(&t.FinishedAt) {
			last = t.FinishedAt
		}
	}
	if n == 0 || last.IsZero() {
		return strconv.Itoa(int(n))
	}
	return fmt.Sprintf("%d (%s ago)", n, age(last))
}

func orNone(s string) string {
	if s == "" {
		return "<none>"
	}
	return s
}

var deploymentColumns = []column{
	nameColumn,
	text("Ready", func(d *appsv1.Deployment) string {
		return fmt.Sprintf("%d/%d", d.Status.ReadyReplicas, *d.Spec.Replicas)
	}),
	number("Up-to-date", func(d *appsv1.Deployment) int32 { return d.Status.UpdatedReplicas }),
	number("Available", func(d *appsv1.Deployment) int32 { return d.Status.AvailableReplicas }),
	ageColumn,
}

var replicaSetColumns = []column{
	nameColumn,
	number("Desired", func(r *appsv1.ReplicaSet) int32 { return *r.Spec.Replicas }),
	number("Current", func(r *appsv1.ReplicaSet) int32 { return r.Status.Replicas }),
	number("Ready", func(r *appsv1.ReplicaSet) int32 { return r.Status.ReadyReplicas }),
	ageColumn,
}

var hpaColumns = []column{
	nameColumn,
	text("Reference", func(h *autoscalingv2.HorizontalPodAutoscaler) string {
		return h.Spec.ScaleTargetRef.Kind + "/" + h.Spec.ScaleTargetRef.Name
	}),
	text("Targets", hpaTargets),
	number("MinPods", func(h *autoscalingv2.HorizontalPodAutoscaler) int32 { return *h.Spec.MinReplicas }),
	number("MaxPods", func(h *autoscalingv2.HorizontalPodAutoscaler) int32 { return h.Spec.MaxReplicas }),
	number("Replicas", func(h *autoscalingv2.HorizontalPodAutoscaler) int32 { return h.Status.CurrentReplicas }),
	ageColumn,
}

// hpaTargets says for each metric its present value and its target.
func hpaTargets(h *autoscalingv2.HorizontalPodAutoscaler) string {
	var all []string
	for i, spec := range h.Spec.Metrics {
		now := "<unknown>"
		var current *autoscalingv2.MetricStatus
		if i < len(h.Status.CurrentMetrics) {
			current = &h.Status.CurrentMetrics[i]
		}
		switch {
		case spec.Resource != nil:
			if current != nil && current.Resource != nil {
				now = percent(*current.Resource.Current.AverageUtilization)
			}
			all = append(all, string(spec.Resource.Name)+": "+now+"/"+percent(*spec.Resource.Target.AverageUtilization))
		case spec.Pods != nil:
			if current != nil && current.Pods != nil {
				now = current.Pods.Current.AverageValue.String()
			}
			all = append(all, now+"/"+spec.Pods.Target.AverageValue.String())
		}
	}
	return strings.Join(all, ", ")
}
