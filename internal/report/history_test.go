package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// keptNight writes a run directory with a summary and no facts.
func keptNight(t *testing.T, folder string, s Summary, zone string) string {
	t.Helper()
	if s.Run == "" {
		s.Run = rundir.Name(s.Scenario, s.Started)
	}
	text := "name: " + s.Scenario + "\nzone: " + zone + "\ntraffic: {baseline: 10/s, duration: 10s}\nrequests: [{get: /}]\nobjectives: [{p99: 1s}]\nlab: {}\n"
	w, err := rundir.Create(folder, rundir.Manifest{Format: rundir.Format, Run: s.Run, Scenario: s.Scenario, Started: s.Started}, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(s)
	if err == nil {
		err = errors.Join(w.Close(), w.Dir().WriteRendering("summary.json", encoded))
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.Dir().Path()
}

// past is the summary of a run that measured a rate and a headroom.
func past(scenario string, started time.Time, verdict string, rate, headroom float64, lag *float64) Summary {
	s := Summary{Schema: Schema, Scenario: scenario, Started: started, Verdict: verdict, ScaleLag: lag}
	if lag != nil {
		s.ShortfallAt = number(40)
	}
	s.Fleets = []Fleet{{Name: "hpa/default/web", PerUnit: PerUnit{Low: number(rate * 0.93), Mid: number(rate), High: number(rate * 1.05)}}}
	s.Headroom.Low, s.Headroom.Mid, s.Headroom.High = number(headroom-0.12), number(headroom), number(headroom+0.07)
	s.Headroom.Required = &Required{AtLeast: 0.2}
	return s
}

// sixty are nights in New York, over the end of summer time, of a service that loses
// a fifth of its capacity after two thirds of them.
func sixty(t *testing.T) *History {
	folder := t.TempDir()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		wobble := 0.03*math.Sin(float64(i)*1.7) + 0.02*math.Sin(float64(i)*0.61)
		rate, verdict, lag := 78*(1+wobble), capacity.Pass, number(21+40*math.Abs(wobble)*10)
		if i >= 41 {
			rate *= 0.8
		}
		headroom := rate/78*1.5 - 1
		switch {
		case i == 9:
			verdict, rate = capacity.Invalid, 52
		case i == 23:
			verdict = capacity.Aborted
		case headroom < 0.2+0.12:
			verdict = capacity.Fail
		}
		s := past("prime-time", time.Date(2026, 9, 25+i, 3, 0, 7, 0, zone), verdict, rate, headroom, lag)
		switch {
		case i%7 == 3:
			s.ShortfallAt, s.ScaleLag = nil, nil
		case i == 23 || i == 50:
			s.ScaleLag = nil
		case i == 30:
			s.Fleets[0].PerUnit.High, s.Fleets[0].PerUnit.Mid = nil, nil
		case i == 31:
			s.Fleets[0].PerUnit = PerUnit{}
			s.Headroom.Low, s.Headroom.Mid, s.Headroom.High = nil, nil, nil
		case i == 33:
			s.Fleets[0].PerUnit.High = number(400)
		}
		keptNight(t, folder, s, "America/New_York")
	}
	return only(t, folder)
}

func only(t *testing.T, folder string) *History {
	t.Helper()
	histories, told, err := ReadHistories(folder)
	if err != nil || len(told) > 0 || len(histories) != 1 {
		t.Fatalf("ReadHistories = %d histories, %q, %v; want one", len(histories), told, err)
	}
	return histories[0]
}

// pastCases are the histories that must read well.
func pastCases(t *testing.T) map[string]*History {
	one, two := t.TempDir(), t.TempDir()
	started := time.Date(2026, 11, 22, 18, 0, 0, 0, time.UTC)
	keptNight(t, one, past("prime-time", started, capacity.Pass, 78, 0.62, nil), "Asia/Tokyo")
	for i := range 8 {
		s := past("morning", started.Add(time.Duration(i)*37*time.Minute), capacity.Pass, 78-float64(i), 0.31, number(30))
		s.Fleets = append(s.Fleets, Fleet{Name: "asg/web-nodes", PerUnit: PerUnit{Low: number(240)}}, Fleet{Name: "asg/never", PerUnit: PerUnit{}})
		keptNight(t, two, s, "Asia/Tokyo")
	}
	return map[string]*History{"sixty": sixty(t), "one": only(t, one), "hours": only(t, two)}
}

func TestHistoryGolden(t *testing.T) {
	for name, h := range pastCases(t) {
		golden(t, "history-"+name+".txt", rendered(t, func(w io.Writer) error { return h.Text(w, false) }))
		svg, err := h.SVG()
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, name, svg)
		golden(t, "history-"+name+".svg", svg)
		if name == "one" {
			golden(t, "history-one.json", rendered(t, func(w io.Writer) error { return HistoriesJSON(w, []*History{h}, []string{"reports/x: left out"}) }))
		}
	}
}

