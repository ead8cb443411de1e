package hpa

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/rest"
)

// eachOf reads a large collection page by page and keeps none: each page is a
// new list of that kind, and what it is made into is each's business. An empty
// namespace is all, or that there is none.
func (c *cluster) eachOf(ctx context.Context, client *rest.RESTClient, namespace, resource string, options metav1.ListOptions, list func() runtime.Object, each func(runtime.Object)) error {
	options.Limit = pageSize
	for {
		page := list()
		err := client.Get().NamespaceIfScoped(namespace, namespace != "").Resource(resource).VersionedParams(&options, parameters).
			Timeout(answerWithin).MaxRetries(0).Do(ctx).Into(page)
		if err == nil {
			err = meta.EachListItem(page, func(object runtime.Object) error { each(object); return nil })
		}
		if err != nil {
			return explain(err, "list", resource, namespace)
		}
		about, err := meta.ListAccessor(page)
		if err != nil {
			return err
		}
		if options.Continue = about.GetContinue(); options.Continue == "" {
			return nil
		}
	}
}
