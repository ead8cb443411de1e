package hpa

import (
	"net/http"
	"sync"
	"sync/atomic"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Autoscalers that share what is allowed ask a few questions at a time and each
// once, and again where the API is too busy.
func TestPermitsAreAskedOnceForAll(t *testing.T) {
	a := healthy()
	o := newObserving(t, a)
	var asked, now, most atomic.Int32
	a.answer(reviewPath, func(w http.ResponseWriter, r *http.Request) {
		most.Store(max(most.Load(), now.Add(1)))
		defer now.Add(-1)
		if asked.Add(1) == 1 {
			w.Header().Set("Retry-After", "1")
			refuse(429, metav1.StatusReasonTooManyRequests)(w, r)
			return
		}
		a.review(w, r)
	})
	c := o.observer.cluster
	needs := target{name: "web", resource: deployments}.needs("default", "web")
	var checking sync.WaitGroup
	for range 50 {
		checking.Go(func() {
			found := c.permissions(t.Context(), "hpa/default/web", needs)
			if len(found) != 1 || found[0].Text != "everything that it reads" {
				t.Errorf("permissions = %v; want everything allowed", found)
			}
		})
	}
	checking.Wait()
	if got, want := asked.Load(), int32(len(needs)+1); got != want || most.Load() > atOnce {
		t.Errorf("%d questions, up to %d at a time; want %d, one of them twice, and up to %d", got, most.Load(), want, atOnce)
	}
}
