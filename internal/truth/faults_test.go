package truth_test

import (
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	utilruntime "k8s.io/apimachinery/pkg/util/runtime"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/report"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// The library that watches rests after each error until a millisecond after the
// last one, which it remembers for the whole process: seen from a bubble whose
// clock stands decades earlier, that is decades away.
func init() { utilruntime.ErrorHandlers = nil }

// TestEveryFaultIsTold makes short rehearsals of a staging in which units crash and
// start badly, and whose APIs fail in every way there is, all at random: each
// comes to its end and to its report, and tells what it did not see.
func TestEveryFaultIsTold(t *testing.T) {
	runs := raced.Part(12, 4)
	if text := os.Getenv("ONAIR_FAULTS"); text != "" {
		var err error
		if runs, err = strconv.Atoi(text); err != nil || runs < 1 {
			t.Fatalf("ONAIR_FAULTS=%q is not a number of runs such as 200", text)
		}
	} else {
		t.Logf("ONAIR_FAULTS is not set: %d runs; make faults makes 200", runs)
	}
	for n := range runs {
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			t.Parallel()
			f := drawFaults(t, uint64(n))
			defer func() {
				if t.Failed() {
					t.Logf("faults: %+v", f.Lab.Faults)
				}
			}()
			f.judge(t, f.rehearse(t))
		})
	}
}

// faulty is a scenario with faults that were drawn.
type faulty struct{ *scenario.Scenario }

func drawFaults(t *testing.T, seed uint64) faulty {
	t.Helper()
	s, err := scenario.Load(filepath.Join("testdata", "faults.yaml"), scenario.Options{Env: os.LookupEnv})
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(seed, 7))
	s.Lab.Seed, s.Traffic.Seed = seed+1, seed
	s.Lab.Faults = world.Faults{Kube: drawOutages(random), AWS: drawOutages(random)}
	maybe := func(set func()) {
		if random.IntN(2) == 0 {
			set()
		}
	}
	maybe(func() { s.Lab.Faults.ExpireWatches = time.Duration(5+random.IntN(15)) * time.Second })
	maybe(func() { s.Lab.Faults.Crashes = 2 * random.Float64() })
	maybe(func() { s.Lab.Pods.Fail = random.Float64() / 2 })
	maybe(func() { s.Lab.Pods.Spread = random.Float64() })
	maybe(func() { s.Lab.Group.Fail = random.Float64() / 2 })
	maybe(func() { s.Lab.Quotas.Pods = 2 + random.IntN(4) })
	maybe(func() { s.Lab.Quotas.VCPUs = 2 + 2*random.IntN(3) })
	return faulty{s}
}

// drawOutages draws up to three, which may lie in one another.
func drawOutages(random *rand.Rand) (all []world.Outage) {
	hows := []string{world.Unavailable, world.Reset, world.Hang, world.HTML, world.Throttled, world.Denied}
	for range random.IntN(4) {
		all = append(all, world.Outage{
			At:  time.Duration(random.IntN(70_000)) * time.Millisecond,
			For: time.Duration(1000+random.IntN(25_000)) * time.Millisecond,
			How: hows[random.IntN(len(hows))],
		})
	}
	return all
}

