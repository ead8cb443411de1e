package kubeapi_test

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/kubeapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// kubectl returns a command that talks to url: the binary that ONAIR_KUBECTL
// names, else the one in PATH.
func kubectl(t *testing.T, url string) func(ctx context.Context, args ...string) *exec.Cmd {
	t.Helper()
	binary := os.Getenv("ONAIR_KUBECTL")
	if binary == "" {
		found, err := exec.LookPath("kubectl")
		if err != nil {
			t.Skip("no kubectl here (install kubernetes-client, or name one by ONAIR_KUBECTL)")
		}
		binary = found
	}
	home := t.TempDir()
	config := filepath.Join(home, "kubeconfig")
	if err := os.WriteFile(config, kubeapi.Kubeconfig(url), 0o600); err != nil {
		t.Fatal(err)
	}
	return func(ctx context.Context, args ...string) *exec.Cmd {
		c := exec.CommandContext(ctx, binary, append([]string{"--kubeconfig", config, "--cache-dir", home}, args...)...)
		c.Env = append(os.Environ(), "HOME="+home)
		return c
	}
}

func TestKubectlGets(t *testing.T) {
	s := newScript(scene())
	s.change(scaleUp)
	run := kubectl(t, serve(t, s))
	for _, c := range []struct {
		args string
		want []string // words of lines that must be there, in this order
	}{
		{"get hpa,pods", []string{"NAME REFERENCE TARGETS MINPODS MAXPODS REPLICAS AGE",
			"horizontalpodautoscaler.autoscaling/web Deployment/web 42500m/60 2 10 2",
			"NAME READY STATUS RESTARTS AGE", "pod/web-6d4cf56db6-aaaaa 1/1 Running 0",
			"pod/web-6d4cf56db6-bbbbb 1/1 Running 0", "pod/web-6d4cf56db6-ccccc 0/1 Pending 0"}},
		{"get deploy,nodes,events", []string{"deployment.apps/web 2/3 3 2", "node/i-0a1 Ready <none>",
			"Normal ScalingReplicaSet deployment/web Scaled up", "Normal SuccessfulRescale horizontalpodautoscaler/web New size: 3"}},
		{"get pods -A -o wide", []string{"NAMESPACE NAME READY STATUS RESTARTS AGE IP NODE", "default web-6d4cf56db6-aaaaa 1/1 Running 0"}},
		{"get all", []string{"pod/web-6d4cf56db6-aaaaa", "deployment.apps/web", "replicaset.apps/web-6d4cf56db6", "horizontalpodautoscaler.autoscaling/web"}},
		{"get hpa web -o jsonpath={.status.desiredReplicas}/{.spec.maxReplicas}", []string{"3/10"}},
		{"get pods -l app=web --field-selector status.phase=Pending -o name", []string{"pod/web-6d4cf56db6-ccccc"}},
		{"describe hpa web", []string{"Min replicas: 2", "Max replicas: 10"}},
		{"describe pod web-6d4cf56db6-aaaaa", []string{"Node: i-0a1", "Controlled By: ReplicaSet/web-6d4cf56db6"}},
	} {
		// kubectl starts slowly where the machine is busy.
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

// wantLines looks for lines that hold the words, whatever the space between.
func wantLines(t *testing.T, what, output string, want []string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(output) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	rest := strings.Join(lines, "\n")
	for _, w := range want {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Errorf("%s = %s\nwant a line with %q", what, output, w)
			return
		}
		rest = after
	}
}

func TestKubectlIsRefused(t *testing.T) {
	run := kubectl(t, serve(t, newScript(scene())))
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	output, err := run(ctx, "delete", "pod", "web-6d4cf56db6-aaaaa").CombinedOutput()
	if err == nil || !strings.Contains(string(output), "read-only") {
		t.Errorf("kubectl delete pod = %v, %s; want a refusal that says read-only", err, output)
	}
}

func TestKubectlWatches(t *testing.T) {
	s := newScript(scene())
	run := kubectl(t, serve(t, s))
	ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
	defer cancel()
	watch := run(ctx, "get", "hpa", "-w")
	output, err := watch.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(output)
	var seen []string
	for lines.Scan() {
		line := strings.Join(strings.Fields(lines.Text()), " ")
		if seen = append(seen, line); len(seen) == 2 {
			s.change(scaleUp)
			s.change(func(s *world.State) { s.HPA.Current = 3 })
		}
		if strings.HasPrefix(line, "web Deployment/web 42500m/60 2 10 3") {
			cancel()
		}
	}
	if err := watch.Wait(); err == nil {
		t.Error("kubectl get hpa -w ended by itself; want it to watch until it is killed")
	}
	wantLines(t, "kubectl get hpa -w", strings.Join(seen, "\n"), []string{
		"NAME REFERENCE", "web Deployment/web 42500m/60 2 10 2", "web Deployment/web 42500m/60 2 10 3",
	})
}
