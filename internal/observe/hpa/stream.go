package hpa

import (
	"cmp"
	"context"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/klog/v2"
)

// stream lists one collection and then follows its changes. The library's
// reflector does both, resumes a cut watch where it ended and lists again when
// that place has expired; stream adds the knowledge of whether it works.
type stream struct {
	client    rest.Interface
	resource  string
	namespace string
	labels    labels.Selector // nil: everything
	fields    fields.Selector // nil: everything
	object    runtime.Object  // one of what is watched
	list      func() runtime.Object
	store     cache.ReflectorStore
	paged     bool                 // large: list it in pages
	slim      func(runtime.Object) // takes off each object listed what nobody needs; nil: nothing

	within time.Duration // bounds a list, and the begin of a watch; 0: answerWithin

	sight  *sight                           // nil: nobody asks when it was not seen
	recall func(context.Context)            // called when it is seen again after more than an instant; nil: there is nothing to recall
	missed func(since time.Time, by string) // called when it is seen again after more than patience; nil: nobody cares
	worked bool                             // it has answered since it was run

	// narrow finds labels when the stream begins; nil: labels stands.
	narrow func(context.Context) labels.Selector

	health health
}

// run follows the collection until ctx ends; it calls fail where that cannot
// be done.
func (s *stream) run(ctx context.Context, patience time.Duration, fail func(error)) {
	s.health.fail, s.health.patience = fail, patience
	defer s.health.stop()
	defer func() {
		// The library panics anew after it has logged a panic of the store.
		if cause := recover(); cause != nil {
			s.health.giveUp(fmt.Errorf("watching %s panicked: %v", s.resource, cause))
		}
	}()
	if s.narrow != nil {
		s.labels = s.narrow(ctx)
	}
	silent := klog.Logger{}
	source := plainLists{&cache.ListWatch{ListWithContextFunc: s.listOnce, WatchFuncWithContext: s.watch}}
	reflector := cache.NewReflectorWithOptions(source, s.object, s.sight.following(s.store), cache.ReflectorOptions{
		Name:   s.resource,
		Logger: &silent,
		// Scaling is over in minutes: the library's 30 s between attempts are too long.
		Backoff: &wait.Backoff{Duration: 250 * time.Millisecond, Factor: 2, Jitter: 0.2, Steps: 4, Cap: 2 * time.Second},
	})
	if s.paged {
		reflector.WatchListPageSize = pageSize
	}
	reflector.RunWithContext(ctx)
}

// pageSize is the number of objects of a large collection in one answer.
const pageSize = 500

// plainLists makes the reflector begin with a list, whose errors say what is
// wrong, rather than with a watch that streams the list and falls back.
type plainLists struct{ *cache.ListWatch }

// IsWatchListSemanticsUnSupported is the reflector's question for that.
func (plainLists) IsWatchListSemanticsUnSupported() bool { return true }

func (s *stream) choose(o metav1.ListOptions) metav1.ListOptions {
	if s.labels != nil {
		o.LabelSelector = s.labels.String()
	}
	if s.fields != nil {
		o.FieldSelector = s.fields.String()
	}
	return o
}

func (s *stream) listOnce(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	if o = s.choose(o); s.paged && o.ResourceVersion == "0" {
		o.ResourceVersion = "" // any version at all would come from the server's cache, which knows no pages
	}
	list := s.list()
	err := s.client.Get().Namespace(s.namespace).Resource(s.resource).VersionedParams(&o, parameters).
		Timeout(s.patient()).MaxRetries(0).Do(ctx).Into(list)
	if apierrors.IsResourceExpired(err) && o.ResourceVersion == "" && o.Continue == "" {
		s.fault(ctx, "list", err) // the newest version there is cannot have expired
		return list, err
	}
	s.note(ctx, "list", err)
	if err == nil && s.slim != nil {
		err = meta.EachListItem(list, func(object runtime.Object) error { s.slim(object); return nil })
	}
	return list, err
}

