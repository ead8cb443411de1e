package hpa

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	utilruntime "k8s.io/apimachinery/pkg/util/runtime"
	"k8s.io/client-go/rest"
)

// The plural names by which the API knows what is read here.
const (
	autoscalers  = "horizontalpodautoscalers"
	deployments  = "deployments"
	statefulSets = "statefulsets"
)

// answerWithin bounds every single answer of the API; watches are unbounded.
const answerWithin = 10 * time.Second

// scheme knows the kinds that are read, and no others: the full client set of
// Kubernetes would double the size of the program.
var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{autoscalingv2.AddToScheme, appsv1.AddToScheme, corev1.AddToScheme} {
		utilruntime.Must(add(s))
	}
	return s
}()

var parameters = runtime.NewParameterCodec(scheme)

// cluster is a client of each group of the API that is read.
type cluster struct {
	autoscaling, apps, core *rest.RESTClient
}

func newCluster(config *rest.Config) (*cluster, error) {
	if config == nil {
		return nil, errors.New("no cluster (is there a kubeconfig?)")
	}
	config = rest.CopyConfig(config)
	config.Timeout = 0 // it would also end watches
	config.QPS = -1    // a handful of requests needs no throttle of its own
	config.WarningHandler = rest.NoWarnings{}
	config.ContentType = runtime.ContentTypeJSON
	config.AcceptContentTypes = runtime.ContentTypeJSON
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	client, err := rest.HTTPClientFor(config)
	if err != nil {
		return nil, err
	}
	open := func(path string, version schema.GroupVersion) *rest.RESTClient {
		if err != nil {
			return nil
		}
		var c *rest.RESTClient
		config.APIPath, config.GroupVersion = path, &version
		c, err = rest.RESTClientForConfigAndClient(rest.CopyConfig(config), client)
		return c
	}
	c := &cluster{
		autoscaling: open("/apis", autoscalingv2.SchemeGroupVersion),
		apps:        open("/apis", appsv1.SchemeGroupVersion),
		core:        open("/api", corev1.SchemeGroupVersion),
	}
	return c, err
}

// get reads one object into into.
func (c *cluster) get(ctx context.Context, client *rest.RESTClient, into runtime.Object, namespace, resource, name string) error {
	err := client.Get().Namespace(namespace).Resource(resource).Name(name).
		Timeout(answerWithin).MaxRetries(0).Do(ctx).Into(into)
	return explain(err, "get", resource, namespace)
}

// target is what an autoscaler scales.
type target struct {
	resource, name string
	selector       labels.Selector // of its pods
}

// target reads what an autoscaler scales.
func (c *cluster) target(ctx context.Context, namespace string, ref autoscalingv2.CrossVersionObjectReference) (target, error) {
	t := target{name: ref.Name}
	var selector *metav1.LabelSelector
	var err error
	switch ref.Kind {
	case "Deployment":
		workload := &appsv1.Deployment{}
		t.resource = deployments
		err = c.get(ctx, c.apps, workload, namespace, t.resource, ref.Name)
		selector = workload.Spec.Selector
	case "StatefulSet":
		workload := &appsv1.StatefulSet{}
		t.resource = statefulSets
		err = c.get(ctx, c.apps, workload, namespace, t.resource, ref.Name)
		selector = workload.Spec.Selector
	default:
		return t, fmt.Errorf("scales a %s, which is not understood (Deployment or StatefulSet)", ref.Kind)
	}
	if apierrors.IsNotFound(err) {
		return t, fmt.Errorf("scales %s %s, which does not exist", ref.Kind, ref.Name)
	}
	if err == nil {
		t.selector, err = metav1.LabelSelectorAsSelector(selector)
	}
	return t, err
}

// explain words an error of the API: what was refused, and what would be
// needed.
func explain(err error, verb, resource, namespace string) error {
	var request *url.Error
	switch {
	case err == nil:
		return nil
	case apierrors.IsForbidden(err):
		return &refusal{fmt.Sprintf("forbidden (needs %s on %s in %s)", verb, resource, namespace), err}
	case apierrors.IsUnauthorized(err):
		return &refusal{"unauthorized (are the credentials of this context still valid?)", err}
	case errors.As(err, &request):
		// Its text would repeat the whole address with the query.
		return fmt.Errorf("%s %s: %w", verb, resource, request.Err)
	}
	return fmt.Errorf("%s %s: %w", verb, resource, err)
}

// refusal is an error that trying again does not mend.
type refusal struct {
	text  string
	cause error
}

func (r *refusal) Error() string { return r.text }
func (r *refusal) Unwrap() error { return r.cause }

func isFinal(err error) bool {
	var r *refusal
	return errors.As(err, &r)
}

// namesObject reports whether a NotFound is about one object rather than about
// a path that is not served.
func namesObject(err error) bool {
	var status apierrors.APIStatus
	return errors.As(err, &status) && status.Status().Details != nil && status.Status().Details.Name != ""
}
