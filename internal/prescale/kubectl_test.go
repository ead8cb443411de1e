package prescale

import (
	"cmp"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	autoscaling "k8s.io/api/autoscaling/v2"

	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// tool finds a command that is nobody's of this project: the one that the
// variable names, else the one in PATH.
func tool(t *testing.T, variable, name string) string {
	t.Helper()
	path, err := exec.LookPath(cmp.Or(os.Getenv(variable), name))
	if err != nil {
		t.Skipf("no %s (install it, or name one by %s): %v", name, variable, err)
	}
	return path
}

// run lets sh run a text in an empty folder, after the definitions of prelude,
// and returns what it printed. Nothing may be left in the folder: a name that
// broke out of its quotes would touch a file.
func run(t *testing.T, env []string, prelude, text string) (string, error) {
	t.Helper()
	shell := exec.CommandContext(t.Context(), "sh", "-e")
	shell.Dir = t.TempDir()
	shell.Env = append(environment(env), "HOME="+t.TempDir())
	shell.Stdin = strings.NewReader(prelude + "\n" + text + "\n")
	shell.Stderr = t.Output()
	out, err := shell.Output()
	if left, globErr := filepath.Glob(filepath.Join(shell.Dir, "*")); globErr != nil || len(left) > 0 {
		t.Errorf("%s\nleft %v, %v; want nothing", text, left, globErr)
	}
	return string(out), err
}

// environment is this process's with more, and without anyone's settings of AWS.
func environment(more []string) []string {
	ofAWS := func(variable string) bool { return strings.HasPrefix(variable, "AWS_") }
	return append(slices.DeleteFunc(os.Environ(), ofAWS), more...)
}

// kubeconfig knows one server by two contexts.
func kubeconfig(t *testing.T, server string, contexts ...string) string {
	t.Helper()
	type named map[string]any
	config := map[string]any{
		"apiVersion": "v1", "kind": "Config", "current-context": contexts[0],
		"clusters": []named{{"name": "lab", "cluster": named{"server": server}}},
		"users":    []named{{"name": "lab", "user": named{}}},
	}
	var all []named
	for _, c := range contexts {
		all = append(all, named{"name": c, "context": named{"cluster": "lab", "user": "lab"}})
	}
	config["contexts"] = all
	text, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "kubeconfig")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// kubectl reads the HPA of the embedded staging, applies the patch to it and
// prints what it would be; of that the sizes are as planned, and all else is as
// it was.
func TestKubectlTakesThePatch(t *testing.T) {
	kubectl := tool(t, "ONAIR_KUBECTL", "kubectl")
	staging, err := lab.Start(world.Config{HPA: &world.HPA{Min: 6, Max: 30, Target: 0.5}, Pods: world.Pods{Start: 6}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := staging.Stop(); err != nil {
			t.Error(err)
		}
	})
	env := []string{"KUBECTL=" + kubectl, "KUBECONFIG=" + kubeconfig(t, staging.KubeURL, "here", "prod tokyo's")}
	const dry, wet = `kubectl() { "$KUBECTL" "$@" --dry-run=client -o json; }`, `kubectl() { "$KUBECTL" "$@"; }`
	ask := func(prelude, text string) autoscaling.HorizontalPodAutoscaler {
		t.Helper()
		out, err := run(t, env, prelude, text)
		if err != nil {
			t.Fatalf("%s\n%v", text, err)
		}
		var hpa autoscaling.HorizontalPodAutoscaler
		if err := json.Unmarshal([]byte(out), &hpa); err != nil || hpa.Kind != "HorizontalPodAutoscaler" {
			t.Fatalf("%s\nprinted %s: %v; want an HPA", text, out, err)
		}
		return hpa
	}
	before := ask(`kubectl() { "$KUBECTL" "$@" -o json; }`, "kubectl get hpa web --namespace default")
	for _, c := range []struct {
		plan        string
		least, most int32
		back        int32 // maximum after the reversal
	}{
		{"hpa", 42, 30, 30}, // a maximum of 60 by the plan: it does not touch the staging's 30
		{"hpa-beyond-max", 1200, 1200, 30},
	} {
		text := texts(t, c.plan)[Kubectl]
		for _, side := range []struct {
			name, text  string
			least, most int32
		}{{"apply", text.Apply, c.least, c.most}, {"reverse", text.Reverse, 6, c.back}} {
			got := ask(dry, side.text)
			if *got.Spec.MinReplicas != side.least || got.Spec.MaxReplicas != side.most {
				t.Errorf("%s of %s: kubectl makes it %d to %d; want %d to %d", side.name, c.plan, *got.Spec.MinReplicas, got.Spec.MaxReplicas, side.least, side.most)
			}
			if got.Spec.ScaleTargetRef != before.Spec.ScaleTargetRef || len(got.Spec.Metrics) != len(before.Spec.Metrics) || len(got.Spec.Metrics) == 0 {
				t.Errorf("%s of %s: kubectl makes it %+v; want all else as in %+v", side.name, c.plan, got.Spec, before.Spec)
			}
		}
		for _, kind := range []string{Kubectl, KEDA} {
			text := texts(t, c.plan)[kind].Verify
			out, err := run(t, env, wet, text)
			if words := strings.Join(strings.Fields(out), " "); err != nil || !strings.HasPrefix(words, "NAME READY ") || !strings.Contains(words, "web 6/6") {
				t.Errorf("%s\nprinted %s, %v; want how many pods of Deployment web are ready: 6/6", text, out, err)
			}
		}
	}
}
