package rehearsal_test

import (
	"context"
	"encoding/csv"
	"errors"
	"math"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gonum.org/v1/gonum/stat"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/truth"
)

const scenarios = "../../scenarios/"

func loadScenario(t *testing.T, name string, set ...string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Load(scenarios+name, scenario.Options{Set: set, Env: os.LookupEnv})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// record is an observer that reads the world's own state: the same facts that
// its APIs tell, without a network, so that it works in simulated time.
type record struct {
	w     *world.World
	fleet scenario.Observe
}

func (r record) Source() string { return r.fleet.Source() }

func (r record) Observe(ctx context.Context, rec *observe.Recorder) error {
	told := make(map[string]world.Pod)
	for {
		state, changed := r.w.State()
		switch {
		case r.fleet.Kind == capacity.ASG:
			r.group(rec, state.Group)
		default:
			r.pods(rec, state, told)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-changed:
		}
	}
}

func (r record) group(rec *observe.Recorder, g *world.GroupState) {
	ready := 0
	for _, i := range g.Instances {
		if i.Lifecycle == "InService" {
			ready++
		}
	}
	for name, n := range map[string]int{timeline.Ready: ready, timeline.Desired: g.Desired, timeline.Min: g.Min, timeline.Max: g.Max} {
		rec.Read(name, float64(n), time.Time{})
	}
}

func (r record) pods(rec *observe.Recorder, s world.State, told map[string]world.Pod) {
	for name, n := range map[string]int{
		timeline.Ready: s.Deployment.Ready, timeline.Desired: s.HPA.Desired,
		timeline.Min: s.Config.HPA.Min, timeline.Max: s.Config.HPA.Max,
	} {
		rec.Read(name, float64(n), time.Time{})
	}
	for _, p := range s.Pods {
		before := told[p.Name]
		for _, stage := range []struct {
			kind        string
			before, now time.Time
		}{
			{timeline.Create, before.Created, p.Created}, {timeline.Place, before.Scheduled, p.Scheduled},
			{timeline.Start, before.Running, p.Running}, {timeline.UnitReady, before.Ready, p.Ready},
		} {
			if stage.before.IsZero() && !stage.now.IsZero() {
				rec.Event(stage.now, stage.kind, p.Name, "")
			}
		}
		told[p.Name] = p
	}
}

// rehearse runs a scenario with a lab in simulated time, through the lab's
// door, and says what the facts mean.
func rehearse(t *testing.T, s *scenario.Scenario, more ...observe.Observer) (*rundir.Dir, capacity.Result) {
	t.Helper()
	var dir *rundir.Dir
	root := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := world.Start(ctx, *s.Lab)
		if err != nil {
			t.Fatal(err)
		}
		for _, fleet := range s.Fleets() {
			more = append(more, record{w, fleet})
		}
		dir, err = rehearsal.Run(ctx, rehearsal.Plan{
			Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Observers: more, Door: w.Door(), Root: root, Tool: "test",
		})
		if err != nil {
			t.Fatal(err)
		}
		cancel()
		w.Wait()
	})
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	return dir, capacity.Analyze(facts, s.Question())
}

// The demo's estimate of one unit is held against what the lab was configured
// to be.
func TestTheDemoKnowsTheLabsTruth(t *testing.T) {
	s := loadScenario(t, "lab-tvcm.yaml")
	service := truth.Service{
		Units: s.Lab.Pods.Start, Concurrency: s.Lab.Service.Concurrency, Queue: s.Lab.Service.Queue,
		Draw: truth.Exponential(s.Lab.Service.Mean.Seconds()),
	}
	saturation := float64(s.Lab.Service.Concurrency) / s.Lab.Service.Mean.Seconds()
	truth := service.Sustainable(saturation, s.Objectives[0].Limit.Seconds(), 0.01, raced.Part(1_000_000, 200_000))
	runs, contained := raced.Part(6, 2), 0
	for seed := range uint64(runs) {
		s.Lab.Seed = seed + 1
		_, r := rehearse(t, s)
		u := r.Fleets[0].PerUnit
		if r.Verdict != capacity.Pass || u.Mid == nil || u.Saturation == nil {
			t.Fatalf("seed %d: %s %q, %s; want pass and an estimate on both sides", s.Lab.Seed, r.Verdict, r.Reasons, u.Said)
		}
		t.Logf("seed %d: %s; truth %.1f/s, saturation %.1f (truth %.0f)", s.Lab.Seed, u.Said, truth, u.Saturation.Mid, saturation)
		if *u.Low <= truth && truth <= *u.High {
			contained++
		}
		if math.Abs(*u.Mid/truth-1) > 0.05 {
			t.Errorf("seed %d: one unit sustains %.1f/s; want %.1f/s within 5 %%", s.Lab.Seed, *u.Mid, truth)
		}
		if math.Abs(u.Saturation.Mid/saturation-1) > 0.04 {
			t.Errorf("seed %d: saturation %.1f/s; want %.0f/s within 4 %%", s.Lab.Seed, u.Saturation.Mid, saturation)
		}
		if u.Units != s.Lab.Pods.Start {
			t.Errorf("seed %d: measured at %d units; want %d", s.Lab.Seed, u.Units, s.Lab.Pods.Start)
		}
	}
	if contained < runs-1 {
		t.Errorf("the interval contains the truth %.1f/s in %d of %d runs; want all but one", truth, contained, runs)
	}
}

