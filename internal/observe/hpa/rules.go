package hpa

import rbacv1 "k8s.io/api/rbac/v1"

// Rules are what RBAC must allow in the namespace of an autoscaler that scales
// a Deployment or a StatefulSet. All of it reads.
func Rules() []rbacv1.PolicyRule {
	watch := []string{"list", "watch"}
	return []rbacv1.PolicyRule{
		{APIGroups: []string{"autoscaling"}, Resources: []string{autoscalers}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"apps"}, Resources: []string{deployments, statefulSets}, Verbs: []string{"get", "list", "watch"}},
		{APIGroups: []string{"apps"}, Resources: []string{replicaSets}, Verbs: watch},
		{APIGroups: []string{""}, Resources: []string{"pods", "events"}, Verbs: watch},
		{APIGroups: []string{"discovery.k8s.io"}, Resources: []string{endpoints}, Verbs: watch},
		{APIGroups: []string{""}, Resources: []string{quotas, limitRanges}, Verbs: []string{"list"}},
		{APIGroups: []string{"metrics.k8s.io"}, Resources: []string{"pods"}, Verbs: []string{"list"}},
	}
}

// ScaleRules are what RBAC must allow besides Rules for an autoscaler that
// scales anything else.
func ScaleRules() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{{APIGroups: []string{"*"}, Resources: []string{"*/scale"}, Verbs: []string{"get"}}}
}

// ClusterRules are what RBAC must allow in the whole cluster for the room on
// its nodes to be known: what they have, and what all pods together take of it.
// Without them that alone is unknown.
func ClusterRules() []rbacv1.PolicyRule {
	return []rbacv1.PolicyRule{{APIGroups: []string{""}, Resources: []string{"nodes", "pods"}, Verbs: []string{"list"}}}
}
