package asg

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/smithy-go"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/diary"
)

// watch observes the script for a while of simulated time.
func watch(t *testing.T, s *script, o Options, length time.Duration) (*diary.Diary, error) {
	t.Helper()
	o.API, o.Name, o.Region = s, "web-prod", "ap-northeast-1"
	return watchWith(t, New(o), s, length)
}

func watchWith(t *testing.T, o *Observer, s *script, length time.Duration) (*diary.Diary, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	d := &diary.Diary{}
	return d, o.Observe(ctx, observe.NewRecorder(o.Source(), s.start, d))
}

// supervised observes the script as a run does, and returns its warnings too.
func supervised(t *testing.T, s *script, length time.Duration) (*diary.Diary, []string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	d := &diary.Diary{}
	warnings, err := observe.Watch(ctx, s.start, d, New(Options{API: s, Alarms: s, Name: "web-prod", Region: "ap-northeast-1"}))
	if err != nil {
		t.Fatal(err)
	}
	return d, warnings
}

func check(t *testing.T, what string, got, want []string) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", what, diff)
	}
}

func TestCadence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		if _, err := watch(t, s, Options{}, 32*time.Second); err != nil {
			t.Fatalf("Observe() = %v; want nil", err)
		}
		check(t, "calls", s.calls, []string{
			"0s group web-prod", "0s activities since -1h0m0s",
			"5s group web-prod", "10s group web-prod",
			"15s group web-prod", "15s activities since -2m0s",
			"20s group web-prod", "25s group web-prod",
			"30s group web-prod", "30s activities since -1m45s",
			"32s activities since -1m30s",
		})
	})
}

// A slow answer must not shift the beat, nor be followed by a burst; and what is
// asked once takes turns with the group.
func TestCadenceOfSlowAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.took = 3 * time.Second
		if _, err := watch(t, s, Options{Timeout: 8 * time.Second}, 32*time.Second); err != nil {
			t.Fatalf("Observe() = %v; want nil", err)
		}
		check(t, "calls", s.calls, []string{
			"0s group web-prod", "3s activities since -1h0m0s",
			"6s group web-prod", "12s group web-prod", "15s activities since -1m57s",
			"21s group web-prod", "27s group web-prod", "30s activities since -1m45s",
			"32s activities since -1m45s",
		})
		check(t, "calls for settings", s.asides[:4], []string{"9s policies", "18s scheduled", "24s pool", "35s policies"})
	})
}

func TestOneLaunch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		old := instance("i-0", types.LifecycleStateInService)
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			switch {
			case at < 5*time.Second:
				return groupOf(1, old), nil
			case at < 20*time.Second:
				return groupOf(2, old, instance("i-1", types.LifecycleStatePending)), nil
			case at < 35*time.Second:
				return groupOf(2, old, instance("i-1", types.LifecycleStateInService)), nil
			}
			return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
		}
		began, ended := s.start.Add(3*time.Second), s.start.Add(18*time.Second)
		s.activities = func(at time.Duration) ([]types.Activity, error) {
			older := launch("a-0", "i-0", s.start.Add(-10*time.Minute), s.start.Add(-9*time.Minute))
			switch {
			case at < 3*time.Second:
				return []types.Activity{older}, nil
			case at < 18*time.Second:
				return []types.Activity{launch("a-1", "i-1", began, time.Time{}), older}, nil
			}
			return []types.Activity{launch("a-1", "i-1", began, ended), older}, nil
		}
		d, err := watch(t, s, Options{}, 36*time.Second)
		if err != nil {
			t.Fatalf("Observe() = %v; want nil", err)
		}
		check(t, "facts", d.Without(" min ", " max "), []string{
			"0s desired 1", "0s ready 1",
			"5s desired 2", "5s decision [] desired 1 -> 2, within the 5 s before this poll", "5s ready 1",
			"5s lifecycle [i-1] not in the group -> Pending",
			"10s desired 2", "10s ready 1",
			"15s desired 2", "15s ready 1",
			"3s create [i-1] capacity was increased for i-1",
			"20s desired 2", "20s ready 2",
			"20s lifecycle [i-1] Pending -> InService",
			"20s in_service [i-1] in service (was Pending), within the 5 s before this poll",
			"25s desired 2", "25s ready 2",
			"30s desired 2", "30s ready 2",
			"18s activity [i-1] Successful: Launching a new EC2 instance: i-1",
			"35s desired 1", "35s decision [] desired 2 -> 1, within the 5 s before this poll", "35s ready 1",
			"35s lifecycle [i-0] InService -> not in the group",
			"35s gone [i-0] no longer in the group (was InService), within the 5 s before this poll",
		})
	})
}

