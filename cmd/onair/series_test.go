package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

const withSeries = `
name: series
lab: {}
traffic: {baseline: 10/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
observe:
  - {hpa: default/web}
  - {cloudwatch: "Shop Orders", region: ap-northeast-1}
  - {prometheus: "%[1]s", query: sum(depth), name: queue depth, headers: {Authorization: "Bearer key"}}
  - {cloudwatch: "Shop Orders", statistic: Sum, region: ap-northeast-1}
  - {prometheus: "%[1]s", query: up, name: up}
  - {cloudwatch: "Shop Orders", statistic: Sum}
`

// readings is a Sink that calls back with each reading's source and name.
type readings struct {
	mu   sync.Mutex
	seen map[string]float64
	look func(map[string]float64)
}

func (r *readings) WriteReading(v timeline.Reading) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.seen[v.Source+" "+v.Name] = v.Value
	r.look(r.seen)
	return nil
}
func (r *readings) WriteEvent(timeline.Event) error { return nil }
func (r *readings) WriteGap(timeline.Gap) error     { return nil }

// One observer asks for all series of a region or server, and what it costs is
// counted.
func TestSeriesObservers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer key" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		fmt.Fprintf(w, `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":[[%s,"7"]]}]}}`, r.FormValue("start"))
	}))
	defer server.Close()
	s := parsed(t, fmt.Sprintf(withSeries, server.URL))
	staging, err := startLab(s)
	if err != nil {
		t.Fatal(err)
	}
	defer staging.Stop()
	observers := newObservers(t.Context(), s, staging, accounts(s, staging))[1:]
	source := "prometheus/" + strings.TrimPrefix(server.URL, "http://")
	var sources []string
	for _, o := range observers {
		sources = append(sources, o.Source())
	}
	if diff := cmp.Diff([]string{"cloudwatch/ap-northeast-1", source, "cloudwatch/here"}, sources); diff != "" {
		t.Fatalf("sources (-want +got):\n%s", diff)
	}
	if want := "hpa/default/web, cloudwatch/ap-northeast-1, " + source + ", cloudwatch/here"; watchedInWords(s) != want {
		t.Errorf("watchedInWords = %q; want %q", watchedInWords(s), want)
	}

	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	sink := &readings{seen: map[string]float64{}, look: func(seen map[string]float64) {
		if seen[source+" queue depth"] == 7 && seen[source+" up"] == 7 {
			stop()
		}
	}}
	warnings, err := observe.Watch(ctx, time.Now(), sink, observers[1])
	if err != nil || len(warnings) > 0 {
		t.Errorf("Watch = %q, %v; want no warnings", warnings, err)
	}
	if got := sink.seen[source+" "+timeline.Calls]; got != 4 { // of each query: once, and once more at the end
		t.Errorf("calls = %v; want 4", got)
	}
}

// A Prometheus server is at none of the addresses that load never connects to,
// whatever its name resolves to.
func TestPrometheusIsCheckedLikeTheTarget(t *testing.T) {
	t.Setenv("HTTP_PROXY", "")
	t.Setenv("http_proxy", "")
	server := &url.URL{Scheme: "http", Host: "169.254.169.254"} // which a scenario may not name
	series := []scenario.Observe{{Kind: scenario.Prometheus, URL: server, Query: "up", Name: "up"}}
	o, err := newSeriesObserver(t.Context(), series, nil, &observe.Meter{})
	if err != nil {
		t.Fatal(err)
	}
	found := preflight.Run(t.Context(), 5*time.Second, o.(observe.Checker).Checks()...)
	if got := verdictOfFindings(found); got != (verdict{exitRefused}) {
		t.Errorf("found %v; want it refused", found)
	}
}
