package hpa

import (
	"maps"
	"slices"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// requestsOf is what a pod asks of a node, as the scheduler and quotas count it:
// what its containers ask together, or where that is more, what one that runs
// before them does; and the overhead of its runtime.
func requestsOf(p *corev1.PodSpec) corev1.ResourceList {
	return sizeOf(p, func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Requests })
}

// limitsOf is requestsOf for limits.
func limitsOf(p *corev1.PodSpec) corev1.ResourceList {
	return sizeOf(p, func(r corev1.ResourceRequirements) corev1.ResourceList { return r.Limits })
}

func sizeOf(p *corev1.PodSpec, part func(corev1.ResourceRequirements) corev1.ResourceList) corev1.ResourceList {
	total := corev1.ResourceList{}
	for _, c := range p.Containers {
		add(total, part(c.Resources))
	}
	sidecars, most := corev1.ResourceList{}, corev1.ResourceList{}
	for _, c := range p.InitContainers {
		if isSidecar(c) {
			add(total, part(c.Resources))
			add(sidecars, part(c.Resources))
			raise(most, sidecars)
			continue
		}
		// It runs beside the sidecars that were started before it.
		alone := maps.Clone(sidecars)
		add(alone, part(c.Resources))
		raise(most, alone)
	}
	raise(total, most)
	if p.Resources != nil {
		maps.Copy(total, part(*p.Resources)) // of the pod as a whole: it stands for the sums
	}
	add(total, p.Overhead)
	return total
}

// isSidecar reports whether an init container runs as long as the pod does.
func isSidecar(c corev1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == corev1.ContainerRestartPolicyAlways
}

// add adds each of more to its sum.
func add(sum, more corev1.ResourceList) {
	for name, q := range more {
		total := sum[name].DeepCopy()
		total.Add(q)
		sum[name] = total
	}
}

// raise lifts each of list to at least what it is in least.
func raise(list, least corev1.ResourceList) {
	for name, q := range least {
		if was, ok := list[name]; !ok || was.Cmp(q) < 0 {
			list[name] = q
		}
	}
}

// take takes each of less from what there is, where there is any of it.
func take(left, less corev1.ResourceList) {
	for name, q := range less {
		if was, ok := left[name]; ok {
			rest := was.DeepCopy()
			rest.Sub(q)
			left[name] = rest
		}
	}
}

// fits is how many times one fits into what is left, and which resource allows
// no more; ok is false where nothing of it is bounded.
func fits(left, one corev1.ResourceList) (n int64, by corev1.ResourceName, ok bool) {
	for _, name := range slices.Sorted(maps.Keys(one)) {
		free, bounded := left[name]
		each := one[name]
		if !bounded || each.Sign() <= 0 {
			continue
		}
		if times := whole(free, each); !ok || times < n {
			n, by, ok = times, name, true
		}
	}
	return n, by, ok
}

// whole is how many times one goes into free, from 0 up.
func whole(free, one resource.Quantity) int64 {
	if free.Sign() <= 0 {
		return 0
	}
	if f, o := free.MilliValue(), one.MilliValue(); o > 0 && f < 1<<62 {
		return f / o
	}
	return free.Value() / max(one.Value(), 1) // too large to count in thousandths
}
