package scenario

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/forecast"
)

// tokyo is a run in another zone than the files that are asked about, whose visits
// make two requests each.
func tokyo(t *testing.T, more string) *Scenario {
	t.Helper()
	return ranAsStored(t, stored+"zone: Asia/Tokyo\n"+more)
}

// fileOf writes a scenario file.
func fileOf(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A file that can be rehearsed asks for what its own rehearsal would, whatever the
// requests and the zone of the run are.
func TestAFileAsksForWhatItWouldSend(t *testing.T) {
	run := tokyo(t, "")
	files, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(files) < 6 {
		t.Fatalf("scenarios = %q, %v; want those of the repository", files, err)
	}
	for _, path := range files {
		own, err := Load(path, Options{Env: noEnv})
		if err != nil {
			if strings.Contains(err.Error(), "is not set") { // a target that each has of his own
				continue
			}
			t.Fatal(err)
		}
		want, err := own.Demand()
		if err != nil {
			t.Fatal(err)
		}
		if len(own.Production) > 0 {
			continue // of fleets that this run has not
		}
		asked, err := run.WithTrafficOf(path, noEnv)
		if err != nil {
			t.Errorf("WithTrafficOf(%s) = %v; want no error", path, err)
			continue
		}
		got, err := asked.Demand()
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(forecast.Demand{}, "Assumed", "Queue")); diff != "" {
			t.Errorf("%s: demand (-of the file alone +of the run with it):\n%.2000s", path, diff)
		}
		if asked.Name != own.Name {
			t.Errorf("%s: name = %q; want %q", path, asked.Name, own.Name)
		}
	}
}

// Clock times are those of the file's zone, UTC where it states none, as in a
// rehearsal of it; what it does not write, such as when it airs, is the run's then.
func TestTheZoneOfAFile(t *testing.T) {
	const bins = "replay: {bins: {start: 2026-07-07T00:00:00Z, length: 6h, requests: [216000, 432000, 648000, 864000]}, from: 09:00, to: 18:00, speed: 3600x}"
	for name, c := range map[string]struct {
		text, zone, said string
		first            float64 // visits/s in the first bin that begins at 9 o'clock or later
	}{
		"stated":     {"zone: UTC\ntraffic: {" + bins + "}\n", "UTC", "", 30},
		"the run's":  {"zone: Asia/Tokyo\ntraffic: {" + bins + "}\n", "Asia/Tokyo", "", 10},
		"not stated": {"traffic: {" + bins + "}\n", "Asia/Tokyo", "The file states no zone: the clock times of its replay are taken as UTC's.", 30},
		"no clock":   {"traffic: {" + strings.Replace(bins, ", from: 09:00, to: 18:00", "", 1) + "}\n", "Asia/Tokyo", "", 10},
	} {
		asked, err := tokyo(t, "").WithTrafficOf(fileOf(t, "day.yaml", c.text), noEnv)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got := asked.Traffic.Base.Rate(0); got != c.first {
			t.Errorf("%s: begins at %g visits/s; want %g", name, got, c.first)
		}
		if got := asked.Zone.String(); got != c.zone {
			t.Errorf("%s: zone = %s; want %s", name, got, c.zone)
		}
		if d, err := asked.Demand(); err != nil || strings.Join(d.Assumed, " ") != c.said || d.Name != "day.yaml" {
			t.Errorf("%s: demand %q assumes %q, %v; want day.yaml and %q", name, d.Name, d.Assumed, err, c.said)
		}
	}
}

// A visit makes the requests of the file, and what is said of that depends on whether
// they are the run's; what they are sent with is nobody's concern.
func TestTheVisitsOfAFile(t *testing.T) {
	const flat = "traffic: {baseline: 100/s, duration: 1h, spots: [{at: 5m, peak: 10x}]}\n"
	const word = "The requests are the file's, 3.5 a visit: each is taken to weigh what one of the run's does."
	for name, c := range map[string]struct {
		requests string
		baseline float64
		said     []string
	}{
		"none":      {"", 200, nil},
		"the run's": {"requests: [{get: \"/?u={{user}}\"}, {get: /b, after: 3s}]\n", 200, nil},
		"one": {"requests: [{get: /}]\n", 100,
			[]string{"The requests are the file's: each is taken to weigh what one of the run's does."}},
		"more":     {"requests:\n  - {get: /, weight: 3}\n  - {get: \"/{{column}}\", headers: {Authorization: \"${NONE}\"}, after: 3s, per_visit: 250%}\n", 350, []string{word}},
		"variable": {"requests: [{get: /}, {get: /c, per_visit: \"${MANY:-2.5}\"}]\n", 350, []string{word}},
	} {
		asked, err := ranAsStored(t, stored).WithTrafficOf(fileOf(t, "x.yaml", flat+c.requests), noEnv)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		d, err := asked.Demand()
		if err != nil || d.Baseline != c.baseline || len(asked.Requests) != 2 {
			t.Errorf("%s: baseline %g, %d requests, %v; want %g/s and the two of the run", name, d.Baseline, len(asked.Requests), err, c.baseline)
		}
		if diff := cmp.Diff(c.said, d.Assumed, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: assumed (-want +got):\n%s", name, diff)
		}
	}
	for text, want := range map[string]string{
		"requests: nonsense\n":                              `x.yaml:2:11: scenario: requests is "nonsense", not a list, each item a request such as`,
		"requests: [{get: /, after: 1s}]\n":                 `x.yaml:2:11: scenario: requests has none that visits begin with (at least one without after and per_visit)`,
		"requests: [{get: /, wieght: 2}]\n":                 `x.yaml:2:21: request 1: unknown field "wieght" (did you mean weight?)`,
		"requests: [{get: /}, {get: /b, after: \"${NO}\"}]": `x.yaml:2:39: request 2: after: environment variable NO is not set`,
	} {
		_, err := ranAsStored(t, stored).WithTrafficOf(fileOf(t, "x.yaml", flat+text), noEnv)
		if err == nil || !strings.Contains(err.Error(), string(filepath.Separator)+want) {
			t.Errorf("WithTrafficOf(%s) = %v; want %s", text, err, want)
		}
	}
}

