package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// workflow is what nightly.yml may say; any other key is a mistake.
type workflow struct {
	Name string
	On   struct {
		Schedule         []struct{ Cron string }
		WorkflowDispatch *struct{} `yaml:"workflow_dispatch"`
	}
	Permissions map[string]string
	Concurrency struct {
		Group            string
		CancelInProgress bool `yaml:"cancel-in-progress"`
	}
	Env      map[string]string
	Defaults struct{ Run struct{ Shell string } }
	Jobs     map[string]struct {
		RunsOn         string `yaml:"runs-on"`
		TimeoutMinutes int    `yaml:"timeout-minutes"`
		Steps          []workStep
	}
}

type workStep struct {
	Name, ID, If, Uses, Run string
	With, Env               map[string]string
}

func nightlyFile(t *testing.T) (workflow, string) {
	t.Helper()
	text, err := os.ReadFile("../../.github/workflows/nightly.yml")
	if err != nil {
		t.Fatal(err)
	}
	var w workflow
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w); err != nil {
		t.Fatal(err)
	}
	return w, string(text)
}

// inputs are those of each action that the workflow has a use for.
// https://github.com/actions/upload-artifact#inputs and its like
var inputs = map[string][]string{
	"actions/checkout":        {"persist-credentials"},
	"actions/setup-go":        {"go-version"},
	"actions/upload-artifact": {"name", "path", "if-no-files-found", "retention-days"},
}

func TestNightlyWorkflow(t *testing.T) {
	w, text := nightlyFile(t)
	if len(w.On.Schedule) != 1 || len(strings.Fields(w.On.Schedule[0].Cron)) != 5 || !strings.Contains(text, "\n  workflow_dispatch:\n") {
		t.Errorf("on = %+v; want one schedule of five fields, and by hand", w.On)
	}
	if want := map[string]string{"contents": "read", "actions": "read"}; !maps.Equal(w.Permissions, want) {
		t.Errorf("permissions = %v; want %v", w.Permissions, want)
	}
	if w.Concurrency.CancelInProgress || w.Concurrency.Group == "" || w.Defaults.Run.Shell != "bash" || len(w.Jobs) != 1 {
		t.Errorf("concurrency %+v, defaults %+v, %d jobs; want one job at a time that ends by itself, in bash", w.Concurrency, w.Defaults, len(w.Jobs))
	}
	if marked := strings.Count(text, "# change this line: "); marked != 2 {
		t.Errorf("%d lines are marked to be changed; want the scenario and the runner", marked)
	}
	if _, err := os.Stat(filepath.Join("../..", w.Env["SCENARIO"])); err != nil {
		t.Error(err)
	}
	for _, s := range w.Jobs["rehearse"].Steps {
		if (s.Uses == "") == (s.Run == "") {
			t.Errorf("step %+v: want one of uses and run", s)
		}
		if s.Uses != "" && !regexp.MustCompile(`^actions/[a-z-]+@v\d+\.\d+\.\d+$`).MatchString(s.Uses) {
			t.Errorf("uses %s; want a whole version", s.Uses)
		}
		action, _, _ := strings.Cut(s.Uses, "@")
		for name := range s.With {
			if !slices.Contains(inputs[action], name) {
				t.Errorf("%s has no input %s", s.Uses, name)
			}
		}
		if strings.Contains(s.Run, "${{") {
			t.Errorf("step %s has an expression in its shell; want it in env, where nobody's text becomes a command", s.Name)
		}
		if strings.HasPrefix(s.Uses, "actions/setup-go@") {
			module, err := os.ReadFile("../../go.mod")
			if err != nil {
				t.Fatal(err)
			}
			if got := s.With["go-version"]; !regexp.MustCompile(`(?m)^go ` + regexp.QuoteMeta(got) + `(\.\d+)?$`).Match(module) {
				t.Errorf("go-version %s is not that of go.mod", got)
			}
		}
	}
}

