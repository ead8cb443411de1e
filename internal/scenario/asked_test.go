package scenario

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// ranAsStored is a scenario as a run directory has it.
func ranAsStored(t *testing.T, text string) *Scenario {
	t.Helper()
	return mustParse(t, string(mustParse(t, text, Options{Env: environment}).Resolved), Options{})
}

const stored = `
name: stored
target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp], headers: {Authorization: "Bearer ${TOKEN}"}}
traffic: {baseline: 40/s, duration: 4m, spots: [{name: CM 1, at: 2m, peak: 10x}]}
requests: [{get: "/?u={{user}}"}, {get: /b, after: 3s}]
feed: {file: users.csv, repeat: true}
objectives: [{p99: 800ms, during: spots}]
observe: [{hpa: default/web}]
production: {hpa/default/web: {start: 12, max: 60}}
unit_cost: {hpa/default/web: 0.05}
viewers: {patience: 10s}
caps: {rate: 1k/s, in_flight: 500}
abort: [{in_flight: 400}]
`

func ExampleScenario_WithSpots() {
	run, err := Parse("scenario.yaml", ".", []byte(minimal), Options{Env: noEnv})
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, spot := range []string{"name=CM 2,peak=8x..16x,half_life=1m", "peak=5x,half_life=-1m"} {
		asked, err := run.WithSpots([]string{spot})
		if err != nil {
			fmt.Println(err)
			continue
		}
		d, err := asked.Demand()
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Printf("%s over %.0f/s\n", d.Name, d.Baseline)
	}
	// Output:
	// CM 2, 8x to 16x over 400/s
	// --spot 1: half_life "-1m" is not a positive duration such as 90s or 5m
}

// All that a spot's fields say in a file a flag says as well; the rest is the
// run's, and no cap of the rehearsal is held against what is only asked.
func TestWithSpots(t *testing.T) {
	run := ranAsStored(t, stored)
	asked, err := run.WithSpots([]string{"name=A,at=90s,peak=100x..200x,rise=15s..30s,half_life=40s..2m,tail=20%", " at=5h , peak=9k/s"})
	if err != nil {
		t.Fatal(err)
	}
	want := mustParse(t, strings.NewReplacer(
		"duration: 4m", "duration: 5h10m", "[{name: CM 1, at: 2m, peak: 10x}]",
		"[{name: A, at: 90s, peak: {p50: 100x, p95: 200x}, rise: {p50: 15s, p95: 30s}, half_life: {p50: 40s, p95: 2m}, tail: 20%}, {at: 5h, peak: 9k/s}]",
		"caps: {rate: 1k/s, in_flight: 500}", "caps: {rate: 20k/s}").Replace(stored), Options{})
	same := cmp.Comparer(func(a, b traffic.Curve) bool { return slices.Equal(a.Segments(), b.Segments()) })
	if diff := cmp.Diff(want.Traffic, asked.Traffic, same); diff != "" {
		t.Errorf("traffic of flags (-file +flags):\n%s", diff)
	}
	if len(asked.Production) != 1 || len(asked.UnitCost) != 1 || asked.Viewers == nil || len(asked.Objectives) != 1 {
		t.Errorf("production %v, unit costs %v, viewers %v, objectives %v; want the run's", asked.Production, asked.UnitCost, asked.Viewers, asked.Objectives)
	}
}

