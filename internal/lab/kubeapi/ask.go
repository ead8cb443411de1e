package kubeapi

import (
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// ask is what a request asks about the objects of one resource.
type ask struct {
	resource  *resource
	namespace string // empty: all
	name      string // empty: the collection

	watch         bool
	version       uint64 // 0: any
	initialEvents *bool  // nil: not said
	bookmarks     bool
	timeout       time.Duration // 0: none
	labels        labels.Selector
	fields        fields.Selector

	table *tableForm // nil: the objects themselves
}

// parseAsk reads path, query and Accept of a request; its errors are Statuses.
func parseAsk(r *http.Request) (ask, error) {
	a, err := parsePath(r.URL.Path)
	if err != nil {
		return ask{}, err
	}
	if a.table, err = parseAccept(r.Header.Values("Accept"), r.URL.Query()); err != nil {
		return ask{}, err
	}
	return a, a.parseQuery(r.URL.Query())
}

// parsePath understands /api/VERSION/… and /apis/GROUP/VERSION/…, followed by
// [namespaces/NAMESPACE/]RESOURCE[/NAME[/SUBRESOURCE]].
func parsePath(path string) (ask, error) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	var group string
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		parts = parts[1:]
	case len(parts) >= 4 && parts[0] == "apis":
		group, parts = parts[1], parts[2:]
	default:
		return ask{}, noSuchPath()
	}
	version, parts := parts[0], parts[1:]
	var a ask
	if parts[0] == "namespaces" && len(parts) > 2 {
		a.namespace, parts = parts[1], parts[2:]
	}
	sub := ""
	if len(parts) == 3 {
		sub, parts = parts[2], parts[:2]
	}
	a.resource = findResource(group, version, parts[0], sub)
	if a.resource == nil || len(parts) > 2 || a.namespace != "" && !a.resource.namespaced {
		return ask{}, noSuchPath()
	}
	if len(parts) == 2 {
		a.name = parts[1]
		if a.resource.namespaced && a.namespace == "" {
			return ask{}, noSuchPath()
		}
	}
	return a, nil
}

func noSuchPath() error {
	err := apierrors.NewNotFound(schema.GroupResource{}, "")
	err.ErrStatus.Message = "the server could not find the requested resource"
	err.ErrStatus.Details = &metav1.StatusDetails{}
	return err
}

func (a *ask) parseQuery(query url.Values) (err error) {
	if a.labels, err = labels.Parse(query.Get("labelSelector")); err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("labelSelector: %v", err))
	}
	if a.fields, err = fields.ParseSelector(query.Get("fieldSelector")); err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("fieldSelector: %v", err))
	}
	for _, r := range a.fields.Requirements() {
		if !a.resource.selectable(r.Field) {
			return apierrors.NewBadRequest("field label not supported: " + r.Field)
		}
	}
	if v := query.Get("resourceVersion"); v != "" {
		if a.version, err = strconv.ParseUint(v, 10, 64); err != nil {
			return apierrors.NewBadRequest(fmt.Sprintf("resourceVersion: Invalid value: %q", v))
		}
	}
	if seconds, err := strconv.Atoi(query.Get("timeoutSeconds")); err == nil && seconds > 0 {
		a.timeout = time.Duration(seconds) * time.Second
	}
	a.bookmarks = isTrue(query.Get("allowWatchBookmarks"))
	if a.watch = isTrue(query.Get("watch")); a.watch {
		return a.parseInitialEvents(query)
	}
	return nil
}

// parseInitialEvents holds a watch to the original's rule: who asks for the
// initial events, or not to have them, also says how fresh they must be.
func (a *ask) parseInitialEvents(query url.Values) error {
	asked, match := query.Get("sendInitialEvents"), query.Get("resourceVersionMatch")
	if asked == "" && match == "" {
		return nil
	}
	options := metav1.SchemeGroupVersion.WithKind("ListOptions").GroupKind()
	if asked == "" {
		return apierrors.NewInvalid(options, "", field.ErrorList{field.Forbidden(field.NewPath("resourceVersionMatch"),
			"resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")})
	}
	if match != string(metav1.ResourceVersionMatchNotOlderThan) {
		return apierrors.NewInvalid(options, "", field.ErrorList{field.Forbidden(field.NewPath("resourceVersionMatch"),
			"sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")})
	}
	wanted := isTrue(asked)
	a.initialEvents = &wanted
	return nil
}

// verb is what is asked in the words of the API's permissions.
func (a *ask) verb() string {
	switch {
	case a.watch:
		return "watch"
	case a.name != "":
		return "get"
	}
	return "list"
}

func isTrue(v string) bool { return v == "true" || v == "1" }

// matches reports whether the selectors and the namespace choose o.
func (a *ask) matches(o object) bool {
	return (a.namespace == "" || o.GetNamespace() == a.namespace) &&
		(a.name == "" || o.GetName() == a.name) &&
		a.labels.Matches(labels.Set(o.GetLabels())) &&
		a.fields.Matches(a.resource.fieldsOf(o))
}

// parseAccept chooses the first form in the Accept headers that is served:
// JSON, or JSON as a Table. Clients that prefer another encoding name JSON
// after it.
func parseAccept(headers []string, query url.Values) (*tableForm, error) {
	accepted := strings.Join(headers, ",")
	if accepted == "" {
		return nil, nil
	}
	for one := range strings.SplitSeq(accepted, ",") {
		kind, params, err := mime.ParseMediaType(strings.TrimSpace(one))
		if err != nil || kind != "application/json" && kind != "application/*" && kind != "*/*" {
			continue
		}
		switch {
		case params["as"] == "":
			return nil, nil
		case params["as"] == "Table" && params["g"] == metav1.GroupName && (params["v"] == "v1" || params["v"] == "v1beta1"):
			return &tableForm{version: params["v"], include: query.Get("includeObject")}, nil
		}
	}
	err := apierrors.NewGenericServerResponse(http.StatusNotAcceptable, "get", schema.GroupResource{}, "", "", 0, true)
	err.ErrStatus.Message = "only the following media types are accepted: application/json"
	return nil, err
}
