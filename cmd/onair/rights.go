package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/observe/hpa"
	"github.com/seed-f864f198/onair/internal/observe/quota"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// actionsOf are the calls to AWS that each kind of observer makes.
var actionsOf = map[string]func() []awscall.Call{
	capacity.ASG:        asg.Actions,
	scenario.ELB:        elb.Actions,
	scenario.Quota:      quota.Actions,
	scenario.CloudWatch: cloudwatch.Actions,
}

// printRights prints what a scenario needs to be allowed. Where that is nothing,
// stdout stays empty: neither an empty policy nor an empty manifest is valid.
func printRights(o preflightOptions) error {
	s, err := o.load()
	if err != nil {
		return err
	}
	write, whom := writeIAM, "AWS"
	if o.rbac {
		write, whom = writeRBAC, "Kubernetes"
	}
	needed, err := write(o.stdout, s)
	if err == nil && !needed {
		_, err = fmt.Fprintf(o.stderr, "%s: nothing is asked of %s\n", s.Name, whom)
	}
	return err
}

// policy is a policy of IAM.
type policy struct {
	Version   string
	Statement []statement
}

type statement struct {
	Effect   string
	Action   []string
	Resource string
}

// writeIAM writes one statement for all that is read. Most of these actions know
// no resources, so that it is for all of them; none can change anything.
func writeIAM(out io.Writer, s *scenario.Scenario) (needed bool, err error) {
	actions := actionsFor(s)
	if len(actions) == 0 {
		return false, nil
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return true, encoder.Encode(policy{Version: "2012-10-17", Statement: []statement{{"Allow", actions, "*"}}})
}

// actionsFor are the actions that a scenario needs, sorted and each once.
func actionsFor(s *scenario.Scenario) []string {
	var actions []string
	for _, o := range s.Watched() {
		calls, ok := actionsOf[o.Kind]
		if !ok {
			continue
		}
		actions = append(actions, identityCall.String())
		for _, call := range calls() {
			actions = append(actions, call.String())
		}
	}
	slices.Sort(actions)
	return slices.Compact(actions)
}

// writeRBAC writes for each context a role in every namespace that is watched,
// and one of the cluster where more than that is read.
func writeRBAC(out io.Writer, s *scenario.Scenario) (needed bool, err error) {
	for _, kubeContext := range kubeContexts(s) {
		text, err := rbacText(kubeContext, namespaces(s, kubeContext))
		if err == nil {
			_, err = io.WriteString(out, text)
		}
		if err != nil {
			return true, err
		}
		needed = true
	}
	return needed, nil
}

// namespaces are those that are watched in a context, each once.
func namespaces(s *scenario.Scenario, kubeContext string) []string {
	return distinct(s.Watched(), func(o scenario.Observe) (string, bool) {
		return o.Namespace, o.Kind == capacity.HPA && o.Context == kubeContext
	})
}

// scaleHint says what more is needed where an autoscaler scales another kind, which
// only its cluster knows.
func scaleHint() string {
	r := hpa.ScaleRules()[0]
	return fmt.Sprintf("# where a target is neither a Deployment nor a StatefulSet, add: {apiGroups: %q, resources: %q, verbs: %q}\n",
		r.APIGroups, r.Resources, r.Verbs)
}

// rbacText is the manifests for one cluster, whose head says which.
func rbacText(kubeContext string, namespaces []string) (string, error) {
	var manifests []any
	for _, namespace := range namespaces {
		manifests = append(manifests, role(namespace), roleBinding(namespace))
	}
	if rules := hpa.ClusterRules(); len(rules) > 0 {
		manifests = append(manifests, clusterRole(rules), clusterRoleBinding())
	}
	head := "# for the current context: kubectl apply -f FILE\n"
	if kubeContext != "" {
		head = fmt.Sprintf("# for context %[1]s: kubectl --context %[1]s apply -f FILE\n", kubeContext)
	}
	head += scaleHint()
	var b strings.Builder
	for i, m := range manifests {
		text, err := yaml.Marshal(m)
		if err != nil {
			return "", err
		}
		b.WriteString("---\n")
		if i == 0 {
			b.WriteString(head)
		}
		b.Write(text)
	}
	return b.String(), nil
}

// rightsName is the name of all roles and bindings.
const rightsName = "onair"

// you are whom the rights are for: a placeholder, for nobody but the reader knows.
var you = []rbacv1.Subject{{Kind: rbacv1.UserKind, APIGroup: rbacv1.GroupName, Name: "YOU"}}

func typed(kind string) metav1.TypeMeta {
	return metav1.TypeMeta{Kind: kind, APIVersion: rbacv1.SchemeGroupVersion.String()}
}

func refersTo(kind string) rbacv1.RoleRef {
	return rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: kind, Name: rightsName}
}

func role(namespace string) rbacv1.Role {
	return rbacv1.Role{TypeMeta: typed("Role"), ObjectMeta: metav1.ObjectMeta{Name: rightsName, Namespace: namespace}, Rules: hpa.Rules()}
}

func roleBinding(namespace string) rbacv1.RoleBinding {
	return rbacv1.RoleBinding{
		TypeMeta: typed("RoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: rightsName, Namespace: namespace},
		Subjects: you, RoleRef: refersTo("Role"),
	}
}

func clusterRole(rules []rbacv1.PolicyRule) rbacv1.ClusterRole {
	return rbacv1.ClusterRole{TypeMeta: typed("ClusterRole"), ObjectMeta: metav1.ObjectMeta{Name: rightsName}, Rules: rules}
}

func clusterRoleBinding() rbacv1.ClusterRoleBinding {
	return rbacv1.ClusterRoleBinding{
		TypeMeta: typed("ClusterRoleBinding"), ObjectMeta: metav1.ObjectMeta{Name: rightsName},
		Subjects: you, RoleRef: refersTo("ClusterRole"),
	}
}
