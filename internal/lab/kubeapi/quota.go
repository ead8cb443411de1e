package kubeapi

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// podQuota is the namespace's ResourceQuota. A pod counts until it has
// terminated.
func (r *renderer) podQuota() object {
	used := 0
	for _, p := range r.Pods {
		if p.Terminated.IsZero() {
			used++
		}
	}
	hard := corev1.ResourceList{corev1.ResourcePods: whole(r.Config.Quotas.Pods)}
	return &corev1.ResourceQuota{
		TypeMeta:   typeMeta("v1", "ResourceQuota"),
		ObjectMeta: r.meta("ResourceQuota", world.PodQuota, r.Deployment.Created),
		Spec:       corev1.ResourceQuotaSpec{Hard: hard},
		Status:     corev1.ResourceQuotaStatus{Hard: hard, Used: corev1.ResourceList{corev1.ResourcePods: whole(used)}},
	}
}

func whole(n int) apiresource.Quantity {
	return *apiresource.NewQuantity(int64(n), apiresource.DecimalSI)
}

var quotaColumns = []column{
	nameColumn,
	text("Request", func(q *corev1.ResourceQuota) string {
		return fmt.Sprintf("pods: %s/%s", q.Status.Used.Pods(), q.Status.Hard.Pods())
	}),
	text("Limit", func(*corev1.ResourceQuota) string { return "" }),
	ageColumn,
}
