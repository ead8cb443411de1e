package hpa

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
	replicaSets  = "replicasets"
	endpoints    = "endpointslices"
	quotas       = "resourcequotas"
	limitRanges  = "limitranges"
)

// answerWithin bounds every single answer of the API; watches are unbounded.
const answerWithin = 10 * time.Second

// scheme knows the kinds that are read, and no others: the full client set of
// Kubernetes would double the size of the program.
var scheme = func() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		autoscalingv2.AddToScheme, appsv1.AddToScheme, corev1.AddToScheme, discoveryv1.AddToScheme,
	} {
		utilruntime.Must(add(s))
	}
	return s
}()

var parameters = runtime.NewParameterCodec(scheme)

// cluster is a client of each group of the API that is read.
type cluster struct {
	autoscaling, apps, core, discovery *rest.RESTClient

	http    *http.Client // beneath all of them
	heard   *hearing     // of what it brings
	nodes   *Nodes
	permits *Permits
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
	heard := &hearing{}
	config.Wrap(heard.wrap)
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
		discovery:   open("/apis", discoveryv1.SchemeGroupVersion),
		http:        client,
		heard:       heard,
		nodes:       NewNodes(),
		permits:     NewPermits(),
	}
	return c, err
}

// get reads one object into into.
func (c *cluster) get(ctx context.Context, client *rest.RESTClient, into runtime.Object, namespace, resource, name string) error {
	err := client.Get().Namespace(namespace).Resource(resource).Name(name).
		Timeout(answerWithin).MaxRetries(0).Do(ctx).Into(into)
	return explain(err, "get", resource, namespace)
}

// list reads a whole collection into into, which may be large.
func (c *cluster) list(ctx context.Context, client *rest.RESTClient, into runtime.Object, namespace, resource string) error {
	err := client.Get().Namespace(namespace).Resource(resource).
		Timeout(answerWithin).MaxRetries(0).Do(ctx).Into(into)
	return explain(err, "list", resource, namespace)
}

// document reads a JSON document of any path into into, which needs no type of
// the scheme.
func (c *cluster) document(ctx context.Context, path string, query url.Values, into any) error {
	request := c.core.Get().AbsPath(path).Timeout(answerWithin).MaxRetries(0)
	for name, values := range query {
		for _, v := range values {
			request.Param(name, v)
		}
	}
	return decode(request.Do(ctx), into)
}

// decode reads a JSON answer; an error of it is as the API worded it, which the
// raw answer alone does not tell.
func decode(answer rest.Result, into any) error {
	if err := answer.Error(); err != nil {
		return err
	}
	text, err := answer.Raw()
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, into); err != nil {
		return &worded{"the answer is not what was asked for", err} // whose text is about types of Go
	}
	return nil
}

// explain words an error of the API: what was refused, and what would be
// needed. An empty namespace is the whole cluster.
func explain(err error, verb, resource, namespace string) error {
	var request *url.Error
	var status apierrors.APIStatus
	if namespace == "" {
		namespace = "the whole cluster"
	}
	switch {
	case err == nil:
		return nil
	case apierrors.IsForbidden(err):
		return &refusal{worded{fmt.Sprintf("forbidden (needs %s on %s in %s)", verb, resource, namespace), err}}
	case apierrors.IsUnauthorized(err):
		return &refusal{worded{"unauthorized (are the credentials of this context still valid?)", err}}
	case apierrors.IsNotFound(err) && !namesObject(err) && !apierrors.IsUnexpectedServerError(err) && verb != "get":
		return &refusal{worded{resource + " are not served", err}}
	case errors.As(err, &request):
		// Its text would repeat the whole address with the query.
		return fmt.Errorf("%s %s: %w", verb, resource, request.Err)
	case apierrors.IsUnexpectedServerError(err) && errors.As(err, &status):
		// Its text would repeat a page that was written for browsers.
		code := int(status.Status().Code)
		return &worded{fmt.Sprintf("%s %s: answered %d %s", verb, resource, code, http.StatusText(code)), err}
	}
	return fmt.Errorf("%s %s: %w", verb, resource, err)
}

// worded is an error in words of our own.
type worded struct {
	text  string
	cause error
}

func (w *worded) Error() string { return w.text }
func (w *worded) Unwrap() error { return w.cause }

// refusal is an error that trying again does not mend.
type refusal struct{ worded }

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
