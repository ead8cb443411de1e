package rehearsal_test

import (
	"context"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// doubtful is an observer that warns of what it sees.
type doubtful []string

func (doubtful) Source() string { return "asg/web" }

func (d doubtful) Observe(ctx context.Context, rec *observe.Recorder) error {
	for _, text := range d {
		rec.Warn(text)
	}
	<-ctx.Done()
	return nil
}

// What preflight and an observer found both is told once, with the way out.
func TestNothingIsWarnedOfTwice(t *testing.T) {
	const off, stopped = "group metrics are off: CloudWatch has no history of its sizes", "Launch is suspended: the group adds no instance"
	before := []string{"asg/web, group metrics: " + off + " (aws autoscaling enable-metrics-collection)"}
	root := t.TempDir()
	var dir *rundir.Dir
	synctest.Test(t, func(t *testing.T) {
		var err error
		dir, err = rehearsal.Run(t.Context(), rehearsal.Plan{
			Scenario: parse(t, short), Target: &url.URL{Scheme: "http", Host: "lab.test"},
			Door: answers(time.Millisecond), Root: root, Warnings: before, Observers: []observe.Observer{doubtful{off, stopped}},
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	got, err := dir.Warnings()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append(before, "asg/web: "+stopped), got); diff != "" {
		t.Errorf("Warnings() (-want +got):\n%s", diff)
	}
}
