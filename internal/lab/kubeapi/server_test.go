package kubeapi_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

func ExampleKubeconfig() {
	fmt.Printf("%s", kubeapi.Kubeconfig("http://127.0.0.1:34567"))
	// Output:
	// apiVersion: v1
	// kind: Config
	// current-context: onair-lab
	// clusters:
	// - name: onair-lab
	//   cluster:
	//     server: "http://127.0.0.1:34567"
	// contexts:
	// - name: onair-lab
	//   context:
	//     cluster: onair-lab
	//     user: onair-lab
	//     namespace: default
	// users:
	// - name: onair-lab
	//   user: {}
}

const (
	podsPath  = "/api/v1/namespaces/default/pods"
	hpaPath   = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
	tableJSON = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
)

// fetch gets a path with an Accept header and decodes the answer into T.
func fetch[T any](t *testing.T, url, accept string) (T, int) {
	t.Helper()
	var into T
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &into); err != nil {
		t.Fatalf("GET %s = %s; want JSON: %v", url, text, err)
	}
	return into, response.StatusCode
}

func podNames(pods []corev1.Pod) []string {
	names := []string{}
	for _, p := range pods {
		names = append(names, strings.TrimPrefix(p.Name, "web-6d4cf56db6-"))
	}
	return names
}

func TestListChooses(t *testing.T) {
	state := scene()
	state.Pods = append(state.Pods,
		world.Pod{Name: "web-6d4cf56db6-ccccc", UID: "c", Created: at(90), Unschedulable: at(91)},
		world.Pod{Name: "web-6d4cf56db6-ddddd", UID: "d", Created: at(10), Terminated: at(80)})
	url := serve(t, newScript(state))
	for _, c := range []struct {
		path string
		want []string
	}{
		{podsPath, []string{"aaaaa", "bbbbb", "ccccc"}},
		{"/api/v1/pods", []string{"aaaaa", "bbbbb", "ccccc"}},
		{"/api/v1/namespaces/other/pods", []string{}},
		{podsPath + "?labelSelector=app%3Dweb", []string{"aaaaa", "bbbbb", "ccccc"}},
		{podsPath + "?labelSelector=app%21%3Dweb", []string{}},
		{podsPath + "?fieldSelector=metadata.name%3Dweb-6d4cf56db6-bbbbb", []string{"bbbbb"}},
		{podsPath + "?fieldSelector=status.phase%3DPending", []string{"ccccc"}},
		{podsPath + "?fieldSelector=spec.nodeName%3Di-0a1", []string{"aaaaa", "bbbbb"}},
		{podsPath + "?limit=1", []string{"aaaaa", "bbbbb", "ccccc"}},
	} {
		list, code := fetch[corev1.PodList](t, url+c.path, "application/vnd.kubernetes.protobuf,application/json")
		if got := podNames(list.Items); code != 200 || list.Kind != "PodList" || list.ResourceVersion == "" || !cmp.Equal(got, c.want) {
			t.Errorf("GET %s = %d %s at %q %v; want PodList %v", c.path, code, list.Kind, list.ResourceVersion, got, c.want)
		}
	}
}

func TestPodTellsItsLife(t *testing.T) {
	state := scene()
	state.Pods = append(state.Pods,
		world.Pod{Name: "new", UID: "n", Created: at(90)},
		world.Pod{Name: "waiting", UID: "w", Created: at(90), Unschedulable: at(91)},
		world.Pod{Name: "placed", UID: "p", Instance: "i-0a1", Created: at(90), Scheduled: at(92)},
		world.Pod{Name: "running", UID: "r", Instance: "i-0a1", IP: "10.0.0.9", Created: at(90), Scheduled: at(92), Running: at(95)})
	url := serve(t, newScript(state))
	for _, c := range []struct{ name, want string }{
		{"web-6d4cf56db6-aaaaa", "Running on i-0a1 at 10.0.0.7: Initialized=True@1 Ready=True@9 ContainersReady=True@9 PodScheduled=True@1 running@6"},
		{"new", "Pending on  at : "},
		{"waiting", "Pending on  at : PodScheduled=False@91 "},
		{"placed", "Pending on i-0a1 at : Initialized=True@92 Ready=False@92 ContainersReady=False@92 PodScheduled=True@92 waiting"},
		{"running", "Running on i-0a1 at 10.0.0.9: Initialized=True@92 Ready=False@92 ContainersReady=False@92 PodScheduled=True@92 running@95"},
	} {
		pod, code := fetch[corev1.Pod](t, url+podsPath+"/"+c.name, "")
		if got := tellPod(pod); code != 200 || got != c.want {
			t.Errorf("pod %s = %d %s; want %s", c.name, code, got, c.want)
		}
		if owner := metav1.GetControllerOf(&pod); owner == nil || owner.Name != "web-6d4cf56db6" {
			t.Errorf("controller of %s = %v; want ReplicaSet web-6d4cf56db6", c.name, owner)
		}
	}
}

