package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const staging = `name: staging
traffic: {baseline: 10/s, duration: 1m}
requests: [{get: /}]
objectives: [{p99: 1s}]
lab:
  pods: {start: 2, schedule: 100ms, run: 200ms, ready: 100ms}
  hpa: {name: default/web, metric: requests, target: 5/s, min: 2, max: 6, sync: 1s}
  asg: {name: web-nodes, min: 1, max: 3, desired: 1, pods_per_instance: 2, boot: 500ms}
`

// runningLab runs onair lab until the test ends and returns what it printed, as
// environment variables.
func runningLab(t *testing.T) map[string]string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "staging.yaml")
	if err := os.WriteFile(file, []byte(staging), 0o644); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	out, printed := io.Pipe()
	ended := make(chan int, 1)
	var stderr bytes.Buffer
	go func() { ended <- execute(ctx, []string{"lab", "--config", file}, printed, &stderr); printed.Close() }()
	t.Cleanup(func() {
		stop()
		if status := <-ended; status != 0 {
			t.Errorf("onair lab: exit status %d: %s", status, &stderr)
		}
	})
	env := make(map[string]string)
	lines := bufio.NewScanner(out)
	for len(env) < 8 && lines.Scan() {
		name, value, _ := strings.Cut(lines.Text(), "=")
		env[name] = value
	}
	if env["SERVICE_URL"] == "" || env["AWS_ENDPOINT_URL"] == "" || env["KUBECONFIG"] == "" {
		t.Fatalf("onair lab printed %v; want SERVICE_URL, AWS_ENDPOINT_URL and KUBECONFIG (%s)", env, &stderr)
	}
	return env
}

// tool finds an outside program, or skips.
func tool(t *testing.T, variable, name string) string {
	t.Helper()
	path, err := exec.LookPath(cmp.Or(os.Getenv(variable), name))
	if err != nil {
		t.Skipf("no %s here (%s may name one): %v", name, variable, err)
	}
	return path
}

// ask runs an outside program in the lab's environment.
func ask(t *testing.T, env map[string]string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = os.Environ()
	for k, v := range env {
		cmd.Env = append(cmd.Env, k+"="+v)
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	return string(out)
}

func expect(t *testing.T, what, got string, want ...string) {
	t.Helper()
	for _, w := range want {
		if !strings.Contains(got, w) {
			t.Errorf("%s: want %q in\n%s", what, w, got)
		}
	}
}

func TestLabServes(t *testing.T) {
	env := runningLab(t)
	answer, err := http.Get(env["SERVICE_URL"])
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("X-Unit") == "" {
		t.Errorf("the service answered %s by unit %q; want 200 and a unit", answer.Status, answer.Header.Get("X-Unit"))
	}
	if _, err := os.Stat(env["KUBECONFIG"]); err != nil {
		t.Errorf("KUBECONFIG: %v", err)
	}
}

func TestKubectlReadsTheLab(t *testing.T) {
	kubectl := tool(t, "ONAIR_KUBECTL", "kubectl")
	env := runningLab(t)
	got := ask(t, env, kubectl, "get", "hpa,pods")
	expect(t, "kubectl get hpa,pods", got, "Deployment/web", "MINPODS", "pod/web-", "1/1", "Running")

	// Under load the watch shows the number of replicas grow.
	watching, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	watch := exec.CommandContext(watching, kubectl, "get", "hpa", "web", "-w", "--no-headers")
	watch.Env = append(os.Environ(), "KUBECONFIG="+env["KUBECONFIG"])
	out, err := watch.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := watch.Start(); err != nil {
		t.Fatal(err)
	}
	go keepAsking(watching, env["SERVICE_URL"])
	grew := false
	lines := bufio.NewScanner(out)
	for !grew && lines.Scan() {
		fields := strings.Fields(lines.Text())
		grew = len(fields) > 2 && fields[len(fields)-2] == "6"
	}
	cancel()
	_ = watch.Wait() // killed: its status says only that
	if !grew {
		t.Error("kubectl get hpa -w ended without ever showing 6 replicas")
	}
	expect(t, "kubectl get events", ask(t, env, kubectl, "get", "events"), "SuccessfulRescale")
}

// keepAsking sends about 100 requests a second until ctx ends.
func keepAsking(ctx context.Context, url string) {
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for ctx.Err() == nil {
		<-tick.C
		go func() {
			request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
			if err != nil {
				return
			}
			if answer, err := http.DefaultClient.Do(request); err == nil {
				answer.Body.Close()
			}
		}()
	}
}

func TestAWSCLIReadsTheLab(t *testing.T) {
	aws := tool(t, "ONAIR_AWSCLI", "aws")
	env := runningLab(t)
	endpoint := "--endpoint-url=" + env["AWS_ENDPOINT_URL"] // older ones know no AWS_ENDPOINT_URL
	got := ask(t, env, aws, endpoint, "autoscaling", "describe-auto-scaling-groups", "--output", "json")
	expect(t, "describe-auto-scaling-groups", got, `"AutoScalingGroupName": "web-nodes"`, `"LifecycleState": "InService"`, `"MaxSize": 3`)

	// Under load the group launches instances and tells so.
	loaded, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	go keepAsking(loaded, env["SERVICE_URL"])
	for loaded.Err() == nil && !strings.Contains(got, `"StatusCode": "Successful"`) {
		got = ask(t, env, aws, endpoint, "autoscaling", "describe-scaling-activities", "--auto-scaling-group-name", "web-nodes", "--output", "json")
	}
	expect(t, "describe-scaling-activities", got, "Launching a new EC2 instance", `"StatusCode": "Successful"`)
}
