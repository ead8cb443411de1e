package rundir_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

var start = time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)

func create(t *testing.T) *rundir.Writer {
	t.Helper()
	m := rundir.Manifest{Tool: "test", Run: rundir.Name("prime-time", start), Scenario: "prime-time", Started: start}
	w, err := rundir.Create(t.TempDir(), m, []byte("name: prime-time\n"))
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func second(n int, sent int64, took ...time.Duration) timeline.Second {
	s := timeline.Second{Second: n, Planned: sent, Sent: sent, Succeeded: sent, Response: map[string]timeline.Histogram{}}
	var h timeline.Histogram
	for _, d := range took {
		h.Record(d)
		s.Service.Record(d)
	}
	s.Response["top"] = h
	return s
}

func ExampleName() {
	fmt.Println(rundir.Name("prime-time", start))
	// Output: prime-time-20261201T125400Z
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	w := create(t)
	seen := timeline.Offset(-time.Second)
	reading := timeline.Reading{At: seen, Source: "asg/web", Name: timeline.Ready, Value: 3}
	event := timeline.Event{At: timeline.Offset(4 * time.Second), Seen: &seen, Source: "asg/web", Kind: timeline.Create, Unit: "i-1", Text: "launched"}
	after := timeline.Offset(4 * time.Second)
	polled := timeline.Event{At: timeline.Offset(9 * time.Second), After: &after, Source: "asg/web", Kind: "lifecycle", Unit: "i-1", Text: "Pending -> Pending:Wait"}
	scaler := timeline.Event{At: timeline.Offset(10 * time.Second), After: &after, Source: "asg/web", Kind: timeline.Scaler, Spec: `{"group":{"min":1,"max":8,"cooldown":300,"policies":[],"scheduled":[]}}`}
	gap := timeline.Gap{From: timeline.Offset(time.Second), To: timeline.Offset(2500 * time.Millisecond), Source: "asg/web", Cause: "throttled"}
	errs := errors.Join(
		w.WriteSecond(second(1, 2, time.Millisecond, 2*time.Millisecond)),
		w.WriteSecond(second(0, 1, time.Millisecond)),
		w.WriteSecond(second(1, 1, 5*time.Millisecond)),
		w.WriteReading(reading), w.WriteEvent(event), w.WriteEvent(polled), w.WriteEvent(scaler), w.WriteGap(gap),
		w.WriteWarning("asg/web was blind"), w.Close())
	if errs != nil {
		t.Fatal(errs)
	}

	d, err := rundir.Open(w.Dir().Path())
	if err != nil {
		t.Fatal(err)
	}
	got, err := d.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	if !got.Start.Equal(start) {
		t.Errorf("Timeline().Start = %v; want %v", got.Start, start)
	}
	if n := len(got.Seconds); n != 2 || got.Seconds[0].Second != 0 || got.Seconds[1].Sent != 3 {
		t.Errorf("Timeline().Seconds = %+v; want seconds 0 and 1, the second with 3 sent", got.Seconds)
	}
	all := got.Seconds[1].AllResponses()
	if p100, _ := all.Quantile(1); all.Count() != 3 || p100.Round(10*time.Microsecond) != 5*time.Millisecond {
		t.Errorf("responses of second 1: %d, longest %v; want 3, longest 5ms", all.Count(), p100)
	}
	if diff := cmp.Diff([]timeline.Reading{reading}, got.Readings); diff != "" {
		t.Errorf("readings (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]timeline.Event{event, polled, scaler}, got.Events); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]timeline.Gap{gap}, got.Gaps); diff != "" {
		t.Errorf("gaps (-want +got):\n%s", diff)
	}
	if warnings, err := d.Warnings(); err != nil || len(warnings) != 1 || warnings[0] != "asg/web was blind" {
		t.Errorf("Warnings() = %q, %v; want the one written", warnings, err)
	}
}

// A run killed at any byte still reads, and loses only the line it was
// writing.
func TestTornLinesAreLostAlone(t *testing.T) {
	w := create(t)
	for n := range 5 {
		if err := w.WriteSecond(second(n, 10, time.Millisecond)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(w.Dir().Path(), "seconds.ndjson")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for cut := len(whole); cut >= 0; cut-- {
		if err := os.WriteFile(path, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		got, err := w.Dir().Timeline()
		if err != nil {
			t.Fatalf("Timeline() of %d of %d bytes: %v", cut, len(whole), err)
		}
		if want := strings.Count(string(whole[:cut]), "\n"); len(got.Seconds) != want {
			t.Fatalf("Timeline() of %d bytes has %d seconds; want %d", cut, len(got.Seconds), want)
		}
	}
}

func TestABrokenLineInTheMiddleIsAnError(t *testing.T) {
	w := create(t)
	path := filepath.Join(w.Dir().Path(), "events.ndjson")
	for _, text := range []string{"{\n{}\n", "null\n", "{\"at\":\"now\"}\n"} {
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Dir().Timeline(); err == nil || !strings.Contains(err.Error(), "events.ndjson:1: ") {
			t.Errorf("Timeline() with events %q = %v; want an error that names events.ndjson:1", text, err)
		}
	}
}

// A corrupt line is named; it neither fills the memory nor moves the clock.
func TestInstantsBeyondAnyRunAreErrors(t *testing.T) {
	for _, c := range []struct{ file, line string }{
		{"seconds.ndjson", `{"second":1000000000000}`},
		{"seconds.ndjson", `{"second":172800}`},
		{"seconds.ndjson", `{"second":-1}`},
		{"seconds.ndjson", `{"second":1e12}`},
		{"seconds.ndjson", `{"second":7,"planned":-3}`},
		{"seconds.ndjson", `{"second":7,"sent":9000000000000000000}`},
		{"readings.ndjson", `{"at":172800,"source":"asg/web","name":"ready","value":1}`},
		{"readings.ndjson", `{"at":-1e9,"source":"asg/web","name":"ready","value":1}`},
		{"readings.ndjson", `{"at":1,"true_at":1e30,"source":"asg/web","name":"ready","value":1}`},
		{"readings.ndjson", `{"at":1,"source":"asg/web","name":"ready","value":1e999}`},
		{"readings.ndjson", `{"at":NaN,"source":"asg/web","name":"ready","value":1}`},
		{"events.ndjson", `{"at":1e6,"source":"asg/web","kind":"create"}`},
		{"events.ndjson", `{"at":5,"seen":1e6,"source":"asg/web","kind":"create"}`},
		{"events.ndjson", `{"at":5,"after":6,"source":"asg/web","kind":"lifecycle"}`},
		{"events.ndjson", `{"at":5,"after":-1e6,"source":"asg/web","kind":"lifecycle"}`},
		{"events.ndjson", `{"at":1,"to":1e6,"source":"asg/web","kind":"gap"}`},
		{"events.ndjson", `{"at":5,"to":4,"source":"asg/web","kind":"gap"}`},
	} {
		w := create(t)
		if err := w.WriteSecond(second(0, 1)); err != nil {
			t.Fatal(err)
		}
		good := map[string]string{"seconds.ndjson": `{"second":172799}`, "readings.ndjson": `{"at":-172799}`, "events.ndjson": `{"at":-31536000,"seen":-1}`}[c.file]
		path := filepath.Join(w.Dir().Path(), c.file)
		if err := os.WriteFile(path, []byte(good+"\n"+c.line+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Dir().Timeline(); err == nil || !strings.Contains(err.Error(), c.file+":2: ") {
			t.Errorf("Timeline() with %s = %v; want an error that names %s:2", c.line, err, c.file)
		}
	}
}

func TestWritersDoNotMixLines(t *testing.T) {
	w := create(t)
	var writers sync.WaitGroup
	for range 8 {
		writers.Go(func() {
			for n := range 100 {
				if err := w.WriteSecond(second(n, 1, time.Millisecond)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	writers.Wait()
	got, err := w.Dir().Timeline()
	if err != nil || len(got.Seconds) != 100 || got.Seconds[42].Sent != 8 {
		t.Fatalf("Timeline() = %d seconds, %v; want 100 with 8 sent each", len(got.Seconds), err)
	}
}

func TestTwoRunsOfOneSecondDoNotMix(t *testing.T) {
	w := create(t)
	m := rundir.Manifest{Run: filepath.Base(w.Dir().Path()), Started: start}
	if _, err := rundir.Create(filepath.Dir(w.Dir().Path()), m, nil); err == nil || !strings.Contains(err.Error(), "same second") {
		t.Errorf("Create of a directory that is there = %v; want an error that says why", err)
	}
}

func TestErrorsSayWhatIsMissing(t *testing.T) {
	if _, err := rundir.Open(t.TempDir()); err == nil || !strings.Contains(err.Error(), "not a run directory") {
		t.Errorf("Open(empty) = %v; want: not a run directory", err)
	}
	file := filepath.Join(t.TempDir(), "summary.json")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := rundir.Open(file); !errors.Is(err, rundir.ErrNotRun) || err.Error() != file+": not a run directory (it is a file: name the folder of a run)" {
		t.Errorf("Open(a file of a run) = %v; want: not a run directory, with the way out", err)
	}
	w := create(t)
	if err := os.WriteFile(filepath.Join(w.Dir().Path(), "manifest.json"), []byte(`{"format":9}`), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := rundir.Open(w.Dir().Path()); err == nil || !strings.Contains(err.Error(), "format 9") {
		t.Errorf("Open(format 9) = %v; want the format named", err)
	}
	if err := w.Dir().WriteRendering("../report.html", nil); err == nil {
		t.Error("WriteRendering(../report.html) = nil; want a refusal")
	}
	if err := errors.Join(w.Close(), w.WriteWarning("late")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("writing after Close = %v; want ErrClosed", err)
	}
}

// Errors speak of the file, never of the program's types.
func TestErrorsAreInWordsOfTheFile(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"manifest.json", `[]`, "manifest.json: a value of type array is not what belongs here"},
		{"manifest.json", `{"started":"x"}`, `manifest.json: "x" is not an instant`},
		{"seconds.ndjson", "{\"second\":\"one\"}\n", "seconds.ndjson:1: second: it cannot be of type string"},
		{"seconds.ndjson", "{\"second\":1,\"sent\":3}\n{\"second\":1,\"succeeded\":-2}\n", "seconds.ndjson:2: succeeded is -2, which is no count of requests"},
		{"warnings.ndjson", "5\n", "warnings.ndjson:1: a value of type number is not what belongs here"},
	} {
		w := create(t)
		if err := os.WriteFile(filepath.Join(w.Dir().Path(), c.file), []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := w.Dir().Timeline()
		if err == nil {
			_, err = w.Dir().Warnings()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s with %s: %v; want %q", c.file, c.text, err, c.want)
		}
	}
}
