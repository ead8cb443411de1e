package kubeapi_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

func TestKubectlObserves(t *testing.T) {
	state := scene()
	state.Config.Quotas.Pods = 5
	state.Config.Group = &world.Group{PodsPerInstance: 4}
	state.Usage = &world.Usage{At: time.Now(), Window: 30 * time.Second, Pods: []world.PodUsage{{Name: "web-6d4cf56db6-aaaaa", Share: 0.5}}}
	run := kubectl(t, serve(t, newScript(state)))
	for _, c := range []struct {
		args string
		want []string
	}{
		{"auth can-i watch pods", []string{"yes"}},
		{"auth can-i get deployments.apps --subresource=scale", []string{"yes"}},
		{"auth can-i list pods.metrics.k8s.io", []string{"yes"}},
		{"get svc,endpointslices,quota", []string{"service/web ClusterIP", "IPv4 8080 10.0.0.7,10.0.0.7", "resourcequota/pods pods: 2/5"}},
		{"get statefulsets,limits,pdb", []string{"No resources found"}},
		{"describe quota pods", []string{"pods 2 5"}},
		{"describe node i-0a1", []string{"Allocatable:", "cpu: 2", "pods: 4", "default web-6d4cf56db6-aaaaa 500m (25%)"}},
		{"top pods", []string{"web-6d4cf56db6-aaaaa 250m 1024Mi"}},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		output, err := run(ctx, strings.Fields(c.args)...).CombinedOutput()
		cancel()
		if err != nil {
			t.Errorf("kubectl %s: %v\n%s", c.args, err, output)
			continue
		}
		wantLines(t, "kubectl "+c.args, string(output), c.want)
	}
}
