package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// buildVegeta builds the vegeta command that go.mod pins.
func buildVegeta(t *testing.T) (binary string) {
	t.Helper()
	binary = filepath.Join(t.TempDir(), "vegeta")
	if out, err := exec.Command("go", "build", "-o", binary, "github.com/tsenart/vegeta/v12").CombinedOutput(); err != nil {
		t.Fatalf("go build vegeta: %v\n%s", err, out)
	}
	return binary
}

// unpackHits returns what zstd -dc makes of a file, which may be torn.
func unpackHits(t *testing.T, file string, torn bool) []byte {
	t.Helper()
	command, err := exec.LookPath("zstd")
	if err != nil {
		t.Logf("no zstd command (%v): a Go decoder takes its place", err)
		return unpackHitsInGo(t, file, torn)
	}
	text, err := exec.Command(command, "-dc", file).Output()
	if (err != nil) != torn {
		t.Fatalf("zstd -dc %s = %v; want an error only of a torn file (%t)", file, err, torn)
	}
	return text
}

func unpackHitsInGo(t *testing.T, file string, torn bool) []byte {
	t.Helper()
	packed, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	frames, err := zstd.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	defer frames.Close()
	text, err := io.ReadAll(frames)
	if (err != nil) != torn {
		t.Fatalf("reading %s = %v; want an error only of a torn file (%t)", file, err, torn)
	}
	return text
}

// pipe runs a command on a text and returns its output.
func pipe(t *testing.T, text []byte, command string, args ...string) []byte {
	t.Helper()
	cmd := exec.Command(command, args...)
	var failed bytes.Buffer
	cmd.Stdin, cmd.Stderr = bytes.NewReader(text), &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", filepath.Base(command), args, err, &failed)
	}
	return out
}