// A launch that began before watching did is news as long as it lasts, and the
// instance it makes was not in service when watching began.
func TestLaunchUnderWayAtTheStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at < 5*time.Second {
				return groupOf(1, instance("i-1", types.LifecycleStatePending)), nil
			}
			return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
		}
		s.activities = func(time.Duration) ([]types.Activity, error) {
			return []types.Activity{launch("a-1", "i-1", s.start.Add(-4*time.Minute), time.Time{})}, nil
		}
		d, _ := watch(t, s, Options{}, 16*time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"-4m0s create [i-1] capacity was increased for i-1",
			"5s lifecycle [i-1] Pending -> InService",
			"5s in_service [i-1] in service (was Pending), within the 5 s before this poll",
		})
		if got, want := s.calls[len(s.calls)-1], "16s activities since -4m0s"; got != want {
			t.Errorf("last call = %q; want %q: an activity that has not ended must be asked for again", got, want)
		}
	})
}

func TestFailedLaunch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.activities = func(at time.Duration) ([]types.Activity, error) {
			if at == 0 {
				return nil, nil
			}
			return []types.Activity{{
				ActivityId:    aws.String("a-1"),
				Description:   aws.String("Launching a new EC2 instance.  Status Reason: …"),
				StartTime:     aws.Time(s.start.Add(2 * time.Second)),
				EndTime:       aws.Time(s.start.Add(3 * time.Second)),
				StatusCode:    types.ScalingActivityStatusCodeFailed,
				StatusMessage: aws.String("You have requested more vCPU capacity than your current vCPU limit of 32 allows."),
			}}, nil
		}
		d, _ := watch(t, s, Options{}, 40*time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"3s launch_failed [] You have requested more vCPU capacity than your current vCPU limit of 32 allows.",
		})
	})
}

// An instance whose launch no activity names is told with the poll that showed it.
func TestUnexplainedInstance(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at < 10*time.Second {
				return groupOf(1), nil
			}
			return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
		}
		d, _ := watch(t, s, Options{}, 40*time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"10s lifecycle [i-1] not in the group -> InService",
			"10s in_service [i-1] in service, within the 5 s before this poll",
			"10s create [i-1] first seen InService, within the 5 s before this poll",
		})
	})
}

func TestOnlyInServiceIsReady(t *testing.T) {
	states := append(types.LifecycleState("").Values(), "Daydreaming", "")
	for _, state := range states {
		want := 0
		if state == "InService" {
			want = 1
		}
		if got := inService([]types.Instance{instance("i-1", state)}); got != want {
			t.Errorf("inService(%q) = %d; want %d", state, got, want)
		}
	}
}

// What an answer leaves out is not a number, and no change either.
func TestUnknownIsNotRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at == 5*time.Second {
				return &types.AutoScalingGroup{AutoScalingGroupName: aws.String("web-prod"), MaxSize: aws.Int32(8)}, nil
			}
			return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
		}
		d, _ := watch(t, s, Options{}, 11*time.Second)
		check(t, "facts", d.Lines, []string{
			"0s desired 1", "0s min 1", "0s max 8", "0s ready 1",
			"5s max 8",
			"10s desired 1", "10s min 1", "10s max 8", "10s ready 1",
		})
	})
}

