package main

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/yaml"

	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/observe/hpa"
	"github.com/seed-f864f198/onair/internal/observe/quota"
)

const twoClusters = `name: rights
target: {url: "http://127.0.0.1:1", allow_hosts: [127.0.0.1]}
traffic: {baseline: 10/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
observe:
  - {hpa: default/web}
  - {hpa: default/api}
  - {hpa: shop/cart}
  - {hpa: shop/till, context: other}
  - {asg: web-nodes, region: ap-northeast-1}
  - {asg: api-nodes, region: ap-northeast-1}
`

// everyKind is all that AWS can be asked about.
const everyKind = twoClusters + `  - {elb: web, region: ap-northeast-1}
  - {quota: L-1216C47A, fleet: asg/web-nodes, region: ap-northeast-1}
  - {cloudwatch: "AWS/ApplicationELB RequestCount", dimensions: {LoadBalancer: app/web/0}, statistic: Sum, name: requests, region: ap-northeast-1}
`

// IAM reads the policy by the same JSON: a version, and one statement that allows
// exactly what is called, each once. That Actions are what is called is tested
// against the lab, in internal/truth.
func TestPolicyIsWhatIsCalled(t *testing.T) {
	var out bytes.Buffer
	if needed, err := writeIAM(&out, parsed(t, everyKind)); err != nil || !needed {
		t.Fatalf("writeIAM = %v, %v; want a policy", needed, err)
	}
	decoder := json.NewDecoder(&out)
	decoder.DisallowUnknownFields()
	var got policy
	if err := decoder.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if len(got.Statement) != 1 || got.Version != "2012-10-17" || got.Statement[0].Effect != "Allow" || got.Statement[0].Resource != "*" {
		t.Fatalf("the policy is %+v; want one statement that allows, of 2012-10-17", got)
	}
	allowed := make(map[string]int)
	for _, action := range got.Statement[0].Action {
		allowed[action]++
		if _, verb, _ := strings.Cut(action, ":"); !strings.HasPrefix(verb, "Describe") && !strings.HasPrefix(verb, "Get") && !strings.HasPrefix(verb, "List") {
			t.Errorf("%s is allowed; want what reads alone", action)
		}
	}
	called := map[string]int{identityCall.String(): 1}
	for _, call := range slices.Concat(asg.Actions(), elb.Actions(), quota.Actions(), cloudwatch.Actions()) {
		called[call.String()] = 1
	}
	if diff := cmp.Diff(called, allowed); diff != "" {
		t.Errorf("what is called (-) and how often it is allowed (+):\n%s", diff)
	}
}

// manifest is the kind and place of what kubectl would apply, decoded as strictly
// as the API decodes it.
func manifest(t *testing.T, text string) (place string, rules []rbacv1.PolicyRule) {
	t.Helper()
	var kind struct{ Kind string }
	if err := yaml.Unmarshal([]byte(text), &kind); err != nil {
		t.Fatal(err)
	}
	decode := func(into any) {
		if err := yaml.UnmarshalStrict([]byte(text), into); err != nil {
			t.Errorf("%s: %v", kind.Kind, err)
		}
	}
	bound := func(ref rbacv1.RoleRef, subjects []rbacv1.Subject, to string) {
		if ref != (rbacv1.RoleRef{APIGroup: "rbac.authorization.k8s.io", Kind: to, Name: "onair"}) || len(subjects) != 1 || subjects[0].Name != "YOU" {
			t.Errorf("%s binds %+v to %+v; want YOU to the %s onair", kind.Kind, subjects, ref, to)
		}
	}
	switch kind.Kind {
	case "Role":
		var r rbacv1.Role
		decode(&r)
		return "Role " + r.Namespace + "/" + r.Name, r.Rules
	case "RoleBinding":
		var b rbacv1.RoleBinding
		decode(&b)
		bound(b.RoleRef, b.Subjects, "Role")
		return "RoleBinding " + b.Namespace + "/" + b.Name, nil
	case "ClusterRole":
		var r rbacv1.ClusterRole
		decode(&r)
		return "ClusterRole " + r.Name, r.Rules
	case "ClusterRoleBinding":
		var b rbacv1.ClusterRoleBinding
		decode(&b)
		bound(b.RoleRef, b.Subjects, "ClusterRole")
		return "ClusterRoleBinding " + b.Name, nil
	}
	t.Errorf("a manifest of kind %q:\n%s", kind.Kind, text)
	return "", nil
}

func TestManifestsAreWhatIsRead(t *testing.T) {
	var out bytes.Buffer
	if needed, err := writeRBAC(&out, parsed(t, twoClusters)); err != nil || !needed {
		t.Fatalf("writeRBAC = %v, %v; want manifests", needed, err)
	}
	var got []string
	for text := range strings.SplitSeq(strings.TrimPrefix(out.String(), "---\n"), "\n---\n") {
		if head, _, _ := strings.Cut(text, "\n"); strings.HasPrefix(head, "#") {
			got = append(got, head)
		}
		place, rules := manifest(t, text)
		got = append(got, place)
		switch {
		case strings.HasPrefix(place, "Role "):
			if diff := cmp.Diff(hpa.Rules(), rules); diff != "" {
				t.Errorf("%s (-want +got):\n%s", place, diff)
			}
		case strings.HasPrefix(place, "ClusterRole "):
			if diff := cmp.Diff(hpa.ClusterRules(), rules); diff != "" {
				t.Errorf("%s (-want +got):\n%s", place, diff)
			}
		}
	}
	var cluster []string
	if len(hpa.ClusterRules()) > 0 {
		cluster = []string{"ClusterRole onair", "ClusterRoleBinding onair"}
	}
	want := append([]string{
		"# for the current context: kubectl apply -f FILE",
		"Role default/onair", "RoleBinding default/onair", "Role shop/onair", "RoleBinding shop/onair"}, cluster...)
	want = append(append(want, "# for context other: kubectl --context other apply -f FILE", "Role shop/onair", "RoleBinding shop/onair"), cluster...)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("manifests (-want +got):\n%s", diff)
	}
}