func TestPodToldToGo(t *testing.T) {
	s := newScript(scene())
	url := serve(t, s)
	next := watching(t, url+podsPath+"?watch=1", tableJSON)
	next()
	next()
	s.change(func(s *world.State) { s.Pods[0].Deleted = at(120) })
	var table metav1.Table
	f := next()
	if err := json.Unmarshal(f.Object, &table); err != nil {
		t.Fatal(err)
	}
	if got, want := f.Type+" "+cells(table), "MODIFIED web-6d4cf56db6-aaaaa 1/1 Terminating"; !strings.HasPrefix(got, want) {
		t.Errorf("a pod told to go = %s; want %s", got, want)
	}
	pod, _ := fetch[corev1.Pod](t, url+podsPath+"/web-6d4cf56db6-aaaaa", "")
	if begin := pod.DeletionTimestamp.Add(-time.Duration(*pod.DeletionGracePeriodSeconds) * time.Second); !begin.Equal(at(120)) {
		t.Errorf("deletion begins at %v; want %v", begin, at(120))
	}
	s.change(func(s *world.State) { s.Pods[0].Terminated = at(125) })
	if f := next(); f.Type != "DELETED" {
		t.Errorf("a pod that terminated = %s; want DELETED", f.Type)
	}
}

func tellPod(p corev1.Pod) string {
	text := fmt.Sprintf("%s on %s at %s: ", p.Status.Phase, p.Spec.NodeName, p.Status.PodIP)
	for _, c := range p.Status.Conditions {
		text += fmt.Sprintf("%s=%s@%v ", c.Type, c.Status, c.LastTransitionTime.Sub(at(0)).Seconds())
	}
	for _, c := range p.Status.ContainerStatuses {
		if c.State.Running != nil {
			text += fmt.Sprintf("running@%v", c.State.Running.StartedAt.Sub(at(0)).Seconds())
		} else {
			text += "waiting"
		}
	}
	return text
}

func TestOwnersExist(t *testing.T) {
	url := serve(t, newScript(scene()))
	pods, _ := fetch[corev1.PodList](t, url+podsPath, "")
	sets, _ := fetch[appsv1.ReplicaSetList](t, url+"/apis/apps/v1/replicasets", "")
	workloads, _ := fetch[appsv1.DeploymentList](t, url+"/apis/apps/v1/deployments", "")
	if len(pods.Items) != 2 || len(sets.Items) != 1 || len(workloads.Items) != 1 {
		t.Fatalf("pods, sets, deployments = %d, %d, %d; want 2, 1, 1", len(pods.Items), len(sets.Items), len(workloads.Items))
	}
	if got, want := metav1.GetControllerOf(&pods.Items[0]).UID, sets.Items[0].UID; got != want {
		t.Errorf("a pod's controller is %s; want the ReplicaSet %s", got, want)
	}
	if got, want := metav1.GetControllerOf(&sets.Items[0]).UID, workloads.Items[0].UID; got != want {
		t.Errorf("the ReplicaSet's controller is %s; want the Deployment %s", got, want)
	}
}

