package load

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// grace is how long requests in flight may take once the run was stopped.
const grace = 2 * time.Second

// Run sends every arrival when it is due and returns when all answers are in
// and everything measured has reached sink. Progress, where not nil, is called
// about once a second from one goroutine.
//
// Cancelling ctx stops sending within 2 ms; requests in flight may finish within
// 2 s and are cut off then. That is no error: Result.Interrupted tells whether
// anything was still to be sent. An error is Check's, or the sink's, which also
// stops the run.
func Run(ctx context.Context, plan Plan, sink Sink, progress func(Progress)) (Result, error) {
	plan, templates, err := plan.ready()
	if err != nil {
		return Result{}, err
	}
	return newRun(plan, templates, sink, progress).do(ctx)
}

// run is one run: what its goroutines share.
type run struct {
	plan      Plan
	templates []template
	sink      Sink
	progress  func(Progress)
	wait      wait

	start   time.Time // offset 0, with a monotonic reading
	network *network
	flight  *flight
	over    atomic.Bool // sending has ended
	tally   *tally
	told    changes
	hits    *hitLog // nil: they are not kept
	classes *classes
	units   units            // that answered; the consumer's alone
	tells   []timeline.Event // of samples and of units, not handed on yet; the consumer's alone

	stop    context.CancelFunc // ends sending
	failing sync.Once
	failure error // the sink's first; read when all goroutines are done
}

func newRun(plan Plan, templates []template, sink Sink, progress func(Progress)) *run {
	now := time.Now()
	r := &run{
		plan:      plan,
		templates: templates,
		sink:      sink,
		progress:  progress,
		wait:      waitPrecisely,
		start:     now.Add(plan.Start.Sub(now)),
		flight:    newFlight(),
		tally:     newTally(),
		hits:      newHitLog(plan),
		classes:   newClasses(),
	}
	if plan.Door != nil {
		// In simulated time the clock stands still while a thread sleeps in the
		// kernel: the precise wait would never end.
		r.wait = waitByTimer
	}
	return r
}

func (r *run) do(ctx context.Context) (Result, error) {
	ctx, r.stop = context.WithCancel(ctx)
	defer r.stop()
	requests, cutOff := context.WithCancel(context.WithoutCancel(ctx))
	defer cutOff()
	r.network = newNetwork(r.plan, r.tellChange)
	pacer, release := r.newPacer(ctx)
	defer release()

	attacker := vegeta.NewAttacker(vegeta.MaxBody(0), vegeta.Client(r.client(requests)))
	batches, answered := make(chan batch, 16), make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() { r.write(batches) })
	others.Go(func() { r.watchGenerator(answered) })
	others.Go(r.writeHits)
	others.Go(func() { r.network.follow(r.plan.Target.Hostname(), answered) })
	cut := false
	others.Go(func() {
		if cut = outlasts(ctx, answered); cut {
			cutOff()
		}
	})

	r.consume(attacker.Attack(placeholder, pacer, 0, attackName), batches)

	close(batches)
	close(answered)
	r.hits.close()
	r.network.close()
	others.Wait()
	result := r.tally.result()
	result.SendingEnded, result.Interrupted, result.Capped = pacer.ended, pacer.cut || cut, pacer.capped
	return result, r.failure
}

// outlasts reports whether requests were still in flight a while after the run
// was stopped.
func outlasts(ctx context.Context, answered <-chan struct{}) bool {
	select {
	case <-answered:
		return false
	case <-ctx.Done():
	}
	left := time.NewTimer(grace)
	defer left.Stop()
	select {
	case <-answered:
		return false
	case <-left.C:
		return true
	}
}

// fail ends sending because the sink keeps nothing any more.
func (r *run) fail(err error) {
	r.failing.Do(func() {
		r.failure = err
		r.stop()
	})
}

// client is the HTTP client of the whole run, whose requests end with ctx. Their
// timeout is the sender's: the client's own would be a second timer for each.
func (r *run) client(ctx context.Context) *http.Client {
	return &http.Client{
		Transport: &sender{
			ctx:       ctx,
			timeout:   r.plan.Timeout,
			templates: r.templates,
			flight:    r.flight,
			network:   r.network,
			classes:   r.classes,
			unit:      r.plan.UnitHeader,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}
}

// placeholder is the target vegeta believes in. A Targeter is not told which hit
// it is for, so the sender replaces the whole request; and it never errs, for
// its error would end the attack.
func placeholder(t *vegeta.Target) error {
	t.Method, t.URL = http.MethodGet, "http://onair.invalid/"
	return nil
}

// consume folds results as they come and hands on, once a second, what has
// gathered. It never waits for the sink: vegeta's workers wait for it.
func (r *run) consume(results <-chan *vegeta.Result, batches chan<- batch) {
	second := time.NewTicker(time.Second)
	defer second.Stop()
	for {
		select {
		case result, ok := <-results:
			if !ok {
				batches <- r.batch()
				return
			}
			r.fold(result)
		case <-second.C:
			r.hits.handOn()
			// Nobody else sends: where there is room now, there is room below.
			// Where there is none, the next second takes this one's share along.
			if len(batches) < cap(batches) {
				batches <- r.batch()
			}
		}
	}
}

// fold adds one finished hit to the tally: the one place where a hit and its
// result meet.
func (r *run) fold(result *vegeta.Result) {
	h := r.flight.take(result.Seq)
	lag := result.Timestamp.Sub(h.due)
	a := answer{
		name:    r.templates[h.arrival.Request].name,
		class:   h.class(),
		lag:     lag,
		late:    lag > r.plan.LateAfter,
		service: result.Latency,
	}
	if h.unit != "" {
		h.unit = r.unit(h, result)
	}
	r.tally.answer(h, a)
	if err := r.hits.add(result, h, a.class); err != nil {
		r.fail(err)
	}
	if a.class != "" && r.classes.sample(a.class) {
		r.tells = append(r.tells, r.sample(h, a.class))
	}
}