// rehearse makes the run in simulated time and returns its report, rendered.
func (f faulty) rehearse(t *testing.T) *report.Report {
	t.Helper()
	var dir *rundir.Dir
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		lab := startStaging(t, *f.Lab)
		defer lab.close(t)
		began := time.Now()
		var err error
		dir, err = rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: f.Scenario, Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Observers: lab.observers(t, f.Watched()), Door: lab.world.Door(), Root: root, Tool: "test",
		})
		if err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took > f.Traffic.Curve.Duration()+45*time.Second {
			t.Errorf("the run took %v; want its own length and what the last answers and calls may take", took)
		}
	})
	if t.Failed() {
		t.FailNow()
	}
	r, err := report.Read(dir)
	if err == nil {
		err = r.Render(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// judge holds what was told against what was made to fail.
func (f faulty) judge(t *testing.T, r *report.Report) {
	l := r.Result.Load
	if l.Planned == 0 || l.Planned != l.Sent+l.Dropped || l.Sent != l.Succeeded+l.Failed {
		t.Errorf("counts %+v do not add up", l)
	}
	if r.Result.Verdict == "" || len(r.Result.Reasons) == 0 {
		t.Errorf("verdict %q %q; want one with its reasons", r.Result.Verdict, r.Result.Reasons)
	}
	start := f.worldAhead()
	f.gapsOf(t, r, "hpa/default/web", f.Lab.Faults.Kube, start)
	f.gapsOf(t, r, "asg/web-nodes", f.Lab.Faults.AWS, start)
	f.gapsOf(t, r, "elb/web", f.Lab.Faults.AWS, start)
	f.quotaOf(t, r)
}

// quotaOf holds that the room a quota leaves is told rightly, or that it is said
// that it is not known.
func (f faulty) quotaOf(t *testing.T, r *report.Report) {
	t.Helper()
	i := slices.IndexFunc(f.Watched(), func(o scenario.Observe) bool { return o.Kind == scenario.Quota })
	source := f.Watched()[i].Source()
	room := r.Timeline.Series(source, timeline.Quota)
	words := strings.Join(slices.Concat(r.Result.Warnings, r.Result.Reasons), "\n")
	if len(room) == 0 && !strings.Contains(words, source) {
		t.Errorf("%s: no room is told, and nothing says so:\n%s", source, words)
	}
	for _, p := range room {
		if want := f.Lab.Quotas.VCPUs / world.InstanceVCPUs; want > 0 && p.Value != float64(want) {
			t.Errorf("%s: room for %v instances; want %d", source, p.Value, want)
		}
	}
}

// worldAhead is how long before offset 0 the world began.
func (f faulty) worldAhead() time.Duration { return 2 * time.Second }

// blindAfter is how long an outage may last without a gap: a poll and the deadline
// of a call; and a watch that was cut has 10 s to begin anew and, where it is
// resumed within 5 s of that, has lost nothing.
const blindAfter = 16 * time.Second

// mendedBy is how long after an outage a source may still be blind: throttling
// widens the polls to a minute, and failures are tried again after 15 s at most.
const mendedBy = 65 * time.Second

// gapsOf looks for the gap of each long outage, for an outage at each gap, and for
// every gap in what the report says.
func (f faulty) gapsOf(t *testing.T, r *report.Report, source string, outages []world.Outage, ahead time.Duration) {
	t.Helper()
	end := f.Traffic.Curve.Duration()
	var gaps []timeline.Gap
	for _, g := range r.Timeline.Gaps {
		if g.Source == source {
			gaps = append(gaps, g)
		}
	}
	for _, o := range outages {
		from, to := o.At-ahead, min(o.End()-ahead, end)
		if to-from < blindAfter {
			continue
		}
		if !slices.ContainsFunc(gaps, func(g timeline.Gap) bool { return time.Duration(g.From) < to && time.Duration(g.To) > from }) {
			t.Errorf("%s: no gap between %v and %v (%s), of %s", source, from, to, o.How, tellGaps(gaps))
		}
	}
	for _, g := range gaps {
		caused := func(o world.Outage) bool {
			return time.Duration(g.From) < o.End()-ahead+mendedBy && time.Duration(g.To) > o.At-ahead
		}
		if !slices.ContainsFunc(outages, caused) {
			t.Errorf("%s: a gap %s that no outage made", source, tellGaps([]timeline.Gap{g}))
		}
	}
	f.told(t, r, source, gaps)
}

// told holds that a source with a gap of a second or more in the run is named, with
// its gaps, among coverage and in warnings or reasons.
func (f faulty) told(t *testing.T, r *report.Report, source string, gaps []timeline.Gap) {
	t.Helper()
	end := timeline.Offset(f.Traffic.Curve.Duration())
	var inRun []timeline.Gap
	for _, g := range gaps {
		if min(g.To, end)-max(g.From, 0) >= timeline.Offset(time.Second) {
			inRun = append(inRun, g)
		}
	}
	i := slices.IndexFunc(r.Result.Coverage, func(c capacity.Coverage) bool { return c.Source == source })
	if i < 0 {
		t.Fatalf("%s: no coverage", source)
	}
	if len(inRun) == 0 {
		return
	}
	if c := r.Result.Coverage[i]; c.Run >= 1 || c.Gaps < len(inRun) {
		t.Errorf("%s: coverage %.3f with %d gaps; want less than 1 with %d or more", source, c.Run, c.Gaps, len(inRun))
	}
	words := strings.Join(slices.Concat(r.Result.Warnings, r.Result.Reasons), "\n")
	if !strings.Contains(words, source+" was not observed") && !strings.Contains(words, source+" was never observed") {
		t.Errorf("%s: nothing says that it was not observed:\n%s", source, words)
	}
}

func tellGaps(gaps []timeline.Gap) string {
	text := fmt.Sprintf("%d gaps", len(gaps))
	for _, g := range gaps {
		text += fmt.Sprintf("; %.1f to %.1f s: %s", g.From.Seconds(), g.To.Seconds(), g.Cause)
	}
	return text
}
