package report

import (
	"encoding/xml"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/joshdk/go-junit"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// readJUnit reads junit.xml as a CI server does.
func readJUnit(t *testing.T, r *Report) junit.Suite {
	t.Helper()
	suites, err := junit.Ingest(rendered(t, r.JUnit))
	if err != nil {
		t.Fatal(err)
	}
	if len(suites) != 1 {
		t.Fatalf("junit.xml has %d suites; want 1", len(suites))
	}
	return suites[0]
}

func TestJUnitGolden(t *testing.T) {
	for name, r := range map[string]*Report{"passing": passing.report(), "failing": failing.report(), "aborted": aborted.report(), "hostile": hostile()} {
		golden(t, name+".junit.xml", rendered(t, r.JUnit))
	}
}

// A run passes where all its cases do, and has a failure or an error where it does
// not.
func TestJUnitAgreesWithTheVerdict(t *testing.T) {
	reports := map[string]*Report{"the model's passing": passing.report()}
	for name, e := range cases() {
		r, err := Read(record(t, e))
		if err != nil {
			t.Fatal(err)
		}
		reports[name] = r
	}
	seen := map[string]bool{}
	for name, r := range reports {
		for _, verdict := range []string{r.Result.Verdict, capacity.Invalid, capacity.Aborted} {
			r.Result.Verdict = verdict
			seen[verdict] = true
			totals := readJUnit(t, r).Totals
			red := totals.Failed + totals.Error
			if passed := verdict == capacity.Pass; passed != (totals.Passed == totals.Tests) || passed != (red == 0) {
				t.Errorf("%s is %s; %d of %d cases passed, %d failed or erred", name, verdict, totals.Passed, totals.Tests, red)
			}
		}
	}
	if len(seen) != 4 {
		t.Errorf("verdicts seen = %v; want all four, or the test proves too little", seen)
	}
}

// The counts that the file states are those of its cases, and its cases together
// take as long as the run.
func TestJUnitAddsUp(t *testing.T) {
	for name, e := range cases() {
		r := e.report()
		suite := readJUnit(t, r)
		var stated struct {
			Suite junitSuite `xml:"testsuite"`
		}
		if err := xml.Unmarshal(rendered(t, r.JUnit), &stated); err != nil {
			t.Fatal(err)
		}
		got := []int{stated.Suite.Tests, stated.Suite.Failures, stated.Suite.Errors, stated.Suite.Skipped}
		if diff := cmp.Diff([]int{suite.Totals.Tests, suite.Totals.Failed, suite.Totals.Error, suite.Totals.Skipped}, got); diff != "" {
			t.Errorf("%s: tests, failures, errors, skipped (-counted +stated):\n%s", name, diff)
		}
		if got, want := suite.Totals.Duration, time.Duration(e.seconds)*time.Second; got != want {
			t.Errorf("%s: cases took %v in all; want %v, the run's length", name, got, want)
		}
	}
}

// outcomeOf is the status and message of the case of a name.
func outcomeOf(t *testing.T, r *Report, name string) (junit.Status, string) {
	t.Helper()
	suite := readJUnit(t, r)
	i := slices.IndexFunc(suite.Tests, func(c junit.Test) bool { return c.Name == name })
	if i < 0 {
		t.Fatalf("no case %q in %+v", name, suite.Tests)
	}
	if got := suite.Tests[i].Classname; got != r.name() {
		t.Errorf("class of %q = %q; want %q", name, got, r.name())
	}
	return suite.Tests[i].Status, suite.Tests[i].Message
}

func TestJUnitCases(t *testing.T) {
	for _, c := range []struct {
		about, name string
		change      func(*Report)
		status      junit.Status
		message     string
	}{
		{"held", "p99 <= 800ms", nil, junit.StatusPassed, ""},
		{"undecided", "p99 <= 800ms", func(r *Report) { r.Result.Objectives[0].Verdict = capacity.Undecided }, junit.StatusSkipped,
			"p99 <= 800ms could not be decided: too few requests in the windows that count"},
		{"broken while the load was not delivered", "p99 <= 800ms", func(r *Report) {
			o := &r.Result.Objectives[0]
			worst := 2.4
			o.Verdict, o.Broken, o.First, o.Worst, o.WorstAt, o.Windows = capacity.Failed, 20*time.Second, after(70), &worst, after(80), nil
		}, junit.StatusSkipped, "p99 <= 800ms was broken for 20 s from 21:54:10, 0 s of it with the load delivered, worst 2.4 s at 21:54:20, which proves nothing: the load was not delivered as planned"},
		{"headroom held", "headroom >= 20 %", func(r *Report) { r.Result.Headroom.Low = number(0.2) }, junit.StatusPassed, ""},
		{"headroom missed", "headroom >= 20 %", func(r *Report) { r.Result.Headroom.Margin = capacity.Margin{High: number(0.1)} }, junit.StatusFailed,
			"at least 20 % of headroom is required; it is at most +10 %"},
		{"headroom not known", "headroom >= 20 %", func(r *Report) { r.Result.Headroom.Margin = capacity.Margin{} }, junit.StatusSkipped,
			"at least 20 % of headroom is required, and what could be shown is unknown"},
		{"not delivered", "the load was delivered as planned", func(r *Report) {
			r.Result.Generator = capacity.Generator{Shortcoming: "12 % of it was late: the machine's CPU was at 100 %", Cause: "the machine's CPU was at 100 %"}
		}, junit.StatusError, "the load was not delivered as planned: 12 % of it was late: the machine's CPU was at 100 %"},
		{"invalid", "the run is conclusive", func(r *Report) { r.Result.Verdict, r.Result.Reasons = capacity.Invalid, []string{"a", "b"} }, junit.StatusError, "a; b"},
		{"aborted", "the run was not aborted", func(r *Report) {
			r.Result.Verdict, r.Result.Reasons = capacity.Aborted, []string{"aborted at 21:54:00: errors"}
		}, junit.StatusError, "aborted at 21:54:00: errors"},
		{"aborted is not invalid", "the run is conclusive", func(r *Report) { r.Result.Verdict = capacity.Aborted }, junit.StatusSkipped, "the run was aborted"},
		{"seen", "hpa/default/web was observed", nil, junit.StatusPassed, ""},
		{"unseen in the spots", "hpa/default/web was observed", func(r *Report) {
			r.Result.Coverage[0].Least, r.Result.Coverage[0].Spots = 0.9, number(0.8)
		}, junit.StatusError, "hpa/default/web was seen for 80 % of the spots, and at least 90 % is required"},
		{"unseen in a run without spots", "hpa/default/web was observed", func(r *Report) {
			r.Result.Coverage[0] = capacity.Coverage{Source: "hpa/default/web", Run: 0.5, Least: 0.9}
		}, junit.StatusError, "hpa/default/web was seen for 50 % of the run, and at least 90 % is required"},
		{"never seen, and required", "hpa/default/web was observed", func(r *Report) {
			r.Result.Coverage[0] = capacity.Coverage{Source: "hpa/default/web", Least: 0.9}
		}, junit.StatusError, "hpa/default/web was seen for 0 % of the run, and at least 90 % is required"},
		{"never seen, and not required", "cloudwatch/here was observed", func(r *Report) {
			r.Result.Coverage = []capacity.Coverage{{Source: "cloudwatch/here", Spots: number(0)}}
		}, junit.StatusSkipped, "cloudwatch/here was never observed; the verdict asks nothing of it"},
		{"not seen in the spots, and not required", "cloudwatch/here was observed", func(r *Report) {
			r.Result.Coverage = []capacity.Coverage{{Source: "cloudwatch/here", Run: 0.4, Spots: number(0)}}
		}, junit.StatusSkipped, "cloudwatch/here was seen for none of the spots; the verdict asks nothing of it"},
		{"not counted", "units of hpa/default/web were counted", func(r *Report) { r.Result.Fleets[0].ReadyMax = nil }, junit.StatusError,
			"hpa/default/web: how many units were ready was never observed"},
	} {
		r := passing.report()
		if c.change != nil {
			c.change(r)
		}
		if status, message := outcomeOf(t, r, c.name); status != c.status || message != c.message {
			t.Errorf("%s: %q is %s, %q; want %s, %q", c.about, c.name, status, message, c.status, c.message)
		}
	}
}

// Without a requirement there is nothing to meet.
func TestJUnitHasNoCaseOfWhatIsNotAsked(t *testing.T) {
	r := passing.report()
	r.Scenario.Headroom = capacity.Required{}
	for _, c := range readJUnit(t, r).Tests {
		if strings.HasPrefix(c.Name, "headroom") {
			t.Errorf("case %q though no headroom is required", c.Name)
		}
	}
}