func TestAutoscalerInBothVersions(t *testing.T) {
	state := scene()
	half := 0.5
	state.Config.HPA.Metric, state.Config.HPA.Target, state.HPA.Metric = "utilisation", 0.7, &half
	url := serve(t, newScript(state))
	v2, _ := fetch[autoscalingv2.HorizontalPodAutoscaler](t, url+hpaPath+"/web", "")
	v1, _ := fetch[autoscalingv1.HorizontalPodAutoscaler](t, url+strings.Replace(hpaPath, "v2", "v1", 1)+"/web", "")
	if got := fmt.Sprint(v2.APIVersion, *v2.Spec.Metrics[0].Resource.Target.AverageUtilization, *v2.Status.CurrentMetrics[0].Resource.Current.AverageUtilization); got != "autoscaling/v270 50" {
		t.Errorf("v2 target and metric = %s; want autoscaling/v2, 70, 50", got)
	}
	if got := fmt.Sprint(v1.APIVersion, *v1.Spec.TargetCPUUtilizationPercentage, *v1.Status.CurrentCPUUtilizationPercentage, *v1.Spec.MinReplicas, v1.Spec.MaxReplicas); got != "autoscaling/v170 50 2 10" {
		t.Errorf("v1 = %s; want autoscaling/v1 with 70, 50, 2, 10", got)
	}
}

// Of 33.9 % the controller tells, and thinks of, 33 %; the mean in cores it tells as it is.
func TestUtilisationIsToldAsDecided(t *testing.T) {
	for value, want := range map[float64]string{0.339: "33% 339m", 0.33: "33% 330m", 0.29: "29% 290m", 1: "100% 1", 0.0099: "0% 10m"} {
		state := scene()
		state.Config.HPA.Metric, state.Config.HPA.Target, state.HPA.Metric = "utilisation", 0.3, &value
		h, _ := fetch[autoscalingv2.HorizontalPodAutoscaler](t, serve(t, newScript(state))+hpaPath+"/web", "")
		current := h.Status.CurrentMetrics[0].Resource.Current
		if got := fmt.Sprintf("%d%% %s", *current.AverageUtilization, current.AverageValue); got != want {
			t.Errorf("a utilisation of %v is told as %s; want %s", value, got, want)
		}
	}
}

func TestRefusals(t *testing.T) {
	url := serve(t, newScript(scene()))
	for _, c := range []struct {
		path, accept string
		code         int
		reason       metav1.StatusReason
		message      string
	}{
		{"/api/v1/namespaces/default/secrets", "", 404, metav1.StatusReasonNotFound, "the server could not find the requested resource"},
		{"/apis/batch/v1/jobs", "", 404, metav1.StatusReasonNotFound, "the server could not find the requested resource"},
		{"/apis/batch/v1", "", 404, metav1.StatusReasonNotFound, "the server could not find the requested resource"},
		{"/openapi/v2", "", 404, metav1.StatusReasonNotFound, "the server could not find the requested resource"},
		{podsPath + "/nobody", "", 404, metav1.StatusReasonNotFound, `pods "nobody" not found`},
		{hpaPath + "/nobody", "", 404, metav1.StatusReasonNotFound, `horizontalpodautoscalers.autoscaling "nobody" not found`},
		{podsPath + "/nobody/log", "", 404, metav1.StatusReasonNotFound, "the server could not find the requested resource"},
		{podsPath + "?fieldSelector=spec.mood%3Dgood", "", 400, metav1.StatusReasonBadRequest, "field label not supported: spec.mood"},
		{podsPath + "?resourceVersion=soon", "", 400, metav1.StatusReasonBadRequest, `resourceVersion: Invalid value: "soon"`},
		{podsPath + "?resourceVersion=999999", "", 504, metav1.StatusReasonTimeout, "Too large resource version"},
		{podsPath + "?watch=true&sendInitialEvents=true", "", 422, metav1.StatusReasonInvalid, "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"},
		{podsPath + "?watch=true&resourceVersionMatch=NotOlderThan", "", 422, metav1.StatusReasonInvalid, "resourceVersionMatch is forbidden for watch unless"},
		{podsPath, "application/vnd.kubernetes.protobuf", 406, metav1.StatusReasonNotAcceptable, "only the following media types are accepted: application/json"},
	} {
		status, code := fetch[metav1.Status](t, url+c.path, c.accept)
		if code != c.code || status.Reason != c.reason || status.Kind != "Status" || !strings.Contains(status.Message, c.message) {
			t.Errorf("GET %s = %d %s %s %q; want %d %s %q", c.path, code, status.Kind, status.Reason, status.Message, c.code, c.reason, c.message)
		}
	}
}

