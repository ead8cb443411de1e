package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
)

func Example_preflight() {
	_ = writeFindings(os.Stdout, []preflight.Finding{
		{Subject: "target", Asked: "resolves", Text: "staging.example.jp: 192.0.2.7"},
		{Subject: "target", Asked: "certificate", Status: preflight.Warning, Text: "expires in 5 days", ToDo: "renew it before the broadcast"},
		{Subject: "asg/web", Asked: "exists", Status: preflight.Fail, Text: "no such group in ap-northeast-1", ToDo: "check its name and region"},
		{Subject: "asg/web", Asked: "may autoscaling:DescribeScalingActivities", Text: "permitted"},
	})
	// Output:
	// ok       target   resolves                  staging.example.jp: 192.0.2.7
	// warning  target   certificate               expires in 5 days
	//                                             -> renew it before the broadcast
	// fail     asg/web  exists                    no such group in ap-northeast-1
	//                                             -> check its name and region
	// ok       asg/web  may autoscaling:DescribeScalingActivities  permitted
	//
	// 2 checks ok, 1 warning, 1 failed: a rehearsal cannot run
}

// README shows the table as it is printed.
func TestREADMEShowsTheTable(t *testing.T) {
	const target, aws, kube, group = "target", "AWS ap-northeast-1", "kube context staging", "asg/web-staging"
	var table bytes.Buffer
	err := writeFindings(&table, []preflight.Finding{
		{Subject: target, Asked: "resolves", Text: "staging.example.jp: 192.0.2.7, 192.0.2.8"},
		{Subject: target, Asked: "connects", Status: preflight.Warning, Text: "1 of 2 addresses take no connection on port 443: 192.0.2.8 (no answer within 3 s)",
			ToDo: "mend these or take them out of the name's addresses: new connections go round all"},
		{Subject: target, Asked: "TLS", Text: "TLS 1.3, certificate valid for staging.example.jp"},
		{Subject: target, Asked: "certificate", Status: preflight.Warning, Text: "expires in 5 days", ToDo: "renew it before the broadcast"},
		{Subject: target, Asked: "answers", Text: "HEAD /: status 200 within 21.3 ms"},
		{Subject: target, Asked: "clock", Text: "within 2 s of this machine's"},
		{Subject: "this machine", Asked: "enough for the load", Text: "about 0.2 processor cores, 304 MB of memory, 6.03k open files"},
		{Subject: aws, Asked: "credentials", Text: "from SSOProvider"},
		{Subject: aws, Asked: "identity", Text: "arn:aws:sts::000000000000:assumed-role/reader/you"},
		{Subject: aws, Asked: "clock", Text: "within 5 s of this machine's"},
		{Subject: kube, Asked: "configured", Text: "https://192.0.2.20:6443"},
		{Subject: "hpa/default/web", Asked: "exists", Text: "from 2 to 8 units"},
		{Subject: group, Asked: "exists", Status: preflight.Fail, Text: "no such group in ap-northeast-1", ToDo: "look at its name, its region and the account of these credentials"},
	})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), "```\n"+table.String()+"```\n") {
		t.Errorf("README.md does not show this table:\n%s", &table)
	}
}

func TestVerdictOfFindings(t *testing.T) {
	refused := preflight.Finding{Status: preflight.Fail, Err: load.CheckHost("169.254.169.254", nil)}
	for _, tt := range []struct {
		name  string
		found []preflight.Finding
		want  error
	}{
		{"none", nil, nil},
		{"a warning", []preflight.Finding{{Status: preflight.Warning}}, nil},
		{"a fail", []preflight.Finding{{Status: preflight.Fail}, {}}, verdict{exitInvalid}},
		{"a refusal", []preflight.Finding{{Status: preflight.Fail}, refused}, verdict{exitRefused}},
	} {
		if got := verdictOfFindings(tt.found); got != tt.want {
			t.Errorf("%s: verdictOfFindings = %v; want %v", tt.name, got, tt.want)
		}
	}
}

// Others' words neither break the table nor reach the terminal as commands.
func TestTableIsPlain(t *testing.T) {
	var out bytes.Buffer
	err := writeFindings(&out, []preflight.Finding{{Subject: "target", Asked: "answers", Text: "malformed \x1b[2J\r\n  \"x\"\u202e"}})
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(out.String(), "\n")
	if want := `ok       target  answers  malformed [2J "x"`; first != want {
		t.Errorf("the row is %q; want %q", first, want)
	}
}

