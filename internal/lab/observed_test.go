package lab_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/hpa"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// The fleets of a lab as facts name them.
const (
	pods      = "hpa/default/web"
	instances = "asg/web-nodes"
)

// observers are the real ones, with real clients that know the lab by its
// kubeconfig and its endpoint alone.
func observers(t *testing.T, l *lab.Lab) (*hpa.Observer, *asg.Observer) {
	t.Helper()
	cluster, err := clientcmd.RESTConfigFromKubeConfig(l.Kubeconfig())
	if err != nil {
		t.Fatal(err)
	}
	h, err := hpa.New(hpa.Options{Config: cluster, Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	account := aws.Config{
		Region: "ap-northeast-1", BaseEndpoint: &l.AWSEndpoint, Credentials: credentials.NewStaticCredentialsProvider("onair", "lab", ""),
	}
	return h, asg.New(asg.Options{
		API: asg.NewClient(account), Alarms: cloudwatch.Alarms{API: cloudwatch.NewClient(account)}, Name: "web-nodes", Region: "ap-northeast-1", Groups: 100 * time.Millisecond, Activities: 200 * time.Millisecond,
	})
}

// facts is a Sink that remembers.
type facts struct {
	mu   sync.Mutex
	all  timeline.Timeline
	more chan struct{} // holds a token when something came
}

func newFacts(start time.Time) *facts {
	return &facts{all: timeline.Timeline{Start: start}, more: make(chan struct{}, 1)}
}

func (f *facts) keep(add func(*timeline.Timeline)) error {
	f.mu.Lock()
	add(&f.all)
	f.mu.Unlock()
	select {
	case f.more <- struct{}{}:
	default:
	}
	return nil
}

func (f *facts) WriteReading(r timeline.Reading) error {
	return f.keep(func(t *timeline.Timeline) { t.Readings = append(t.Readings, r) })
}

func (f *facts) WriteEvent(e timeline.Event) error {
	return f.keep(func(t *timeline.Timeline) { t.Events = append(t.Events, e) })
}

func (f *facts) WriteGap(g timeline.Gap) error {
	return f.keep(func(t *timeline.Timeline) { t.Gaps = append(t.Gaps, g) })
}

// values are those a reading took, one after the other.
func (f *facts) values(source, name string) []int {
	f.mu.Lock()
	defer f.mu.Unlock()
	var values []int
	for _, p := range f.all.Series(source, name) {
		values = append(values, int(p.Value))
	}
	return slices.Compact(values)
}

// latest is a reading's last value, or -1.
func (f *facts) latest(source, name string) int {
	values := f.values(source, name)
	if len(values) == 0 {
		return -1
	}
	return values[len(values)-1]
}

// events are those of one kind of a source; of all units where unit is empty.
func (f *facts) events(source, kind, unit string) []timeline.Event {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []timeline.Event
	for _, e := range f.all.Events {
		if e.Source == source && e.Kind == kind && (unit == "" || e.Unit == unit) {
			found = append(found, e)
		}
	}
	return found
}

// wait waits until the facts and the truth are as far as a test wants them.
func (f *facts) wait(t *testing.T, l *lab.Lab, what string, far func(world.State) bool) {
	t.Helper()
	timeout := time.NewTimer(30 * time.Second)
	defer timeout.Stop()
	for {
		truth, changed := l.Truth()
		if far(truth) {
			return
		}
		select {
		case <-f.more:
		case <-changed:
		case <-timeout.C:
			t.Fatalf("waited 30 s for %s; the truth is %+v", what, truth)
		}
	}
}

// One unit meets what asks for four. Two find no room until an instance has
// booted, and when the crowd has gone all but one unit and one instance go too.
// Every fact that the observers recorded meanwhile is held against the world.
func TestObserversRecordTheTruth(t *testing.T) {
	var none time.Duration
	l := start(t, world.Config{
		Service: world.Service{Concurrency: 4, Mean: 40 * time.Millisecond, Distribution: world.Constant},
		Pods:    world.Pods{Start: 1, Schedule: 100 * time.Millisecond, Run: 200 * time.Millisecond, Ready: 100 * time.Millisecond},
		HPA: &world.HPA{
			Metric: world.Requests, Target: 20, Min: 1, Max: 4, Sync: 500 * time.Millisecond,
			Behavior: &world.Behavior{ScaleDown: &world.Rules{Stabilization: &none}},
		},
		Group: &world.Group{
			Name: "web-nodes", Min: 1, Max: 3, PodsPerInstance: 2,
			Boot: 700 * time.Millisecond, Scan: 200 * time.Millisecond, Unneeded: 300 * time.Millisecond,
		},
	})
	began := time.Now()
	f := newFacts(began)
	ctx, stop := context.WithCancel(t.Context())
	var watching sync.WaitGroup
	watching.Go(func() {
		h, a := observers(t, l)
		if warnings, err := observe.Watch(ctx, began, f, h, a); len(warnings) > 0 || err != nil {
			t.Errorf("Watch(…) = %q, %v; want neither warnings nor an error", warnings, err)
		}
	})
	defer watching.Wait()
	defer stop()
	ready := func(units, machines int) func(world.State) bool {
		return func(s world.State) bool {
			return s.Deployment.Ready == units && f.latest(pods, timeline.Ready) == units &&
				f.latest(pods, timeline.Desired) == s.HPA.Desired && len(f.events(pods, "SuccessfulRescale", "")) == rescales(s) &&
				f.latest(instances, timeline.Ready) == machines
		}
	}
	f.wait(t, l, "the first readings", ready(1, 1))
	crowd := gather(t, l.ServiceURL, 8)
	f.wait(t, l, "four units on two instances", ready(4, 2))
	f.wait(t, l, "their first answers", func(s world.State) bool { return served(crowd, s) == 4 })
	crowd.disperse()
	f.wait(t, l, "one unit on one instance", ready(1, 1))
	stop()
	watching.Wait()

	truth, _ := l.Truth()
	holdPods(t, f, truth)
	holdDecisions(t, f, truth)
	holdInstances(t, f, truth)
}

// rescales counts the autoscaler's decisions.
func rescales(s world.State) int {
	n := 0
	for _, e := range s.Events {
		if e.Reason == "SuccessfulRescale" {
			n += e.Count
		}
	}
	return n
}

// served counts the pods that have answered the crowd so far.
func served(c *crowd, s world.State) int {
	for {
		select {
		case unit := <-c.answers:
			c.units[unit] = true
			continue
		default:
		}
		break
	}
	n := 0
	for _, p := range s.Pods {
		if c.units[p.Name] {
			n++
		}
	}
	return n
}

// holdPods compares the stages of each new pod, and the count of ready ones.
func holdPods(t *testing.T, f *facts, truth world.State) {
	t.Helper()
	began := f.all.Start
	steps := []step{}
	for _, p := range truth.Pods {
		steps = append(steps, step{p.Ready, 1}, step{p.Deleted, -1})
		stages := map[string]time.Time{timeline.Gone: p.Deleted}
		if p.Created.After(began) {
			stages[timeline.Create], stages[timeline.Place] = p.Created, p.Scheduled
			stages[timeline.Start], stages[timeline.UnitReady] = p.Running, p.Ready
		}
		for kind, at := range stages {
			told := f.events(pods, kind, p.Name)
			switch {
			case at.IsZero() && len(told) == 0:
			case at.IsZero() || len(told) != 1:
				t.Errorf("%s of %s was told as %v; it was at %v", kind, p.Name, told, since(began, at))
			default:
				// Kubernetes rounds to the second below; nobody can see what has not happened.
				holdTime(t, kind+" of "+p.Name, told[0].At, since(began, at)-timeline.Offset(time.Second), since(began, at))
				if told[0].Seen == nil || *told[0].Seen < since(began, at) {
					t.Errorf("%s of %s was seen at %v; it was at %v", kind, p.Name, told[0].Seen, since(began, at))
				}
			}
		}
	}
	if got, want := f.values(pods, timeline.Ready), counts(steps); !slices.Equal(got, want) {
		t.Errorf("ready pods = %v; want %v", got, want)
	}
	for _, e := range truth.Events {
		if e.Reason != "FailedScheduling" && e.Reason != "TriggeredScaleUp" {
			continue
		}
		told := f.events(pods, e.Reason, e.Name)
		if len(told) != 1 || told[0].Text != e.Message {
			t.Errorf("%s of %s was told as %v; want %q", e.Reason, e.Name, told, e.Message)
		}
	}
}

// holdDecisions compares what the autoscaler wanted.
func holdDecisions(t *testing.T, f *facts, truth world.State) {
	t.Helper()
	for _, e := range truth.Events {
		if e.Reason != "SuccessfulRescale" {
			continue
		}
		told := f.events(pods, e.Reason, "")
		told = slices.DeleteFunc(told, func(o timeline.Event) bool { return o.Text != e.Message })
		if len(told) != e.Count {
			t.Errorf("%q was told as %v; want it %d times", e.Message, told, e.Count)
			continue
		}
		at := since(f.all.Start, e.At)
		holdTime(t, e.Message, told[len(told)-1].At, at-timeline.Offset(time.Second), at)
	}
	if got, want := len(f.events(pods, timeline.Decision, "")), rescales(truth); want < 2 || got != want {
		t.Errorf("%d decisions were told; want as many as there were, %d, which is 2 or more", got, want)
	}
	got := []int{f.latest(pods, timeline.Desired), f.latest(pods, timeline.Min), f.latest(pods, timeline.Max)}
	want := []int{truth.HPA.Desired, truth.Config.HPA.Min, truth.Config.HPA.Max}
	if !slices.Equal(got, want) {
		t.Errorf("desired, min, max of the pods = %v; want %v", got, want)
	}
}

// holdInstances compares the group's counts, activities and instances.
func holdInstances(t *testing.T, f *facts, truth world.State) {
	t.Helper()
	began := f.all.Start
	steps := []step{}
	for _, i := range truth.Group.Instances {
		steps = append(steps, step{i.InService, 1})
		if i.InService.Before(began) {
			continue
		}
		if told := f.events(instances, timeline.InService, i.ID); len(told) != 1 || told[0].At < since(began, i.InService) {
			t.Errorf("in service of %s was told as %v; it was at %v", i.ID, told, since(began, i.InService))
		}
	}
	if len(truth.Group.Activities) < 2 {
		t.Errorf("%d activities; want a launch and a termination", len(truth.Group.Activities))
	}
	for _, a := range truth.Group.Activities {
		unit := a.Description[strings.LastIndex(a.Description, " ")+1:]
		// AWS tells milliseconds.
		hold := func(kind, text string, at time.Time) {
			told := f.events(instances, kind, unit)
			told = slices.DeleteFunc(told, func(e timeline.Event) bool { return e.Text != text })
			if len(told) != 1 {
				t.Errorf("%s %q was told as %v; want once", kind, text, told)
				return
			}
			holdTime(t, text, told[0].At, since(began, at)-timeline.Offset(time.Millisecond), since(began, at))
		}
		if strings.HasPrefix(a.Description, "Terminating") {
			hold("activity", "InProgress: "+a.Description, a.Start)
			steps = append(steps, step{a.Start, -1})
			if told := f.events(instances, timeline.Gone, unit); len(told) != 1 || told[0].At < since(began, a.Start) {
				t.Errorf("gone of %s was told as %v; its termination began at %v", unit, told, since(began, a.Start))
			}
			continue
		}
		hold(timeline.Create, a.Cause, a.Start)
		hold("activity", "Successful: "+a.Description, a.End)
	}
	if got, want := f.values(instances, timeline.Ready), counts(steps); !slices.Equal(got, want) {
		t.Errorf("instances in service = %v; want %v", got, want)
	}
	got := []int{f.latest(instances, timeline.Desired), f.latest(instances, timeline.Min), f.latest(instances, timeline.Max)}
	if want := []int{truth.Group.Desired, truth.Group.Min, truth.Group.Max}; !slices.Equal(got, want) {
		t.Errorf("desired, min, max of the group = %v; want %v", got, want)
	}
}

func since(began, t time.Time) timeline.Offset { return timeline.Since(began, t) }

func holdTime(t *testing.T, what string, got, from, to timeline.Offset) {
	t.Helper()
	if got < from || got > to {
		t.Errorf("%s = %.3f s; want %.3f to %.3f s", what, got.Seconds(), from.Seconds(), to.Seconds())
	}
}

// step is a change of a count; one without an instant has not happened.
type step struct {
	at time.Time
	by int
}

// counts are the values that a count took, from its first unit on.
func counts(steps []step) []int {
	steps = slices.DeleteFunc(steps, func(s step) bool { return s.at.IsZero() })
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	var values []int
	n := 0
	for _, s := range steps {
		n += s.by
		values = append(values, n)
	}
	return values
}

// fetch reads one document of the Kubernetes API.
func fetch[T any](t *testing.T, url string) (document T, status int) {
	t.Helper()
	answer, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if err := json.NewDecoder(answer.Body).Decode(&document); err != nil {
		t.Fatal(err)
	}
	return document, answer.StatusCode
}

// What a staging does not have, its APIs do not tell.
func TestStagingsThatDoNotScale(t *testing.T) {
	for _, c := range []struct {
		name   string
		config world.Config
		want   string
	}{
		{"one pod alone", world.Config{Pods: world.Pods{Start: 1}},
			"deployments 1/1, replica sets 1, pods 1, autoscalers 0 (404), nodes 1, instances: asg web-nodes: no such group in ap-northeast-1"},
		{"instances that are units", world.Config{Group: &world.Group{Name: "web-nodes", Desired: 2}},
			"deployments , replica sets 0, pods 0, autoscalers 0 (404), nodes 0, instances 2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			l := start(t, c.config)
			status, unit, err := visit(t.Context(), viewers(t), http.MethodGet, l.ServiceURL)
			if status != http.StatusOK || unit == "" || err != nil {
				t.Errorf("GET / = %d by %q, %v; want 200 by a unit", status, unit, err)
			}
			if got := told(t, l); got != c.want {
				t.Errorf("told:\n%s\nwant:\n%s", got, c.want)
			}
		})
	}
}

// told is what the APIs of a lab tell of it, in a line.
func told(t *testing.T, l *lab.Lab) string {
	t.Helper()
	workloads, _ := fetch[appsv1.DeploymentList](t, l.KubeURL+"/apis/apps/v1/deployments")
	var ready []string
	for _, d := range workloads.Items {
		ready = append(ready, fmt.Sprintf("%d/%d", d.Status.ReadyReplicas, *d.Spec.Replicas))
	}
	sets, _ := fetch[appsv1.ReplicaSetList](t, l.KubeURL+"/apis/apps/v1/replicasets")
	units, _ := fetch[corev1.PodList](t, l.KubeURL+"/api/v1/namespaces/default/pods")
	scalers, _ := fetch[autoscalingv2.HorizontalPodAutoscalerList](t, l.KubeURL+"/apis/autoscaling/v2/horizontalpodautoscalers")
	_, status := fetch[map[string]any](t, l.KubeURL+"/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers/web")
	nodes, _ := fetch[corev1.NodeList](t, l.KubeURL+"/api/v1/nodes")
	namespaces, _ := fetch[corev1.NamespaceList](t, l.KubeURL+"/api/v1/namespaces")
	if len(namespaces.Items) != 1 || namespaces.Items[0].CreationTimestamp.IsZero() {
		t.Errorf("namespaces = %+v; want one, with the time it was created", namespaces.Items)
	}

	h, a := observers(t, l)
	f := newFacts(time.Now())
	if err, want := h.Observe(t.Context(), observe.NewRecorder(pods, f.all.Start, f)), "hpa default/web: not found"; err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("Observe of the autoscaler = %v; want %s", err, want)
	}
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var failure error
	var watching sync.WaitGroup
	watching.Go(func() {
		failure = a.Observe(ctx, observe.NewRecorder(instances, f.all.Start, f))
		stop()
		f.keep(func(*timeline.Timeline) {}) // so that the wait looks again
	})
	f.wait(t, l, "the group or its absence", func(world.State) bool { return ctx.Err() != nil || f.latest(instances, timeline.Ready) >= 0 })
	stop()
	watching.Wait()
	group := fmt.Sprint(" ", f.latest(instances, timeline.Ready))
	if failure != nil {
		group = ": " + failure.Error()
	}
	return fmt.Sprintf("deployments %s, replica sets %d, pods %d, autoscalers %d (%d), nodes %d, instances%s",
		strings.Join(ready, " "), len(sets.Items), len(units.Items), len(scalers.Items), status, len(nodes.Items), group)
}
