package report

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

const stored = `name: prime-time
zone: Asia/Tokyo
target:
  url: https://staging.example.jp
  allow_hosts: [staging.example.jp]
  headers: {Authorization: "Bearer ${TOKEN}"}
traffic:
  baseline: 400/s
  duration: 5m
  spots:
    - {name: CM 1, at: 60s, peak: 10x}
requests:
  - {name: top, get: /}
objectives:
  - {p99: 800ms}
  - {errors: 0.5%}
observe:
  - {hpa: default/web}
headroom: {peak: 4k/s, at_least: 20%}
`

// record writes the model's evening as a run would have written it.
func record(t *testing.T, e evening) *rundir.Dir { return recordAs(t, e, stored) }

func recordAs(t *testing.T, e evening, scenario string) *rundir.Dir {
	t.Helper()
	r := e.report()
	w, err := rundir.Create(t.TempDir(), r.Manifest, []byte(scenario))
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range r.Timeline.Seconds {
		if err := w.WriteSecond(s); err != nil {
			t.Fatal(err)
		}
	}
	for _, reading := range r.Timeline.Readings {
		if err := w.WriteReading(reading); err != nil {
			t.Fatal(err)
		}
	}
	for _, g := range r.Timeline.Gaps {
		if err := w.WriteGap(g); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.WriteWarning("the clock was stepped during the run"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.Dir()
}

// A report needs nothing but the directory, not even the variables that the
// scenario took from the environment of its day.
func TestReadAndRender(t *testing.T) {
	dir := record(t, failing)
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Render(dir); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"summary.json", "report.md", "junit.xml", "report.html", "headroom.svg", "headroom.png", "timeline.svg", "timeline.png"} {
		if info, err := os.Stat(filepath.Join(dir.Path(), name)); err != nil || info.Size() == 0 {
			t.Errorf("%s is missing or empty (%v)", name, err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir.Path(), "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s Summary
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	if s.Schema != Schema || s.Scenario != "prime-time" || s.Verdict != "fail" || s.Load.Planned != s.Load.Succeeded+s.Load.Failed {
		t.Errorf("summary.json = %s; want a failed prime-time whose counts add up", text)
	}
	if got := strings.Join(s.Warnings, "\n"); !strings.Contains(got, "the clock was stepped during the run") {
		t.Errorf("warnings = %q; want the one that the run wrote", got)
	}
	if got := strings.Join(s.Warnings, "\n"); strings.Contains(got, "PNG") {
		t.Errorf("warnings = %q; want none of letters, all of which can be shown", got)
	}
	page, err := os.ReadFile(filepath.Join(dir.Path(), "report.html"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(page), "Bearer ${TOKEN}") {
		t.Error("report.html lacks the scenario as it was written")
	}
}

// A hole that the run did not mark is shown as a gap is: in the list, the pictures
// and the count of what was observed.
func TestUnmarkedHolesAreShown(t *testing.T) {
	dir := record(t, passing)
	path := filepath.Join(dir.Path(), "readings.ndjson")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var left strings.Builder
	for line := range strings.Lines(string(text)) {
		var reading timeline.Reading
		if err := json.Unmarshal([]byte(line), &reading); err != nil {
			t.Fatal(err)
		}
		if at := reading.At.Seconds(); at < 100 || at > 130 {
			left.WriteString(line)
		}
	}
	for n := range passing.seconds {
		if n < 100 || n > 130 {
			fmt.Fprintf(&left, "{\"at\":%d,\"source\":\"generator\",\"name\":\"cpu\",\"value\":0.2}\n", n)
		}
	}
	if err := os.WriteFile(path, []byte(left.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := Read(dir)
	if err != nil {
		t.Fatal(err)
	}
	rows := r.gapRows()
	if len(rows) != 1 || rows[0].Source != "hpa/default/web" || rows[0].Length != "32 s" || r.Result.Coverage[0].Gaps != 1 {
		t.Errorf("gaps %+v, coverage %+v; want one of the fleet, 32 s long, in both", rows, r.Result.Coverage[0])
	}
}

// Rendering twice gives the same files.
func TestRenderIsStable(t *testing.T) {
	dir := record(t, passing)
	var files [2]string
	for i := range files {
		r, err := Read(dir)
		if err != nil {
			t.Fatal(err)
		}
		files[i] = string(rendered(t, r.HTML)) + string(rendered(t, r.JSON)) +
			string(rendered(t, func(w io.Writer) error { return r.Text(w, false) }))
	}
	if files[0] != files[1] {
		t.Error("two reports of one run differ")
	}
}

// What a sentence says of a figure is what the rows and the picture say of it.
func TestSentencesAgreeWithRowsAndPicture(t *testing.T) {
	r, err := Read(record(t, failing))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range r.objectiveRows() {
		took, _, _ := strings.Cut(strings.Replace(row.Broken, " on and off", "", 1), " from ")
		want := fmt.Sprintf("%s was broken for %s, worst at %s: ", row.Name, took, row.At)
		if len(r.Result.Reasons) <= i || !strings.HasPrefix(r.Result.Reasons[i], want) {
			t.Errorf("reasons = %q; want one that begins %q", r.Result.Reasons, want)
		}
	}
	grown := r.Result.Headroom.Grown
	for _, ratio := range []*float64{grown.Low, grown.Mid, grown.High} {
		want := figure.Times(grown.Demand * (1 + *ratio) / failing.baseline)
		if _, has, _ := strings.Cut(r.sentence(), "grown to its limits the service has "); !strings.Contains(has, want) {
			t.Errorf("sentence = %q; want %q in it", r.sentence(), want)
		}
	}
	for _, f := range r.fleetRows() {
		if !strings.Contains(f.Said, f.PerUnit) {
			t.Errorf("%s: said %q; want %q in it", f.Name, f.Said, f.PerUnit)
		}
	}
}
