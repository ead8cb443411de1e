package truth_test

import (
	"cmp"
	"context"
	"maps"
	"net/url"
	"os"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// How far the time that a unit's stage took may be told from what it truly took:
// all but one unit in twenty keep to it.
const (
	ofAStage = time.Second             // told by Kubernetes, or by a group's activities
	ofAPoll  = 2500 * time.Millisecond // known to lie between two polls alone, 5 s apart
	unitsAre = 0.95
)

// TestStagesOfUnits holds the stages of every unit that came up in a few worlds
// against the instants of that very unit in the world, not against what is
// configured on average.
func TestStagesOfUnits(t *testing.T) {
	for _, c := range []struct {
		name   string
		behind string // the kind of fleet that stands behind a target group that is watched: what only polls tell of it
		least  int    // stages that are to be told, of each seed
	}{
		{name: "pods", least: 100},
		{name: "nodes", behind: capacity.HPA, least: 50},
		{name: "instances", least: 6},
		{name: "targets", behind: capacity.HPA, least: 100},
		{name: "registered", behind: capacity.ASG, least: 6},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			off := make(map[string][]time.Duration) // by kind of fleet and stage
			seeds := raced.Part(3, 1)
			for seed := range uint64(seeds) {
				s := staged{name: "../stages/" + c.name}.scenario(t, seed+1)
				for stage, all := range offBy(t, s) {
					off[stage] = append(off[stage], all...)
				}
			}
			polled := map[string]time.Duration{
				delay{kind: c.behind, stage: timeline.InService}.String(): ofAPoll,
				delay{kind: c.behind, stage: timeline.Serving}.String():   ofAPoll + ofAStage,
			}
			judgeStages(t, off, polled, c.least*seeds)
		})
	}
}

// judgeStages fails where too many units of a stage are told wrongly, or too few at all.
func judgeStages(t *testing.T, off map[string][]time.Duration, polled map[string]time.Duration, least int) {
	t.Helper()
	told := 0
	for _, stage := range slices.Sorted(maps.Keys(off)) {
		all := off[stage]
		told += len(all)
		within := cmp.Or(polled[stage], ofAStage)
		slices.Sort(all)
		right := len(slices.DeleteFunc(slices.Clone(all), func(d time.Duration) bool { return d > within }))
		t.Logf("%s: %d of %d units within %v of the truth; in the middle %v off, at most %v", stage, right, len(all), within, median(all), all[len(all)-1])
		if float64(right) < unitsAre*float64(len(all)) {
			t.Errorf("%s: %d of %d units within %v of the truth; want at least %g %%", stage, right, len(all), within, 100*unitsAre)
		}
	}
	if told < least {
		t.Errorf("%d stages were told; want at least %d", told, least)
	}
}

// offBy makes a run and says by how much each stage of each unit is told wrongly.
func offBy(t *testing.T, s *scenario.Scenario) map[string][]time.Duration {
	t.Helper()
	facts, lives := witnessed(t, s)
	off := make(map[string][]time.Duration)
	for name, l := range lives {
		for _, stage := range toldOf(facts, s.Question(), name) {
			truly, known := l.took(stage.Name)
			if !known {
				t.Errorf("%s: stage %s is told, and never was", name, stage.Name)
				continue
			}
			key := delay{kind: l.kind, stage: stage.Name}.String()
			off[key] = append(off[key], (stage.P50 - truly).Abs())
		}
	}
	return off
}

// toldOf is what capacity says of one unit: of a run in which nothing happened to
// any other.
func toldOf(facts timeline.Timeline, q capacity.Question, unit string) []capacity.Stage {
	facts.Seconds = nil
	names := []string{"", unit}
	for _, e := range facts.Events {
		if e.Kind == timeline.Address && e.Unit == unit {
			names = append(names, e.Text) // as a target group knows it
		}
	}
	facts.Events = slices.DeleteFunc(slices.Clone(facts.Events), func(e timeline.Event) bool { return !slices.Contains(names, e.Unit) })
	var all []capacity.Stage
	for _, f := range capacity.Analyze(facts, q).Fleets {
		all = append(all, f.Stages...)
	}
	return all
}

// witnessed makes a run in simulated time, with someone in the world who notes the
// lives of units.
func witnessed(t *testing.T, s *scenario.Scenario) (timeline.Timeline, map[string]life) {
	t.Helper()
	root, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	var dir *rundir.Dir
	lives := make(map[string]life)
	synctest.Test(t, func(t *testing.T) {
		lab := startStaging(t, *s.Lab)
		defer lab.close(t)
		ctx, stop := context.WithCancel(t.Context())
		lab.running.Go(func() { witness(ctx, lab.world, lives) })
		defer stop()
		var err error
		dir, err = rehearsal.Run(ctx, rehearsal.Plan{
			Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Observers: lab.observers(t, s.Watched()), Door: lab.world.Door(), Root: root, Tool: "test",
		})
		if err != nil {
			t.Error(err)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	return facts, lives
}

// life is what is true of one unit: when each of its stages ended.
type life struct {
	kind     string
	decision time.Time
	ended    map[string]time.Time
}

// took is how long a stage truly took; it is not known where the stage, or the one
// before it, never ended.
func (l life) took(stage string) (time.Duration, bool) {
	order := []string{timeline.Create, timeline.Place, timeline.Start, timeline.UnitReady, timeline.InService, timeline.Serving}
	begun := l.decision
	for _, s := range order {
		ended, ok := l.ended[s]
		switch {
		case !ok || ended.IsZero():
			continue
		case s == stage:
			return ended.Sub(begun), !begun.IsZero()
		}
		begun = ended
	}
	return 0, false
}

// witness notes the lives of a world's units until ctx ends.
func witness(ctx context.Context, w *world.World, lives map[string]life) {
	for {
		s, changed := w.State()
		for _, p := range s.Pods {
			l, known := lives[p.Name]
			if !known && s.HPA != nil {
				l.decision = s.HPA.LastScale
			}
			l.kind, l.ended = capacity.HPA, map[string]time.Time{
				timeline.Create: p.Created, timeline.Place: p.Scheduled, timeline.Start: p.Running, timeline.UnitReady: p.Ready,
				timeline.InService: p.Ready,   // as its endpoint tells
				timeline.Serving:   p.Healthy, // it is given requests at once, and answers some of them at once
			}
			if s.Config.Balancer != nil {
				l.ended[timeline.InService] = p.Healthy // as its target group tells, which is watched
			}
			lives[p.Name] = l
		}
		if s.Group != nil {
			for _, i := range s.Group.Instances {
				lives[i.ID] = life{kind: capacity.ASG, ended: map[string]time.Time{
					timeline.Create: i.Launched, timeline.InService: serves(i, s.Config), timeline.Serving: i.Healthy,
				}}
			}
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return
		}
	}
}

// serves is when an instance came into service: where it is a unit behind a load
// balancer, when that says so too.
func serves(i world.Instance, c world.Config) time.Time {
	if c.HPA == nil {
		return i.Healthy
	}
	return i.InService
}
