package hpa

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// need is one verb on one resource.
type need struct {
	group, resource, verb string
	namespace             string // empty: the whole cluster
	object                string // the only one of the resource that is read; empty: any
	unknown               string // what stays unknown without it; empty: the observation needs it
}

// withoutIt says of each resource that an observation can do without what then
// stays unknown.
var withoutIt = map[string]string{
	"events":    "why something was not done",
	replicaSets: "why pods are missing",
	endpoints:   "when pods are in service",
	quotas:      "room in quotas",
	limitRanges: "what limit ranges forbid",
	"nodes":     "room on nodes",
	podMetrics:  "usage of pods",
}

// needs are the rules one by one, of what concerns the target of an autoscaler.
// Of these two only the one object is read, and a role may name it.
func (t target) needs(namespace, scaler string) []need {
	names := map[string]string{autoscalers: scaler, deployments: t.name, statefulSets: t.name}
	var all []need
	for _, r := range Rules() {
		for _, n := range flat(r, namespace) {
			if n.resource != deployments && n.resource != statefulSets || n.resource == t.resource {
				n.object = names[n.resource]
				all = append(all, n)
			}
		}
	}
	if t.scale != "" {
		all = append(all, need{group: t.group, resource: t.resource + "/scale", verb: "get", namespace: namespace, object: t.name})
	}
	for _, r := range ClusterRules() {
		for _, n := range flat(r, "") {
			n.unknown = withoutIt["nodes"]
			all = append(all, n)
		}
	}
	return all
}

func flat(r rbacv1.PolicyRule, namespace string) []need {
	var all []need
	for _, resource := range r.Resources {
		for _, verb := range r.Verbs {
			n := need{group: r.APIGroups[0], resource: resource, verb: verb, namespace: namespace}
			n.unknown = withoutIt[n.name()]
			all = append(all, n)
		}
	}
	return all
}

// name tells a resource from its namesakes in other groups.
func (n need) name() string {
	if n.group == "metrics.k8s.io" {
		return n.resource + "." + n.group
	}
	return n.resource
}

func (n need) where() string {
	if n.namespace == "" {
		return "the whole cluster"
	}
	return "namespace " + n.namespace
}

func (n need) attributes() *authorizationv1.ResourceAttributes {
	resource, sub, _ := strings.Cut(n.resource, "/")
	return &authorizationv1.ResourceAttributes{Namespace: n.namespace, Verb: n.verb, Group: n.group, Resource: resource, Subresource: sub, Name: n.object}
}

// permissions asks the API of each need whether it is allowed. Nothing is kept
// of the question anywhere.
func (c *cluster) permissions(ctx context.Context, subject string, needs []need) []preflight.Finding {
	found := make([]*preflight.Finding, len(needs))
	failures := make([]error, len(needs))
	began := time.Now()
	var asking sync.WaitGroup
	for i, n := range needs {
		asking.Go(func() {
			allowed, err := c.permits.may(ctx, c, n)
			switch {
			case err != nil:
				failures[i] = err
			case !allowed:
				f := n.missing(subject)
				found[i] = &f
			}
		})
	}
	asking.Wait()
	var all []preflight.Finding
	for _, f := range found {
		if f != nil {
			all = append(all, *f)
		}
	}
	if i := slices.IndexFunc(failures, func(err error) bool { return err != nil }); i >= 0 {
		_, toDo := wayOut(failures[i], "")
		return append(all, preflight.Finding{
			Subject: subject, Asked: "may read", Status: preflight.Warning, Text: "permissions are unknown: " + timed(failures[i], began), ToDo: toDo,
		})
	}
	if len(all) == 0 {
		all = append(all, preflight.Finding{Subject: subject, Asked: "may read", Text: "everything that it reads"})
	}
	return all
}

// missing says what it means not to be allowed something.
func (n need) missing(subject string) preflight.Finding {
	f := preflight.Finding{
		Subject: subject, Asked: fmt.Sprintf("may %s %s", n.verb, n.name()), Status: preflight.Fail,
		Text: "not allowed in " + n.where(), ToDo: "bind the role that onair preflight --print-rbac prints",
	}
	if n.unknown != "" {
		f.Status, f.Text = preflight.Warning, f.Text+": "+n.unknown+" will be unknown"
	}
	return f
}

// may asks whether one thing is allowed; a second time where the API says after
// how long.
func (c *cluster) may(ctx context.Context, n need) (bool, error) {
	const path, resource = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "selfsubjectaccessreviews"
	review := &authorizationv1.SelfSubjectAccessReview{}
	review.APIVersion, review.Kind = "authorization.k8s.io/v1", "SelfSubjectAccessReview"
	review.Spec.ResourceAttributes = n.attributes()
	question, err := json.Marshal(review)
	if err != nil {
		return false, err
	}
	answer := c.core.Post().AbsPath(path).SetHeader("Content-Type", "application/json").Body(question).
		Timeout(answerWithin).MaxRetries(1).Do(ctx)
	if err := decode(answer, review); err != nil {
		return false, explain(err, "create", resource, "")
	}
	return review.Status.Allowed, nil
}