func (s *stream) watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	o = s.choose(o)
	o.Watch = true
	// A watch goes on for as long as it can, but its answer begins at once.
	watching, stop := context.WithCancel(ctx)
	silence := time.AfterFunc(s.patient(), stop)
	w, err := s.client.Get().Namespace(s.namespace).Resource(s.resource).VersionedParams(&o, parameters).
		MaxRetries(0).Watch(watching)
	if !silence.Stop() && ctx.Err() == nil {
		if err == nil {
			w.Stop()
		}
		err = fmt.Errorf("no answer within %v", s.patient())
	}
	s.note(ctx, "watch", err)
	if err != nil {
		stop()
		return nil, err
	}
	return &stoppable{w, func() {
		stop()
		s.sight.lose(time.Now())
	}}, nil
}

// answered takes note that the collection is seen again, before what was missed
// is delivered.
func (s *stream) answered(ctx context.Context, verb string) {
	since, now := s.sight.since(), time.Now()
	if s.worked && s.missed != nil && !since.IsZero() && now.Sub(since) > s.health.patience {
		s.missed(since, verb)
	}
	if s.recall != nil && !since.IsZero() && now.Sub(since) > prompt {
		s.recall(ctx)
	}
	s.worked = true
	if verb == "watch" {
		s.sight.find(time.Now())
	}
}

func (s *stream) patient() time.Duration { return cmp.Or(s.within, answerWithin) }

// stoppable is a watch that ends its context as well.
type stoppable struct {
	watch.Interface
	stop context.CancelFunc
}

func (w *stoppable) Stop() {
	w.Interface.Stop()
	w.stop()
}

// note keeps account of one request. That a version is no longer, or not yet,
// known is no failure: the reflector then lists anew.
func (s *stream) note(ctx context.Context, verb string, err error) {
	switch {
	case ctx.Err() != nil:
	case err == nil:
		s.health.worked()
		s.answered(ctx, verb)
	case apierrors.IsResourceExpired(err), apierrors.IsGone(err), apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge):
	default:
		s.fault(ctx, verb, err)
	}
}

func (s *stream) fault(ctx context.Context, verb string, err error) {
	if ctx.Err() == nil {
		s.health.failed(explain(err, verb, s.resource, s.namespace))
	}
}

// patience is how long a stream that worked before may be broken: restarts of
// an API server behind a load balancer pass within it, and a watch resumed
// within it loses nothing.
const patience = 5 * time.Second

// health knows since when a stream is broken. Safe for concurrent use.
type health struct {
	fail     func(error)
	patience time.Duration

	mu    sync.Mutex
	ever  bool    // it has worked
	lost  *outage // nil: it works
	timer *time.Timer
	cause error // it was given up for, and has not worked since
}

// outage is an error with the instant since which it has been so.
type outage struct {
	since time.Time
	cause error
	whole bool // of everything that is watched, not of one collection
}

func (o *outage) Error() string { return o.cause.Error() }
func (o *outage) Unwrap() error { return o.cause }

func (h *health) worked() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.ever, h.cause = true, nil
	h.mend()
}

// broken returns why the stream was given up, or nil.
func (h *health) broken() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cause
}

func (h *health) giveUp(cause error) {
	h.mu.Lock()
	h.cause = cause
	h.mu.Unlock()
	h.fail(cause)
}

func (h *health) mend() {
	if h.lost != nil {
		h.timer.Stop()
		h.lost = nil
	}
}

// failed gives up at once where the stream never worked or waiting cannot
// help, else after patience.
func (h *health) failed(cause error) {
	if isFinal(cause) || !h.patient(cause) {
		h.giveUp(cause)
	}
}

// patient waits for a stream that has worked before; others are not worth it.
func (h *health) patient(cause error) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ever && h.lost == nil {
		lost := &outage{since: time.Now(), cause: cause}
		h.lost = lost
		h.timer = time.AfterFunc(h.patience, func() { h.lose(lost) })
	}
	return h.ever
}

// lose gives up for an outage, unless it ended while its time ran out.
func (h *health) lose(o *outage) {
	h.mu.Lock()
	still := h.lost == o
	h.mu.Unlock()
	if still {
		h.giveUp(o)
	}
}

// stop ends the waiting of a stream that ends.
func (h *health) stop() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mend()
}