// What is no run is passed over without a word, what cannot be read is told and
// left out, and every other run is there once, oldest first, by scenario.
func TestReadHistories(t *testing.T) {
	folder := t.TempDir()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	for _, n := range []int{4, 2, 3} {
		keptNight(t, folder, past("web", day(n), capacity.Pass, 70, 0.5, nil), "Asia/Tokyo")
	}
	keptNight(t, folder, past("api", day(9), capacity.Fail, 70, 0.5, nil), "UTC")
	copied := keptNight(t, folder, past("web", day(5), capacity.Pass, 70, 0.5, nil), "UTC")
	write := func(text string, name ...string) {
		path := filepath.Join(append([]string{folder}, name...)...)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	write("hello", "notes.txt")
	write("", "pictures", "history.svg")
	manifest, err := os.ReadFile(filepath.Join(copied, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	summary, err := os.ReadFile(filepath.Join(copied, "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	told := map[string][2]string{ // by folder: a summary, and what is told of it
		"bad-1": {"", "no summary.json"},
		"bad-2": {`{"schema":1`, "not JSON"},
		"bad-3": {strings.Replace(string(summary), `"schema":1`, `"schema":2`, 1), "of schema 2, and this onair reads 1"},
		"bad-4": {`{}`, "of schema none"},
		"bad-5": {strings.Replace(string(summary), `"verdict":"pass"`, `"verdict":"fine"`, 1), `verdict "fine" is none of`},
		"bad-6": {strings.Replace(string(summary), `"scenario":"web"`, `"scenario":"../web"`, 1), "no name of a scenario"},
		"bad-7": {`{"schema":1,"scenario":"web","verdict":"pass"}`, "does not say when it started"},
		"bad-8": {`{"schema":1,"scenario":7}`, "its summary.json: "},
		"web-x": {string(summary), "the same run as "},
	}
	for name, c := range told {
		write(string(manifest), name, "manifest.json")
		if c[0] != "" {
			write(c[0], name, "summary.json")
		}
	}
	write("{", "torn", "manifest.json")
	told["torn"] = [2]string{"", "manifest.json"}

	histories, warnings, err := ReadHistories(folder)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, h := range histories {
		for _, run := range h.Runs {
			got = append(got, h.Scenario+" "+run.Started.In(h.Zone).Format("2 15:04"))
		}
	}
	// The last run of web was made in UTC, and its zone counts.
	want := []string{"api 9 12:00", "web 2 12:00", "web 3 12:00", "web 4 12:00", "web 5 12:00"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
	if len(warnings) != len(told) {
		t.Errorf("%d runs were told: %q; want %d", len(warnings), warnings, len(told))
	}
	for name, c := range told {
		found := false
		for _, w := range warnings {
			found = found || strings.Contains(w, filepath.Join(folder, name)) && strings.Contains(w, c[1])
		}
		if !found {
			t.Errorf("nothing told of %s; want %q in %q", name, c[1], warnings)
		}
	}
}

func TestAFolderWithoutRuns(t *testing.T) {
	if _, _, err := ReadHistories(t.TempDir()); !errors.Is(err, ErrNoRuns) {
		t.Errorf("ReadHistories of an empty folder = %v; want %v", err, ErrNoRuns)
	}
	if _, _, err := ReadHistories(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("ReadHistories of no folder = %v; want %v", err, os.ErrNotExist)
	}
}

// The history says of the checked-in run what its summary says.
func TestHistoryOfTheExample(t *testing.T) {
	histories, _, err := ReadHistories(filepath.Join("..", "..", "reports"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("..", "..", "reports", "example", "summary.json"))
	if err != nil {
		t.Fatal(err)
	}
	var s map[string]any
	if err := json.Unmarshal(text, &s); err != nil {
		t.Fatal(err)
	}
	for _, h := range histories {
		for _, run := range h.Runs {
			if run.Run != s["run"] {
				continue
			}
			unit := s["fleets"].([]any)[0].(map[string]any)
			got := []any{unit["name"], *run.perUnit(unit["name"].(string)).Mid, *run.Headroom.Low, run.Verdict}
			want := []any{unit["name"], unit["per_unit"].(map[string]any)["mid"], s["headroom"].(map[string]any)["low"], s["verdict"]}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the example in the history (-summary +history):\n%s", diff)
			}
			return
		}
	}
	t.Errorf("no history has the run %v", s["run"])
}

// A verdict is told by its shape as well as by its colour.
func TestVerdictsDifferTwice(t *testing.T) {
	shapes, paints := make(map[string]string), make(map[string]string)
	for _, v := range []string{capacity.Pass, capacity.Fail, capacity.Invalid, capacity.Aborted} {
		shape, paint := fmt.Sprintf("%T", verdictShape(v)), verdictPaint(v).name
		if other, ok := shapes[shape]; ok {
			t.Errorf("%s and %s have one shape", v, other)
		}
		if other, ok := paints[paint]; ok {
			t.Errorf("%s and %s have one colour", v, other)
		}
		shapes[shape], paints[paint] = v, v
	}
	if len(signs) != len(shapes) {
		t.Errorf("%d signs in text; want %d", len(signs), len(shapes))
	}
}

func TestDateTicks(t *testing.T) {
	load := func(name string) *time.Location {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		return zone
	}
	for _, c := range []struct {
		name       string
		start, end time.Time
		want       []string
	}{
		{"hours", time.Date(2026, 11, 22, 18, 10, 0, 0, load("Asia/Tokyo")), time.Date(2026, 11, 23, 1, 0, 0, 0, load("Asia/Tokyo")),
			[]string{"22 Nov 20:00", "22 Nov 22:00", "23 Nov 00:00"}},
		{"a forenoon", time.Date(2026, 11, 23, 5, 50, 0, 0, load("Asia/Tokyo")), time.Date(2026, 11, 23, 9, 20, 0, 0, load("Asia/Tokyo")),
			[]string{"23 Nov 06:00", "23 Nov 07:00", "23 Nov 08:00", "23 Nov 09:00"}},
		{"an hour", time.Date(2026, 11, 23, 5, 34, 10, 0, load("Asia/Tokyo")), time.Date(2026, 11, 23, 6, 20, 0, 0, load("Asia/Tokyo")),
			[]string{"23 Nov 05:40", "23 Nov 05:50", "23 Nov 06:00", "23 Nov 06:10", "23 Nov 06:20"}},
		{"minutes in a zone of half hours", time.Date(2026, 11, 23, 23, 57, 30, 0, load("Asia/Kolkata")), time.Date(2026, 11, 24, 0, 2, 0, 0, load("Asia/Kolkata")),
			[]string{"23 Nov 23:58", "23 Nov 23:59", "24 Nov 00:00", "24 Nov 00:01", "24 Nov 00:02"}},
		{"clocks go back", time.Date(2026, 10, 30, 12, 0, 0, 0, load("America/New_York")), time.Date(2026, 11, 3, 12, 0, 0, 0, load("America/New_York")),
			[]string{"31 Oct", "1 Nov", "2 Nov", "3 Nov"}},
		{"no midnight", time.Date(2026, 3, 28, 1, 0, 0, 0, load("Asia/Beirut")), time.Date(2026, 3, 30, 22, 0, 0, 0, load("Asia/Beirut")),
			[]string{"28 Mar 12:00", "29 Mar 01:00", "29 Mar 12:00", "30 Mar 00:00", "30 Mar 12:00"}},
		{"Mondays", time.Date(2026, 11, 1, 0, 0, 0, 0, load("Asia/Tokyo")), time.Date(2026, 11, 30, 12, 0, 0, 0, load("Asia/Tokyo")),
			[]string{"2 Nov", "9 Nov", "16 Nov", "23 Nov", "30 Nov"}},
		{"months", time.Date(2025, 11, 15, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC),
			[]string{"Dec 2025", "Jan 2026", "Feb 2026", "Mar 2026"}},
		{"years", time.Date(2010, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
			[]string{"Jan 2015", "Jan 2020", "Jan 2025"}},
	} {
		end := c.end.Sub(c.start).Seconds()
		var got []string
		for _, tick := range (dateTicks{span{c.start, end}, 6}).Ticks(0, end) {
			got = append(got, tick.Label)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: ticks (-want +got):\n%s", c.name, diff)
		}
	}
}

// However long a history is, marks of its calendar are few, in order, and within.
func FuzzDateTicks(f *testing.F) {
	f.Add(int64(1_800_000_000), 86400.0*60, 0)
	f.Add(int64(1_793_500_000), 3600.0, 1)
	f.Fuzz(func(t *testing.T, start int64, length float64, zone int) {
		if start < 0 || start > 4e9 || !(length >= 120 && length < 1.7e9) {
			t.Skip("no history is that early or late, shorter than two minutes, or longer than half a century")
		}
		names := []string{"UTC", "Asia/Tokyo", "America/New_York", "Asia/Kolkata", "Asia/Beirut", "Australia/Lord_Howe"}
		place, err := time.LoadLocation(names[(zone%len(names)+len(names))%len(names)])
		if err != nil {
			t.Fatal(err)
		}
		ticks := dateTicks{span{time.Unix(start, 0).In(place), length}, 6}.Ticks(0, length)
		if len(ticks) > 8 {
			t.Errorf("%d marks; want at most 8", len(ticks))
		}
		for i, tick := range ticks {
			if tick.Value < 0 || tick.Value > length || i > 0 && tick.Value <= ticks[i-1].Value {
				t.Errorf("mark %d at %v of %v; want it within, and behind the one before", i, tick.Value, length)
			}
		}
	})
}

// Whatever intervals say, a panel shows every value, and keeps values apart: they
// take up at least a sixth of its height where they differ at all.
func FuzzBarRange(f *testing.F) {
	f.Add(78.0, 62.0, 400.0, false)
	f.Add(-0.4, 1.5, 3.0, false)
	f.Add(0.0, 30.0, 30.0, true)
	f.Fuzz(func(t *testing.T, a, b, end float64, fromZero bool) {
		for _, v := range []float64{a, b, end} {
			if math.IsNaN(v) || math.Abs(v) > 1e9 || fromZero && v < 0 {
				t.Skip("no rate, headroom or lag")
			}
		}
		apart := math.Abs(a - b)
		bars := []nightly{{mid: &a, high: number(max(a, end))}, {mid: &b, low: number(min(b, -end))}}
		low, high := barRange(bars, nil, fromZero)
		for _, v := range []float64{a, b} {
			if v < low || v > high {
				t.Errorf("barRange = %v to %v; want %v in it", low, high, v)
			}
		}
		if least := 0.2 * max(math.Abs(a), math.Abs(b)); !fromZero && apart > least && apart < (high-low)/6 {
			t.Errorf("barRange = %v to %v; want %v to take up a sixth", low, high, apart)
		}
	})
}
