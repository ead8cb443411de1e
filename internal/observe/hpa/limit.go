package hpa

import (
	"maps"
	"slices"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// readTargets records what the autoscaler holds its metrics to.
func (f *fleet) readTargets() {
	limits := targets(f.scaler.Spec.Metrics)
	for _, name := range slices.Sorted(maps.Keys(limits)) {
		f.read(timeline.TargetOf+name, limits[name], time.Time{})
	}
}

// readLimits records how busy a pod can look at most, in each resource that the
// autoscaler measures by utilisation: where nothing limits a resource, or the
// metric is not of one, there is nothing to record. The newest pod stands for
// all: it has what the template, the namespace's defaults and whoever else
// changes pods came to.
func (f *fleet) readLimits() {
	if f.scaler == nil || f.newest == nil {
		return
	}
	for _, m := range f.scaler.Spec.Metrics {
		name, container, of := "", "", corev1.ResourceName("")
		switch {
		case m.Resource != nil && byUtilisation(m.Resource.Target):
			of = m.Resource.Name
			name = string(of)
		case m.ContainerResource != nil && byUtilisation(m.ContainerResource.Target):
			of, container = m.ContainerResource.Name, m.ContainerResource.Container
			name = string(of) + "/" + container
		default:
			continue
		}
		if ratio, ok := limitOf(&f.newest.Spec, of, container); ok {
			f.read(timeline.LimitOf+name, ratio, time.Time{})
		}
	}
}

func byUtilisation(t autoscalingv2.MetricTarget) bool { return t.AverageUtilization != nil }

// limitOf is the limit of a resource over its request, of one container or where
// that is empty of the sums over a pod's; ok is false where any of them lacks one
// of the two. Sidecars count as the controller counts them; requests of the pod as a
// whole are not understood.
func limitOf(p *corev1.PodSpec, of corev1.ResourceName, container string) (ratio float64, ok bool) {
	if p.Resources != nil {
		return 0, false
	}
	var limits, requests int64 // in thousandths, as the controller counts
	for _, c := range serving(p) {
		if container != "" && c.Name != container {
			continue
		}
		limit, limited := c.Resources.Limits[of]
		request, requested := c.Resources.Requests[of]
		if !limited || !requested {
			return 0, false
		}
		limits, requests = limits+limit.MilliValue(), requests+request.MilliValue()
	}
	return float64(limits) / float64(requests), limits > 0 && requests > 0
}

// serving is the containers that run as long as the pod does.
func serving(p *corev1.PodSpec) []corev1.Container {
	all := slices.Clone(p.Containers)
	for _, c := range p.InitContainers {
		if isSidecar(c) {
			all = append(all, c)
		}
	}
	return all
}
