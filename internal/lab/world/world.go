// Package world is the embedded staging: an autoscaled HTTP service whose limits are known, because they
// are its configuration. Units serve requests at a real concurrency and service time, and a
// HorizontalPodAutoscaler, a scheduler and an Auto Scaling group follow the published algorithms. How its
// state looks through the Kubernetes and AWS APIs is left to the packages kubeapi and awsapi.
//
// # A request
//
// The router hands it to the ready units in turn; with a Balancer, to those that are healthy. A unit serves Concurrency requests at once, first come
// first served, lets up to Queue wait and answers 503 beyond. It saturates at Concurrency / Mean: 4 slots
// of 50 ms do 80/s. Units may slow each other down (Contention, Coherence) and may have something in common
// that each request takes in its slot first (Shared). A unit that is told to go takes no new request and finishes what it has.
//
// # A pod's life
//
// Where there is room each stage takes what Pods states; where there is none the pod waits for an
// instance of the group (scales_on: pending_pods):
//
//	HPA sync        created      scheduled            running      ready: in the router
//	───┬──────────────┬─────────────┬────────────────────┬────────────┬──────────>
//	   |  same instant|  Schedule   |        Run         |   Ready    |
//	                                ^
//	                                | placed when the instance is in service
//	        unschedulable ──────────┤
//	                 |  <= Scan  | launched |   Boot     | in service
//	                             TriggeredScaleUp
//
// With a Balancer the pod is in the router when it is healthy, Register after it is ready.
//
// A start may fail (Pods.Fail): the container exits when it would have become ready, and is started again
// after Retry, then twice that, and so on. A launch may fail too (Group.Fail): the instance goes at the end
// of Boot, and the group launches another. A ready unit may crash (Faults.Crashes): its requests are cut off,
// and it is started again as one that failed to start. Where Quotas forbid a pod or an instance, it is tried
// again after a while.
//
// The HPA syncs at multiples of Sync from the world's start. Its metric is the mean over the last Sync, at
// most 15 s, of the pods that were ready for all of it; younger ones count as not ready yet, as the real
// controller treats pods whose metrics are older than they are. It has no delay of a metrics pipeline.
//
// # Time
//
// The package uses time.Now and timers alone, so that a whole world runs in a testing/synctest bubble
// through Door. What changes the state is an agenda worked off by one goroutine, and carries the instant
// at which it was due: the stages in State last exactly as long as they were configured or drawn.
package world

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// World is the running staging.
type World struct {
	config  Config
	start   time.Time
	calls   *sync.Pool
	router  router
	shared  *shared // nil where units have nothing in common
	stopped chan struct{}

	mu         sync.Mutex
	now        time.Time // the instant of the agenda's entry at work
	agenda     agenda
	rng        *rand.Rand      // names and delays
	units      uint64          // units made so far
	addresses  int             // pod addresses given out so far
	pods       []*pod          // in order of creation
	named      map[string]bool // the names of pods
	deployment Deployment
	hpa        *controller // nil without one
	group      *group      // nil without one
	events     []*Event    // the latest last
	told       map[told]*Event
	ready      []*unit       // whether or not requests reach them yet
	requeue    time.Duration // wait before pods are created again that a quota forbade; 0: none is
	use        pipeline
	checks     *rand.Rand // how long the load balancer takes
	crashes    *rand.Rand
	dirty      bool
	changed    chan struct{}
}

// Start builds the world and runs its controllers until ctx ends; Wait returns when they have stopped.
// The error joins every Mistake of c. Requests are served even after ctx has ended, by what is then ready.
func Start(ctx context.Context, c Config) (*World, error) {
	var errs []error
	for _, m := range c.Mistakes() {
		errs = append(errs, m)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	c = c.complete()
	now := time.Now()
	w := &World{
		config:  c,
		start:   now,
		now:     now,
		calls:   newCalls(),
		shared:  c.newShared(),
		stopped: make(chan struct{}),
		agenda:  agenda{wake: make(chan struct{}, 1)},
		rng:     rand.New(rand.NewPCG(c.Seed, 0)),
		checks:  rand.New(rand.NewPCG(c.Seed, checkStream)),
		crashes: rand.New(rand.NewPCG(c.Seed, crashStream)),
		told:    map[told]*Event{},
		named:   map[string]bool{},
		changed: make(chan struct{}),
	}
	w.build()
	go w.run(ctx)
	return w, nil
}

// build makes what is there when the world begins.
func (w *World) build() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.config.Group != nil {
		w.buildGroup()
	}
	if w.config.HPA != nil || w.config.Group == nil {
		w.buildDeployment()
		w.measureUse()
		w.every(usageEvery, w.measureUse)
	}
	if w.config.HPA != nil {
		w.buildHPA()
	}
}

// Wait returns when the controllers have stopped.
func (w *World) Wait() { <-w.stopped }

// clock is the time since the start in ns.
func (w *World) clock() int64 { return int64(time.Since(w.start)) }

// delay draws a stage's length from its mean and the share it is spread by.
func (w *World) delay(mean time.Duration, spread float64) time.Duration {
	return drawn(w.rng, mean, spread)
}

func drawn(rng *rand.Rand, mean time.Duration, spread float64) time.Duration {
	if spread == 0 {
		return mean
	}
	return time.Duration(float64(mean) * (1 + spread*(2*rng.Float64()-1)))
}

// fails draws whether a start fails of which the share fail does. It draws nothing where none does, so that
// a world without failures is the same as ever.
func (w *World) fails(fail float64) bool { return fail > 0 && w.rng.Float64() < fail }