// Instance metadata that never answers does not hold up a preflight.
func TestCredentialsAreNotWaitedFor(t *testing.T) {
	hold := make(chan struct{})
	metadata := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hold }))
	defer metadata.Close()
	defer close(hold)
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_EC2_METADATA_DISABLED", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.URL)
	began := time.Now()
	a := &account{region: "ap-northeast-1"}
	found := a.check().Look(t.Context())
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the check took %v; want hardly more than 2 s", took)
	}
	if len(found) != 1 || found[0].Asked != "credentials" || found[0].Status != preflight.Fail || !strings.HasPrefix(found[0].Text, "none") || found[0].ToDo == "" {
		t.Errorf("the check found %v; want no credentials, and what to do", found)
	}

	// Those who watch there say no more than that, and make no call.
	calls := 0
	asks := preflight.Check{Look: func(context.Context) []preflight.Finding { calls++; return []preflight.Finding{{}} }}
	checks := behind{several{asks, asks, asks}, a, true}.Checks()
	found = preflight.Run(t.Context(), time.Second, checks...)
	want := []preflight.Finding{{Subject: "asg/web", Asked: "can be asked", Status: preflight.Fail, Text: "no credentials", ToDo: "see AWS ap-northeast-1"}}
	if diff := cmp.Diff(want, found); diff != "" || calls > 0 {
		t.Errorf("three checks made %d calls and found (-want +got):\n%s", calls, diff)
	}
	if checks := (behind{silent{}, a, true}).Checks(); len(checks) != 0 {
		t.Errorf("an observer that cannot tell has the checks %v; want none", checks)
	}
}

// silent is an observer that cannot tell beforehand, several one that can.
type silent struct{}

func (silent) Source() string { return "asg/web" }

func (silent) Observe(context.Context, *observe.Recorder) error { return nil }

type several []preflight.Check

func (several) Source() string { return "asg/web" }

func (several) Observe(context.Context, *observe.Recorder) error { return nil }

func (s several) Checks() []preflight.Check { return s }

// A warning of what those who watch will see for themselves is shown, and does not
// stay with the run.
func TestPassingWarnings(t *testing.T) {
	target := httptest.NewServer(http.NotFoundHandler())
	defer target.Close()
	file := filepath.Join(t.TempDir(), "passing.yaml")
	text := strings.ReplaceAll(`name: passing
target: {url: "URL", allow_hosts: [127.0.0.1]}
traffic: {baseline: 1/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
`, "URL", target.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	plan, stop, err := prepare(t.Context(), scenarioOptions{file: file})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	plan.Observers = append(plan.Observers, several{{Look: func(context.Context) []preflight.Finding {
		return []preflight.Finding{
			{Subject: "asg/web", Asked: "healthy", Status: preflight.Warning, Text: "1 of 2"},
			{Subject: "asg/web", Asked: "points", Status: preflight.Warning, Text: "none yet", Passing: true},
		}
	}}})
	var errs bytes.Buffer
	warnings, err := cleared(t.Context(), plan, file, &errs)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"asg/web, healthy: 1 of 2"}, warnings); diff != "" {
		t.Errorf("warnings of the run (-want +got):\n%s", diff)
	}
	if !strings.Contains(errs.String(), "warning: asg/web, points: none yet\n") {
		t.Errorf("it told %q; want all warnings", &errs)
	}
}

// An interrupt while checks still look ends either command at once, with nothing
// sent and nothing written.
func TestInterruptedPreflight(t *testing.T) {
	for _, command := range []string{"preflight", "rehearse"} {
		ctx, interrupt := context.WithCancel(t.Context())
		target := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			interrupt()
			<-r.Context().Done()
		}))
		file := filepath.Join(t.TempDir(), "slow.yaml")
		text := strings.ReplaceAll(`name: slow
target: {url: "URL", allow_hosts: [127.0.0.1]}
traffic: {baseline: 1/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
`, "URL", target.URL)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		args := []string{command, file}
		if command == "rehearse" {
			args = append(args, "--out", filepath.Join(filepath.Dir(file), "runs"))
		}
		var out, errs bytes.Buffer
		began := time.Now()
		if got := execute(ctx, args, &out, &errs); got != exitInterrupted {
			t.Errorf("onair %s: exit status %d; want 130\n%s%s", command, got, &out, &errs)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("onair %s: it took %v; want it to end at once", command, took)
		}
		if _, err := os.Stat(filepath.Join(filepath.Dir(file), "runs")); err == nil || out.Len() > 0 {
			t.Errorf("onair %s: it wrote %q, and a run: %v; want neither", command, &out, err == nil)
		}
		target.CloseClientConnections()
		target.Close()
	}
}