func TestGapIsAsLongAsTheOutage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		down := errors.New("connection refused")
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at > 5*time.Second && at < 25*time.Second {
				return nil, down
			}
			return groupOf(1), nil
		}
		s.activities = func(at time.Duration) ([]types.Activity, error) {
			if at == 15*time.Second || at > 31*time.Second {
				return nil, down
			}
			return nil, nil
		}
		d, warnings := supervised(t, s, 32*time.Second)
		check(t, "gaps", d.Without(" desired ", " ready ", " min ", " max "), []string{
			// The group answers again at 25s, its activities at 30s but not at the end.
			"5s blind [] asg web-prod: DescribeAutoScalingGroups: connection refused",
			"15s activities_unobserved [] scaling activities are not observed: DescribeScalingActivities: connection refused",
			"gap 5s to 25s: asg web-prod: DescribeAutoScalingGroups: connection refused",
			"32s activities_unobserved [] scaling activities are not observed: DescribeScalingActivities: connection refused",
		})
		check(t, "warnings", warnings, []string{
			"asg/web-prod: the last scaling activities were not observed: DescribeScalingActivities: connection refused",
		})
	})
}

func TestGapOfOneFailedPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at == 10*time.Second {
				return nil, &smithy.GenericAPIError{Code: "InternalFailure", Message: "oops"}
			}
			return groupOf(1), nil
		}
		d, _ := watch(t, s, Options{}, 17*time.Second)
		check(t, "gaps", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"5s blind [] asg web-prod: DescribeAutoScalingGroups: InternalFailure: oops",
			"gap 5s to 15s: asg web-prod: DescribeAutoScalingGroups: InternalFailure: oops",
		})
	})
}

func TestNoAnswerWithinTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.took = time.Hour
		d, _ := supervised(t, s, 9*time.Second)
		check(t, "facts", d.Lines, []string{
			"0s blind [] asg web-prod: DescribeAutoScalingGroups: no answer within 4 s",
			"8s activities_unobserved [] scaling activities are not observed: DescribeScalingActivities: no answer within 4 s",
			"gap 0s to 13s: asg web-prod: DescribeAutoScalingGroups: no answer within 4 s",
		})
		check(t, "calls", s.calls, []string{
			"0s group web-prod", "4s activities since -1h0m0s", "8s group web-prod",
			"9s activities since -1h0m0s", // the sweep, which ends by its own deadline
		})
	})
}

// Throttling doubles both intervals up to four times; the first good poll brings
// them back.
func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at > 0 && at < 90*time.Second {
				return nil, &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
			}
			return groupOf(1), nil
		}
		d, err := watch(t, s, Options{Activities: time.Hour}, 118*time.Second)
		if err != nil {
			t.Fatalf("Observe() = %v; want nil", err)
		}
		var at []string
		for _, call := range s.calls {
			if when, ok := strings.CutSuffix(call, " group web-prod"); ok {
				at = append(at, when)
			}
		}
		check(t, "polls of the group", at, []string{
			"0s", "5s", "15s", "35s", "55s", "1m15s", "1m35s", "1m40s", "1m45s", "1m50s", "1m55s",
		})
		check(t, "gaps", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"0s blind [] asg web-prod: throttled by AWS (autoscaling:DescribeAutoScalingGroups)",
			"gap 0s to 1m35s: asg web-prod: throttled by AWS (autoscaling:DescribeAutoScalingGroups)",
		})
	})
}

