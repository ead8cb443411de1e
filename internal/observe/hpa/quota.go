package hpa

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// bound is the most units that something leaves room for.
type bound struct {
	known bool
	most  int
	by    string // what allows no more, in words; empty: nothing does
	err   error  // why it is not known
}

// chargeOf is what a quota is charged for one pod, under each of the names that
// a quota may bound it by.
func chargeOf(p *corev1.PodSpec) corev1.ResourceList {
	charge := corev1.ResourceList{
		corev1.ResourcePods: *resource.NewQuantity(1, resource.DecimalSI),
		"count/pods":        *resource.NewQuantity(1, resource.DecimalSI),
	}
	for name, q := range requestsOf(p) {
		charge[name], charge["requests."+name] = q, q
	}
	for name, q := range limitsOf(p) {
		charge["limits."+name] = q
	}
	return charge
}

// quotaRoom is the most units of a pod's size that a namespace's quotas leave
// room for, where it has units of them now. What a quota does not state counts
// for nothing, and is a doubt where it could matter.
func quotaRoom(all []corev1.ResourceQuota, p *corev1.Pod, units int) (room bound, doubts []string) {
	charge := chargeOf(&p.Spec)
	for _, q := range all {
		applies, strange := inScopes(q.Spec, p)
		if strange != "" {
			doubts = append(doubts, fmt.Sprintf("resource quota %s has the scope %s, which is not understood: it is not counted", q.Name, strange))
		}
		if !applies || strange != "" {
			continue
		}
		left := corev1.ResourceList{}
		for _, name := range slices.Sorted(maps.Keys(q.Status.Hard)) {
			used, counted := q.Status.Used[name]
			switch _, charged := charge[name]; {
			case !counted:
				doubts = append(doubts, fmt.Sprintf("resource quota %s does not tell how much of %s is used", q.Name, name))
			case charged:
				left[name] = q.Status.Hard[name].DeepCopy()
				take(left, corev1.ResourceList{name: used})
			case mustBeStated(name):
				doubts = append(doubts, fmt.Sprintf("resource quota %s bounds %s, which the pods do not state: new ones may be forbidden", q.Name, name))
			}
		}
		n, name, ok := fits(left, charge)
		if most := units + int(n); ok && (!room.known || most < room.most) {
			used, hard := q.Status.Used[name], q.Status.Hard[name]
			room = bound{known: true, most: most, by: fmt.Sprintf("resource quota %s: %s of %s %s are used", q.Name, used.String(), hard.String(), name)}
		}
	}
	return room, doubts
}

// mustBeStated reports whether pods that do not state a resource are forbidden
// where a quota bounds it.
func mustBeStated(name corev1.ResourceName) bool {
	_, of, prefixed := strings.Cut(string(name), ".")
	if !prefixed {
		of = string(name)
	}
	return of == string(corev1.ResourceCPU) || of == string(corev1.ResourceMemory)
}

// inScopes reports whether a quota counts a pod; strange is a scope that this
// package does not know.
func inScopes(q corev1.ResourceQuotaSpec, p *corev1.Pod) (applies bool, strange string) {
	wanted := slices.Clone(q.Scopes)
	applies = true
	if q.ScopeSelector != nil {
		for _, r := range q.ScopeSelector.MatchExpressions {
			if r.ScopeName == corev1.ResourceQuotaScopePriorityClass && r.Operator != corev1.ScopeSelectorOpExists {
				applies = applies && inPriorities(r, p.Spec.PriorityClassName)
				continue
			}
			wanted = append(wanted, r.ScopeName) // the others can only exist
		}
	}
	for _, scope := range wanted {
		switch scope {
		case corev1.ResourceQuotaScopeTerminating:
			applies = applies && p.Spec.ActiveDeadlineSeconds != nil
		case corev1.ResourceQuotaScopeNotTerminating:
			applies = applies && p.Spec.ActiveDeadlineSeconds == nil
		case corev1.ResourceQuotaScopeBestEffort:
			applies = applies && isBestEffort(&p.Spec)
		case corev1.ResourceQuotaScopeNotBestEffort:
			applies = applies && !isBestEffort(&p.Spec)
		case corev1.ResourceQuotaScopePriorityClass:
			applies = applies && p.Spec.PriorityClassName != ""
		case corev1.ResourceQuotaScopeVolumeAttributesClass:
			applies = false // it counts no pods
		default:
			return false, string(scope)
		}
	}
	return applies, ""
}

func inPriorities(r corev1.ScopedResourceSelectorRequirement, class string) bool {
	switch r.Operator {
	case corev1.ScopeSelectorOpIn:
		return slices.Contains(r.Values, class)
	case corev1.ScopeSelectorOpNotIn:
		return !slices.Contains(r.Values, class)
	}
	return class == "" // it must not exist
}

func isBestEffort(p *corev1.PodSpec) bool { return len(requestsOf(p)) == 0 && len(limitsOf(p)) == 0 }

// forbids says why the namespace's limit ranges would not admit another pod of
// this size; nothing where they would.
func forbids(all []corev1.LimitRange, p *corev1.Pod) (why []string) {
	for _, l := range all {
		for _, item := range l.Spec.Limits {
			switch item.Type {
			case corev1.LimitTypePod:
				why = append(why, outOf(l.Name, item, "a pod", requestsOf(&p.Spec), limitsOf(&p.Spec))...)
			case corev1.LimitTypeContainer:
				for _, c := range slices.Concat(p.Spec.InitContainers, p.Spec.Containers) {
					why = append(why, outOf(l.Name, item, "container "+c.Name, c.Resources.Requests, c.Resources.Limits)...)
				}
			}
		}
	}
	return why
}

// outOf says which of a thing's requests and limits a limit range forbids.
func outOf(name string, item corev1.LimitRangeItem, thing string, requests, limits corev1.ResourceList) (why []string) {
	say := func(of corev1.ResourceName, what, is, than string) {
		why = append(why, fmt.Sprintf("limit range %s forbids %s: its %s of %s is %s, %s is allowed", name, thing, what, of, is, than))
	}
	for _, of := range slices.Sorted(maps.Keys(item.Max)) {
		most := item.Max[of]
		if limit, ok := limits[of]; ok && limit.Cmp(most) > 0 {
			say(of, "limit", limit.String(), "at most "+most.String())
		} else if request, ok := requests[of]; ok && request.Cmp(most) > 0 {
			say(of, "request", request.String(), "at most "+most.String())
		}
	}
	for _, of := range slices.Sorted(maps.Keys(item.Min)) {
		least := item.Min[of]
		if request, ok := requests[of]; ok && request.Cmp(least) < 0 {
			say(of, "request", request.String(), "at least "+least.String())
		}
	}
	for _, of := range slices.Sorted(maps.Keys(item.MaxLimitRequestRatio)) {
		limit, limited := limits[of]
		request, requested := requests[of]
		most := item.MaxLimitRequestRatio[of]
		if limited && requested && request.Sign() > 0 && number(limit)/number(request) > number(most)*(1+1e-9) {
			say(of, "limit over its request", short(number(limit)/number(request)), "at most "+most.String())
		}
	}
	return why
}
