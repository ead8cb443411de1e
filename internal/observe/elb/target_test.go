package elb

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/diary"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// intervals is a Sink that keeps between which instants targets changed.
type intervals struct {
	diary.Diary
	lines []string
}

func (i *intervals) WriteEvent(e timeline.Event) error {
	if e.Unit == "" {
		return nil
	}
	after := "?"
	if e.After != nil {
		after = time.Duration(*e.After).String()
	}
	i.lines = append(i.lines, fmt.Sprintf("%s to %v %s %s", after, time.Duration(e.At), e.Unit, e.Kind))
	return nil
}

// A change lies between the poll that shows it and the last one that was answered: the
// one at 15 s is not.
func TestChangesLieBetweenPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.targets = func(at time.Duration) ([]types.TargetHealthDescription, error) {
			switch at / (5 * time.Second) {
			case 0:
				return targetsOf(in("10.0.0.1", isHealthy, "")), nil
			case 1, 2:
				return targetsOf(in("10.0.0.1", isHealthy, ""), in("10.0.0.7", isInitial, checking)), nil
			case 3:
				return nil, context.DeadlineExceeded
			}
			return targetsOf(in("10.0.0.7", isHealthy, "")), nil
		}
		ctx, cancel := context.WithTimeout(t.Context(), 21*time.Second)
		defer cancel()
		sink := &intervals{}
		if _, err := observe.Watch(ctx, s.start, sink, New(Options{API: s, Name: "web", Region: "ap-northeast-1"})); err != nil {
			t.Fatal(err)
		}
		check(t, "changes of targets", sink.lines, []string{
			"0s to 5s 10.0.0.7 registered", "10s to 20s 10.0.0.7 in_service", "10s to 20s 10.0.0.1 gone",
		})
	})
}
