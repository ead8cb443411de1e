package hpa

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/rest"

	"github.com/seed-f864f198/onair/internal/observe"
)

// The collections of the namespace, as the API has them.
const (
	hpasPath        = "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers"
	deploymentsPath = "/apis/apps/v1/namespaces/default/deployments"
	replicaSetsPath = "/apis/apps/v1/namespaces/default/replicasets"
	podsPath        = "/api/v1/namespaces/default/pods"
	eventsPath      = "/api/v1/namespaces/default/events"
	quotasPath      = "/api/v1/namespaces/default/resourcequotas"
	limitsPath      = "/api/v1/namespaces/default/limitranges"
	slicesPath      = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
	nodesPath       = "/api/v1/nodes"
	allPodsPath     = "/api/v1/pods"
	usagePath       = "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods"
	reviewPath      = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
	versionPath     = "/version"
)

var kinds = map[string]string{
	"horizontalpodautoscalers": "autoscaling/v2 HorizontalPodAutoscaler", "deployments": "apps/v1 Deployment",
	"statefulsets": "apps/v1 StatefulSet", "replicasets": "apps/v1 ReplicaSet", "pods": "v1 Pod", "events": "v1 Event",
	"resourcequotas": "v1 ResourceQuota", "limitranges": "v1 LimitRange", "endpointslices": "discovery.k8s.io/v1 EndpointSlice",
	"nodes": "v1 Node",
}

// api is a Kubernetes API that knows of objects only what a test puts into it,
// and is broken as a test says. Every path that no test put anything into is an
// empty collection. Safe for concurrent use.
type api struct {
	mu      sync.Mutex
	version int
	objects map[string][]stored     // by collection
	changes map[string][]change     // since when watches may resume
	forgot  map[string]int          // versions up to this one are expired
	answers map[string]http.Handler // by path; instead of everything else
	changed chan struct{}
	cut     chan struct{} // closed to end the watches that run
	watched map[string]int
	denied  map[string]bool   // "verb resource" that a review denies
	onlyOf  map[string]string // the object of "verb resource" of which alone it is allowed
}

type stored struct {
	name   string
	labels labels.Set
	fields fields.Set
	text   json.RawMessage
}

type change struct {
	version int
	kind    string
	object  stored
}

func newAPI() *api {
	return &api{
		version: 1, objects: map[string][]stored{}, changes: map[string][]change{}, forgot: map[string]int{},
		answers: map[string]http.Handler{}, changed: make(chan struct{}), cut: make(chan struct{}), watched: map[string]int{},
		denied: map[string]bool{},
	}
}

// put stores an object, new or changed, and tells the watches.
func (a *api) put(collection string, o metav1.Object) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.version++
	kind := strings.Fields(kinds[path.Base(collection)])
	o.SetNamespace("default")
	o.SetResourceVersion(strconv.Itoa(a.version))
	text := fmt.Appendf(nil, `{"apiVersion":%q,"kind":%q,%s`, kind[0], kind[1], marshal(o)[1:])
	s := stored{name: o.GetName(), labels: o.GetLabels(), text: text, fields: fields.Set{"metadata.name": o.GetName()}}
	if e, ok := o.(*corev1.Event); ok {
		s.fields["involvedObject.kind"], s.fields["involvedObject.name"], s.fields["reason"] = e.InvolvedObject.Kind, e.InvolvedObject.Name, e.Reason
	}
	what := "ADDED"
	if i := slices.IndexFunc(a.objects[collection], func(b stored) bool { return b.name == s.name }); i >= 0 {
		a.objects[collection][i], what = s, "MODIFIED"
	} else {
		a.objects[collection] = append(a.objects[collection], s)
	}
	a.tell(collection, what, s)
}

func (a *api) remove(collection, name string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.version++
	i := slices.IndexFunc(a.objects[collection], func(b stored) bool { return b.name == name })
	s := a.objects[collection][i]
	a.objects[collection] = slices.Delete(a.objects[collection], i, i+1)
	a.tell(collection, "DELETED", s)
}

func (a *api) tell(collection, what string, s stored) {
	a.changes[collection] = append(a.changes[collection], change{a.version, what, s})
	close(a.changed)
	a.changed = make(chan struct{})
}

// answer has a path answered by a handler from now on; nil: as ever. Watches
// that run are cut.
func (a *api) answer(path string, h http.HandlerFunc) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.answers, path)
	if h != nil {
		a.answers[path] = h
	}
	a.cutAll()
}

