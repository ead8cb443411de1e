package hpa

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// list reads "cpu=1 memory=2Gi".
func list(text string) corev1.ResourceList {
	all := corev1.ResourceList{}
	for pair := range strings.FieldsSeq(text) {
		name, amount, _ := strings.Cut(pair, "=")
		all[corev1.ResourceName(name)] = resource.MustParse(amount)
	}
	return all
}

// sized is a container with requests and limits.
func sized(name, requests, limits string) corev1.Container {
	return corev1.Container{Name: name, Resources: corev1.ResourceRequirements{Requests: list(requests), Limits: list(limits)}}
}

func sidecar(requests string) corev1.Container {
	always := corev1.ContainerRestartPolicyAlways
	c := sized("proxy", requests, "")
	c.RestartPolicy = &always
	return c
}

func TestRequestsOf(t *testing.T) {
	app, job := sized("app", "cpu=500m memory=1Gi", ""), sized("init", "cpu=2", "")
	for _, c := range []struct {
		name string
		spec corev1.PodSpec
		want string
	}{
		{"none", corev1.PodSpec{Containers: make([]corev1.Container, 2)}, ""},
		{"the sum", corev1.PodSpec{Containers: []corev1.Container{app, app}}, "cpu=1 memory=2Gi"},
		{"what runs before if it is more", corev1.PodSpec{Containers: []corev1.Container{app}, InitContainers: []corev1.Container{job}}, "cpu=2 memory=1Gi"},
		{"a sidecar adds", corev1.PodSpec{Containers: []corev1.Container{app}, InitContainers: []corev1.Container{sidecar("cpu=100m")}}, "cpu=600m memory=1Gi"},
		{"beside what runs before", corev1.PodSpec{Containers: []corev1.Container{app}, InitContainers: []corev1.Container{sidecar("cpu=100m"), job}}, "cpu=2100m memory=1Gi"},
		{"but only those before it", corev1.PodSpec{Containers: []corev1.Container{app}, InitContainers: []corev1.Container{job, sidecar("cpu=100m")}}, "cpu=2 memory=1Gi"},
		{"the pod as a whole", corev1.PodSpec{Containers: []corev1.Container{app}, Resources: &corev1.ResourceRequirements{Requests: list("cpu=3")}}, "cpu=3 memory=1Gi"},
		{"overhead", corev1.PodSpec{Containers: []corev1.Container{app}, Overhead: list("cpu=50m")}, "cpu=550m memory=1Gi"},
	} {
		if got, want := requestsOf(&c.spec), list(c.want); !equal(got, want) {
			t.Errorf("%s: requestsOf(…) = %v; want %v", c.name, got, want)
		}
	}
}

func equal(a, b corev1.ResourceList) bool {
	if len(a) != len(b) {
		return false
	}
	for name, q := range a {
		if other, ok := b[name]; !ok || q.Cmp(other) != 0 {
			return false
		}
	}
	return true
}

func quota(name, hard, used string, scopes ...corev1.ResourceQuotaScope) corev1.ResourceQuota {
	return corev1.ResourceQuota{
		ObjectMeta: metav1.ObjectMeta{Name: name}, Spec: corev1.ResourceQuotaSpec{Scopes: scopes},
		Status: corev1.ResourceQuotaStatus{Hard: list(hard), Used: list(used)},
	}
}

func selected(q corev1.ResourceQuota, op corev1.ScopeSelectorOperator, values ...string) corev1.ResourceQuota {
	q.Spec.ScopeSelector = &corev1.ScopeSelector{MatchExpressions: []corev1.ScopedResourceSelectorRequirement{
		{ScopeName: corev1.ResourceQuotaScopePriorityClass, Operator: op, Values: values},
	}}
	return q
}

