package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/preflight"
)

func Example_preflight() {
	_ = writeFindings(os.Stdout, []preflight.Finding{
		{Subject: "target", Asked: "resolves", Text: "staging.example.jp: 192.0.2.7"},
		{Subject: "target", Asked: "certificate", Status: preflight.Warning, Text: "expires in 5 days", ToDo: "renew it before the broadcast"},
		{Subject: "asg/web", Asked: "exists", Status: preflight.Fail, Text: "no such group in ap-northeast-1", ToDo: "check its name and region"},
	})
	// Output:
	// ok       target   resolves     staging.example.jp: 192.0.2.7
	// warning  target   certificate  expires in 5 days
	//                                -> renew it before the broadcast
	// fail     asg/web  exists       no such group in ap-northeast-1
	//                                -> check its name and region
	//
	// 1 check ok, 1 warning, 1 failed: a rehearsal cannot run
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
	found := awsCheck("ap-northeast-1", nil).Look(context.Background())
	if took := time.Since(began); took > 4*time.Second {
		t.Errorf("the check took %v; want hardly more than 2 s", took)
	}
	if len(found) != 1 || found[0].Asked != "credentials" || found[0].Status != preflight.Fail || !strings.HasPrefix(found[0].Text, "none") || found[0].ToDo == "" {
		t.Errorf("the check found %v; want no credentials, and what to do", found)
	}
}