func TestWritesAreRefused(t *testing.T) {
	url := serve(t, newScript(scene()))
	response, err := http.Post(url+podsPath, "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var status metav1.Status
	if err := json.NewDecoder(response.Body).Decode(&status); err != nil {
		t.Fatal(err)
	}
	if response.StatusCode != 405 || status.Message != "this staging is read-only" {
		t.Errorf("POST pods = %d %q; want 405 %q", response.StatusCode, status.Message, "this staging is read-only")
	}
}

func TestTables(t *testing.T) {
	url := serve(t, newScript(scene()))
	for _, c := range []struct{ path, columns, row string }{
		{hpaPath, "Name Reference Targets MinPods MaxPods Replicas Age", "web Deployment/web 42500m/60 2 10 2"},
		{strings.Replace(hpaPath, "v2", "v1", 1), "Name Reference Targets MinPods MaxPods Replicas Age", "web Deployment/web 42500m/60 2 10 2"},
		{podsPath + "/web-6d4cf56db6-aaaaa", "Name Ready Status Restarts Age IP Node", "web-6d4cf56db6-aaaaa 1/1 Running 0"},
		{"/apis/apps/v1/deployments", "Name Ready Up-to-date Available Age", "web 2/2 2 2"},
		{"/apis/apps/v1/replicasets", "Name Desired Current Ready Age", "web-6d4cf56db6 2 2 2"},
		{"/api/v1/nodes", "Name Status Roles Age Version", "i-0a1 Ready <none>"},
		{"/api/v1/namespaces", "Name Status Age", "default Active"},
	} {
		table, code := fetch[metav1.Table](t, url+c.path, tableJSON)
		var columns []string
		for _, d := range table.ColumnDefinitions {
			columns = append(columns, d.Name)
		}
		if got := strings.Join(columns, " "); code != 200 || got != c.columns {
			t.Errorf("columns of %s = %d %s; want %s", c.path, code, got, c.columns)
			continue
		}
		if got := cells(table); len(table.Rows) != 1 || !strings.HasPrefix(got, c.row) {
			t.Errorf("rows of %s = %s; want one, %s …", c.path, got, c.row)
		}
	}
	events, _ := fetch[metav1.Table](t, url+"/api/v1/events", tableJSON)
	if got, want := cells(events), "Normal ScalingReplicaSet deployment/web Scaled up replica set"; !strings.Contains(got, want) {
		t.Errorf("rows of events = %s; want %s …", got, want)
	}
}

// cells is the text of all rows.
func cells(t metav1.Table) string {
	var all []string
	for _, row := range t.Rows {
		all = append(all, strings.TrimSuffix(fmt.Sprintln(row.Cells...), "\n"))
	}
	return strings.Join(all, "\n")
}

// frame is one document of a watch.
type frame struct {
	Type   string
	Object json.RawMessage
}

// watching reads a watch frame by frame.
func watching(t *testing.T, url, accept string) func() frame {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Accept", accept)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	return func() frame {
		t.Helper()
		if !lines.Scan() {
			return frame{Type: "END"}
		}
		var f frame
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Fatalf("a watch told %s; want JSON: %v", lines.Bytes(), err)
		}
		return f
	}
}

