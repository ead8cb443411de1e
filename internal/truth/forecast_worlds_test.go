package truth_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// rehearsed is a world of testdata/forecast: one rehearsal of it, a staircase and
// a spot, is all that a forecast of its unseen spots is made from.
type rehearsed struct {
	name   string
	lab    func(*world.Config) // what the scenario's lab does not say; nil: nothing
	unseen []unseen            // a plan is made for the first
	// airings is how many times the lab airs each spot, 0: three times. More it needs
	// where chance spreads the shares it refuses by more than the bound on their median.
	airings int
	beyond  bool // no number of units serves the last: that is what its plan must say
	quick   bool // one of those that every test run makes
	real    bool // one of those that are also aired over sockets, in real time
	// evening is how long after a plan's release the lab is to be as it was, in a world
	// where the plan is also carried out while the lab runs; 0: it is not.
	evening time.Duration
}

// unseen is a spot that was not rehearsed. Its peak is of the spot alone, in req/s.
type unseen struct {
	baseline, peak float64
	rise, halfLife time.Duration
}

// ahead is how long a demand's baseline lasts before its spot.
const ahead = time.Minute

var forecasts = []rehearsed{
	{name: "small-cpu", quick: true, real: true, evening: 3 * time.Minute, unseen: []unseen{
		{16, 130, 15 * time.Second, 2 * time.Minute}, {20, 90, 20 * time.Second, 45 * time.Second}}},
	{name: "small-requests", quick: true, real: true, unseen: []unseen{
		{16, 140, 15 * time.Second, 2 * time.Minute}, {20, 90, 20 * time.Second, 45 * time.Second}}},
	{name: "small-registered", real: true, unseen: []unseen{
		{16, 130, 15 * time.Second, 2 * time.Minute}, {20, 90, 20 * time.Second, 45 * time.Second}}},
	{name: "cpu-60", unseen: []unseen{
		{40, 440, 20 * time.Second, 3 * time.Minute}, {50, 240, 40 * time.Second, 60 * time.Second}, {30, 360, 15 * time.Second, 45 * time.Second}}},
	{name: "cpu-80-limit", unseen: []unseen{
		{30, 450, 15 * time.Second, 2 * time.Minute}, {45, 320, 30 * time.Second, 45 * time.Second}, {30, 200, 20 * time.Second, 90 * time.Second}}},
	{name: "cpu-50-slow", unseen: []unseen{
		{30, 360, 20 * time.Second, 3 * time.Minute}, {36, 220, 45 * time.Second, 90 * time.Second}}},
	{name: "requests-quick", unseen: []unseen{
		{40, 430, 20 * time.Second, 3 * time.Minute}, {45, 250, 40 * time.Second, 60 * time.Second}, {30, 330, 15 * time.Second, 60 * time.Second}}},
	{name: "select-min", unseen: []unseen{
		{40, 360, 20 * time.Second, 3 * time.Minute}, {45, 240, 40 * time.Second, 60 * time.Second}}},
	{name: "stabilized-up", unseen: []unseen{
		{40, 360, 20 * time.Second, 3 * time.Minute}, {45, 240, 40 * time.Second, 60 * time.Second}}},
	{name: "uneven-starts", unseen: []unseen{
		{40, 440, 20 * time.Second, 3 * time.Minute}, {50, 240, 40 * time.Second, 60 * time.Second}}},
	{name: "nodes", evening: 15 * time.Minute, unseen: []unseen{
		{40, 420, 20 * time.Second, 3 * time.Minute}, {45, 220, 40 * time.Second, 90 * time.Second}}},
	{name: "tracking", evening: 45 * time.Minute, lab: func(c *world.Config) { c.Group.Warmup = time.Minute }, unseen: []unseen{
		{40, 350, time.Minute, 8 * time.Minute}, {45, 220, 2 * time.Minute, 4 * time.Minute}}},
	{name: "registered", unseen: []unseen{
		{40, 360, 20 * time.Second, 3 * time.Minute}, {45, 240, 40 * time.Second, 60 * time.Second}}},
	{name: "lognormal", unseen: []unseen{
		{40, 440, 20 * time.Second, 3 * time.Minute}, {50, 240, 40 * time.Second, 60 * time.Second}}},
	{name: "bimodal", unseen: []unseen{
		{40, 420, 20 * time.Second, 3 * time.Minute}, {45, 240, 40 * time.Second, 60 * time.Second}}},
	{name: "contention", unseen: []unseen{
		{36, 215, 20 * time.Second, 3 * time.Minute}, {40, 150, 40 * time.Second, 60 * time.Second}}},
	{name: "ceiling", beyond: true, unseen: []unseen{
		{20, 160, 30 * time.Second, 3 * time.Minute}, {24, 240, 20 * time.Second, 2 * time.Minute}}},
	{name: "failing-starts", airings: 9, unseen: []unseen{
		{40, 360, 20 * time.Second, 3 * time.Minute}, {45, 240, 40 * time.Second, 60 * time.Second}}},
}

// seed is that of the world's one rehearsal.
func (w rehearsed) seed() uint64 {
	return uint64(1 + slices.IndexFunc(forecasts, func(o rehearsed) bool { return o.name == w.name }))
}

// rehearsal is the world's file, with everything random drawn by one seed.
func (w rehearsed) rehearsal(t *testing.T, seed uint64) *scenario.Scenario {
	t.Helper()
	return w.load(t, seed)
}

// airing is the world under an unseen spot that airs so long after a sync, or
// whatever else is periodic in the lab, as late says. It ends with the spot's
// influence, as the demand does that is made of it.
func (w rehearsed) airing(t *testing.T, u unseen, late time.Duration, seed uint64) (*scenario.Scenario, forecast.Demand) {
	t.Helper()
	at := ahead + late
	d, err := w.aired(t, u, at, time.Hour, seed).Demand()
	if err != nil {
		t.Fatal(err)
	}
	return w.aired(t, u, at, d.Lasts.Truncate(time.Second), seed), d
}

// aired is the world under an unseen spot at an offset, and for so long after that.
func (w rehearsed) aired(t *testing.T, u unseen, at, lasts time.Duration, seed uint64) *scenario.Scenario {
	t.Helper()
	return w.load(t, seed, fmt.Sprintf("traffic={baseline: %g/s, duration: %v, spots: [{at: %v, peak: %g/s, rise: %v, half_life: %v}]}",
		u.baseline, at+lasts, at, u.peak, u.rise, u.halfLife))
}

func (w rehearsed) load(t *testing.T, seed uint64, set ...string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load(filepath.Join("testdata", "forecast", w.name+".yaml"), scenario.Options{Env: os.LookupEnv, Set: set})
	if err != nil {
		t.Fatal(err)
	}
	s.Lab.Seed, s.Traffic.Seed = seed, seed
	if w.lab != nil {
		w.lab(s.Lab)
	}
	return s
}

func TestEveryForecastIsInTheTable(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "forecast", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	named := make(map[string]bool)
	for _, w := range forecasts {
		if s := w.rehearsal(t, 1); s.Name != w.name {
			t.Errorf("%s.yaml names itself %s", w.name, s.Name)
		}
		for _, u := range w.unseen {
			w.airing(t, u, 0, 1)
		}
		named[w.name] = true
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".yaml"); !named[name] {
			t.Errorf("world %s is not in the table", name)
		}
	}
	if len(named) < 12 {
		t.Errorf("%d worlds; want 12 or more", len(named))
	}
}