// What a spot leaves out of its form is that of the run's first spot on air, or of a
// usual one, and the demand says which.
func TestSpotsHaveTheRunsForm(t *testing.T) {
	shaped := strings.Replace(stored, "[{name: CM 1, at: 2m, peak: 10x}]",
		"[{name: CM 2, at: 3m, peak: 4x, rise: 9s}, {name: CM 1, at: 2m, peak: 10x, rise: {p50: 10s, p95: 15s}, half_life: 1m30s}]", 1)
	staged := strings.NewReplacer(", spots: [{name: CM 1, at: 2m, peak: 10x}]", "", ", during: spots", "").Replace(stored)
	for name, c := range map[string]struct {
		run   string
		spots []string
		want  []traffic.Spot
		p95   float64 // of the first one's rise, s
		said  []string
	}{
		"all": {shaped, []string{"peak=8x"}, []traffic.Spot{{Rise: 10 * time.Second, HalfLife: 90 * time.Second, Tail: 0.1}}, 15,
			[]string{"--spot 1 leaves out rise, half_life and tail: those of the run's CM 1 are taken: rise 10s to 15s, half_life 1m30s and tail 10 %."}},
		"part": {shaped, []string{"at=1m,peak=8x,rise=3s..6s,tail=0.2", "at=2m,peak=9x,rise=4s,half_life=30s,tail=0%", "at=3m,peak=9x,rise=4s,half_life=30s"},
			[]traffic.Spot{{Rise: 3 * time.Second, HalfLife: 90 * time.Second, Tail: 0.2}, {Rise: 4 * time.Second, HalfLife: 30 * time.Second}, {Rise: 4 * time.Second, HalfLife: 30 * time.Second, Tail: 0.1}}, 6,
			[]string{"--spot 1 leaves out half_life: that of the run's CM 1 is taken: half_life 1m30s.", "--spot 3 leaves out tail: that of the run's CM 1 is taken: tail 10 %."}},
		"no spot rehearsed": {staged, []string{"peak=8x,tail=3%"}, []traffic.Spot{{Rise: 20 * time.Second, HalfLife: 45 * time.Second, Tail: 0.03}}, 0,
			[]string{"--spot 1 leaves out rise and half_life: those of a usual spot are taken: rise 20s and half_life 45s."}},
	} {
		asked, err := ranAsStored(t, c.run).WithSpots(c.spots)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var got []traffic.Spot
		for _, s := range asked.Traffic.Spots {
			got = append(got, traffic.Spot{Rise: s.Rise, HalfLife: s.HalfLife, Tail: s.Tail})
		}
		if diff := cmp.Diff(c.want, got); diff != "" || asked.Traffic.Spots[0].Spreads.Rise.P95 != c.p95 {
			t.Errorf("%s: p95 of the rise = %g; want %g; forms (-want +got):\n%s", name, asked.Traffic.Spots[0].Spreads.Rise.P95, c.p95, diff)
		}
		d, err := asked.Demand()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.said, d.Assumed); diff != "" {
			t.Errorf("%s: assumed (-want +got):\n%s", name, diff)
		}
	}
}

// 1x is that of the run's own demand: production's, where headroom tells it.
func TestSpotsAreOverTheRunsBaseline(t *testing.T) {
	for more, want := range map[string]float64{"": 80, "headroom: {peak: 8k/s}": 800} {
		asked, err := ranAsStored(t, stored+more).WithSpots([]string{"peak=10x"})
		if err != nil {
			t.Fatal(err)
		}
		d, err := asked.Demand()
		if err != nil {
			t.Fatal(err)
		}
		// The requests 3 s after a visit smear the rise of headroom's peak a little.
		if math.Abs(d.Baseline/want-1) > 0.01 || asked.Headroom.Asked {
			t.Errorf("with %q: baseline = %g, headroom %+v; want %g, and none that scales it", more, d.Baseline, asked.Headroom, want)
		}
	}
	asked, err := ranAsStored(t, stored).WithSpots([]string{"at=1m,peak=10x,baseline=400/s", "at=2m,peak=5x"})
	if err != nil {
		t.Fatal(err)
	}
	if got := asked.Traffic.Baseline; got != 800 {
		t.Errorf("baseline = %g; want 800/s, two requests a visit", got)
	}
}

