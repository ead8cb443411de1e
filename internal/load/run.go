package load

import (
	"context"
	"net/http"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// Run sends every arrival when it is due and returns when all answers are in
// and everything measured has reached sink. Progress, where not nil, is called
// about once a second from one goroutine.
//
// Cancelling ctx stops sending within 2 ms; requests in flight may finish until
// their timeout. That is no error: Result.Interrupted tells. An error is Check's,
// or the sink's, which also stops sending.
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
	tally   *tally
	hits    *hitLog // nil: they are not kept

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
	r.network = newNetwork(r.plan)
	defer r.network.close()

	pacer := r.newPacer(ctx)
	attacker := vegeta.NewAttacker(vegeta.MaxBody(0), vegeta.Client(r.client()))
	batches, answered := make(chan batch, 16), make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() { r.write(batches) })
	others.Go(func() { r.watchGenerator(answered) })
	others.Go(r.writeHits)

	r.consume(attacker.Attack(placeholder, pacer, 0, attackName), batches)

	close(batches)
	close(answered)
	r.hits.close()
	others.Wait()
	result := r.tally.result()
	result.SendingEnded, result.Interrupted, result.Capped = pacer.ended, pacer.cut, pacer.capped
	return result, r.failure
}

// fail ends sending because the sink keeps nothing any more.
func (r *run) fail(err error) {
	r.failing.Do(func() {
		r.failure = err
		r.stop()
	})
}

// client is the HTTP client of the whole run. The timeout covers a request from
// its connection to the last byte of its answer.
func (r *run) client() *http.Client {
	return &http.Client{
		Transport: &sender{templates: r.templates, flight: r.flight, network: r.network},
		Timeout:   r.plan.Timeout,
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

// fold adds one finished hit to the tally.
func (r *run) fold(result *vegeta.Result) {
	h := r.flight.land(result.Seq)
	lag := result.Timestamp.Sub(h.due)
	class := h.class(r.templates[h.arrival.Request].expect)
	r.tally.answer(h, answer{
		name:    r.templates[h.arrival.Request].name,
		class:   class,
		lag:     lag,
		late:    lag > r.plan.LateAfter,
		service: result.Latency,
	})
	if err := r.hits.add(result, h, class); err != nil {
		r.fail(err)
	}
}
