package hpa

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/raced"
)

// town is an API of so many autoscalers, w0, w1 and so on, each of a Deployment
// with its share of so many pods, which are as large as pods are.
func town(autoscalers, pods int) *api {
	a := newAPI()
	for n := range autoscalers {
		name := fmt.Sprint("w", n)
		a.put(hpasPath, &autoscalingv2.HorizontalPodAutoscaler{
			ObjectMeta: metav1.ObjectMeta{Name: name, UID: uid(name)},
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{MaxReplicas: 10000, ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{
				APIVersion: "apps/v1", Kind: "Deployment", Name: name,
			}},
		})
		d := deploymentOf(int32(pods / autoscalers))
		d.Name, d.Spec.Selector.MatchLabels = name, map[string]string{"app": name}
		a.put(deploymentsPath, d)
	}
	full := map[string][]discoveryv1.Endpoint{}
	for n := range pods {
		p := citizen(fmt.Sprint("w", n%autoscalers), n)
		a.put(podsPath, p)
		name := fmt.Sprint("w", n%autoscalers, "-", n/autoscalers/100)
		full[name] = append(full[name], endpoint(string(p.UID), p.Name, "ready"))
	}
	for _, name := range slices.Sorted(maps.Keys(full)) {
		s := slice(name, full[name]...)
		s.Labels[discoveryv1.LabelServiceName], _, _ = strings.Cut(name, "-")
		a.put(slicesPath, s)
	}
	large := node("i-1", "cpu=64000 memory=64000Gi pods=64000")
	a.put(nodesPath, &large)
	a.objects[allPodsPath] = a.objects[podsPath]
	return a
}

// citizen is a pod with everything that a pod has, some 8 kB of it.
func citizen(app string, n int) *corev1.Pod {
	p := podOf(fmt.Sprint(app, "-", n))
	p.Labels = map[string]string{"app": app}
	p.Annotations = map[string]string{"kubectl.kubernetes.io/last-applied-configuration": strings.Repeat("configuration ", 150)}
	p.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "kubelet", FieldsV1: metav1.NewFieldsV1(string(marshal(map[string]string{"f:status": strings.Repeat("f:condition ", 150)})))}}
	for i := range p.Spec.Containers {
		p.Spec.Containers[i].Image = "registry.example.jp/team/web@sha256:" + strings.Repeat("0", 64)
		for v := range 20 {
			p.Spec.Containers[i].Env = append(p.Spec.Containers[i].Env, corev1.EnvVar{Name: fmt.Sprint("VARIABLE_", v), Value: "the value of a variable"})
		}
	}
	return p
}

// live is the memory that is in use, in bytes.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse + m.StackInuse)
}

// worked is the processor time that this process has used.
func worked() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// observeTown observes each autoscaler of an API, calls then when all of them are
// watched, and says how much memory that took.
func observeTown(t testing.TB, a *api, autoscalers, pods int, then func()) (took int64) {
	t.Helper()
	server := httptest.NewServer(a)
	var all []*observation
	nodes := NewNodes()
	for n := range autoscalers {
		o, err := New(Options{Config: restConfig(server.URL), Name: fmt.Sprint("w", n), Nodes: nodes})
		if err != nil {
			t.Fatal(err)
		}
		f := &facts{news: make(chan struct{})}
		all = append(all, &observation{f, nil, o, observe.NewRecorder(o.Source(), began, f), server.Listener})
	}
	before := live()
	var running sync.WaitGroup
	var stops []func() error
	for _, o := range all {
		stop, _ := o.begin(t)
		stops = append(stops, stop)
	}
	for _, o := range all {
		o.awaitValue(t, "ready", float64(pods/autoscalers))
		o.await(t, "room", func() bool { return len(o.values("room")) > 0 })
	}
	for a.watching(podsPath) < autoscalers || a.watching(slicesPath) < autoscalers {
		runtime.Gosched()
	}
	took = live() - before
	then()
	for _, stop := range stops {
		running.Go(func() {
			if err := stop(); err != nil {
				t.Errorf("Observe = %v; want nil", err)
			}
		})
	}
	running.Wait()
	a.mu.Lock()
	a.cutAll()
	a.mu.Unlock()
	server.Close()
	return took
}

// Thousands of pods cost hardly more memory than a few, and once they are known
// no processor time to speak of, though some of them change. The API is in this
// process too.
func TestThousandsOfPodsAreCheap(t *testing.T) {
	pods := raced.Part(5000, 500) // enough for races; what it costs is asked without
	for _, autoscalers := range []int{1, raced.Part(50, 10)} {
		few := observeTown(t, town(autoscalers, 5*autoscalers), autoscalers, 5*autoscalers, func() {})
		a := town(autoscalers, pods)
		var busy float64
		many := observeTown(t, a, autoscalers, pods, func() { busy = churn(a) })
		t.Logf("%d autoscalers: %.1f MB more than with 5 pods each, %.1f %% of a core", autoscalers, float64(many-few)/1e6, busy*100)
		if more := many - few; more > 60e6 {
			t.Errorf("%d autoscalers: %d pods took %d MB more than 5 each; want at most 60", autoscalers, pods, more/1e6)
		}
		if busy > 0.05 && !raced.On {
			t.Errorf("%d autoscalers: %.1f %% of a core; want at most 5", autoscalers, busy*100)
		}
	}
}

// churn changes five pods a second for two seconds, or under the race detector
// all at once, and says which share of a core this process used.
func churn(a *api) float64 {
	began, before := time.Now(), worked()
	tick := time.NewTicker(raced.Part(200*time.Millisecond, time.Millisecond))
	defer tick.Stop()
	for n := range 10 {
		<-tick.C
		a.put(podsPath, citizen("w0", n))
	}
	return float64(worked()-before) / float64(time.Since(began))
}