// tell is a frame in a word: its type and the name and version-free state of
// its object.
func (f frame) tell(t *testing.T) string {
	t.Helper()
	if f.Type == "END" {
		return f.Type
	}
	var o struct {
		Code     int32
		Reason   string
		Metadata metav1.ObjectMeta
	}
	if err := json.Unmarshal(f.Object, &o); err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(o.Metadata.Name, "web-6d4cf56db6-")
	switch {
	case f.Type == "ERROR":
		return fmt.Sprintf("ERROR %d %s", o.Code, o.Reason)
	case o.Metadata.Annotations[metav1.InitialEventsAnnotationKey] == "true":
		return f.Type + " that was all"
	}
	return strings.TrimSpace(f.Type + " " + name)
}

func wantFrames(t *testing.T, next func() frame, want ...string) {
	t.Helper()
	for i, w := range want {
		if got := next().tell(t); got != w {
			t.Fatalf("frame %d = %s; want %s", i, got, w)
		}
	}
}

func TestWatch(t *testing.T) {
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"from anywhere", "", []string{"ADDED aaaaa", "ADDED bbbbb", "ADDED ccccc", "DELETED aaaaa"}},
		{"from zero", "&resourceVersion=0", []string{"ADDED aaaaa", "ADDED bbbbb", "ADDED ccccc", "DELETED aaaaa"}},
		{"from a list", "&resourceVersion=LISTED", []string{"ADDED ccccc", "DELETED aaaaa"}},
		{"streamed list", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true",
			[]string{"ADDED aaaaa", "ADDED bbbbb", "BOOKMARK that was all", "ADDED ccccc", "DELETED aaaaa"}},
		{"no list", "&sendInitialEvents=false&resourceVersionMatch=NotOlderThan", []string{"ADDED ccccc", "DELETED aaaaa"}},
		{"begins to match", "&resourceVersion=LISTED&fieldSelector=status.phase%3DPending", []string{"ADDED ccccc", "DELETED ccccc"}},
		{"by name", "&resourceVersion=LISTED&fieldSelector=metadata.name%3Dweb-6d4cf56db6-aaaaa", []string{"DELETED aaaaa"}},
		{"unknown version", "&resourceVersion=999999", []string{"ERROR 410 Expired", "END"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScript(scene())
			url := serve(t, s)
			list, _ := fetch[corev1.PodList](t, url+podsPath, "")
			next := watching(t, url+podsPath+"?watch=1"+strings.ReplaceAll(c.query, "LISTED", list.ResourceVersion), "")
			s.change(scaleUp)
			// Each change is waited for, so that none is merged with the next.
			all := watching(t, url+podsPath+"?watch=1", "")
			wantFrames(t, all, "ADDED aaaaa", "ADDED bbbbb", "ADDED ccccc")
			s.change(func(s *world.State) { s.Pods = s.Pods[1:] })
			wantFrames(t, all, "DELETED aaaaa")
			if strings.Contains(c.query, "phase") {
				s.change(func(s *world.State) { s.Pods[1].Scheduled, s.Pods[1].Running = at(111), at(116) })
			}
			wantFrames(t, next, c.want...)
		})
	}
}

func TestWatchEndsInTime(t *testing.T) {
	url := serve(t, newScript(scene()))
	wantFrames(t, watching(t, url+podsPath+"?watch=1&timeoutSeconds=1", ""), "ADDED aaaaa", "ADDED bbbbb", "END")
}

func TestWatchOfATable(t *testing.T) {
	s := newScript(scene())
	url := serve(t, s)
	next := watching(t, url+hpaPath+"?watch=1", tableJSON)
	var first, second metav1.Table
	if err := json.Unmarshal(next().Object, &first); err != nil {
		t.Fatal(err)
	}
	s.change(func(s *world.State) { s.HPA.Current = 3 })
	f := next()
	if err := json.Unmarshal(f.Object, &second); err != nil {
		t.Fatal(err)
	}
	if len(first.ColumnDefinitions) != 7 || len(second.ColumnDefinitions) != 0 {
		t.Errorf("columns of the first and second table = %d, %d; want 7, 0", len(first.ColumnDefinitions), len(second.ColumnDefinitions))
	}
	if got, want := f.Type+" "+cells(second), "MODIFIED web Deployment/web 42500m/60 2 10 3"; !strings.HasPrefix(got, want) {
		t.Errorf("second = %s; want %s …", got, want)
	}
}

