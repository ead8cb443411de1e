package hpa

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Who shares the nodes reads them once; what failed is read anew.
func TestNodesAreReadOnceForAll(t *testing.T) {
	a := crowded()
	o := newObserving(t, a)
	var asked atomic.Int32
	answer := refuse(500, metav1.StatusReasonInternalError)
	a.answer(nodesPath, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		answer(w, r)
	})
	nodes := NewNodes()
	if _, _, err := nodes.look(t.Context(), o.observer.cluster); err == nil {
		t.Error("look = nil while the API is out of order; want its error")
	}
	answer = a.list
	var looking sync.WaitGroup
	for range 20 {
		looking.Go(func() {
			all, used, err := nodes.look(t.Context(), o.observer.cluster)
			if err != nil || len(all) != 1 || len(used) != 1 {
				t.Errorf("look = %d nodes, used of %d, %v; want 1 of each", len(all), len(used), err)
			}
		})
	}
	looking.Wait()
	if got := asked.Load(); got != 2 {
		t.Errorf("nodes were asked for %d times; want 2, once in vain", got)
	}
}

// Nodes are read in pages, and of each only what is needed is kept: they name
// every image that they have.
func TestNodesAreKeptSlim(t *testing.T) {
	a := crowded()
	for n := range 1000 {
		large := node(fmt.Sprint("n-", n), "cpu=64 memory=160Gi pods=110", tainted("spot", corev1.TaintEffectNoSchedule))
		for l := range 25 {
			large.Labels[fmt.Sprint("topology.example.com/label-", l)] = "the value of a label"
		}
		for i := range 50 {
			large.Status.Images = append(large.Status.Images, corev1.ContainerImage{
				Names: []string{fmt.Sprint("registry.example.jp/team/image-", i, "@sha256:", strings.Repeat("0", 64)), strings.Repeat("registry.example.jp/", 12)}, SizeBytes: 1 << 30,
			})
		}
		a.put(nodesPath, &large)
	}
	if size := len(a.objects[nodesPath][1].text); size < 18<<10 {
		t.Fatalf("a node of the test has %d bytes; want about 20 kB, as real ones have", size)
	}
	var asked atomic.Int32
	a.answer(nodesPath, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		a.list(w, r)
	})
	o := newObserving(t, a)
	nodes := NewNodes()
	before := live()
	all, _, err := nodes.look(t.Context(), o.observer.cluster)
	if err != nil || len(all) != 1001 || len(all[1].Labels) != 26 || len(all[1].Spec.Taints) != 1 || !isUp(&all[1]) {
		t.Fatalf("look = %d nodes, %v; want 1001 with their labels, taints and states", len(all), err)
	}
	kept := live() - before
	if most := int64(10 << 20); kept > most || asked.Load() != 3 {
		t.Errorf("nodes keep %d bytes after %d pages; want at most %d after 3", kept, asked.Load(), most)
	}
	t.Logf("1,000 nodes keep %d bytes", kept)
	runtime.KeepAlive(nodes)
}