// repository is what GitHub keeps between nights, with a runner that has onair, and
// a gh and a go that know no more than the workflow needs.
type repository struct {
	t     *testing.T
	tools string // a folder on PATH
	store string // of artifacts: STORE/NIGHT/NAME/…, and STORE/NIGHT/success
	next  int    // number of the next night
}

// fakeGo builds an onair that is the real one, except that it hands out tonight's
// stored run instead of rehearsing. $TONIGHT is empty where it rehearses.
const fakeGo = `#!/bin/bash
set -eu
[ "$1" = build ] && [ "$3" = -o ] && [ "$5" = ./cmd/onair ]
cat > "$4" <<'END'
#!/bin/bash
if [ "$1" != rehearse ] || [ -z "$TONIGHT" ]; then exec onair "$@"; fi
case "$4" in */smoke.yaml) mkdir -p "$3/smoke"; touch "$3/smoke/report.html"; exit 0 ;; esac
if [ "$TONIGHT" = nothing ]; then echo "nothing was sent" >&2; exit 3; fi
cp -r "$TONIGHT" "$3/"
exec onair report "$3/$(basename "$TONIGHT")"
END
chmod +x "$4"
`

const fakeGh = `#!/bin/bash
set -eu
[ -n "$GH_TOKEN" ] && [ "$GH_REPO" = owner/name ]
case "$1 $2" in
"run list")
	[ "${*:3}" = "--workflow nightly.yml --branch main --status success --limit 30 --json databaseId --jq .[].databaseId" ]
	cd "$STORE"
	for night in $(ls | sort -rn); do [ ! -e "$night/success" ] || echo "$night"; done ;;
"run download")
	[ "$4" = --name ] && [ "$6" = --dir ]
	if [ ! -d "$STORE/$3/$5" ]; then echo "no artifact matches any of the names or patterns provided" >&2; exit 1; fi
	cp -r "$STORE/$3/$5/." "$7/" ;;
*) exit 1 ;;
esac
`

