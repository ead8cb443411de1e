package capacity

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// What is counted once and told by a difference is what the histograms of the
// window say when they are merged.
func TestCountsAreThoseOfTheWindow(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	tl := timeline.Timeline{}
	for n := range 90 {
		s := secondOf(n, int64(random.IntN(60)), 0)
		s.HeldBack, s.Queued = int64(random.IntN(3)), min(int64(random.IntN(4)), s.Sent)
		s.Dropped = s.HeldBack + int64(random.IntN(3))
		s.Planned += s.Dropped
		s.Failures = map[string]timeline.Histogram{}
		for _, name := range []string{"top", "cart"} {
			var answered, failed timeline.Histogram
			for range random.IntN(50) {
				answered.Record(time.Duration(random.IntN(600)) * time.Millisecond)
			}
			for range random.IntN(4) {
				failed.Record(time.Millisecond)
				s.Failed++
			}
			s.Response[name], s.Failures[name] = answered, failed
			s.Lag.Record(time.Duration(random.IntN(40)) * time.Millisecond)
		}
		s.Compact()
		tl.Seconds = append(tl.Seconds, s)
	}
	cart := Objective{Name: "cart", Quantile: 0.9, Limit: 200 * time.Millisecond, Request: "cart"}
	errors := Objective{Name: "errors", Errors: 0.01}
	objectives := []Objective{p99, cart, errors}
	r := newRun(tl, Question{Objectives: objectives})
	rule := newDelivery(objectives)
	for range 500 {
		from := time.Duration(random.IntN(100_000)-5000) * time.Millisecond
		window := Span{from, from + time.Duration(random.IntN(30_000)-1000)*time.Millisecond}
		var sum timeline.Second
		for n := range r.seconds {
			if at := second(n); at >= window.From && at < window.To {
				sum.Add(r.seconds[n])
			}
		}
		var answered, failed timeline.Histogram
		for _, name := range []string{"top", "cart"} {
			answered.Merge(sum.Response[name])
			failed.Merge(sum.Failures[name])
		}
		cartOK, cartFailed := sum.Response["cart"], sum.Failures["cart"]
		for _, c := range []struct {
			o    Objective
			want tally
		}{
			{p99, tally{answered.Count() + failed.Count() + sum.HeldBack, answered.Over(p99.Limit) + failed.Count() + sum.HeldBack, sum.Failed, sum.Unanswered(), sum.HeldBack}},
			{cart, tally{cartOK.Count() + cartFailed.Count(), cartOK.Over(cart.Limit) + cartFailed.Count(), cartFailed.Count(), sum.Unanswered(), sum.HeldBack}},
			{errors, tally{sum.Sent + sum.HeldBack, sum.Failed + sum.HeldBack, sum.Failed, sum.Unanswered(), sum.HeldBack}},
		} {
			if got := r.counts(c.o, window); got.tally != c.want {
				t.Fatalf("counts(%s, %v) = %+v; want %+v", c.o.Name, window, got.tally, c.want)
			}
		}
		want := sending{sum.Planned, sum.Sent + sum.HeldBack, sum.Lag.Count(), sum.Lag.Over(rule.lagLimit) - sum.Queued}
		if got := r.sending(window); got != want {
			t.Fatalf("sending(%v) = %+v; want %+v", window, got, want)
		}
		lag, known := sum.Lag.Quantile(0.99)
		if sum.Queued == 0 && known && r.sending(window).tooLate() != (lag > rule.lagLimit) {
			t.Errorf("tooLate(%v) with lag p99 %v = %v; want it as the lag says", window, lag, !(lag > rule.lagLimit))
		}
	}
}
