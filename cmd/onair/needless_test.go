package main

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// A Prometheus that is down is a warning where the scenario asks to see nothing of
// it, and a failure where it does, or where it refuses who asks.
func TestPrometheusNeedNotAnswer(t *testing.T) {
	dead := httptest.NewServer(nil)
	dead.Close()
	status := func(code int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }))
		t.Cleanup(s.Close)
		return s.URL
	}
	for _, c := range []struct {
		name, address, coverage string
		want                    preflight.Status
	}{
		{"nothing listens", dead.URL, "", preflight.Warning},
		{"nothing listens, and it is needed", dead.URL, ", coverage: 50%", preflight.Fail},
		{"out of order", status(http.StatusServiceUnavailable), "", preflight.Warning},
		{"out of order, and it is needed", status(http.StatusServiceUnavailable), ", coverage: 50%", preflight.Fail},
		{"refuses", status(http.StatusUnauthorized), "", preflight.Fail},
	} {
		text := `
name: series
target: {url: "http://127.0.0.1:1", allow_hosts: [127.0.0.1]}
traffic: {baseline: 10/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
observe: [{prometheus: "` + c.address + `", query: up, name: up` + c.coverage + `}]
`
		s, err := scenario.Parse("series.yaml", t.TempDir(), []byte(text), scenario.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range waiting(newObservers(t.Context(), s, nil, nil), s, nil) {
			found := o.(interface{ Checks() []preflight.Check }).Checks()[0].Look(t.Context())
			if got := found[0]; got.Status != c.want || got.Asked != "answers" {
				t.Errorf("%s: preflight finds %v, %v: %s; want %v", c.name, got.Status, got.Asked, got.Text, c.want)
			}
		}
	}
}