func TestStagesAreTheLabsDelays(t *testing.T) {
	s := loadScenario(t, "lab-tvcm.yaml", "lab.pods.spread=0%")
	_, r := rehearse(t, s)
	want := map[string]time.Duration{"start": s.Lab.Pods.Run, "ready": s.Lab.Pods.Ready}
	for _, stage := range r.Fleets[0].Stages {
		if d, ok := want[stage.Name]; ok {
			delete(want, stage.Name)
			if stage.P50 != d || stage.Max != d || stage.Units == 0 {
				t.Errorf("stage %s = %+v; want %v for every unit", stage.Name, stage, d)
			}
		}
	}
	if len(want) > 0 {
		t.Errorf("stages %v were not measured", want)
	}
}

// The same spot on a staging that may not grow fails, and the report can say
// why: demand passes capacity, and the autoscaler's max binds.
func TestTheSmallStagingFails(t *testing.T) {
	s := loadScenario(t, "lab-too-small.yaml")
	_, r := rehearse(t, s)
	if r.Verdict != capacity.Fail {
		t.Fatalf("verdict = %s %q; want fail", r.Verdict, r.Reasons)
	}
	if r.Binding == nil || r.Binding.Name != "hpa/default/web max" {
		t.Errorf("binding layer = %+v; want the autoscaler's max", r.Binding)
	}
	if r.Shortfall == nil || r.Headroom.Deficit == nil || *r.Headroom.Deficit < 100 {
		t.Errorf("shortfall %v, deficit %v; want both", r.Shortfall, r.Headroom.Deficit)
	}
	if r.Headroom.High == nil || *r.Headroom.High >= 0 {
		t.Errorf("headroom = %+v; want it below zero", r.Headroom.Sentence)
	}
}

// blind is an observer that never sees anything.
type blind struct{}

func (blind) Source() string { return "asg/elsewhere" }

func (blind) Observe(context.Context, *observe.Recorder) error {
	return errors.New("asg elsewhere: access denied")
}

const short = `name: short
traffic: {baseline: 50/s, duration: 20s}
requests: [{get: /}]
objectives: [{p99: 1s}]
lab: {pods: {start: 2}}
`

