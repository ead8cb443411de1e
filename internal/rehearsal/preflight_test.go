package rehearsal_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// careful is an observer that can tell beforehand.
type careful struct {
	source string
	look   func(context.Context) []preflight.Finding
}

var _ observe.Checker = careful{}

func (c careful) Source() string { return c.source }

func (c careful) Observe(ctx context.Context, _ *observe.Recorder) error {
	<-ctx.Done()
	return nil
}

func (c careful) Checks() []preflight.Check {
	return []preflight.Check{{Subject: c.source, Look: c.look}}
}

const plain = `name: plain
target: {url: "http://127.0.0.1", allow_hosts: [127.0.0.1], auth: {bearer: "${TOKEN}"}}
traffic: {baseline: 10/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
`

func subjects(found []preflight.Finding) (all []string) {
	for _, f := range found {
		all = append(all, f.Subject+" "+f.Status.String())
	}
	return all
}

// The target is asked first, then what the plan asks, then every observer that
// can tell, and none that cannot.
func TestPreflightAsksAll(t *testing.T) {
	s := httptest.NewServer(http.NotFoundHandler())
	defer s.Close()
	target, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	says := func(subject string, status preflight.Status) func(context.Context) []preflight.Finding {
		return func(context.Context) []preflight.Finding {
			return []preflight.Finding{{Subject: subject, Asked: "exists", Status: status}}
		}
	}
	got := rehearsal.Plan{
		Scenario: scenarioWith(t, ""),
		Target:   target,
		Checks:   []preflight.Check{{Subject: "AWS", Look: says("AWS", preflight.Warning)}},
		Observers: []observe.Observer{
			careful{"asg/web", says("asg/web", preflight.Fail)},
			blind{},
			careful{"hpa/default/web", says("hpa/default/web", preflight.OK)},
		},
	}.Preflight(t.Context())
	want := []string{"target ok", "target ok", "target ok", "AWS warning", "asg/web fail", "hpa/default/web ok"}
	if diff := cmp.Diff(want, subjects(got)); diff != "" {
		t.Errorf("Preflight (-want +got):\n%s", diff)
	}
}

func scenarioWith(t *testing.T, token string) *scenario.Scenario {
	t.Helper()
	env := func(name string) (string, bool) {
		if name == "TOKEN" && token != "" {
			return token, true
		}
		return os.LookupEnv(name)
	}
	text := plain
	if token == "" {
		text = strings.Replace(plain, `, auth: {bearer: "${TOKEN}"}`, "", 1)
	}
	s, err := scenario.Parse("test.yaml", ".", []byte(text), scenario.Options{Env: env})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// What others say may quote a secret, and it ends where a person waits no longer.
func TestPreflightIsMaskedAndEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := rehearsal.Plan{
			Scenario: scenarioWith(t, "s3cr3t-token"),
			Target:   &url.URL{Scheme: "http", Host: "127.0.0.1"},
			Door:     http.DefaultTransport,
			Observers: []observe.Observer{
				careful{"asg/web", func(context.Context) []preflight.Finding {
					return []preflight.Finding{{Subject: "asg/web", Text: "refused s3cr3t-token", ToDo: "renew s3cr3t-token"}}
				}},
				careful{"asg/slow", func(ctx context.Context) []preflight.Finding { <-t.Context().Done(); return nil }},
			},
		}
		began := time.Now()
		got := p.Preflight(t.Context())
		if took := time.Since(began); took > 9500*time.Millisecond {
			t.Errorf("Preflight took %v; want hardly more than 9 s", took)
		}
		want := []preflight.Finding{
			{Subject: "asg/web", Text: "refused ${TOKEN}", ToDo: "renew ${TOKEN}"},
			{Subject: "asg/slow", Asked: "answers", Status: preflight.Fail, Text: "no answer within 9 s"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Preflight (-want +got):\n%s", diff)
		}
	})
}