// The group is looked at again soon after each outage, whatever else was throttled
// in it and however it was broken.
func TestTheGroupIsSeenBetweenOutages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		broken := func(at time.Duration) error {
			switch {
			case at > 10*time.Second && at < 17*time.Second:
				return &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
			case at > 20*time.Second && at < 28*time.Second:
				return &smithy.GenericAPIError{Code: "AccessDenied"}
			case at > 41*time.Second && at < 49*time.Second:
				return errors.New("reset")
			}
			return nil
		}
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) { return groupOf(1), broken(at) }
		s.activities = func(at time.Duration) ([]types.Activity, error) { return nil, broken(at) }
		s.settings = func(at time.Duration) (settingsOf, error) { return settingsOf{}, broken(at) }
		d, _ := supervised(t, s, time.Minute)
		var gaps []string
		for _, line := range d.Without(" desired ", " ready ", " min ", " max ") {
			if strings.HasPrefix(line, "gap ") {
				gaps = append(gaps, line)
			}
		}
		check(t, "gaps", gaps, []string{
			"gap 10s to 28s: asg web-prod: throttled by AWS (autoscaling:DescribeAutoScalingGroups); then access denied (needs autoscaling:DescribeAutoScalingGroups)",
			"gap 38s to 53s: asg web-prod: DescribeAutoScalingGroups: reset",
		})
	})
}

func TestPagesOfActivities(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.pageSize = 2
		s.activities = func(time.Duration) ([]types.Activity, error) {
			var all []types.Activity
			for n := 5; n > 0; n-- {
				all = append(all, launch(fmt.Sprint("a-", n), fmt.Sprint("i-", n), s.start.Add(time.Duration(n)*time.Second-time.Minute), time.Time{}))
			}
			return all, nil
		}
		d, _ := watch(t, s, Options{}, time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"-59s create [i-1] capacity was increased for i-1",
			"-58s create [i-2] capacity was increased for i-2",
			"-57s create [i-3] capacity was increased for i-3",
			"-56s create [i-4] capacity was increased for i-4",
			"-55s create [i-5] capacity was increased for i-5",
		})
		check(t, "calls", s.calls[1:4], []string{
			"0s activities since -1h0m0s", "0s activities since -1h0m0s from 2", "0s activities since -1h0m0s from 4",
		})
	})
}

// What began in the last seconds is told by the sweep.
func TestSweep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.activities = func(at time.Duration) ([]types.Activity, error) {
			if at < 19*time.Second {
				return nil, nil
			}
			return []types.Activity{launch("a-1", "i-1", s.start.Add(19*time.Second), time.Time{})}, nil
		}
		d, _ := watch(t, s, Options{}, 21*time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"19s create [i-1] capacity was increased for i-1",
		})
	})
}

func TestFatalFailures(t *testing.T) {
	for _, c := range []struct {
		group *types.AutoScalingGroup
		err   error
		want  string
	}{
		{nil, nil, "asg web-prod: no such group in ap-northeast-1"},
		{nil, &smithy.GenericAPIError{Code: "AccessDenied", Message: "User: arn:… is not authorized"},
			"asg web-prod: access denied (needs autoscaling:DescribeAutoScalingGroups)"},
		{nil, &smithy.GenericAPIError{Code: "ExpiredToken", Message: "The security token included in the request is expired"},
			"asg web-prod: credentials refused (ExpiredToken: The security token included in the request is expired)"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
				if at < 10*time.Second {
					return groupOf(1), nil
				}
				return c.group, c.err
			}
			d, err := watch(t, s, Options{}, time.Minute)
			if err == nil || err.Error() != c.want {
				t.Errorf("Observe() = %v; want %s", err, c.want)
			}
			check(t, "gaps", d.Without(" desired ", " ready ", " min ", " max "), []string{"5s blind [] " + c.want})
		})
	}
}