func parse(t *testing.T, text string) *scenario.Scenario {
	t.Helper()
	s, err := scenario.Parse("short.yaml", ".", []byte(text), scenario.Options{Env: os.LookupEnv})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// An observer that never sees anything breaks no run, but a run of which what it
// was to see is asked proves nothing.
func TestABlindObserverIsAGapAndHidesAPass(t *testing.T) {
	dir, r := rehearse(t, parse(t, short), blind{})
	if r.Load.Sent != 1000 || r.Verdict != capacity.Pass {
		t.Errorf("sent %d, verdict %s; want 1000 sent and a pass all the same", r.Load.Sent, r.Verdict)
	}
	facts, err := dir.Timeline()
	if err != nil || len(facts.Gaps) != 1 || facts.Gaps[0].Source != "asg/elsewhere" || facts.Gaps[0].To < timeline.Offset(20*time.Second) {
		t.Errorf("gaps = %+v, %v; want one until the end", facts.Gaps, err)
	}
	r = capacity.Analyze(facts, parse(t, short+"observe: [{asg: elsewhere, region: ap-northeast-1}]\n").Question())
	want := []string{"asg/elsewhere was never observed (asg elsewhere: access denied): at least 90 % of the run is required"}
	if r.Verdict != capacity.Invalid || !slices.Equal(r.Reasons, want) {
		t.Errorf("verdict %s because %q; want invalid because %q", r.Verdict, r.Reasons, want)
	}
}

func TestWarningsFromBeforehandStayWithTheRun(t *testing.T) {
	const warning = "the peak needs about 3 processor cores; this machine has 2"
	root := t.TempDir()
	var dir *rundir.Dir
	synctest.Test(t, func(t *testing.T) {
		var err error
		dir, err = rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: parse(t, short), Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Door: answers(time.Millisecond), Root: root, Warnings: []string{warning},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	if got, err := dir.Warnings(); err != nil || len(got) != 1 || got[0] != warning {
		t.Errorf("Warnings() = %q, %v; want %q alone", got, err, warning)
	}
}

func TestAnInterruptedRunIsKept(t *testing.T) {
	s := parse(t, short)
	root := t.TempDir()
	var dir *rundir.Dir
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		w, err := world.Start(t.Context(), *s.Lab)
		if err != nil {
			t.Fatal(err)
		}
		time.AfterFunc(rehearsal.Lead+5*time.Second, cancel)
		dir, err = rehearsal.Run(ctx, rehearsal.Plan{Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"}, Door: w.Door(), Root: root})
		if err != nil {
			t.Fatal(err)
		}
	})
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	r := capacity.Analyze(facts, s.Question())
	if r.Verdict != capacity.Aborted || !r.Interrupted || r.Load.Sent != 250 || r.Load.Planned != 250 {
		t.Errorf("verdict %s, interrupted %v, sent %d of %d; want aborted with 250 of 250", r.Verdict, r.Interrupted, r.Load.Sent, r.Load.Planned)
	}
}

func TestARefusedTargetLeavesNothingBehind(t *testing.T) {
	s := parse(t, strings.Replace(short, "lab:", "target: {url: \"http://127.0.0.1:1\", allow_hosts: [127.0.0.1]}\nlab:", 1))
	root := filepath.Join(t.TempDir(), "runs")
	_, err := rehearsal.Run(t.Context(), rehearsal.Plan{Scenario: s, Target: &url.URL{Scheme: "http", Host: "www.example.com"}, Root: root})
	if !errors.Is(err, load.ErrRefused) {
		t.Errorf("Run = %v; want a refusal", err)
	}
	if _, err := os.Stat(root); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v; want nothing written", root, err)
	}
}

func TestALoadThatCannotRunLeavesNothingBehind(t *testing.T) {
	s := parse(t, short)
	s.Requests[0].Path = "/%zz"
	root := filepath.Join(t.TempDir(), "runs")
	_, err := rehearsal.Run(t.Context(), rehearsal.Plan{Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"}, Root: root})
	if want := `request GET /: path "/%zz": not a path with an optional query`; err == nil || err.Error() != want {
		t.Errorf("Run = %v; want %s", err, want)
	}
	if _, err := os.Stat(root); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%s: %v; want nothing written", root, err)
	}
}

// run makes a run of s through the door in simulated time and returns its facts.
func run(t *testing.T, ctx context.Context, s *scenario.Scenario, door http.RoundTripper, observers ...observe.Observer) timeline.Timeline {
	t.Helper()
	dir, err := rehearsal.Run(ctx, rehearsal.Plan{
		Scenario: s, Target: &url.URL{Scheme: "http", Host: "lab.test"}, Observers: observers, Door: door, Root: t.TempDir(),
	})
	if err != nil {
		t.Fatal(err)
	}
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	return facts
}

// answers is a door whose every answer takes so long.
type answers time.Duration

func (a answers) RoundTrip(r *http.Request) (*http.Response, error) {
	answered := time.NewTimer(time.Duration(a))
	defer answered.Stop()
	select {
	case <-answered.C:
		return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
	case <-r.Context().Done():
		return nil, r.Context().Err()
	}
}

func lastEvent(facts timeline.Timeline) timeline.Event {
	if len(facts.Events) == 0 {
		return timeline.Event{}
	}
	return facts.Events[len(facts.Events)-1]
}

// Once everything is sent, the user who will not wait for the last answers has
// interrupted nothing as long as they come.
func TestStoppedWhileWaitingForAnswersIsNoInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(rehearsal.Lead+22*time.Second, cancel)
		s := parse(t, short)
		facts := run(t, ctx, s, answers(3500*time.Millisecond))
		if got := lastEvent(facts); got.Kind != timeline.SendingDone || got.Text != "the last request was sent" {
			t.Errorf("last event = %+v; want that the last request was sent", got)
		}
		if r := capacity.Analyze(facts, s.Question()); r.Interrupted || r.Verdict == capacity.Aborted || r.Load.Succeeded != 1000 {
			t.Errorf("verdict %s, interrupted %v, succeeded %d; want it judged by its 1000 answers", r.Verdict, r.Interrupted, r.Load.Succeeded)
		}
	})
}

