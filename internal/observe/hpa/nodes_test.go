package hpa

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

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
