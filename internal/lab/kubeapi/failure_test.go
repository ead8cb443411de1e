package kubeapi_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// failing is the scene with a third pod: its container exited for the second
// time, and is started again 20 s later.
func failing(s *world.State) {
	s.Pods = append(s.Pods, world.Pod{
		Name: "web-6d4cf56db6-ccccc", UID: "uid-c", Instance: "i-0a1", IP: "10.0.0.9",
		Created: at(60), Scheduled: at(61), Running: at(80), Restarts: 1,
		Failed: world.Failure{Started: at(80), Exited: at(83), Wait: 20 * time.Second},
	})
	s.Events = append(s.Events, world.Event{
		UID: "e3", Type: "Warning", Reason: "BackOff", Kind: "Pod", Name: "web-6d4cf56db6-ccccc", First: at(69), At: at(83), Count: 2,
		Message: "Back-off restarting failed container app in pod web-6d4cf56db6-ccccc_default(uid-c)",
	})
}

func TestPodThatBacksOff(t *testing.T) {
	s := newScript(scene())
	s.change(failing)
	url := serve(t, s)
	const path = podsPath + "/web-6d4cf56db6-ccccc"
	tell := func() string {
		pod, _ := fetch[corev1.Pod](t, url+path, "")
		c := pod.Status.ContainerStatuses[0]
		text := fmt.Sprintf("%s, restarts %d, ready %t, started %t", pod.Status.Phase, c.RestartCount, c.Ready, *c.Started)
		if w := c.State.Waiting; w != nil {
			text += fmt.Sprintf(", waits for %s: %s", w.Reason, w.Message)
		}
		if r := c.State.Running; r != nil {
			text += fmt.Sprintf(", runs from %v", r.StartedAt.Sub(at(0)))
		}
		if l := c.LastTerminationState.Terminated; l != nil {
			text += fmt.Sprintf(", exit %d %s %v to %v", l.ExitCode, l.Reason, l.StartedAt.Sub(at(0)), l.FinishedAt.Sub(at(0)))
		}
		return text
	}
	if got, want := tell(), "Running, restarts 1, ready false, started false, waits for CrashLoopBackOff: "+
		"back-off 20s restarting failed container=app pod=web-6d4cf56db6-ccccc_default(uid-c), exit 1 Error 1m20s to 1m23s"; got != want {
		t.Errorf("a pod that backs off = %s; want %s", got, want)
	}
	events, _ := fetch[corev1.EventList](t, url+"/api/v1/namespaces/default/events?fieldSelector=reason%3DBackOff", "")
	if len(events.Items) != 1 || events.Items[0].Source.Component != "kubelet" || events.Items[0].InvolvedObject.UID != "uid-c" || events.Items[0].Count != 2 {
		t.Errorf("BackOff events = %+v; want one by the kubelet about uid-c, twice", events.Items)
	}

	next := watching(t, url+podsPath+"?watch=1", tableJSON)
	for range 3 {
		next()
	}
	s.change(func(s *world.State) { s.Pods[2].Running, s.Pods[2].Restarts = at(103), 2 })
	f := next() // the server follows the world in its own time
	if got, want := tell(), "Running, restarts 2, ready false, started true, runs from 1m43s, exit 1 Error 1m20s to 1m23s"; got != want {
		t.Errorf("a pod started again = %s; want %s", got, want)
	}
	var table metav1.Table
	if err := json.Unmarshal(f.Object, &table); err != nil {
		t.Fatal(err)
	}
	if got, want := f.Type+" "+cells(table), "MODIFIED web-6d4cf56db6-ccccc 0/1 Running 2 ("; !strings.HasPrefix(got, want) {
		t.Errorf("table of a pod started again = %s; want %s", got, want)
	}
}

// The template, the ReplicaSet and the pods request one CPU and are limited to
// what was configured.
func TestResources(t *testing.T) {
	for limit, want := range map[float64]string{0: "1 of 1", 1: "1 of 1", 1.5: "1 of 1500m", 4: "1 of 4"} {
		state := scene()
		state.Config.Pods.CPULimit = limit
		url := serve(t, newScript(state))
		pods, _ := fetch[corev1.PodList](t, url+podsPath, "")
		sets, _ := fetch[appsv1.ReplicaSetList](t, url+"/apis/apps/v1/replicasets", "")
		workloads, _ := fetch[appsv1.DeploymentList](t, url+"/apis/apps/v1/deployments", "")
		for name, spec := range map[string]corev1.PodSpec{
			"pod": pods.Items[0].Spec, "ReplicaSet": sets.Items[0].Spec.Template.Spec, "Deployment": workloads.Items[0].Spec.Template.Spec,
		} {
			r := spec.Containers[0].Resources
			if got := fmt.Sprintf("%s of %s", r.Requests.Cpu(), r.Limits.Cpu()); got != want {
				t.Errorf("CPU of the %s at limit %v = %s; want %s", name, limit, got, want)
			}
		}
	}
}

func TestKubectlTellsOfFailures(t *testing.T) {
	s := newScript(scene())
	s.change(failing)
	run := kubectl(t, serve(t, s))
	for args, want := range map[string][]string{
		"get pods": {"web-6d4cf56db6-aaaaa 1/1 Running 0", "web-6d4cf56db6-ccccc 0/1 CrashLoopBackOff 1 ("},
		"describe pod web-6d4cf56db6-ccccc": {
			"State: Waiting", "Reason: CrashLoopBackOff", "Last State: Terminated", "Exit Code: 1", "Restart Count: 1",
			"Limits:", "cpu: 1", "Requests:", "cpu: 1", "Warning BackOff", "Back-off restarting failed container app in pod",
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
		output, err := run(ctx, strings.Fields(args)...).CombinedOutput()
		cancel()
		if err != nil {
			t.Errorf("kubectl %s: %v\n%s", args, err, output)
			continue
		}
		wantLines(t, "kubectl "+args, string(output), want)
	}
}