// A pod that goes between two looks at the staging is still told to go first,
// and when.
func TestPodGoesAtOnce(t *testing.T) {
	s := newScript(scene())
	url := serve(t, s)
	next := watching(t, url+podsPath+"?watch=true&fieldSelector=metadata.name%3Dweb-6d4cf56db6-bbbbb", "application/json")
	next()
	s.change(func(s *world.State) { s.Pods[1].Deleted, s.Pods[1].Terminated = at(60), at(60) })
	for _, want := range []string{"MODIFIED", "DELETED"} {
		f := next()
		var pod corev1.Pod
		if err := json.Unmarshal(f.Object, &pod); err != nil {
			t.Fatal(err)
		}
		if f.Type != want || pod.DeletionTimestamp == nil || !pod.DeletionTimestamp.Equal(&metav1.Time{Time: at(90)}) {
			t.Errorf("the watch told %s, to end at %v; want %s, at %v", f.Type, pod.DeletionTimestamp, want, at(90))
		}
	}
	if pods, _ := fetch[corev1.PodList](t, url+podsPath, ""); len(pods.Items) != 1 {
		t.Errorf("%d pods are left; want 1", len(pods.Items))
	}
}

// An event that happens again is the same object, counted; its first time stays.
func TestRepeatedEvent(t *testing.T) {
	s := newScript(scene())
	url := serve(t, s)
	next := watching(t, url+"/api/v1/namespaces/default/events?watch=true", "application/json")
	tell := func() string {
		f := next()
		var e corev1.Event
		if err := json.Unmarshal(f.Object, &e); err != nil {
			t.Fatal(err)
		}
		sinceZero := func(m metav1.Time) float64 { return m.Sub(at(0)).Seconds() }
		return fmt.Sprintf("%s %s %g to %g, %d", f.Type, e.UID, sinceZero(e.FirstTimestamp), sinceZero(e.LastTimestamp), e.Count)
	}
	if got, want := tell(), "ADDED e1 0 to 0, 1"; got != want {
		t.Errorf("event = %s; want %s", got, want)
	}
	s.change(func(s *world.State) { s.Events[0].At, s.Events[0].Count = at(60), 2 })
	if got, want := tell(), "MODIFIED e1 0 to 60, 2"; got != want {
		t.Errorf("event = %s; want %s", got, want)
	}
	table, _ := fetch[metav1.Table](t, url+"/api/v1/events", tableJSON)
	if got := table.Rows[0].Cells; fmt.Sprint(got[6]) != "2" {
		t.Errorf("cells of the event = %v; want a count of 2 before its name", got)
	}
}

func TestDiscovery(t *testing.T) {
	url := serve(t, newScript(scene()))
	accept := "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json"
	groups, _ := fetch[metav1.APIGroupList](t, url+"/apis", accept)
	var told []string
	for _, g := range groups.Groups {
		told = append(told, g.PreferredVersion.GroupVersion)
		for _, v := range g.Versions {
			list, code := fetch[metav1.APIResourceList](t, url+"/apis/"+v.GroupVersion, accept)
			if code != 200 || len(list.APIResources) == 0 {
				t.Errorf("GET /apis/%s = %d with %d resources; want some", v.GroupVersion, code, len(list.APIResources))
			}
		}
	}
	if want := []string{"apps/v1", "autoscaling/v2", "authorization.k8s.io/v1", "discovery.k8s.io/v1", "metrics.k8s.io/v1beta1", "policy/v1"}; !cmp.Equal(told, want) {
		t.Errorf("preferred versions = %v; want %v", told, want)
	}
	core, _ := fetch[metav1.APIResourceList](t, url+"/api/v1", accept)
	var kinds []string
	for _, r := range core.APIResources {
		kinds = append(kinds, r.Kind)
	}
	if want := []string{"Event", "LimitRange", "Namespace", "Node", "Pod", "ResourceQuota", "Service"}; !cmp.Equal(kinds, want) {
		t.Errorf("kinds of v1 = %v; want %v", kinds, want)
	}
}
