package hpa

import rbacv1 "k8s.io/api/rbac/v1"

// Rules are what an Observer needs to be allowed in its namespace.
func Rules() []rbacv1.PolicyRule {
	read := []string{"get", "list", "watch"}
	return []rbacv1.PolicyRule{
		{APIGroups: []string{"autoscaling"}, Resources: []string{autoscalers}, Verbs: read},
		{APIGroups: []string{"apps"}, Resources: []string{deployments, statefulSets}, Verbs: read},
		{APIGroups: []string{""}, Resources: []string{"pods", "events"}, Verbs: read},
	}
}

// ClusterRules are what it needs besides, of what no namespace holds.
func ClusterRules() []rbacv1.PolicyRule { return nil }