func TestSpotMistakes(t *testing.T) {
	recording := strings.Replace(stored, "baseline: 40/s, duration: 4m, spots: [{name: CM 1, at: 2m, peak: 10x}]", "replay: {bins: {start: 2026-07-07T21:00:00+09:00, length: 60s, requests: [600]}}", 1)
	recording = strings.Replace(recording, ", during: spots", "", 1)
	for _, c := range []struct {
		run   string
		spots []string
		want  string
	}{
		{stored, []string{"peak=10x,hafl_life=3s"}, `--spot 1: unknown field "hafl_life" (did you mean half_life?)`},
		{stored, []string{"rise=20s"}, `--spot 1: peak is missing (a rate such as 400/s, or 10x for ten times the baseline, or a range such as {p50: 8x, p95: 16x})`},
		{stored, []string{"at=1m,peak=10x", "peak=5x"}, `--spot 2: at is missing: only a lone spot may leave it out (at=2m, from the beginning as in a scenario)`},
		{stored, []string{"peak"}, "--spot 1: \"peak\" has no value (peak=12x,rise=20s)\n--spot 1: peak is missing (a rate such as 400/s, or 10x for ten times the baseline, or a range such as {p50: 8x, p95: 16x})"},
		{stored, []string{"peak=5x,peak=6x"}, `--spot 1: peak is there twice`},
		{stored, []string{"peak=16x..8x"}, `--spot 1: peak: p95 8x is below p50 16x (one airing of twenty has more than p95, half of them more than p50)`},
		{stored, []string{"peak=8x.."}, `--spot 1: p95 "" is not a rate such as 400/s, or 10x for ten times the baseline`},
		{stored, []string{"peak=10x,at=25h"}, `--spot 1: at 25h is too late: its first viewers come 5s later, and the run ends at 24h (before 23h59m55s)`},
		{stored, []string{"at=1m,peak=10x,baseline=50/s", "at=2m,peak=10x,baseline=60/s"}, `--spot 2: baseline "60/s" is not that of --spot 1, "50/s" (all spots have the same)`},
		{stored, []string{"at=1m,peak=1x", "at=9m,peak=0.5x"}, "--spot 1: peak 40/s is not above the baseline of 40/s\n--spot 2: peak 20/s is not above the baseline of 40/s"},
		{stored, []string{"peak=10x,baseline=ten"}, `--spot 1: baseline "ten" is not a positive rate such as 400/s, 4k/s or 60/m`},
		{recording, []string{"peak=12x"}, `--spot: baseline is missing: the run's scenario has none either (baseline=400/s says it)`},
	} {
		_, err := ranAsStored(t, c.run).WithSpots(c.spots)
		if err == nil || err.Error() != c.want {
			t.Errorf("WithSpots(%q) = %v; want\n%s", c.spots, err, c.want)
		}
	}
}

