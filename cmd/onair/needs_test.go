package main

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/traffic"
)

const demanding = `name: demanding
target: {url: "http://staging.example.jp", allow_hosts: [staging.example.jp], timeout: 5s}
connections: {new: 50%}
traffic: {baseline: 2k/s, duration: 2m}
requests: [{get: /}]
objectives: [{p99: 800ms}, {p50: 250ms}, {errors: 1%}]
caps: {in_flight: 8k}
`

func parsed(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse("test.yaml", ".", []byte(text), scenario.Options{Env: os.LookupEnv})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestNeedsOf(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       load.Demand
	}{
		{"a plain target", demanding, load.Demand{
			Peak: 2000, Minute: 120_000, NewConnections: 0.5,
			Response: 800 * time.Millisecond, Timeout: 5 * time.Second, InFlightCap: 8000,
		}},
		{"by TLS", strings.Replace(demanding, "http:", "https:", 1), load.Demand{
			Peak: 2000, Minute: 120_000, NewConnections: 0.5, TLS: true,
			Response: 800 * time.Millisecond, Timeout: 5 * time.Second, InFlightCap: 8000,
		}},
		{"the embedded staging", staging, load.Demand{
			Peak: 10, Minute: 600, NewConnections: 0.8, Loopback: true, Inside: true,
			Response: time.Second, Timeout: 10 * time.Second, InFlightCap: 10_000,
		}},
	} {
		if diff := cmp.Diff(tt.want, needsOf(parsed(t, tt.text)).Demand); diff != "" {
			t.Errorf("%s: needsOf (-want +got):\n%s", tt.name, diff)
		}
	}
}

// Visits that come at random may come close together, and the machine must be
// able to send what they make all the same.
func TestNeedsOfChance(t *testing.T) {
	text := strings.Replace(demanding, "duration: 2m", "duration: 2m, arrivals: poisson", 1)
	d := needsOf(parsed(t, text)).Demand
	second, minute := 2000+5*math.Sqrt(2000)+4, 120_000+5*math.Sqrt(120_000)+4
	if d.Peak != math.Ceil(second) || d.Minute != math.Ceil(minute) {
		t.Errorf("needsOf(poisson) = %g in a second, %g in a minute; want %g, %g", d.Peak, d.Minute, math.Ceil(second), math.Ceil(minute))
	}
}

func TestSlowest(t *testing.T) {
	for _, tt := range []struct {
		objectives string
		want       time.Duration
	}{
		{"{p99: 800ms}", 800 * time.Millisecond},
		{"{p50: 100ms}, {p99: 800ms}", 800 * time.Millisecond},
		{"{p90: 400ms}, {p99: 800ms}, {p99.9: 2s}", 2 * time.Second},
		{"{p99: 800ms}, {p99: 3s, request: top}", 800 * time.Millisecond},
		{"{p50: 200ms}, {p99: 3s, request: top}, {p99: 1s, request: item}", 200 * time.Millisecond},
		{"{p99: 3s, request: top}, {p99: 1s, request: item}", time.Second},
		{"{p89: 200ms}, {p80: 100ms}", 100 * time.Millisecond},
		{"{errors: 1%}, {p95: 500ms}", 500 * time.Millisecond},
		{"{errors: 1%}", 0},
	} {
		text := strings.Replace(demanding, "[{get: /}]", "[{name: top, get: /}, {name: item, get: /item}]", 1)
		text = strings.Replace(text, "{p99: 800ms}, {p50: 250ms}, {errors: 1%}", tt.objectives, 1)
		if got := slowest(parsed(t, text)); got != tt.want {
			t.Errorf("slowest(%s) = %v; want %v", tt.objectives, got, tt.want)
		}
	}
}

func TestBusiestMinute(t *testing.T) {
	for _, tt := range []struct {
		name  string
		curve traffic.Curve
		want  float64
	}{
		{"shorter than a minute", traffic.Flat(10, 30*time.Second), 300},
		{"flat", traffic.Flat(10, 10*time.Minute), 600},
		{"a step of half a minute", traffic.Sum(traffic.Flat(10, 5*time.Minute), traffic.NewCurve(
			traffic.Segment{Length: 90 * time.Second}, traffic.Segment{Length: 30 * time.Second, From: 50, To: 50})), 2100},
	} {
		if got := busiestMinute(tt.curve); got != tt.want {
			t.Errorf("busiestMinute(%s) = %g; want %g", tt.name, got, tt.want)
		}
	}
}

func TestIsLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "10.0.0.1": false, "staging.example.jp": false, "": false,
	} {
		if got := isLoopback(host); got != want {
			t.Errorf("isLoopback(%q) = %t; want %t", host, got, want)
		}
	}
}

// What a machine lacks stands below the curve, a line each.
func TestCheckWarnsOfTheMachine(t *testing.T) {
	var out strings.Builder
	small := load.Machine{Cores: 0.5, Memory: 200e6, OpenFiles: 1024, Ports: 28_232}
	if err := writePlan(&out, parsed(t, demanding), small); err != nil {
		t.Fatal(err)
	}
	figures, rest, _ := strings.Cut(out.String(), "\n\n")
	plan, rest, _ := strings.Cut(rest, "\n\n")
	figures += "\n\n" + plan
	_, warnings, _ := strings.Cut(rest, "warning: ")
	want := `demanding: a valid scenario

target           http://staging.example.jp
requests         240k in 2m
peak             2k/s at 00:00, 1x the baseline
steepest rise    0/s more within a second, at 00:00
new connections  1k/s at the peak
caps             4k/s, 8k in flight, 480k requests, 3m05s
in flight        1.6k at 800 ms each, 8k if all time out (capped from 10k)
connections      8k open at most, up to 30k more in TIME_WAIT
generator        about 0.6 processor cores, 448 MB of memory, 8.03k open files
observed         nothing: headroom will not be known (observe: names what scales)`
	if diff := cmp.Diff(want, figures); diff != "" {
		t.Errorf("figures (-want +got):\n%s", diff)
	}
	want = `the peak needs about 0.6 processor cores; this machine has 0.5 (use a larger machine, or lower connections.new)
warning: 8k requests in flight need about 448 MB of memory; this machine has 200 MB left (use a larger machine, or lower caps.in_flight)
warning: 8k requests in flight need about 8,032 open files; this process may have 1,024 (raise ulimit -n, or lower caps.in_flight)
warning: connections need up to 38,000 ephemeral ports for one address of the target; this machine has 28,232 (widen net.ipv4.ip_local_port_range, set net.ipv4.tcp_tw_reuse=1, or lower connections.new)
`
	if diff := cmp.Diff(want, warnings); diff != "" {
		t.Errorf("warnings (-want +got):\n%s", diff)
	}
}
