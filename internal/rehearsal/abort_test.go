package rehearsal_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// collapses is a door that works until an instant of the run and then fails in
// a way of its own.
type collapses struct {
	at   time.Duration
	then func(*http.Request) (*http.Response, error)
	born time.Time
}

func (c collapses) RoundTrip(r *http.Request) (*http.Response, error) {
	if time.Since(c.born) < c.at {
		return answers(10 * time.Millisecond).RoundTrip(r)
	}
	return c.then(r)
}

func refuses(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 503, Body: http.NoBody, Request: r}, nil
}

func hangs(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// Whatever a target breaks by, sending ends within two seconds of the breach,
// the run is aborted, and its counts add up.
func TestAGuardEndsTheRun(t *testing.T) {
	const breaks = 10 * time.Second // offset at which the target does
	for _, test := range []struct {
		name   string
		guard  scenario.Guard
		then   func(*http.Request) (*http.Response, error)
		breach time.Duration // when the condition has held for so long, and that can be known
	}{
		{"errors", scenario.Guard{Name: "errors >= 50% for 5s", Errors: 0.5, For: 5 * time.Second}, refuses, breaks + 5*time.Second},
		{"percentile", scenario.Guard{Name: "p99 > 2s for 5s", Quantile: 0.99, Limit: 2 * time.Second, For: 5 * time.Second}, hangs, breaks + 7*time.Second},
		{"in flight", scenario.Guard{Name: "in flight >= 150 for 5s", InFlight: 150, For: 5 * time.Second}, hangs, breaks + 8*time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := parse(t, strings.Replace(short, "20s", "60s", 1))
				s.Abort = []scenario.Guard{test.guard}
				facts := run(t, t.Context(), s, collapses{breaks + rehearsal.Lead, test.then, time.Now()})
				guard := lastEvent(facts)
				if guard.Kind != timeline.GuardFired || !strings.HasPrefix(guard.Text, "the guard "+test.guard.Name+" fired (") {
					t.Fatalf("last event = %+v; want the guard", guard)
				}
				last := facts.Seconds[len(facts.Seconds)-1]
				ended := time.Duration(last.Second)*time.Second + time.Duration(last.Planned)*time.Second/50
				if ended < test.breach-time.Second || ended > test.breach+2*time.Second {
					t.Errorf("sending ended at about %s; want within 2 s of the breach at %s", ended, test.breach)
				}
				r := capacity.Analyze(facts, s.Question())
				if r.Verdict != capacity.Aborted || r.Interrupted || len(r.Reasons) != 1 || !strings.Contains(r.Reasons[0], guard.Text) {
					t.Errorf("verdict %s %q, interrupted %v; want it aborted by the guard", r.Verdict, r.Reasons, r.Interrupted)
				}
				l := r.Load
				if l.Planned != l.Sent+l.Dropped || l.Sent != l.Succeeded+l.Failed {
					t.Errorf("counts %+v do not add up", l)
				}
			})
		})
	}
}

// A condition that was mended in time ends nothing.
func TestAGuardThatIsMendedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, short)
		s.Abort = []scenario.Guard{{Name: "errors", Errors: 0.5, For: 5 * time.Second}}
		born := time.Now()
		mended := func(r *http.Request) (*http.Response, error) {
			if time.Since(born) < 14*time.Second+rehearsal.Lead {
				return refuses(r)
			}
			return answers(time.Millisecond).RoundTrip(r)
		}
		facts := run(t, t.Context(), s, collapses{10*time.Second + rehearsal.Lead, mended, born})
		if got := lastEvent(facts); got.Kind != timeline.SendingDone {
			t.Errorf("last event = %+v; want a run to its end", got)
		}
	})
}

// Whoever stops a run has stopped it: that what was in flight then is cut off is
// no failure that a guard looks for.
func TestAnInterruptIsNoGuard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(rehearsal.Lead+8*time.Second, cancel)
		s := parse(t, short)
		s.Abort = []scenario.Guard{{Name: "errors", Errors: 0.5, For: 2 * time.Second}, {Name: "p99", Quantile: 0.99, Limit: 9 * time.Second, For: time.Second}}
		facts := run(t, ctx, s, collapses{0, hangs, time.Now()})
		if got := lastEvent(facts); got.Kind != timeline.Interrupted {
			t.Errorf("last event = %+v; want an interruption", got)
		}
		if l := capacity.Analyze(facts, s.Question()).Load; l.Sent != 400 || l.Errors[timeline.Cancelled] != 400 {
			t.Errorf("load %+v; want 400 requests cut off", l)
		}
	})
}

// Once the last request was sent there is nothing to abort: what the answers
// then say is judged.
func TestAGuardAfterTheLastRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, short)
		s.Abort = []scenario.Guard{{Name: "errors", Errors: 0.5, For: 3 * time.Second}}
		late := func(r *http.Request) (*http.Response, error) {
			time.Sleep(5 * time.Second)
			return refuses(r)
		}
		facts := run(t, t.Context(), s, collapses{16*time.Second + rehearsal.Lead, late, time.Now()})
		if got := lastEvent(facts); got.Kind != timeline.SendingDone {
			t.Errorf("last event = %+v; want a run to its end", got)
		}
		if r := capacity.Analyze(facts, s.Question()); r.Verdict != capacity.Fail {
			t.Errorf("verdict %s %q; want fail", r.Verdict, r.Reasons)
		}
	})
}

// A service that collapses and fills the cap on requests in flight is a fail,
// whatever becomes of what could not be sent then.
func TestACollapseIsAFail(t *testing.T) {
	for _, catchUp := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := parse(t, strings.Replace(short, "20s", "40s", 1))
			s.Caps.InFlight, s.Late.CatchUp = 100, catchUp
			r := capacity.Analyze(run(t, t.Context(), s, collapses{20*time.Second + rehearsal.Lead, hangs, time.Now()}), s.Question())
			if r.Verdict != capacity.Fail || !strings.Contains(strings.Join(r.Reasons, " "), "p99 <= 1s was broken") {
				t.Errorf("catch up %v: verdict %s %q; want fail", catchUp, r.Verdict, r.Reasons)
			}
			if l := r.Load; l.Planned != 2000 || l.Planned != l.Sent+l.Dropped || l.Sent != l.Succeeded+l.Failed {
				t.Errorf("catch up %v: counts %+v; want 2,000 planned and sums that add up", catchUp, l)
			}
		})
	}
}