// What does not come in time is cut off, and that is one.
func TestStoppedBeforeTheAnswersIsAnInterruption(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		time.AfterFunc(rehearsal.Lead+22*time.Second, cancel)
		s := parse(t, short)
		facts := run(t, ctx, s, answers(5*time.Second))
		if got := lastEvent(facts); got.Kind != timeline.Interrupted {
			t.Errorf("last event = %+v; want an interruption", got)
		}
		l := capacity.Analyze(facts, s.Question()).Load
		if l.Sent != 1000 || l.Succeeded != 950 || l.Failed != 50 || l.Errors["cancelled"] != 50 {
			t.Errorf("load %+v; want the 50 requests of the last second cut off", l)
		}
	})
}

func TestTheCapOnDurationIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := parse(t, short)
		s.Caps.Duration = 10 * time.Second
		facts := run(t, t.Context(), s, answers(time.Millisecond))
		if got := lastEvent(facts); got.Kind != timeline.CutShort || got.Text != "the cap on duration ended sending" {
			t.Errorf("last event = %+v; want that the cap ended sending", got)
		}
	})
}

// unkept is an observer that reads what no file can hold, five seconds in.
type unkept struct{}

func (unkept) Source() string { return "asg/elsewhere" }

func (unkept) Observe(ctx context.Context, rec *observe.Recorder) error {
	time.Sleep(rehearsal.Lead + 5*time.Second)
	rec.Read(timeline.Ready, math.NaN(), time.Time{})
	<-ctx.Done()
	return nil
}

func TestFactsThatCannotBeKeptEndTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		_, err := rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: parse(t, short), Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Observers: []observe.Observer{unkept{}}, Door: answers(time.Millisecond), Root: t.TempDir(),
		})
		if err == nil || !strings.Contains(err.Error(), "readings.ndjson: ") {
			t.Errorf("Run = %v; want that a reading could not be kept", err)
		}
		if took := time.Since(began); took > rehearsal.Lead+6*time.Second {
			t.Errorf("Run took %v; want sending to stop at once", took)
		}
	})
}

// A real evening, five hours in a minute: what was sent second by second has
// the shape of the file.
func TestReplayOfARealEvening(t *testing.T) {
	folder := os.Getenv("ONAIR_DATA")
	if folder == "" {
		t.Skip("ONAIR_DATA names no folder with real traffic counts")
	}
	file := filepath.Join(folder, "worldcup98-1998-07-07.csv")
	path, err := filepath.Abs(file)
	if err != nil {
		t.Fatal(err)
	}
	s := loadScenario(t, "replay.yaml", "traffic.replay.file="+path)
	dir, r := rehearse(t, s)
	facts, err := dir.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	want := fiveMinutes(t, file, 18*60, 23*60)
	var sent []float64
	for _, second := range facts.Seconds {
		sent = append(sent, float64(second.Sent))
	}
	if len(sent) != len(want) {
		t.Fatalf("%d seconds of sending; want %d", len(sent), len(want))
	}
	if c := stat.Correlation(sent, want, nil); c < 0.99 {
		t.Errorf("what was sent correlates with the file by %.4f; want at least 0.99", c)
	}
	if r.Load.Sent != r.Load.Planned {
		t.Errorf("sent %d of %d", r.Load.Sent, r.Load.Planned)
	}
}

// fiveMinutes sums a file of requests per minute over every five of them.
func fiveMinutes(t *testing.T, path string, from, to int) []float64 {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := csv.NewReader(file).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var sums []float64
	for minute, row := range rows[1:][from:to] {
		n, err := strconv.ParseFloat(row[1], 64)
		if err != nil {
			t.Fatal(err)
		}
		if minute%5 == 0 {
			sums = append(sums, 0)
		}
		sums[len(sums)-1] += n
	}
	return sums
}
