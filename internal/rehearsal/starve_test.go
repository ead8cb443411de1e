package rehearsal_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rehearsal"
)

const starving = `name: starving
target: {url: "http://127.0.0.1:1", allow_hosts: [127.0.0.1]}
traffic: {baseline: 200/s, duration: 4s}
requests: [{get: /}]
objectives: [{p99: 1s, window: 2s}]
`

// starved are the sentences that name the cause; one without a cause has other
// words about processors.
var starved = regexp.MustCompile(`onair used .* of its processor time|other processes left it no processor time|onair itself did not run`)

// burn keeps every processor of this program busy until stopped.
func burn(stop <-chan struct{}) {
	for running := true; running; {
		select {
		case <-stop:
			running = false
		default:
		}
	}
}

// A generator that finds no time to send on time proves nothing about the
// target, and says what took the time.
func TestAStarvedGeneratorIsInvalidWithTheCause(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer target.Close()
	to, err := url.Parse(target.URL)
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	var burners sync.WaitGroup
	time.AfterFunc(rehearsal.Lead, func() {
		for range 16 * runtime.GOMAXPROCS(0) {
			burners.Go(func() { burn(stop) })
		}
	})
	s := parse(t, starving)
	dir, err := rehearsal.Run(t.Context(), rehearsal.Plan{Scenario: s, Target: to, Root: t.TempDir()})
	close(stop)
	burners.Wait()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	r := capacity.Analyze(facts, s.Question())
	t.Logf("%s %q", r.Verdict, r.Reasons)
	if r.Verdict != capacity.Invalid || !starved.MatchString(r.Reasons[0]) {
		t.Errorf("verdict %s %q; want invalid, for want of processors", r.Verdict, r.Reasons)
	}
	if l := r.Load; l.Planned != 800 || l.Planned != l.Sent+l.Dropped || l.Sent != l.Succeeded+l.Failed {
		t.Errorf("counts %+v; want 800 planned and sums that add up", l)
	}
}