func (a *api) cutAll() {
	close(a.cut)
	a.cut = make(chan struct{})
}

// expire forgets everything that watches could resume from, and cuts them.
func (a *api) expire() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.version++
	for collection := range a.objects {
		a.forgot[collection] = a.version
		delete(a.changes, collection)
	}
	a.cutAll()
}

func marshal(v any) json.RawMessage {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return text
}

func (a *api) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	special := a.answers[r.URL.Path]
	a.mu.Unlock()
	switch query := r.URL.Query(); {
	case special != nil:
		special.ServeHTTP(w, r)
	case r.URL.Path == versionPath:
		writeJSON(w, 200, map[string]string{"gitVersion": "v1.37.2"})
	case r.URL.Path == reviewPath:
		a.review(w, r)
	case kinds[path.Base(r.URL.Path)] == "":
		a.get(w, r.URL.Path)
	case query.Get("watch") != "":
		a.watch(w, r)
	default:
		a.list(w, r)
	}
}

func writeJSON(w http.ResponseWriter, code int, document any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	_, _ = w.Write(marshal(document)) // a client that is gone needs no answer
}

func writeStatus(w http.ResponseWriter, code int32, reason metav1.StatusReason, name string) {
	writeJSON(w, int(code), metav1.Status{
		TypeMeta: metav1.TypeMeta{Kind: "Status", APIVersion: "v1"}, Status: "Failure", Code: code, Reason: reason, Message: string(reason),
		Details: &metav1.StatusDetails{Name: name},
	})
}

// refuse answers with a Status.
func refuse(code int32, reason metav1.StatusReason) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { writeStatus(w, code, reason, "") }
}

func (a *api) review(w http.ResponseWriter, r *http.Request) {
	var asked struct {
		Spec struct {
			ResourceAttributes struct{ Namespace, Verb, Group, Resource, Subresource, Name string }
		}
	}
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || r.Method != http.MethodPost {
		writeStatus(w, 400, metav1.StatusReasonBadRequest, "")
		return
	}
	of := asked.Spec.ResourceAttributes
	what := strings.TrimSuffix(of.Verb+" "+of.Resource+"/"+of.Subresource, "/")
	if of.Group == "metrics.k8s.io" {
		what += "." + of.Group
	}
	if of.Namespace == "" {
		what += " everywhere"
	}
	a.mu.Lock()
	denied := a.denied[what]
	if allowed := a.onlyOf[what]; allowed != "" {
		denied = allowed != of.Name
	}
	a.mu.Unlock()
	writeJSON(w, 201, map[string]any{"status": map[string]bool{"allowed": !denied}})
}

func (a *api) get(w http.ResponseWriter, of string) {
	collection, name := path.Split(of)
	a.mu.Lock()
	all := a.objects[path.Clean(collection)]
	i := slices.IndexFunc(all, func(s stored) bool { return s.name == name })
	if i < 0 {
		a.mu.Unlock()
		writeStatus(w, 404, metav1.StatusReasonNotFound, name)
		return
	}
	text := all[i].text
	a.mu.Unlock()
	writeJSON(w, 200, text)
}

// chooser is what the selectors of a request choose.
func chooser(r *http.Request) func(stored) bool {
	byLabels, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		panic(err)
	}
	byFields := fields.ParseSelectorOrDie(r.URL.Query().Get("fieldSelector"))
	if strings.Contains(byFields.String(), "status.phase") {
		byFields = fields.Everything() // no pod here ever ends
	}
	return func(s stored) bool { return byLabels.Matches(s.labels) && byFields.Matches(s.fields) }
}

func (a *api) list(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	kind := strings.Fields(kinds[path.Base(r.URL.Path)])
	items := []json.RawMessage{}
	from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
	limit, _ := strconv.Atoi(r.URL.Query().Get("limit"))
	meta := map[string]string{"resourceVersion": strconv.Itoa(a.version)}
	chosen := chooser(r)
	for _, s := range a.objects[r.URL.Path] {
		if !chosen(s) {
			continue
		}
		if items = append(items, s.text); limit > 0 && len(items) == from+limit {
			meta["continue"] = strconv.Itoa(len(items))
			break
		}
	}
	a.mu.Unlock()
	writeJSON(w, 200, map[string]any{"apiVersion": kind[0], "kind": kind[1] + "List", "metadata": meta, "items": items[min(from, len(items)):]})
}

