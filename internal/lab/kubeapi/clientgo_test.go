package kubeapi_test

import (
	"context"
	"sync"
	"testing"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// client makes a client of one version of the API at url, as client-go's typed
// clients are made.
func client(t *testing.T, url string, version schema.GroupVersion) rest.Interface {
	t.Helper()
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{authorizationv1.AddToScheme, autoscalingv1.AddToScheme, corev1.AddToScheme, discoveryv1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config := &rest.Config{Host: url, APIPath: "/apis", ContentConfig: rest.ContentConfig{
		GroupVersion: &version, NegotiatedSerializer: serializer.NewCodecFactory(scheme).WithoutConversion(),
	}}
	if version.Group == "" {
		config.APIPath = "/api"
	}
	c, err := rest.RESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// client-go reads what the API tells as it reads the original.
func TestClientGoReads(t *testing.T) {
	state := scene()
	state.Config.Quotas.Pods = 5
	url, ctx := serve(t, newScript(state)), t.Context()

	review := &authorizationv1.SelfSubjectAccessReview{Spec: authorizationv1.SelfSubjectAccessReviewSpec{
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: "default", Verb: "watch", Group: "discovery.k8s.io", Resource: "endpointslices"}}}
	var answer authorizationv1.SelfSubjectAccessReview
	err := client(t, url, authorizationv1.SchemeGroupVersion).Post().Resource("selfsubjectaccessreviews").Body(review).Do(ctx).Into(&answer)
	if err != nil || !answer.Status.Allowed {
		t.Errorf("review of watching endpointslices = %+v, %v; want allowed", answer.Status, err)
	}
	var slices discoveryv1.EndpointSliceList
	err = client(t, url, discoveryv1.SchemeGroupVersion).Get().Namespace("default").Resource("endpointslices").
		Param("labelSelector", "kubernetes.io/service-name=web").Do(ctx).Into(&slices)
	if err != nil || len(slices.Items) != 1 || len(slices.Items[0].Endpoints) != 2 {
		t.Errorf("slices = %v, %v; want one of two endpoints", slices.Items, err)
	}
	var scale autoscalingv1.Scale
	err = client(t, url, schema.GroupVersion{Group: "apps", Version: "v1"}).Get().Namespace("default").Resource("deployments").Name("web").SubResource("scale").Do(ctx).Into(&scale)
	if err != nil || scale.Spec.Replicas != 2 {
		t.Errorf("scale = %v, %v; want 2", scale, err)
	}
	var quotas corev1.ResourceQuotaList
	err = client(t, url, corev1.SchemeGroupVersion).Get().Namespace("default").Resource("resourcequotas").Do(ctx).Into(&quotas)
	if err != nil || len(quotas.Items) != 1 || quotas.Items[0].Status.Used.Pods().Value() != 2 {
		t.Errorf("quotas = %v, %v; want one with 2 pods used", quotas.Items, err)
	}
}

// client-go knows each outage for what it is.
func TestClientGoMeetsOutages(t *testing.T) {
	for how, is := range map[string]func(error) bool{
		world.Unavailable: apierrors.IsServiceUnavailable,
		world.Denied:      apierrors.IsForbidden,
		world.HTML: func(err error) bool {
			status, ok := err.(apierrors.APIStatus)
			return ok && status.Status().Code == 502
		},
	} {
		err := client(t, serve(t, newScript(failingNow(how))), corev1.SchemeGroupVersion).Get().Namespace("default").Resource("pods").Do(t.Context()).Error()
		if !is(err) {
			t.Errorf("list of pods while %s = %v (%s)", how, err, apierrors.ReasonForError(err))
		}
	}
}

// An informer sees what happens in spite of expired watches and an outage.
func TestInformerOutlivesFaults(t *testing.T) {
	state := scene()
	state.Start = time.Now()
	state.Config.Faults.ExpireWatches = 150 * time.Millisecond
	state.Config.Faults.Kube = []world.Outage{{At: 300 * time.Millisecond, For: 300 * time.Millisecond, How: world.Reset}}
	s := newScript(state)
	pods := client(t, serve(t, s), corev1.SchemeGroupVersion)
	informer := cache.NewSharedInformer(cache.NewListWatchFromClient(pods, "pods", "default", fields.Everything()), &corev1.Pod{}, 0)
	seen := make(chan string, 100)
	if _, err := informer.AddEventHandler(added(seen)); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { informer.Run(ctx.Done()) })
	defer running.Wait()
	defer cancel()
	for range 2 {
		<-seen
	}
	deadline := time.After(30 * time.Second)
	for n := range 3 {
		name := []string{"before", "meanwhile", "after"}[n]
		time.Sleep(time.Until(state.Start.Add([]time.Duration{0, 400, 700}[n] * time.Millisecond))) // before, in and after the outage
		s.change(func(s *world.State) { s.Pods = append(s.Pods, readyPod(name, 90)) })
		for told := ""; told != name; {
			select {
			case told = <-seen:
			case <-deadline:
				t.Fatalf("pod %s was never seen", name)
			}
		}
	}
}

// added tells the names of the pods that are added.
type added chan<- string

func (a added) OnAdd(o any, _ bool) { a <- o.(*corev1.Pod).Name }
func (a added) OnUpdate(_, _ any)   {}
func (a added) OnDelete(any)        {}
