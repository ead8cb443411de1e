package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// soaking is a steady run against a server that answers at once.
const soaking = `name: soak
target: {url: %q, allow_hosts: [127.0.0.1]}
connections: {new: 1%%}
traffic: {baseline: %d/s, duration: %s}
caps: {requests: 10M}
requests:
  - {name: top, get: "/{{n}}?visit={{visit}}&token={{uuid}}", weight: 3}
  - {name: lost, get: "/lost/{{n}}", weight: 1}
objectives: [{p99: 1s}]
`

// Memory does not grow with the length of a run: ten times as many requests
// need hardly more of it, reports included. Every URL is another one, and a
// quarter of the requests fail, so that nothing may grow with either.
func TestSoakMemory(t *testing.T) {
	const rate = 6000
	requests, err := strconv.Atoi(os.Getenv("ONAIR_SOAK"))
	if err != nil {
		t.Skip("ONAIR_SOAK does not say how many requests the short run makes (make soak does)")
	}
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if len(r.URL.Path) > 5 && r.URL.Path[:5] == "/lost" {
			http.NotFound(w, r)
		}
	}))
	defer target.Close()
	run := func(requests int) finished {
		file := filepath.Join(t.TempDir(), "soak.yaml")
		lasts := time.Duration(requests/rate) * time.Second
		if err := os.WriteFile(file, fmt.Appendf(nil, soaking, target.URL, rate, lasts), 0o644); err != nil {
			t.Fatal(err)
		}
		run := runOnce(t, file)
		l := summaryOf(t, run.dir).Load
		for again := 0; l.Dropped+l.Late > 0 && again < 2; again++ {
			// A machine that stood still for a moment is asked for all that was due
			// then at once, and every request in flight takes its memory.
			t.Logf("%d requests were late and %d dropped, for this machine was busy; making the run once more", l.Late, l.Dropped)
			run = runOnce(t, file)
			l = summaryOf(t, run.dir).Load
		}
		if l.Planned != int64(requests) || l.Planned != l.Sent+l.Dropped || l.Sent != l.Succeeded+l.Failed || l.Sent < l.Planned*99/100 {
			t.Errorf("counts %+v; want %d planned, nearly all of them sent, and sums that add up", l, requests)
		}
		t.Logf("%d requests: %.1f MB at most, in %v", requests, float64(run.rss)/1e6, run.took)
		return run
	}
	short, long := run(requests), run(10*requests)
	if ratio := float64(long.rss) / float64(short.rss); ratio > 1.1 {
		t.Errorf("peak memory of the long run is %.2f times that of the short one; want at most 1.1", ratio)
	}
}