func (a *api) watch(w http.ResponseWriter, r *http.Request) {
	since, _ := strconv.Atoi(r.URL.Query().Get("resourceVersion"))
	w.Header().Set("Content-Type", "application/json")
	flusher := w.(http.Flusher)
	flusher.Flush()
	a.mu.Lock()
	cut, chosen := a.cut, chooser(r)
	a.watched[r.URL.Path]++
	a.mu.Unlock()
	defer func() {
		a.mu.Lock()
		a.watched[r.URL.Path]--
		a.mu.Unlock()
	}()
	for {
		a.mu.Lock()
		changed, expired := a.changed, since < a.forgot[r.URL.Path]
		var news []change
		for _, c := range a.changes[r.URL.Path] {
			if c.version > since {
				since = c.version
				if chosen(c.object) {
					news = append(news, c)
				}
			}
		}
		a.mu.Unlock()
		if expired {
			fmt.Fprintln(w, `{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","status":"Failure","code":410,"reason":"Expired","message":"too old resource version"}}`)
			return
		}
		for _, c := range news {
			fmt.Fprintf(w, `{"type":%q,"object":%s}`+"\n", c.kind, c.object.text)
		}
		flusher.Flush()
		select {
		case <-changed:
		case <-cut:
			return
		case <-r.Context().Done():
			return
		}
	}
}

// watching is how many watches of a collection run.
func (a *api) watching(collection string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.watched[collection]
}

// simple is an API with an autoscaler web of a Deployment web that has no pods.
func simple() *api {
	a := newAPI()
	one, two := int32(1), int32(2)
	a.put(hpasPath, &autoscalingv2.HorizontalPodAutoscaler{
		ObjectMeta: metav1.ObjectMeta{Name: "web", UID: "uid-hpa"},
		Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
			MinReplicas: &one, MaxReplicas: 10,
			ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"},
		},
		Status: autoscalingv2.HorizontalPodAutoscalerStatus{DesiredReplicas: two, Conditions: []autoscalingv2.HorizontalPodAutoscalerCondition{
			{Type: autoscalingv2.AbleToScale, Status: corev1.ConditionTrue}, {Type: autoscalingv2.ScalingActive, Status: corev1.ConditionTrue},
		}},
	})
	a.put(deploymentsPath, deploymentOf(two))
	return a
}

// observing is one observer of an api over loopback.
type observing struct {
	*observation
	api *api
}

func newObserving(t *testing.T, a *api) *observing {
	t.Helper()
	server := httptest.NewServer(a)
	t.Cleanup(func() {
		a.mu.Lock()
		a.cutAll()
		a.mu.Unlock()
		server.Close()
	})
	observer, err := New(Options{Config: &rest.Config{Host: server.URL}, Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	observer.patience = 300 * time.Millisecond
	f := &facts{news: make(chan struct{})}
	return &observing{&observation{f, nil, observer, observe.NewRecorder(observer.Source(), began, f), server.Listener}, a}
}

// awaitAll waits until everything is listed and watched.
func (o *observing) awaitAll(t *testing.T) {
	t.Helper()
	o.awaitWatched(t, hpasPath, deploymentsPath, podsPath, replicaSetsPath, slicesPath)
}

// awaitWatched waits until collections are listed and watched, and all events.
func (o *observing) awaitWatched(t *testing.T, collections ...string) {
	t.Helper()
	patient := time.NewTimer(20 * time.Second)
	defer patient.Stop()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for {
		missing := slices.DeleteFunc(slices.Clone(collections), func(one string) bool { return o.api.watching(one) == 1 })
		if len(missing) == 0 && o.api.watching(eventsPath) == 3 {
			return
		}
		select {
		case <-look.C:
		case <-patient.C:
			t.Fatalf("watches do not run: %v, events %d of 3", missing, o.api.watching(eventsPath))
		}
	}
}

func deploymentOf(units int32) *appsv1.Deployment {
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web", UID: "uid-web"},
		Spec:       appsv1.DeploymentSpec{Replicas: &units, Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "web"}}},
		Status:     appsv1.DeploymentStatus{ReadyReplicas: units},
	}
}

func uid(name string) types.UID { return types.UID("uid-" + name) }

func restConfig(host string) *rest.Config { return &rest.Config{Host: host} }
