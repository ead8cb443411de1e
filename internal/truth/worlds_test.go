package truth_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// staged is a world of testdata/worlds: a scenario that anybody can rehearse,
// with what is known of it beyond what its lab says.
type staged struct {
	name    string
	stairs  bool   // climbs past the turn in steps, so that the estimate must be narrow
	binding string // the layer that binds; empty where a run cannot know it
	law     bool   // works at enough sizes for the scalability law to be fitted
	passes  bool   // what it asks is there with room to spare; else it is missing by as much
	quick   bool   // one of those that every test run makes
	real    bool   // one of those that are also made over sockets, in real time
}

const (
	podsMax   = "hpa/default/web max"
	groupRoom = "asg/web-nodes max"
	nodeRoom  = "hpa/default/web room on nodes"

	launchSuspended = "asg/web-nodes Launch suspended"
)

var worlds = []staged{
	// A fleet that stands still, by what a unit is.
	{name: "wide-exponential", stairs: true, binding: podsMax},
	{name: "single-slot", stairs: true, binding: podsMax},
	{name: "one-unit", stairs: true, binding: podsMax},
	{name: "lognormal", stairs: true, binding: podsMax},
	{name: "heavy-lognormal", stairs: true, binding: podsMax},
	{name: "bimodal", stairs: true, binding: podsMax},
	{name: "bimodal-rare", stairs: true, binding: podsMax},
	{name: "random-arrivals", stairs: true, binding: podsMax},
	{name: "coarse-steps", stairs: true, binding: podsMax, quick: true, real: true},
	{name: "short-queue", stairs: true, binding: podsMax},
	{name: "p95", stairs: true, binding: podsMax},
	{name: "instances", stairs: true, binding: "asg/web max", real: true},
	// Units that stand in each other's way, or before something that does not grow.
	{name: "contention", stairs: true, binding: podsMax},
	{name: "coherence", stairs: true, binding: podsMax},
	{name: "scalability", stairs: true, binding: podsMax, law: true},
	{name: "ceiling", stairs: true, binding: "behind hpa/default/web"},
	// A fleet that moves.
	{name: "hpa-utilisation", stairs: true, binding: podsMax, real: true},
	{name: "hpa-requests", stairs: true, binding: podsMax},
	{name: "hpa-behavior", binding: podsMax},
	{name: "slow-starts", binding: podsMax},
	{name: "uneven-starts", stairs: true, binding: podsMax},
	{name: "failing-starts", stairs: true, binding: podsMax},
	{name: "room-binds", stairs: true, binding: groupRoom, real: true},
	{name: "room-enough", stairs: true, binding: podsMax, passes: true},
	{name: "failing-launches", stairs: true, binding: groupRoom},
	// Spots.
	{name: "short-max", stairs: true, binding: podsMax},
	{name: "spike-held", stairs: true, binding: podsMax, passes: true},
	{name: "spike-after-growth", stairs: true, binding: podsMax, passes: true, real: true},
	{name: "spike-alone", binding: podsMax, quick: true},
	// What is asked beyond the run itself.
	{name: "stated-layer", stairs: true, binding: "db"},
	{name: "grown-headroom", stairs: true, binding: podsMax, passes: true},
	{name: "wanting-headroom", stairs: true, binding: podsMax},
	// Runs in which nothing ever breaks.
	{name: "quiet", passes: true, quick: true, real: true},
	{name: "quiet-headroom", passes: true},
	// Nodes of which nothing tells whether more can come.
	{name: "nodes-bind", stairs: true, binding: nodeRoom},
	// A group that launches nothing.
	{name: "launch-suspended", stairs: true, binding: launchSuspended, quick: !raced.On},
	// A target group that takes pods in late, unseen.
	{name: "slow-registration", stairs: true, binding: podsMax},
}

// scenario is the world's file with everything random drawn by one seed.
func (w staged) scenario(t *testing.T, seed uint64) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load(filepath.Join("testdata", "worlds", w.name+".yaml"), scenario.Options{Env: os.LookupEnv})
	if err != nil {
		t.Fatal(err)
	}
	s.Lab.Seed, s.Traffic.Seed = seed, seed
	return s
}

func TestEveryWorldIsInTheTable(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "worlds", "*.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	named := make(map[string]bool)
	for _, w := range worlds {
		if s := w.scenario(t, 1); s.Name != w.name {
			t.Errorf("%s.yaml names itself %s", w.name, s.Name)
		}
		if named[w.name] {
			t.Errorf("world %s stands twice in the table", w.name)
		}
		named[w.name] = true
	}
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".yaml"); !named[name] {
			t.Errorf("world %s is not in the table", name)
		}
	}
	if len(worlds) < 24 {
		t.Errorf("%d worlds; want 24 or more", len(worlds))
	}
}