func TestQuotaRoom(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{
		Containers: []corev1.Container{sized("app", "cpu=500m memory=1Gi", "cpu=1")}, PriorityClassName: "high",
	}}
	one := quota("q", "pods=10", "pods=4")
	for _, c := range []struct {
		name   string
		quotas []corev1.ResourceQuota
		most   int // -1: unbounded
		by     string
		doubts []string
	}{
		{"none", nil, -1, "", nil},
		{"of pods", []corev1.ResourceQuota{one}, 9, "resource quota q: 4 of 10 pods are used", nil},
		{"the lowest of its resources", []corev1.ResourceQuota{quota("q", "pods=10 requests.cpu=4 limits.cpu=5", "pods=4 requests.cpu=2 limits.cpu=4")}, 4, "resource quota q: 4 of 5 limits.cpu are used", nil},
		{"the old names", []corev1.ResourceQuota{quota("q", "cpu=4 memory=20Gi", "cpu=2500m memory=3Gi")}, 6, "resource quota q: 2500m of 4 cpu are used", nil},
		{"the lowest of two", []corev1.ResourceQuota{one, quota("r", "count/pods=6", "count/pods=5")}, 4, "resource quota r: 5 of 6 count/pods are used", nil},
		{"used up", []corev1.ResourceQuota{quota("q", "pods=4", "pods=4")}, 3, "resource quota q: 4 of 4 pods are used", nil},
		{"more than used up", []corev1.ResourceQuota{quota("q", "pods=4", "pods=9")}, 3, "resource quota q: 9 of 4 pods are used", nil},
		{"of what is no pod", []corev1.ResourceQuota{quota("q", "services=1 requests.storage=1Gi", "services=1 requests.storage=1Gi")}, -1, "", nil},
		{"not counted yet", []corev1.ResourceQuota{quota("q", "pods=4", "")}, -1, "", []string{"resource quota q does not tell how much of pods is used"}},
		{"without a status", []corev1.ResourceQuota{{}}, -1, "", nil},
		{"of what the pods do not state", []corev1.ResourceQuota{quota("q", "limits.memory=4Gi", "limits.memory=0")}, -1, "",
			[]string{"resource quota q bounds limits.memory, which the pods do not state: new ones may be forbidden"}},
		{"of pods that end", []corev1.ResourceQuota{quota("q", "pods=4", "pods=4", corev1.ResourceQuotaScopeTerminating)}, -1, "", nil},
		{"of pods that do not", []corev1.ResourceQuota{quota("q", "pods=4", "pods=3", corev1.ResourceQuotaScopeNotTerminating)}, 4, "resource quota q: 3 of 4 pods are used", nil},
		{"of the best effort", []corev1.ResourceQuota{quota("q", "pods=4", "pods=4", corev1.ResourceQuotaScopeBestEffort)}, -1, "", nil},
		{"of better", []corev1.ResourceQuota{quota("q", "pods=4", "pods=3", corev1.ResourceQuotaScopeNotBestEffort)}, 4, "resource quota q: 3 of 4 pods are used", nil},
		{"of its priority", []corev1.ResourceQuota{selected(quota("q", "pods=4", "pods=3"), corev1.ScopeSelectorOpIn, "low", "high")}, 4, "resource quota q: 3 of 4 pods are used", nil},
		{"of another", []corev1.ResourceQuota{selected(quota("q", "pods=4", "pods=4"), corev1.ScopeSelectorOpNotIn, "high")}, -1, "", nil},
		{"of any", []corev1.ResourceQuota{selected(quota("q", "pods=4", "pods=3"), corev1.ScopeSelectorOpExists)}, 4, "resource quota q: 3 of 4 pods are used", nil},
		{"of none", []corev1.ResourceQuota{selected(quota("q", "pods=4", "pods=4"), corev1.ScopeSelectorOpDoesNotExist)}, -1, "", nil},
		{"of a scope to come", []corev1.ResourceQuota{quota("q", "pods=4", "pods=4", "Nocturnal"), one}, 9, "resource quota q: 4 of 10 pods are used",
			[]string{"resource quota q has the scope Nocturnal, which is not understood: it is not counted"}},
	} {
		got, doubts := quotaRoom(c.quotas, pod, 3)
		want := bound{known: c.most >= 0, most: max(c.most, 0), by: c.by}
		if got != want || !cmp.Equal(doubts, c.doubts) {
			t.Errorf("%s: quotaRoom(…) = %+v, %q; want %+v, %q", c.name, got, doubts, want, c.doubts)
		}
	}
}

func TestForbids(t *testing.T) {
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{sized("app", "cpu=500m", "cpu=2"), sized("log", "cpu=100m", "")}}}
	ranges := func(item corev1.LimitRangeItem) []corev1.LimitRange {
		return []corev1.LimitRange{{ObjectMeta: metav1.ObjectMeta{Name: "l"}, Spec: corev1.LimitRangeSpec{Limits: []corev1.LimitRangeItem{item}}}}
	}
	for _, c := range []struct {
		name string
		item corev1.LimitRangeItem
		want []string
	}{
		{"nothing", corev1.LimitRangeItem{}, nil},
		{"fits", corev1.LimitRangeItem{Type: "Container", Max: list("cpu=2"), Min: list("cpu=100m"), MaxLimitRequestRatio: list("cpu=4")}, nil},
		{"a limit too high", corev1.LimitRangeItem{Type: "Container", Max: list("cpu=1")}, []string{"limit range l forbids container app: its limit of cpu is 2, at most 1 is allowed"}},
		{"a request too low", corev1.LimitRangeItem{Type: "Container", Min: list("cpu=200m")}, []string{"limit range l forbids container log: its request of cpu is 100m, at least 200m is allowed"}},
		{"a request too high", corev1.LimitRangeItem{Type: "Container", Max: list("cpu=50m")}, []string{
			"limit range l forbids container app: its limit of cpu is 2, at most 50m is allowed", "limit range l forbids container log: its request of cpu is 100m, at most 50m is allowed"}},
		{"too far apart", corev1.LimitRangeItem{Type: "Container", MaxLimitRequestRatio: list("cpu=2")}, []string{"limit range l forbids container app: its limit over its request of cpu is 4, at most 2 is allowed"}},
		{"the whole pod", corev1.LimitRangeItem{Type: "Pod", Max: list("cpu=500m")}, []string{"limit range l forbids a pod: its limit of cpu is 2, at most 500m is allowed"}},
		{"claims", corev1.LimitRangeItem{Type: "PersistentVolumeClaim", Max: list("storage=1")}, nil},
		{"a type to come", corev1.LimitRangeItem{Type: "Rack", Max: list("cpu=1m")}, nil},
	} {
		if got := forbids(ranges(c.item), pod); !cmp.Equal(got, c.want) {
			t.Errorf("%s: forbids(…) = %q; want %q", c.name, got, c.want)
		}
	}
}
