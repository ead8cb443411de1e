package observe

import (
	"context"
	"testing"

	"github.com/seed-f864f198/onair/internal/preflight"
)

type telling struct{}

func (telling) Source() string { return "asg/web" }

func (telling) Observe(ctx context.Context, _ *Recorder) error { return ctx.Err() }

func (telling) Checks() []preflight.Check { return []preflight.Check{{Subject: "asg/web"}} }

type silent struct{ Observer }

// Who counts the cost of an observer does not keep it from telling beforehand.
func TestChecksPassThroughMeters(t *testing.T) {
	for _, tt := range []struct {
		o    Observer
		want int
	}{{telling{}, 1}, {silent{telling{}}, 0}} {
		checker, ok := Metered(tt.o, &Meter{}).(Checker)
		if !ok || len(checker.Checks()) != tt.want {
			t.Errorf("Metered(%T) is a Checker: %v; want one with %d checks", tt.o, ok, tt.want)
		}
	}
}
