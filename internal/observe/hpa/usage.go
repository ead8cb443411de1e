package hpa

import (
	"context"
	"fmt"
	"net/url"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/labels"

	"github.com/seed-f864f198/onair/internal/observe"
)

// Readings of what the pods use, in cores: of the ready ones together over
// their number, and of the busiest one. They are the resource metrics that the
// autoscaler itself reads, before it makes one number of them.
const (
	UsageCPU    = "usage/cpu"
	UsageCPUMax = "usage/cpu_max"
)

// usageEvery is between two polls: the metrics are no fresher.
const usageEvery = 15 * time.Second

// podUsage is the part of a PodMetrics of metrics.k8s.io/v1beta1 that is read.
type podUsage struct {
	Metadata   struct{ Name string }
	Timestamp  time.Time // the end of the time it was measured over
	Containers []struct {
		Usage map[string]resource.Quantity
	}
}

// cores is what the pod uses; ok is false where a container does not tell.
func (p podUsage) cores() (sum float64, ok bool) {
	for _, c := range p.Containers {
		q, told := c.Usage["cpu"]
		if !told {
			return 0, false
		}
		sum += number(q)
	}
	return sum, len(p.Containers) > 0
}

// usage polls what pods use. Its failures are no gap: everything else goes on.
type usage struct {
	every  time.Duration
	asked  int   // polls
	missed int   // of them
	first  error // of those missed
}

// run polls until ctx ends, or there is no one to ask.
func (u *usage) run(ctx context.Context, rec *observe.Recorder, c *cluster, namespace string, selector labels.Selector, f *fleet) {
	select {
	case <-f.listed:
	case <-ctx.Done():
		return
	}
	tick := time.NewTicker(u.every)
	defer tick.Stop()
	for {
		pods, err := c.usage(ctx, namespace, selector)
		if ctx.Err() != nil {
			return
		}
		u.asked++
		if err != nil {
			u.miss(rec, err)
			if isFinal(err) {
				return
			}
		}
		f.usage(pods)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (u *usage) miss(rec *observe.Recorder, cause error) {
	u.missed++
	if u.first == nil {
		u.first = cause
		rec.Event(time.Time{}, "usage"+unobserved, "", "usage of pods is not read: "+cause.Error())
	}
}

// warn says at the end what was not read.
func (u *usage) warn(rec *observe.Recorder) {
	switch {
	case u.missed == 0:
	case u.missed == u.asked:
		rec.Warn("usage of pods was not read: " + u.first.Error())
	default:
		rec.Warn(fmt.Sprintf("usage of pods was not read in %d of %d polls, the first: %v", u.missed, u.asked, u.first))
	}
}

const podMetrics = "pods.metrics.k8s.io"

// usage reads what the pods of a selector use.
func (c *cluster) usage(ctx context.Context, namespace string, selector labels.Selector) ([]podUsage, error) {
	var all struct{ Items []podUsage }
	path := "/apis/metrics.k8s.io/v1beta1/namespaces/" + namespace + "/pods"
	err := c.document(ctx, path, url.Values{"labelSelector": {selector.String()}}, &all)
	if apierrors.IsNotFound(err) && !apierrors.IsUnexpectedServerError(err) {
		return nil, &refusal{worded{"metrics.k8s.io is not served (is metrics-server installed?)", err}}
	}
	return all.Items, explain(err, "list", podMetrics, namespace)
}

// usage takes what pods use: of those that are ready and were measured.
func (f *fleet) usage(all []podUsage) {
	f.mu.Lock()
	defer f.mu.Unlock()
	var sum, most, age float64 // age: seconds
	n, now := 0, time.Now()
	for _, p := range all {
		cores, ok := p.cores()
		if u := f.byKey[nameKey(p.Metadata.Name)]; u == nil || !u.ready || !ok {
			continue
		}
		n++
		sum, most = sum+cores, max(most, cores)
		age += now.Sub(p.Timestamp).Seconds()
	}
	if n == 0 {
		return
	}
	var measured time.Time // in the middle of all; zero where one does not tell
	if age /= float64(n); age < time.Hour.Seconds() {
		measured = now.Add(-time.Duration(age * float64(time.Second)))
	}
	f.read(UsageCPU, sum/float64(n), measured)
	f.read(UsageCPUMax, most, measured)
}