// Of another file the traffic counts, and headroom, which belongs to it, with what
// else it says of production, costs and viewers; all else is the run's.
func TestWithTrafficOf(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	write("day.csv", "time,requests\n2026-07-07T12:00:00Z,600\n2026-07-07T12:01:00Z,1200\n")
	run := ranAsStored(t, stored+"headroom: {peak: 4k/s}\n")

	asked, err := run.WithTrafficOf(write("sale.yaml", `
name: sale
traffic: {baseline: 100/s, duration: 1h, spots: [{at: 5m, peak: "${PEAK}"}]}
production: {hpa/default/web: {start: 20, max: 90}}
lab: {pods: nonsense}
observe: [{asg: other}]
caps: nonsense
`), environment)
	if err != nil {
		t.Fatal(err)
	}
	if asked.Traffic.Baseline != 200 || asked.Traffic.Spots[0].Peak != 500 || asked.Headroom.Asked {
		t.Errorf("baseline %g, peak %g, headroom %+v; want 200/s, two requests a visit, 500 visits/s, and none", asked.Traffic.Baseline, asked.Traffic.Spots[0].Peak, asked.Headroom)
	}
	if got := asked.Production["hpa/default/web"]; got.Start != 20 || asked.UnitCost["hpa/default/web"] != 0.05 || asked.Viewers == nil || asked.Name != "sale" {
		t.Errorf("production %+v, unit costs %v, viewers %v, name %s; want the file's, the run's, the run's and the file's", got, asked.UnitCost, asked.Viewers, asked.Name)
	}

	asked, err = run.WithTrafficOf(write("day.yaml", "traffic: {replay: {file: day.csv}}\nheadroom: {peak: 1k/s}\nviewers: {patience: 3s}\n"), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if d, err := asked.Demand(); err != nil || math.Abs(slices.Max(d.Waves[0].Requests)-1000) > 1e-9 || d.Lasts != 2*time.Minute+3*time.Second || d.Queue.Patience != 3*time.Second {
		t.Errorf("demand of the recording = %+v, %v; want 2m and what follows of the last visits, up to 1k/s", d, err)
	}

	for name, c := range map[string][2]string{
		"typo":     {"trafic: {}\n", `typo.yaml:1:1: scenario: unknown field "trafic" (did you mean traffic?)` + "\n" + `typo.yaml:1:1: scenario: traffic is missing (a group such as {baseline: 400/s, duration: 12m})`},
		"spot":     {"\ntraffic: {baseline: 4/s, duration: 1m, spots: [{at: 9s, peak: 3x, rise: {p50: 3s}}]}\n", `spot.yaml:2:73: spot 1.rise: p95 is missing (a positive duration such as 90s or 5m)`},
		"variable": {"traffic: {baseline: \"${NONE}\", duration: 1m}\n", `variable.yaml:1:21: scenario: traffic: environment variable NONE is not set (set it, or give a default: ${NONE:-…})`},
		"fleet":    {"traffic: {baseline: 4/s, duration: 1m}\nunit_cost: {hpa/default/wbe: 3}\n", `fleet.yaml:2:13: unit_cost: no fleet "hpa/default/wbe" is observed (did you mean hpa/default/web?)`},
		"list":     {"[]\n", `list.yaml:1:1: the file is a list (a scenario is fields such as name: and traffic:)`},
	} {
		_, err := run.WithTrafficOf(write(name+".yaml", c[0]), noEnv)
		if err == nil || strings.ReplaceAll(err.Error(), dir+string(filepath.Separator), "") != c[1] {
			t.Errorf("WithTrafficOf(%s) = %v; want\n%s", name, err, c[1])
		}
	}
	if _, err := run.WithTrafficOf(filepath.Join(dir, "none.yaml"), noEnv); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Errorf("WithTrafficOf(a file that is not there) = %v; want that", err)
	}
}

// Whatever is asked is a mistake with its flag, or a demand of numbers.
func FuzzWithSpots(f *testing.F) {
	for _, s := range []string{"peak=12x,rise=20s", "name=CM 1,at=2m,peak=8x..16x,rise=20s..40s,half_life=45s..3m,tail=10%,baseline=400/s", "peak=..", "=,=", "at=23h,peak=1.01x..1000x", "baseline=0/s,peak=9/s", "peak=9x,half_life=1s..30m,rise=100ms..1s,tail=1"} {
		f.Add(s)
	}
	run, err := Parse("x.yaml", ".", []byte(minimal), Options{Env: noEnv})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		asked, err := run.WithSpots([]string{text})
		if mistakes, ok := err.(Mistakes); err != nil && (!ok || len(mistakes) == 0) {
			t.Fatalf("WithSpots(%q) = %v; want mistakes", text, err)
		} else if ok {
			for _, m := range mistakes {
				if !strings.HasPrefix(m.Error(), "--spot") {
					t.Errorf("WithSpots(%q): %v; want the flag first", text, m)
				}
			}
			return
		}
		d, err := asked.Demand()
		if err != nil {
			t.Fatalf("Demand() of %q = %v", text, err)
		}
		for _, r := range median(d.Waves) {
			if !(r >= 0) || math.IsInf(r, 1) {
				t.Fatalf("demand of %q has a second of %g", text, r)
			}
		}
	})
}
