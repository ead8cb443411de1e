package rehearsal_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// growing is a service of four units that has eight from 30 s after the first
// request was due, with the observer of its fleet. The new ones are made 12 s
// before.
type growing struct {
	began time.Time // offset 0
	pick  func(ready int) int
	mu    sync.Mutex
}

const growsAfter = 30 * time.Second

func (g *growing) name(i int) string { return fmt.Sprint("web-", i) }

func (g *growing) RoundTrip(r *http.Request) (*http.Response, error) {
	ready := 4
	if time.Since(g.began) >= growsAfter {
		ready = 8
	}
	g.mu.Lock()
	unit := g.name(g.pick(ready))
	g.mu.Unlock()
	time.Sleep(20 * time.Millisecond) // in simulated time
	return &http.Response{
		StatusCode: 200, Header: http.Header{world.UnitHeader: {unit}},
		Body: io.NopCloser(strings.NewReader("ok")), Request: r,
	}, nil
}

func (g *growing) Source() string { return "hpa/default/web" }

func (g *growing) Observe(ctx context.Context, rec *observe.Recorder) error {
	rec.Read(timeline.Ready, 4, time.Time{})
	for _, stage := range []struct {
		after time.Duration
		kind  string
	}{{growsAfter - 12*time.Second, timeline.Create}, {growsAfter, timeline.UnitReady}} {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Until(g.began.Add(stage.after))):
		}
		for i := 4; i < 8; i++ {
			rec.Event(time.Time{}, stage.kind, g.name(i), "")
		}
	}
	rec.Read(timeline.Ready, 8, time.Time{})
	<-ctx.Done()
	return ctx.Err()
}

// spreadBy makes a whole run at 50/s over a service that grows, in simulated time,
// and says what the facts mean.
func spreadBy(t *testing.T, pick func(ready int) int) (timeline.Timeline, capacity.Result) {
	t.Helper()
	s := parse(t, strings.Replace(short, "duration: 20s", "duration: 85s", 1)+"target: {unit_header: x-unit}\n")
	var facts timeline.Timeline
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		g := &growing{began: time.Now().Add(rehearsal.Lead), pick: pick}
		dir, err := rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Observers: []observe.Observer{g}, Door: g, Root: root, Tool: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		if facts, err = dir.Timeline(); err != nil {
			t.Fatal(err)
		}
	})
	q := s.Question()
	q.Fleets = []capacity.Fleet{{Name: "hpa/default/web", Kind: capacity.HPA}}
	return facts, capacity.Analyze(facts, q)
}

func skewWarnings(r capacity.Result) (warnings []string) {
	for _, w := range r.Warnings {
		if strings.Contains(w, "even share") {
			warnings = append(warnings, w)
		}
	}
	return warnings
}

// serving is the stage of a fleet; nil where it was not measured.
func serving(f capacity.FleetResult) *capacity.Stage {
	for i := range f.Stages {
		if f.Stages[i].Name == timeline.Serving {
			return &f.Stages[i]
		}
	}
	return nil
}

// checkShare counts the answers of a share again, second by second.
func checkShare(t *testing.T, facts timeline.Timeline, u capacity.UnitShare) {
	t.Helper()
	ready := 4.0
	if u.From >= growsAfter {
		ready = 8
	}
	var own, all int64
	for _, s := range facts.Seconds {
		if at := time.Duration(s.Second) * time.Second; at >= u.From && at < u.To {
			own += s.Units[u.Unit]
			all += s.Succeeded + s.Failed
		}
	}
	if u.Answers != own || u.Even != float64(all)/ready || all == 0 {
		t.Errorf("share %+v; want %d answers where an even share is %v", u, own, float64(all)/ready)
	}
}

// A balancer that keeps to the units it knows leaves the new ones idle: three that
// never serve, and one that does 20 s after it was ready.
func TestAStickyRouterIsToldOf(t *testing.T) {
	requests := 0
	facts, r := spreadBy(t, func(int) int {
		requests++
		if requests > 2500 && requests%40 == 0 { // from 50 s on, 50/s
			return 4
		}
		return requests % 4
	})
	warnings := skewWarnings(r)
	if len(warnings) != 1 || !strings.HasPrefix(warnings[0], "hpa/default/web: after it grew, web-5, web-6, web-7 and 1 more got less than half an even share of the load: web-5 0 answers between ") {
		t.Errorf("warnings %q; want one of the new units", warnings)
	}
	if r.Spread == nil || len(r.Spread.Skewed) != 4 || r.Spread.Least.Answers != 0 || r.Spread.Busiest.Times() < 1.9 {
		t.Errorf("spread %+v; want four units skewed and the old ones with twice an even share", r.Spread)
	}
	for _, u := range append(r.Spread.Skewed, *r.Spread.Busiest, *r.Spread.Least) {
		checkShare(t, facts, u)
	}
	stage := serving(r.Fleets[0])
	if stage == nil || stage.Units != 1 || stage.Max < 20*time.Second || stage.Max > 21*time.Second {
		t.Errorf("stage serving = %+v; want 20 s for the one unit that did serve", stage)
	}
}

// One that draws at random spreads evenly, and nothing is said of it at any seed.
func TestAnEvenRouterIsNot(t *testing.T) {
	for seed := range raced.Part[uint64](100, 8) {
		random := rand.New(rand.NewPCG(seed, 3))
		_, r := spreadBy(t, random.IntN)
		if got := skewWarnings(r); len(got) > 0 || r.Spread == nil || r.Spread.Windows != 6 {
			t.Fatalf("seed %d: spread %+v, warnings %q; want six windows and no warning", seed, r.Spread, got)
		}
		if stage := serving(r.Fleets[0]); stage == nil || stage.Units != 4 || stage.Max > 3*time.Second {
			t.Fatalf("seed %d: stage serving = %+v; want four units that serve at once", seed, stage)
		}
	}
}

// The lab names its units by itself, and spreads in turn.
func TestTheLabsUnitsServeAtOnce(t *testing.T) {
	s := loadScenario(t, "lab-tvcm.yaml")
	_, r := rehearse(t, s)
	if got := skewWarnings(r); len(got) > 0 || r.Spread == nil || r.Spread.Fleet != "hpa/default/web" || r.Spread.Windows < 3 {
		t.Fatalf("spread %+v, warnings %q; want an even one of the pods", r.Spread, got)
	}
	if least, busiest := r.Spread.Least.Times(), r.Spread.Busiest.Times(); least < 0.95 || busiest > 1.05 {
		t.Errorf("units had %.2f to %.2f times an even share; want each the same", least, busiest)
	}
	pods := r.Fleets[0]
	stage := serving(pods)
	if stage == nil || stage.Units != *pods.ReadyMax-*pods.ReadyStart || stage.Max > time.Second {
		t.Errorf("stage serving = %+v; want one below 1 s for each of the units that came, %d to %d", stage, *pods.ReadyStart, *pods.ReadyMax)
	}
}