func newRepository(t *testing.T) *repository {
	r := &repository{t: t, tools: t.TempDir(), store: t.TempDir(), next: 1}
	for name, text := range map[string]string{"go": fakeGo, "gh": fakeGh} {
		if err := os.WriteFile(filepath.Join(r.tools, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// oneNight is what a night left behind.
type oneNight struct {
	statuses map[string]int // of the steps with a shell that ran, by name
	failed   bool
	summary  string // of the job
	log      string
	kept     []string // files of artifacts, as NAME/PATH
}

// night plays the workflow as GitHub's runner does: steps in order, each where its
// condition holds, bash with these options, outputs by file.
func (r *repository) night(tonight string) oneNight {
	r.t.Helper()
	w, _ := nightlyFile(r.t)
	work, temp := r.t.TempDir(), r.t.TempDir()
	for _, folder := range []string{"scenarios", "reports", "cmd/onair"} {
		if err := os.MkdirAll(filepath.Join(work, folder), 0o755); err != nil {
			r.t.Fatal(err)
		}
	}
	r.copy(filepath.Join("../..", w.Env["SCENARIO"]), filepath.Join(work, "scenarios"))
	n := oneNight{statuses: make(map[string]int)}
	var outputs []string
	for _, s := range w.Jobs["rehearse"].Steps {
		known := expressions(outputs)
		if !n.runs(r.t, s, known) {
			continue
		}
		if s.Run == "" {
			r.use(&n, s, known, work)
			continue
		}
		output := filepath.Join(temp, "output-"+strconv.Itoa(len(n.statuses)))
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		cmd.Dir = work
		cmd.Env = append(os.Environ(), "PATH="+r.tools+":"+os.Getenv("PATH"), "STORE="+r.store, "TONIGHT="+tonight, "RUNNER_TEMP="+temp,
			"GITHUB_OUTPUT="+output, "GITHUB_STEP_SUMMARY="+filepath.Join(temp, "summary"), "GITHUB_REF_NAME=main", "GITHUB_ACTIONS=true")
		for _, env := range []map[string]string{w.Env, s.Env} {
			for name, value := range env {
				cmd.Env = append(cmd.Env, name+"="+known(value))
			}
		}
		said, err := cmd.CombinedOutput()
		n.log += string(said)
		if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
			n.failed = true
		} else if err != nil {
			r.t.Fatal(err)
		}
		n.statuses[s.Name] = cmd.ProcessState.ExitCode()
		if written, err := os.ReadFile(output); err == nil && s.ID != "" {
			for line := range strings.Lines(string(written)) {
				outputs = append(outputs, "steps."+s.ID+".outputs."+strings.TrimSpace(line))
			}
		}
	}
	if text, err := os.ReadFile(filepath.Join(temp, "summary")); err == nil {
		n.summary = string(text)
	}
	if !n.failed {
		if err := errors.Join(os.MkdirAll(r.folder(), 0o755), os.WriteFile(filepath.Join(r.folder(), "success"), nil, 0o644)); err != nil {
			r.t.Fatal(err)
		}
	}
	r.next++
	return n
}

// expressions returns what writes ${{ }} with what is known; outputs of steps that
// wrote none are empty.
func expressions(outputs []string) func(string) string {
	known := map[string]string{"github.token": "token", "github.repository": "owner/name", "secrets.STAGING_TOKEN": "s3cr3t"}
	for _, line := range outputs {
		name, value, _ := strings.Cut(line, "=")
		known[name] = value
	}
	return func(text string) string {
		return regexp.MustCompile(`\$\{\{ ([^ ]*) \}\}`).ReplaceAllStringFunc(text, func(e string) string {
			name := strings.Fields(e)[1]
			if _, ok := known[name]; !ok && !strings.HasPrefix(name, "steps.rehearse.outputs.") {
				return "no such thing: " + name
			}
			return known[name]
		})
	}
}

// runs reports whether a step's condition holds.
func (n *oneNight) runs(t *testing.T, s workStep, known func(string) string) bool {
	t.Helper()
	if s.If == "" {
		return !n.failed
	}
	found := regexp.MustCompile(`^\$\{\{ !cancelled\(\) && (steps\.[a-z.]+) != '' \}\}$`).FindStringSubmatch(s.If)
	if found == nil {
		t.Fatalf("step %s: if: %s is no condition that this test knows", s.Name, s.If)
	}
	return known("${{ "+found[1]+" }}") != ""
}

func (r *repository) folder() string { return filepath.Join(r.store, strconv.Itoa(r.next)) }

// use plays a step of an action: upload-artifact keeps files, the others do nothing
// that matters here.
func (r *repository) use(n *oneNight, s workStep, known func(string) string, work string) {
	if !strings.HasPrefix(s.Uses, "actions/upload-artifact@") {
		return
	}
	name := known(s.With["name"])
	if name == "" {
		r.t.Errorf("step %s: an artifact without a name", s.Name)
	}
	files, err := filepath.Glob(filepath.Join(work, strings.TrimSuffix(s.With["path"], "/")))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, path := range files {
		to := filepath.Join(r.folder(), name)
		if strings.HasSuffix(s.With["path"], "/") {
			path += "/."
		}
		if err := os.MkdirAll(to, 0o755); err != nil {
			r.t.Fatal(err)
		}
		r.copy(path, to)
	}
	kept, err := filepath.Glob(filepath.Join(r.folder(), name, "*"))
	if err != nil {
		r.t.Fatal(err)
	}
	for _, path := range kept {
		n.kept = append(n.kept, name+"/"+filepath.Base(path))
	}
}

func (r *repository) copy(from, to string) {
	r.t.Helper()
	if out, err := exec.Command("cp", "-r", from, to).CombinedOutput(); err != nil {
		r.t.Fatalf("cp %s %s: %v\n%s", from, to, err, out)
	}
}

// stored is the checked-in run as if it had started in another night, with answers
// that took so many times as long, and ended by a guard where one is named. Of its
// load, fleets and plan all else is the same.
func stored(t *testing.T, day int, times float64, guard string) string {
	t.Helper()
	example, err := rundir.Open("../../reports/example")
	if err != nil {
		t.Fatal(err)
	}
	m, err := example.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	facts, err := example.Timeline()
	if err != nil {
		t.Fatal(err)
	}
	text, err := example.Scenario()
	if err != nil {
		t.Fatal(err)
	}
	m.Started = time.Date(2026, 12, day, 18, 0, 0, 0, time.UTC)
	m.Run = rundir.Name(m.Scenario, m.Started)
	w, err := rundir.Create(t.TempDir(), m, text)
	if err != nil {
		t.Fatal(err)
	}
	if guard != "" {
		facts.Events = append(facts.Events, timeline.Event{At: timeline.Offset(84 * time.Second), Source: "rehearsal", Kind: timeline.GuardFired, Text: guard})
	}
	for _, s := range facts.Seconds {
		s.Service = longer(s.Service, times)
		for name, h := range s.Response {
			s.Response[name] = longer(h, times)
		}
		err = errors.Join(err, w.WriteSecond(s))
	}
	for _, r := range facts.Readings {
		err = errors.Join(err, w.WriteReading(r))
	}
	for _, e := range facts.Events {
		err = errors.Join(err, w.WriteEvent(e))
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return w.Dir().Path()
}

// longer is as many answers, each of which took so many times as long.
func longer(h timeline.Histogram, times float64) (out timeline.Histogram) {
	n := h.Count()
	for i := range n {
		if d, ok := h.Quantile((float64(i) + 0.5) / float64(n)); ok {
			out.Record(time.Duration(float64(d) * times))
		}
	}
	return out
}

// was puts a good night into the store as if it had been played: the run, with the
// example's own summary under its name.
func (r *repository) was(run string) {
	r.t.Helper()
	dir, err := rundir.Open(run)
	if err != nil {
		r.t.Fatal(err)
	}
	m, err := dir.Manifest()
	if err != nil {
		r.t.Fatal(err)
	}
	s := summaryOf(r.t, "../../reports/example")
	s.Run, s.Started = m.Run, m.Started
	text, err := json.Marshal(s)
	artifact := filepath.Join(r.folder(), "run-"+m.ScenarioHash[:12])
	err = errors.Join(err, dir.WriteRendering("summary.json", text), os.MkdirAll(artifact, 0o755),
		os.WriteFile(filepath.Join(r.folder(), "success"), nil, 0o644))
	if err != nil {
		r.t.Fatal(err)
	}
	r.copy(run, artifact)
	r.next++
}

// Nights of one service, with stored runs: each is a night's whole workflow, but for
// good ones whose runs are merely there.
func TestNightlyNights(t *testing.T) {
	unraced(t)
	t.Parallel()
	r := newRepository(t)
	usual := func(day int) string { return stored(t, day, 1+0.004*float64(day%3-1), "") }
	want := func(night string, n oneNight, failed string, status int, summary ...string) {
		t.Helper()
		for name, got := range n.statuses {
			if (got != 0) != (name == failed) || name == failed && got != status {
				t.Errorf("%s: step %s ended with %d\n%s", night, name, got, n.log)
			}
		}
		if _, ran := n.statuses[failed]; failed != "" && !ran {
			t.Errorf("%s: step %s did not run", night, failed)
		}
		for _, words := range summary {
			if !strings.Contains(n.summary, words) {
				t.Errorf("%s: the summary lacks %q:\n%s", night, words, n.summary)
			}
		}
	}
	artifact := regexp.MustCompile(`^run-[0-9a-f]{12}/lab-tvcm-`)
	n := r.night(usual(1))
	want("the first night", n, "", 0, "## ✅ lab-tvcm: pass", "Not compared: 0 earlier good runs", "### Night by night", "lab-tvcm  1 run", "● pass")
	if len(n.kept) == 0 || !artifact.MatchString(n.kept[0]) || !slices.Contains(n.kept, "comparison/history.png") {
		t.Errorf("the first night kept %q; want its run and the history", n.kept)
	}
	r.was(usual(2))
	n = r.night(usual(3))
	want("the third night", n, "", 0, "Not compared: 2 earlier good runs", "lab-tvcm  3 runs")
	for day := 4; day <= 7; day++ {
		r.was(usual(day))
	}
	n = r.night(usual(8))
	want("the eighth night", n, "", 0, "## ✅ lab-tvcm: pass", "against 7 base runs", "lab-tvcm  8 runs, 2 Dec to 9 Dec 2026 (JST)")

	// From now on there are eight good ones, of which the last seven count. A night that
	// fails is told, compared and kept.
	n = r.night(stored(t, 9, 6, ""))
	if got := n.statuses["Compare"]; got != exitMissed {
		t.Errorf("the failing night: Compare ended with %d; want %d, for its answers took six times as long", got, exitMissed)
	}
	delete(n.statuses, "Compare")
	want("the failing night", n, "Rehearse", exitMissed, "## ❌ lab-tvcm: fail", "against 7 base runs", "▲ fail", "lab-tvcm  8 runs, 3 Dec to 10 Dec 2026")
	if !artifact.MatchString(strings.Join(n.kept, " ")) {
		t.Errorf("the failing night kept %q; want its run", n.kept)
	}
	n = r.night(stored(t, 10, 1, "errors reached 50% for 20 s"))
	want("the aborted night", n, "Rehearse", exitAborted, "lab-tvcm: aborted", "× aborted")
	if _, compared := n.statuses["Compare"]; compared || !strings.Contains(n.log, "::error title=Rehearsal::aborted by a guard (exit status 4)") {
		t.Errorf("the aborted night: compared %v; want it told and not compared:\n%s", compared, n.log)
	}
	n = r.night("nothing")
	want("a night that cannot run", n, "Rehearse", exitInvalid, "invalid: the run proves nothing, or could not run")
	if len(n.kept) > 0 {
		t.Errorf("a night that cannot run kept %q; want nothing", n.kept)
	}
	// Slower answers that no objective minds: only the comparison fails. The bad nights
	// before are nobody's base.
	n = r.night(stored(t, 12, 1.4, ""))
	want("the regression", n, "Compare", exitMissed, "## ✅ lab-tvcm: pass", "worse", "against 7 base runs", "lab-tvcm  8 runs, 3 Dec to 13 Dec 2026")
	if strings.Contains(n.summary, "▲ fail") || strings.Contains(n.summary, "× aborted") || !strings.Contains(n.log, "::error title=Comparison::worse than the last 7 good runs") {
		t.Errorf("the regression is not told against good runs alone:\n%s\n%s", n.summary, n.log)
	}
}

// The steps that a night begins with do what they say with the real program, once.
func TestNightlySmoke(t *testing.T) {
	t.Parallel()
	r := newRepository(t)
	w, _ := nightlyFile(t)
	work := t.TempDir()
	if err := os.MkdirAll(filepath.Join(work, "cmd/onair"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, s := range w.Jobs["rehearse"].Steps {
		if s.Name != "Build" && s.Name != "Smoke" {
			continue
		}
		cmd := exec.Command("bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", s.Run)
		cmd.Dir = work
		scenario, err := filepath.Abs(filepath.Join("../..", w.Env["SCENARIO"]))
		if err != nil {
			t.Fatal(err)
		}
		cmd.Env = append(os.Environ(), "PATH="+r.tools+":"+os.Getenv("PATH"), "TONIGHT=", "RUNNER_TEMP="+work, "SCENARIO="+scenario)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("step %s: %v\n%s", s.Name, err, out)
		}
		if s.Name == "Smoke" && (!bytes.Contains(out, []byte("lab-tvcm: a valid scenario")) || !regexp.MustCompile(`(PASS|INVALID)  smoke `).Match(out) || !bytes.Contains(out, []byte("/report.html\n"))) {
			t.Errorf("step %s says\n%s\nwant the plan, and a rehearsal with a report", s.Name, out)
		}
	}
}

// unraced leaves a test to make laws: many runs of onair one after the other show
// the race detector nothing new, and take it a minute.
func unraced(t *testing.T) {
	t.Helper()
	if raced.On {
		t.Skip("not under the race detector; make laws runs it without")
	}
}