// Layers of the file stand beside those of the run, which it may name anew; those of
// the run carry what they did there, whatever 1x is now.
func TestTheLayersOfAFile(t *testing.T) {
	run := ranAsStored(t, stored+"layers: [{name: db, rate: 20x}, {name: cache, rate: 30x}]\n")
	layer := func(name string, rate float64) capacity.Layer {
		return capacity.Layer{Name: name, Rate: rate, Source: "stated in the scenario"}
	}
	const flat = "traffic: {baseline: 100/s, duration: 1h, spots: [{at: 5m, peak: 10x}]}\n"
	for text, want := range map[string][]capacity.Layer{
		"":                                   {layer("db", 1600), layer("cache", 2400)},
		"layers: [{name: auth, rate: 5x}]\n": {layer("auth", 1000), layer("db", 1600), layer("cache", 2400)},
		"layers: [{name: pay, rate: 9/s}, {name: db, rate: 200/s}]\n": {layer("pay", 9), layer("db", 200), layer("cache", 2400)},
	} {
		asked, err := run.WithTrafficOf(fileOf(t, "x.yaml", flat+text), noEnv)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, asked.Layers); diff != "" {
			t.Errorf("layers with %q (-want +got):\n%s", text, diff)
		}
	}
	for text, want := range map[string]string{
		"layers: [{name: db, rate: 1/s}, {name: db, rate: 2/s}]\n": `x.yaml:2:40: layer 2: name "db" is taken (names are unique)`,
		"layers: 3\n":             `x.yaml:2:9: scenario: layers is`,
		"layers: [{name: db2}]\n": `x.yaml:2:10: layer 1: rate is missing`,
	} {
		if _, err := run.WithTrafficOf(fileOf(t, "x.yaml", flat+text), noEnv); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("WithTrafficOf(%s) = %v; want %s", text, err, want)
		}
	}
	asked, err := run.WithSpots([]string{"peak=10x,baseline=400/s"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(run.Layers, asked.Layers); diff != "" {
		t.Errorf("layers of another spot (-run +asked):\n%s", diff)
	}
}

// What is not taken of a file is named where it is not the run's.
func TestWhatIsNotTakenOfAFile(t *testing.T) {
	const flat = "traffic: {baseline: 100/s, duration: 1h, spots: [{at: 5m, peak: 10x}]}\n"
	for text, want := range map[string]string{
		"": "",
		"objectives:\n  - p99: 800ms\n    during: spots\nobserve: [hpa: default/web]\ncaps: {rate: 9k/s}\n": "",
		"objectives: [{p99: 900ms}]\n": "Not taken from the file: objectives. Those of the run hold.",
		"lab: {}\nobjectives: []\nobserve: []\nconnections: {new: 10%}\nabort: []\n": "Not taken from the file: connections, objectives, observe and lab. Those of the run hold.",
		"headroom: {at_least: 12.5%}\n":                                              "The file's headroom.at_least of 12.5 % is not held against anything: what is asked goes by the requests served, and at_least is what a run must show.",
		"headroom: {at_least: 0%}\n":                                                 "",
	} {
		asked, err := ranAsStored(t, stored).WithTrafficOf(fileOf(t, "x.yaml", flat+text), noEnv)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := asked.Demand(); err != nil || strings.Join(d.Assumed, " ") != want {
			t.Errorf("demand with %q assumes %q, %v; want %q", text, d.Assumed, err, want)
		}
	}
	// The scenario of the run itself is asked about without a word.
	run := tokyo(t, "layers: [{name: db, rate: 20x}]\n")
	asked, err := run.WithTrafficOf(fileOf(t, "scenario.yaml", string(run.Resolved)), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := asked.Demand(); err != nil || len(d.Assumed) != 0 || len(asked.Layers) != 1 || asked.Layers[0].Rate != 1600 || d.Airs != time.Minute {
		t.Errorf("the run's own scenario: assumed %q, layers %v, airs at %s, %v; want none, 1600/s, 1m", d.Assumed, asked.Layers, d.Airs, err)
	}
}