// Without permission to read activities the group is still watched: no gap, one
// event and one warning.
func TestActivitiesDenied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			if at < 5*time.Second {
				return groupOf(1), nil
			}
			return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
		}
		s.activities = func(time.Duration) ([]types.Activity, error) {
			return nil, &smithy.GenericAPIError{Code: "AccessDenied"}
		}
		d, warnings := supervised(t, s, 32*time.Second)
		check(t, "facts", d.Without(" desired ", " min ", " max "), []string{
			"0s ready 0",
			"0s activities_unobserved [] scaling activities are not observed: access denied (needs autoscaling:DescribeScalingActivities)",
			"5s ready 1",
			"5s lifecycle [i-1] not in the group -> InService",
			"5s in_service [i-1] in service, within the 5 s before this poll",
			"10s ready 1", "15s ready 1",
			"5s create [i-1] first seen InService, within the 5 s before this poll",
			"20s ready 1", "25s ready 1", "30s ready 1",
		})
		check(t, "warnings", warnings, []string{
			"asg/web-prod: scaling activities were not observed: access denied (needs autoscaling:DescribeScalingActivities)",
		})
	})
}

// What a poll of the activities could not tell, the next one does: nothing to
// warn of.
func TestActivitiesMissedAreTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.activities = func(at time.Duration) ([]types.Activity, error) {
			switch {
			case at == 0:
				return nil, nil
			case at < 20*time.Second:
				return nil, errors.New("connection reset")
			}
			return []types.Activity{launch("a-1", "i-1", s.start.Add(3*time.Second), time.Time{})}, nil
		}
		d, warnings := supervised(t, s, 32*time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"15s activities_unobserved [] scaling activities are not observed: DescribeScalingActivities: connection reset",
			"3s create [i-1] capacity was increased for i-1",
		})
		check(t, "warnings", warnings, nil)
	})
}

// Called again after a failure, an Observer tells what changed meanwhile, and
// nothing twice. The gap is its caller's.
func TestObserveAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.activities = func(time.Duration) ([]types.Activity, error) {
			return []types.Activity{launch("a-1", "i-1", s.start, time.Time{})}, nil
		}
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			switch {
			case at < 5*time.Second:
				return groupOf(1, instance("i-1", types.LifecycleStatePending)), nil
			case at < 10*time.Second:
				return nil, &smithy.GenericAPIError{Code: "ExpiredToken"}
			}
			return groupOf(3, instance("i-1", types.LifecycleStateInService)), nil
		}
		o := New(Options{API: s, Name: "web-prod"})
		first, err := watchWith(t, o, s, time.Minute)
		if err == nil {
			t.Fatal("Observe() = nil; want an error")
		}
		check(t, "first events", first.Without(" desired ", " ready ", " min ", " max ", "blind"), []string{
			"0s create [i-1] capacity was increased for i-1",
		})
		time.Sleep(5 * time.Second)
		second, err := watchWith(t, o, s, time.Second)
		if err != nil {
			t.Fatalf("Observe() again = %v; want nil", err)
		}
		check(t, "second facts", second.Without(" min ", " max "), []string{
			"10s desired 3", "10s decision [] desired 1 -> 3, within the 10 s before this poll", "10s ready 1",
			"10s lifecycle [i-1] Pending -> InService",
			"10s in_service [i-1] in service (was Pending), within the 10 s before this poll",
		})
	})
}

func TestLeavingIsToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(at time.Duration) (*types.AutoScalingGroup, error) {
			switch {
			case at < 5*time.Second:
				return groupOf(1, instance("i-1", types.LifecycleStateInService)), nil
			case at < 10*time.Second:
				return groupOf(1, instance("i-1", types.LifecycleStateTerminatingWait)), nil
			}
			return groupOf(1), nil
		}
		d, _ := watch(t, s, Options{}, 16*time.Second)
		check(t, "events", d.Without(" desired ", " ready ", " min ", " max "), []string{
			"5s lifecycle [i-1] InService -> Terminating:Wait",
			"5s gone [i-1] Terminating:Wait (was InService), within the 5 s before this poll",
			"10s lifecycle [i-1] Terminating:Wait -> not in the group",
		})
	})
}