// vegetaReport is what vegeta report says of lines.
func vegetaReport(t *testing.T, binary string, text []byte) vegeta.Metrics {
	t.Helper()
	var m vegeta.Metrics
	if err := json.Unmarshal(pipe(t, text, binary, "report", "-type=json"), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// vegetaPlot returns how many points of each label vegeta plots.
func vegetaPlot(t *testing.T, binary string, text []byte) map[string]int {
	t.Helper()
	page := pipe(t, text, binary, "plot", "-threshold=1000000")
	labels := regexp.MustCompile(`"onair: (\w+)"`).FindAllSubmatch(page, -1)
	points := make(map[string]int)
	for _, row := range regexp.MustCompile(`(?m)^ +\[([0-9.]+(?:,(?:null|[0-9.]+))+)\]`).FindAllSubmatch(page, -1) {
		values := strings.Split(string(row[1]), ",")[1:]
		for i, value := range values {
			if value != "null" && i < len(labels) {
				points[string(labels[i][1])]++
			}
		}
	}
	return points
}

// hit is the part of a line that only onair knows, and what it needs of the rest.
type hit struct {
	Due      float64 `json:"due"`
	Latency  int64   `json:"latency"`
	Lag      int64   `json:"lag"`
	Response int64   `json:"response"`
	Class    string  `json:"class"`
	Address  string  `json:"address"`
	Opened   bool    `json:"new_connection"`
}

func hitsOf(t *testing.T, text []byte) []hit {
	t.Helper()
	var all []hit
	for line := range bytes.Lines(text) {
		var h hit
		if err := json.Unmarshal(line, &h); err != nil {
			t.Fatalf("line %d: %v", len(all)+1, err)
		}
		all = append(all, h)
	}
	return all
}

// weary is a target that answers, answers with an error, never answers, and
// ends by refusing connections.
type weary struct {
	*httptest.Server
	asked  atomic.Int64
	leaves int64 // after so many requests nobody listens any more
	left   sync.Once
}

func newWeary(t *testing.T, leaves int64) *weary {
	w := &weary{leaves: leaves}
	w.Server = httptest.NewServer(w)
	t.Cleanup(w.Close)
	return w
}

func (w *weary) ServeHTTP(to http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body)
	n := w.asked.Add(1)
	if n >= w.leaves {
		w.left.Do(func() { w.Listener.Close() })
	}
	switch {
	case n%29 == 0:
		<-r.Context().Done()
	case n%10 == 0:
		http.Error(to, "too much", http.StatusServiceUnavailable)
	default:
		time.Sleep(time.Duration(n%50) * time.Millisecond / 5)
		fmt.Fprintf(to, "hello %d", n)
	}
}

func wearyScenario(t *testing.T, target string, duration time.Duration) (file string) {
	t.Helper()
	file = filepath.Join(t.TempDir(), "weary.yaml")
	err := os.WriteFile(file, fmt.Appendf(nil, `name: weary
target: {url: %q, allow_hosts: [127.0.0.1], timeout: 300ms}
connections: {new: 60%%}
traffic: {baseline: 200/s, duration: %s}
requests:
  - {name: top, get: "/?a=1&b=<2>", weight: 3}
  - {name: "sign \"up\"", post: /signup, body: {text: a=1}, weight: 1}
objectives: [{p99: 200ms, window: 2s}]
`, target, duration), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// onlyRun returns the one run directory in a folder.
func onlyRun(t *testing.T, root string) *rundir.Dir {
	t.Helper()
	runs, err := filepath.Glob(filepath.Join(root, "*"))
	if err != nil || len(runs) != 1 {
		t.Fatalf("%d run directories in %s, %v; want one", len(runs), root, err)
	}
	dir, err := rundir.Open(runs[0])
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// counted adds up the seconds of a run.
func counted(t *testing.T, dir *rundir.Dir) timeline.Second {
	t.Helper()
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	var sum timeline.Second
	for _, s := range facts.Seconds {
		sum.Add(s)
	}
	return sum
}

// The real vegeta, which knows nothing of onair, reads the hits of a real run
// and comes to onair's own numbers.
func TestVegetaReadsTheHitsOfARun(t *testing.T) {
	t.Parallel()
	binary := buildVegeta(t)
	target, root := newWeary(t, 500), t.TempDir()
	out, err := exec.Command("onair", "rehearse", "--hits", "--out", root, wearyScenario(t, target.URL, 4*time.Second)).CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || exit != nil && exit.ExitCode() == exitUsage {
		t.Fatalf("onair rehearse: %v\n%s", err, out)
	}
	dir := onlyRun(t, root)
	sum := counted(t, dir)
	for _, class := range []string{"status_503", "response_timeout", "connect_refused"} {
		if sum.Errors[class] == 0 {
			t.Errorf("errors %v; want some %s", sum.Errors, class)
		}
	}
	file := filepath.Join(dir.Path(), "hits.ndjson.zst")
	text := unpackHits(t, file, false)
	checkReport(t, vegetaReport(t, binary, text), sum, hitsOf(t, text))

	if diff := cmp.Diff(map[string]int{"OK": int(sum.Succeeded), "ERROR": int(sum.Failed)}, vegetaPlot(t, binary, text)); diff != "" {
		t.Errorf("points of vegeta plot (-want +got):\n%s", diff)
	}
	checkRecords(t, pipe(t, text, binary, "encode", "--to", "csv"), target.URL, sum)

	// A file torn anywhere reads up to the tear.
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	torn := filepath.Join(t.TempDir(), "torn.zst")
	if err := os.WriteFile(torn, whole[:len(whole)*2/3], 0o644); err != nil {
		t.Fatal(err)
	}
	part := unpackHits(t, torn, true)
	lines := bytes.Count(part, []byte("\n"))
	if !bytes.HasPrefix(text, part) || lines == 0 {
		t.Errorf("the torn file has %d lines; want the first of the whole", lines)
	}
	if got := vegetaReport(t, binary, part).Requests; got != uint64(lines) {
		t.Errorf("vegeta report of a torn file: %d requests; want %d", got, lines)
	}
	if got := vegetaPlot(t, binary, part); got["OK"] == 0 || got["OK"]+got["ERROR"] > lines {
		t.Errorf("vegeta plot of a torn file: points %v; want some, at most %d", got, lines)
	}
}

// checkReport holds vegeta's report against onair's counts and the lines.
func checkReport(t *testing.T, m vegeta.Metrics, sum timeline.Second, hits []hit) {
	t.Helper()
	codes := map[string]int{"200": int(sum.Succeeded), "503": int(sum.Errors["status_503"]), "0": int(sum.Failed - sum.Errors["status_503"])}
	if diff := cmp.Diff(codes, m.StatusCodes); diff != "" {
		t.Errorf("status codes (-want +got):\n%s", diff)
	}
	if want := float64(sum.Succeeded) / float64(sum.Sent); m.Requests != uint64(sum.Sent) || m.Success != want {
		t.Errorf("vegeta: %d requests, success %v; want %d, %v", m.Requests, m.Success, sum.Sent, want)
	}
	if m.BytesIn.Total != uint64(sum.BytesIn) || m.BytesOut.Total != uint64(sum.BytesOut) || sum.BytesOut == 0 {
		t.Errorf("vegeta: %d bytes in, %d out; want %d, %d", m.BytesIn.Total, m.BytesOut.Total, sum.BytesIn, sum.BytesOut)
	}
	if !slices.Contains(m.Errors, "503 Service Unavailable") {
		t.Errorf("vegeta's errors %q; want 503 among them", m.Errors)
	}
	var latencies []int64
	var total, opened int64
	addresses := make(map[string]int64)
	for _, h := range hits {
		latencies = append(latencies, h.Latency)
		total += h.Latency
		if h.Opened {
			opened++
		}
		if h.Address != "" {
			addresses[h.Address]++
		}
		if h.Response != h.Lag+h.Latency || h.Lag < 0 || h.Due < 0 || h.Due >= 4 {
			t.Errorf("hit %+v; want response = lag + latency, and due within the 4 s of sending", h)
		}
	}
	if opened != sum.NewConns || len(addresses) != 1 {
		t.Errorf("%d hits opened a connection, to %v; want %d, to one address", opened, addresses, sum.NewConns)
	}
	slices.Sort(latencies)
	n := len(latencies)
	if int64(m.Latencies.Total) != total || int64(m.Latencies.Mean) != total/int64(n) || int64(m.Latencies.Max) != latencies[n-1] || int64(m.Latencies.Min) != latencies[0] {
		t.Errorf("vegeta's latencies %+v; want total %d, from %d to %d", m.Latencies, total, latencies[0], latencies[n-1])
	}
	for q, got := range map[float64]time.Duration{0.50: m.Latencies.P50, 0.90: m.Latencies.P90, 0.95: m.Latencies.P95, 0.99: m.Latencies.P99} {
		// A t-digest of compression 100 is right about the rank, to a hundredth.
		low, high := latencies[max(0, int((q-0.01)*float64(n))-1)], latencies[min(n-1, int((q+0.01)*float64(n))+1)]
		if int64(got) < low || int64(got) > high {
			t.Errorf("vegeta's quantile %v = %v; want %v to %v", q, got, time.Duration(low), time.Duration(high))
		}
		exact := latencies[min(n-1, int(math.Ceil(q*float64(n)-1e-9))-1)]
		if own, _ := sum.Service.Quantile(q); math.Abs(float64(own)/float64(exact)-1) > 0.001 && own-time.Duration(exact) > time.Microsecond {
			t.Errorf("onair's quantile %v of service time = %v; want %v of the lines", q, own, time.Duration(exact))
		}
	}
}

// checkRecords looks at what vegeta encode made: one record for each request
// sent, numbered from 0, each with the URL that it went to.
func checkRecords(t *testing.T, text []byte, target string, sum timeline.Second) {
	t.Helper()
	records, err := csv.NewReader(bytes.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const attack, number, method, url = 7, 8, 9, 10
	seen := make(map[uint64]bool)
	kinds := make(map[string]int64)
	for _, r := range records {
		seq, err := strconv.ParseUint(r[number], 10, 64)
		if err != nil || seq >= uint64(sum.Sent) || seen[seq] || r[attack] != "onair" {
			t.Errorf("record %q: %v; want attack onair and each number below %d once", r, err, sum.Sent)
		}
		seen[seq] = true
		kinds[r[method]+" "+r[url]]++
	}
	want := map[string]int64{}
	for name, kind := range map[string]string{"top": "GET " + target + "/?a=1&b=<2>", `sign "up"`: "POST " + target + "/signup"} {
		answered, failed := sum.Response[name], sum.Failures[name]
		want[kind] = answered.Count() + failed.Count()
	}
	if diff := cmp.Diff(want, kinds); diff != "" {
		t.Errorf("requests (-want +got):\n%s", diff)
	}
}

// A run that is killed keeps its hits up to about its last second.
func TestHitsOfAKilledRun(t *testing.T) {
	t.Parallel()
	binary := buildVegeta(t)
	enough := make(chan struct{})
	var asked atomic.Int64
	target := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		if asked.Add(1) == 700 {
			close(enough)
		}
	}))
	defer target.Close()
	root := t.TempDir()
	var said bytes.Buffer
	cmd := exec.Command("onair", "rehearse", "--hits", "--out", root, wearyScenario(t, target.URL, time.Minute))
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-enough:
	case <-time.After(30 * time.Second):
		t.Errorf("%d requests in 30 s; want 700 in 6", asked.Load())
	}
	err := errors.Join(cmd.Process.Kill(), cmd.Wait())
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("onair: %v; want it killed\n%s", err, &said)
	}
	dir := onlyRun(t, root)
	text := unpackHits(t, filepath.Join(dir.Path(), "hits.ndjson.zst"), true)
	m, sum := vegetaReport(t, binary, text), counted(t, dir)
	// Hits and seconds are written at the same beat, by two writers: one may be
	// a second ahead.
	if ended := sum.Succeeded + sum.Failed; m.Requests < 200 || math.Abs(float64(ended)-float64(m.Requests)) > 400 {
		t.Errorf("vegeta reads %d requests of about 700; want all but a second's, as many as the %d in the seconds", m.Requests, ended)
	}
	if m.Success != 1 || m.StatusCodes["200"] != int(m.Requests) {
		t.Errorf("vegeta: success %v, codes %v; want nothing but 200", m.Success, m.StatusCodes)
	}
}
