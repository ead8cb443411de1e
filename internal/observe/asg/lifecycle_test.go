package asg

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/diary"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// intervals is a Sink that keeps between which instants each change came.
type intervals struct {
	diary.Diary
	events []timeline.Event
}

func (i *intervals) WriteEvent(e timeline.Event) error {
	i.events = append(i.events, e)
	return nil
}

// of are the events of a kind, each with its interval.
func (i *intervals) of(kind string) (lines []string) {
	for _, e := range i.events {
		if e.Kind == kind {
			lines = append(lines, interval(e)+" "+e.Text)
		}
	}
	return lines
}

// ofUnits are the events of units, likewise.
func (i *intervals) ofUnits() (lines []string) {
	for _, e := range i.events {
		if e.Unit != "" {
			lines = append(lines, fmt.Sprint(interval(e), " ", e.Unit, " ", e.Kind, " ", e.Text))
		}
	}
	return lines
}

func interval(e timeline.Event) string {
	if e.After == nil {
		return fmt.Sprint(time.Duration(e.At))
	}
	return fmt.Sprint(time.Duration(*e.After), " to ", time.Duration(e.At))
}

// toldOf observes the script for a while.
func toldOf(t *testing.T, s *script, length time.Duration) *intervals {
	t.Helper()
	o := New(Options{API: s, Name: "web-prod"})
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	told := &intervals{}
	if err := o.Observe(ctx, observe.NewRecorder(o.Source(), s.start, told)); err != nil {
		t.Fatalf("Observe() = %v; want nil", err)
	}
	return told
}

// A lifecycle hook keeps an instance waiting for 40 s, from 7 to 47. Both of its
// transitions are known to within one interval of polls.
func TestLifecycleHookWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			switch {
			case at < 3*time.Second:
				return groupOf(0), nil
			case at < 7*time.Second:
				return groupOf(1, instance("i-1", types.LifecycleStatePending)), nil
			case at < 47*time.Second:
				return groupOf(1, instance("i-1", types.LifecycleStatePendingWait)), nil
			}
			return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
		}
		s.activities = func(at time.Duration) ([]types.Activity, error) {
			return []types.Activity{launch("a-1", "i-1", s.start.Add(2*time.Second), time.Time{})}, nil
		}
		check(t, "changes", toldOf(t, s, time.Minute).ofUnits(), []string{
			"2s i-1 create capacity was increased for i-1",
			"0s to 5s i-1 lifecycle not in the group -> Pending",
			"5s to 10s i-1 lifecycle Pending -> Pending:Wait",
			"45s to 50s i-1 lifecycle Pending:Wait -> InService",
			"45s to 50s i-1 in_service in service (was Pending:Wait), within the 5 s before this poll",
		})
	})
}

// An interval begins with the last poll that told the state: over a gap, and over
// polls in which AWS left it out, it is as long as nobody knew.
func TestIntervalIsAsLongAsNobodyKnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			switch {
			case at < 5*time.Second:
				return groupOf(2, instance("i-1", "Pending"), instance("i-2", "")), nil
			case at < 10*time.Second: // a state, and an instance, of which nothing is told
				return groupOf(2, instance("i-1", ""), instance("i-2", "Standby"), instance("i-3", "")), nil
			case at < 20*time.Second:
				return nil, &smithy.GenericAPIError{Code: "InternalFailure"}
			case at < 25*time.Second:
				return groupOf(2, instance("i-1", "InService"), instance("i-2", "InService"), instance("i-3", "Pending")), nil
			}
			return &types.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod")}, nil
		}
		check(t, "changes", toldOf(t, s, 31*time.Second).ofUnits(), []string{
			"0s to 5s i-2 lifecycle unknown -> Standby",
			"0s to 5s i-3 lifecycle not in the group -> unknown",
			"5s i-3 create first seen unknown, within the 5 s before this poll",
			"0s to 20s i-1 lifecycle Pending -> InService",
			"0s to 20s i-1 in_service in service (was Pending), within the 20 s before this poll",
			"5s to 20s i-2 lifecycle Standby -> InService",
			"5s to 20s i-2 in_service in service (was Standby), within the 15 s before this poll",
			"5s to 20s i-3 lifecycle unknown -> Pending",
		})
	})
}

// Each state that AWS may name, and one of which onair does not know, is told as it
// is written when an instance comes into it and when it goes on.
func TestEveryStateIsTold(t *testing.T) {
	for _, state := range append(types.LifecycleState("").Values(), "Daydreaming:Wait") {
		if state == types.LifecycleStateInService {
			continue // where it comes from
		}
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
				switch {
				case at < 5*time.Second:
					return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
				case at < 15*time.Second:
					return groupOf(1, instance("i-1", state)), nil
				}
				return groupOf(0), nil
			}
			check(t, string(state), toldOf(t, s, 21*time.Second).of(lifecycle), []string{
				fmt.Sprintf("0s to 5s InService -> %s", state), fmt.Sprintf("10s to 15s %s -> not in the group", state),
			})
		})
	}
}
