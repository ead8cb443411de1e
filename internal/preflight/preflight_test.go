package preflight_test

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/preflight"
)

func ExampleRun() {
	found := preflight.Run(context.Background(), time.Second,
		preflight.Check{Subject: "target", Look: func(context.Context) []preflight.Finding {
			return []preflight.Finding{{Subject: "target", Asked: "resolves", Text: "192.0.2.7"}}
		}},
		preflight.Check{Subject: "asg/web", Look: func(context.Context) []preflight.Finding {
			return []preflight.Finding{{Subject: "asg/web", Asked: "exists", Status: preflight.Fail, Text: "no such group", ToDo: "check its name and region"}}
		}})
	for _, f := range found {
		fmt.Printf("%s %s: %s: %s\n", f.Subject, f.Asked, f.Status, f.Text)
	}
	fmt.Println(preflight.Worst(found))
	// Output:
	// target resolves: ok: 192.0.2.7
	// asg/web exists: fail: no such group
	// fail
}

func TestChecksThatDoNotAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		finding := func(text string) []preflight.Finding {
			return []preflight.Finding{{Subject: "x", Asked: "answers", Text: text}}
		}
		release := make(chan struct{})
		began := time.Now()
		got := preflight.Run(t.Context(), 10*time.Second,
			preflight.Check{Subject: "quick", Look: func(context.Context) []preflight.Finding { return finding("here") }},
			preflight.Check{Subject: "deaf", Look: func(context.Context) []preflight.Finding { <-release; return nil }},
			preflight.Check{Subject: "heedful", Look: func(ctx context.Context) []preflight.Finding {
				<-ctx.Done()
				return finding("cut off at its third question")
			}},
			preflight.Check{Subject: "broken", Look: func(context.Context) []preflight.Finding { panic("nil map") }},
		)
		if took := time.Since(began); took > 10*time.Second+200*time.Millisecond {
			t.Errorf("Run took %v; want hardly more than its 10 s", took)
		}
		want := []preflight.Finding{
			{Subject: "x", Asked: "answers", Text: "here"},
			{Subject: "deaf", Asked: "answers", Status: preflight.Fail, Text: "no answer within 10 s"},
			{Subject: "x", Asked: "answers", Text: "cut off at its third question"},
			{Subject: "broken", Asked: "looked at", Status: preflight.Fail, Text: "the check panicked: nil map"},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Run (-want +got):\n%s", diff)
		}
		close(release)
	})
}

func TestFindingsInJSON(t *testing.T) {
	got, err := json.Marshal(preflight.Finding{Subject: "target", Asked: "clock", Status: preflight.Warning, Text: "3 s ahead"})
	if want := `{"subject":"target","asked":"clock","status":"warning","text":"3 s ahead"}`; err != nil || string(got) != want {
		t.Errorf("a finding in JSON = %s, %v; want %s", got, err, want)
	}
}

func ExampleFinding_String() {
	fmt.Println(preflight.Finding{Subject: "target", Asked: "clock", Status: preflight.Warning, Text: "12 s ahead of ours", ToDo: "set the clocks by NTP"})
	fmt.Println(preflight.Finding{Subject: "target", Asked: "resolves", Text: "192.0.2.7"})
	// Output:
	// target, clock: 12 s ahead of ours (set the clocks by NTP)
	// target, resolves: 192.0.2.7
}

func TestCount(t *testing.T) {
	got := preflight.Count([]preflight.Finding{{}, {Status: preflight.Fail}, {}})
	if diff := cmp.Diff(map[preflight.Status]int{preflight.OK: 2, preflight.Fail: 1}, got); diff != "" {
		t.Errorf("Count (-want +got):\n%s", diff)
	}
}
