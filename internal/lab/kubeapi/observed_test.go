package kubeapi_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

const slicesPath = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"

// tellSlice words what a slice says of each endpoint.
func tellSlice(s discoveryv1.EndpointSlice) string {
	var all []string
	for _, e := range s.Endpoints {
		text := fmt.Sprintf("%s %s on %s", strings.TrimPrefix(e.TargetRef.Name, "web-6d4cf56db6-"), e.Addresses[0], *e.NodeName)
		if e.Zone != nil {
			text += " in " + *e.Zone
		}
		if *e.Conditions.Ready {
			text += " ready"
		}
		if *e.Conditions.Serving {
			text += " serving"
		}
		if *e.Conditions.Terminating {
			text += " terminating"
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func TestEndpoints(t *testing.T) {
	state := scene()
	state.Pods = append(state.Pods,
		world.Pod{Name: "placed", UID: "p", Instance: "i-0a1", IP: "10.0.0.8", Created: at(90), Scheduled: at(92)},
		world.Pod{Name: "running", UID: "r", Instance: "i-0a1", IP: "10.0.0.9", Created: at(90), Scheduled: at(92), Running: at(95)})
	s := newScript(state)
	url := serve(t, s)
	service, code := fetch[corev1.Service](t, url+"/api/v1/namespaces/default/services/web", "")
	if code != 200 || service.Spec.Selector["app"] != "web" {
		t.Fatalf("service = %d %+v; want one that selects the pods", code, service.Spec)
	}
	list, _ := fetch[discoveryv1.EndpointSliceList](t, url+slicesPath+"?labelSelector=kubernetes.io%2Fservice-name%3Dweb", "")
	if len(list.Items) != 1 {
		t.Fatalf("slices of the service = %d; want 1", len(list.Items))
	}
	const first = "aaaaa 10.0.0.7 on i-0a1 in ap-northeast-1a ready serving; bbbbb 10.0.0.7 on i-0a1 in ap-northeast-1a ready serving"
	if got, want := tellSlice(list.Items[0]), first+"; running 10.0.0.9 on i-0a1 in ap-northeast-1a"; got != want {
		t.Errorf("endpoints = %s; want %s", got, want)
	}
	if owner := metav1.GetControllerOf(&list.Items[0]); owner == nil || owner.Kind != "Service" || owner.UID != service.UID {
		t.Errorf("controller of the slice = %v; want the service", owner)
	}
	next := watching(t, url+slicesPath+"?watch=1&resourceVersion="+list.ResourceVersion, "")
	for _, c := range []struct {
		change func(p *world.Pod)
		want   string
	}{
		{func(p *world.Pod) { p.Ready = at(101) }, first + "; running 10.0.0.9 on i-0a1 in ap-northeast-1a ready serving"},
		{func(p *world.Pod) { p.Deleted = at(102) }, first + "; running 10.0.0.9 on i-0a1 in ap-northeast-1a serving terminating"},
		{func(p *world.Pod) { p.Terminated = at(103) }, first},
	} {
		s.change(func(s *world.State) { c.change(&s.Pods[3]) })
		f := next()
		var slice discoveryv1.EndpointSlice
		if err := json.Unmarshal(f.Object, &slice); err != nil {
			t.Fatal(err)
		}
		if got := tellSlice(slice); f.Type != "MODIFIED" || got != c.want {
			t.Errorf("watch of slices = %s %s; want MODIFIED %s", f.Type, got, c.want)
		}
	}
}

// Endpoints stay in their slice when others go, and new ones take their places.
func TestEndpointsStayWhereTheyAre(t *testing.T) {
	state := scene()
	state.Pods = nil
	for n := range 250 {
		p := readyPod(fmt.Sprintf("web-6d4cf56db6-%05d", n), 0)
		state.Pods = append(state.Pods, p)
	}
	s := newScript(state)
	url := serve(t, s)
	where := func() map[string]string {
		list, _ := fetch[discoveryv1.EndpointSliceList](t, url+slicesPath, "")
		of := map[string]string{}
		for _, slice := range list.Items {
			for _, e := range slice.Endpoints {
				of[e.TargetRef.Name] = slice.Name
			}
		}
		return of
	}
	before := where()
	next := watching(t, url+podsPath+"?watch=1&resourceVersion=0&fieldSelector=metadata.name%3Dnew", "")
	s.change(func(s *world.State) {
		s.Pods = append(s.Pods[1:120], s.Pods[121:]...) // of the first slice and of the second
		s.Pods = append(s.Pods, readyPod("new", 90), readyPod("newer", 90), readyPod("newest", 90))
	})
	next()
	after := where()
	for pod, slice := range after {
		if was := before[pod]; was != "" && was != slice {
			t.Errorf("%s moved from slice %s to %s; want it to stay", pod, was, slice)
		}
	}
	got := []string{after["new"], after["newer"], after["newest"]}
	want := []string{before["web-6d4cf56db6-00000"], before["web-6d4cf56db6-00120"], before["web-6d4cf56db6-00249"]}
	if len(after) != 251 || !cmp.Equal(got, want) {
		t.Errorf("%d endpoints, the new in %v; want 251, in the free places %v", len(after), got, want)
	}
}

func TestResourceQuota(t *testing.T) {
	state := scene()
	url := serve(t, newScript(state))
	none, code := fetch[corev1.ResourceQuotaList](t, url+"/api/v1/namespaces/default/resourcequotas", "")
	if code != 200 || len(none.Items) != 0 {
		t.Errorf("quotas of a staging without = %d %v; want an empty list", code, none.Items)
	}
	state.Config.Quotas.Pods = 5
	state.Pods = append(state.Pods,
		world.Pod{Name: "going", UID: "g", Created: at(10), Scheduled: at(11), Running: at(12), Deleted: at(80)},
		world.Pod{Name: "gone", UID: "d", Created: at(10), Terminated: at(80), Deleted: at(80)})
	url = serve(t, newScript(state))
	quota, _ := fetch[corev1.ResourceQuota](t, url+"/api/v1/namespaces/default/resourcequotas/pods", "")
	got := fmt.Sprintf("%s: %s of %s", quota.Spec.Hard.Pods(), quota.Status.Used.Pods(), quota.Status.Hard.Pods())
	if want := "5: 3 of 5"; got != want {
		t.Errorf("quota = %s; want %s", got, want)
	}
}

// What the staging never has is an empty list, not an unknown resource.
func TestEmptyLists(t *testing.T) {
	url := serve(t, newScript(scene()))
	for path, kind := range map[string]string{
		"/api/v1/limitranges":                                        "LimitRangeList",
		"/apis/apps/v1/namespaces/default/statefulsets":              "StatefulSetList",
		"/apis/policy/v1/namespaces/default/poddisruptionbudgets":    "PodDisruptionBudgetList",
		"/apis/metrics.k8s.io/v1beta1/namespaces/default/pods":       "PodMetricsList",
		"/apis/metrics.k8s.io/v1beta1/pods?labelSelector=app%3Dweb2": "PodMetricsList",
	} {
		list, code := fetch[struct {
			Kind     string
			Metadata metav1.ListMeta
			Items    []any
		}](t, url+path, "")
		if code != 200 || list.Kind != kind || list.Items == nil || len(list.Items) != 0 || list.Metadata.ResourceVersion == "" {
			t.Errorf("GET %s = %d %+v; want an empty %s", path, code, list, kind)
		}
	}
}

// As many pods fit on a node by what they request as the configuration says, and
// not one more.
func TestNodeRoom(t *testing.T) {
	for _, perInstance := range []int{1, 3, 4, 7, 29, 110, 234} {
		state := scene()
		state.Config.Group = &world.Group{PodsPerInstance: perInstance}
		url := serve(t, newScript(state))
		nodes, _ := fetch[corev1.NodeList](t, url+"/api/v1/nodes", "")
		pods, _ := fetch[corev1.PodList](t, url+podsPath, "")
		if len(nodes.Items) != 1 {
			t.Fatalf("nodes = %d; want the one in service", len(nodes.Items))
		}
		free, request := nodes.Items[0].Status.Allocatable, pods.Items[0].Spec.Containers[0].Resources.Requests
		fits := free.Pods().Value()
		for _, r := range []struct{ free, request *apiresource.Quantity }{{free.Cpu(), request.Cpu()}, {free.Memory(), request.Memory()}} {
			if r.request.IsZero() {
				t.Fatalf("pods of %d an instance request %v; want CPU and memory", perInstance, request)
			}
			fits = min(fits, r.free.MilliValue()/r.request.MilliValue())
		}
		if fits != int64(perInstance) {
			t.Errorf("a node of %v has room for %d pods of %v; want %d", free, fits, request, perInstance)
		}
	}
	state := scene()
	state.Group = nil
	nodes, _ := fetch[corev1.NodeList](t, serve(t, newScript(state))+"/api/v1/nodes", "")
	if got := nodes.Items[0].Status.Allocatable; got.Pods().Value() < 10_000 || got.Cpu().Value() < 10_000 {
		t.Errorf("the only node without a group has %v; want room for any number of pods", got)
	}
}

// The limit and the metric's value are of what a pod requests.
func TestUtilisationIsOfTheRequest(t *testing.T) {
	state := scene()
	half := 0.5
	state.Config.Group = &world.Group{PodsPerInstance: 4}
	state.Config.Pods.CPULimit = 3
	state.Config.HPA = &world.HPA{Namespace: "default", Name: "web", Metric: world.Utilisation, Target: 0.6, Max: 10}
	state.HPA.Metric = &half
	state.Usage = &world.Usage{At: at(90), Window: 30 * time.Second, Pods: []world.PodUsage{{Name: state.Pods[0].Name, Share: 0.25}}}
	url := serve(t, newScript(state))
	pods, _ := fetch[corev1.PodList](t, url+podsPath, "")
	h, _ := fetch[autoscalingv2.HorizontalPodAutoscaler](t, url+hpaPath+"/web", "")
	metrics, _ := fetch[struct {
		Timestamp  metav1.Time
		Window     string
		Containers []struct {
			Name  string
			Usage corev1.ResourceList
		}
	}](t, url+"/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/"+state.Pods[0].Name, "")
	current := h.Status.CurrentMetrics[0].Resource.Current
	resources := pods.Items[0].Spec.Containers[0].Resources
	used := metrics.Containers[0]
	got := fmt.Sprintf("request %s, limit %s, %d%% is %s; %s used %s in the %s to %v", resources.Requests.Cpu(), resources.Limits.Cpu(),
		*current.AverageUtilization, current.AverageValue, used.Name, used.Usage.Cpu(), metrics.Window, metrics.Timestamp.Sub(at(0)))
	if want := "request 500m, limit 1500m, 50% is 250m; app used 375m in the 30s to 1m30s"; got != want {
		t.Errorf("pod = %s; want %s", got, want)
	}
	if _, code := fetch[metav1.Status](t, url+"/apis/metrics.k8s.io/v1beta1/namespaces/default/pods/"+state.Pods[1].Name, ""); code != 404 {
		t.Errorf("metrics of a pod that is not measured = %d; want 404", code)
	}
	if status, code := fetch[metav1.Status](t, url+"/apis/metrics.k8s.io/v1beta1/pods?watch=1", ""); code != 405 {
		t.Errorf("watch of metrics = %d %s; want 405", code, status.Message)
	}
}

func TestScaleOfTheDeployment(t *testing.T) {
	s := newScript(scene())
	s.change(scaleUp)
	url := serve(t, s)
	const path = "/apis/apps/v1/namespaces/default/deployments/web"
	scale, code := fetch[autoscalingv1.Scale](t, url+path+"/scale", "")
	got := fmt.Sprintf("%s %s %s: %d of %d, %s", scale.APIVersion, scale.Kind, scale.Name, scale.Status.Replicas, scale.Spec.Replicas, scale.Status.Selector)
	if want := "autoscaling/v1 Scale web: 3 of 3, app=web"; code != 200 || got != want {
		t.Errorf("scale = %d %s; want %s", code, got, want)
	}
	for _, absent := range []string{path + "/status", path + "/scale/x", "/apis/apps/v1/deployments/scale", podsPath + "/web-6d4cf56db6-aaaaa/scale"} {
		if status, code := fetch[metav1.Status](t, url+absent, ""); code != 404 {
			t.Errorf("GET %s = %d %s; want 404", absent, code, status.Message)
		}
	}
}

// A pod that crashed is not ready from that instant on.
func TestPodThatCrashed(t *testing.T) {
	state := scene()
	p := &state.Pods[0]
	p.Ready, p.Crashed = time.Time{}, at(70)
	p.Failed = world.Failure{Started: p.Running, Exited: at(70), Wait: 10 * time.Second}
	url := serve(t, newScript(state))
	pod, _ := fetch[corev1.Pod](t, url+podsPath+"/web-6d4cf56db6-aaaaa", "")
	if got, want := tellPod(pod), "Running on i-0a1 at 10.0.0.7: Initialized=True@1 Ready=False@70 ContainersReady=False@70 PodScheduled=True@1 waiting"; got != want {
		t.Errorf("pod = %s; want %s", got, want)
	}
	list, _ := fetch[discoveryv1.EndpointSliceList](t, url+slicesPath, "")
	if got, want := tellSlice(list.Items[0]), "aaaaa 10.0.0.7 on i-0a1 in ap-northeast-1a; bbbbb 10.0.0.7 on i-0a1 in ap-northeast-1a ready serving"; got != want {
		t.Errorf("endpoints = %s; want %s", got, want)
	}
}
