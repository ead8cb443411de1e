package hpa

import (
	"net/http"
	"path"
	"strings"
	"sync"
	"testing"

	rbacv1 "k8s.io/api/rbac/v1"
)

// Every request of a check and of an observation is one that the rules allow.
func TestRulesAllowEveryRequest(t *testing.T) {
	for name, a := range map[string]*api{"a Deployment": healthy(), "a Rollout": rollout("app=web")} {
		var mu sync.Mutex
		asked := map[string]bool{}
		o := newObserving(t, a)
		o.observer.cluster = recorded(t, o, func(r *http.Request) {
			mu.Lock()
			defer mu.Unlock()
			asked[verbOf(r)] = true
		})
		o.observer.Checks()[0].Look(t.Context())
		stop, _ := o.begin(t)
		o.awaitWatched(t, hpasPath, podsPath, replicaSetsPath, slicesPath)
		if err := stop(); err != nil {
			t.Errorf("Observe = %v; want nil", err)
		}
		mu.Lock()
		if len(asked) < 10 {
			t.Errorf("%s: asked %v; want all that is read", name, asked)
		}
		for what := range asked {
			if what != "" && !allowed(what) {
				t.Errorf("%s: asks %s, which no rule allows", name, what)
			}
		}
		mu.Unlock()
	}
}

// recorded is the observer's cluster with each request told.
func recorded(t *testing.T, o *observing, tell func(*http.Request)) *cluster {
	t.Helper()
	config := restConfig("http://" + o.listener.Addr().String())
	config.Wrap(func(next http.RoundTripper) http.RoundTripper { return told{next, tell} })
	c, err := newCluster(config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

type told struct {
	next http.RoundTripper
	tell func(*http.Request)
}

func (t told) RoundTrip(r *http.Request) (*http.Response, error) {
	t.tell(r)
	return t.next.RoundTrip(r)
}

// verbOf is what RBAC calls a request: "list apps/deployments"; empty: it is
// about no resource, which everyone may ask for, or a review of one's own.
func verbOf(r *http.Request) string {
	at := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	group := ""
	switch {
	case at[0] == "api" && len(at) > 2:
		at = at[2:]
	case at[0] == "apis" && len(at) > 3 && at[1] != "authorization.k8s.io":
		group, at = at[1], at[3:]
	default:
		return ""
	}
	where := " everywhere"
	if at[0] == "namespaces" {
		where, at = "", at[2:]
	}
	verb := "get"
	switch {
	case r.URL.Query().Get("watch") != "":
		verb = "watch"
	case len(at) == 1:
		verb = "list"
	}
	resource := at[0]
	if len(at) == 3 {
		resource += "/" + at[2]
	}
	return verb + " " + group + ":" + resource + where
}

func allowed(what string) bool {
	verb, of, _ := strings.Cut(what, " ")
	rules := append(Rules(), ScaleRules()...)
	if inner, everywhere := strings.CutSuffix(of, " everywhere"); everywhere {
		of, rules = inner, ClusterRules()
	}
	group, resource, _ := strings.Cut(of, ":")
	for _, r := range rules {
		if has(r.Verbs, verb) && has(r.APIGroups, group) && has(r.Resources, resource) {
			return true
		}
	}
	return false
}

func has(all []string, one string) bool {
	for _, pattern := range all {
		if ok, err := path.Match(pattern, one); err == nil && ok {
			return true
		}
	}
	return false
}

// Nothing but reading is ever asked for.
func TestRulesOnlyRead(t *testing.T) {
	var all []rbacv1.PolicyRule
	for _, rules := range [][]rbacv1.PolicyRule{Rules(), ScaleRules(), ClusterRules()} {
		all = append(all, rules...)
	}
	for _, r := range all {
		for _, verb := range r.Verbs {
			if verb != "get" && verb != "list" && verb != "watch" {
				t.Errorf("%v: %s; want only what reads", r.Resources, verb)
			}
		}
	}
}
