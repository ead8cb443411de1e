package elb

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/smithy-go"

	"github.com/seed-f864f198/onair/internal/preflight"
)

const (
	isInitial   = types.TargetHealthStateEnumInitial
	isHealthy   = types.TargetHealthStateEnumHealthy
	isSick      = types.TargetHealthStateEnumUnhealthy
	isDraining  = types.TargetHealthStateEnumDraining
	registering = types.TargetHealthReasonEnumRegistrationInProgress
	checking    = types.TargetHealthReasonEnumInitialHealthChecking
	timedOut    = types.TargetHealthReasonEnumTimeout
	leaving     = types.TargetHealthReasonEnumDeregistrationInProgress
)

func TestCadence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.TargetGroup, error) { return groupOf("app", "inner"), nil }
		_, warnings := supervised(t, s, 12*time.Second)
		check(t, "calls", s.calls, []string{
			"0s group web", "0s targets", "0s fronts", "0s reservation of app", "0s fronts+", "0s reservation of inner",
			"5s targets", "10s targets",
			"12s fronts", "12s reservation of app", "12s fronts+", "12s reservation of inner",
		})
		check(t, "warnings", warnings, nil)
	})
}

func TestTargetGroupByARN(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		o := New(Options{API: s, Name: arn, Source: "elb/web"})
		if found, err := o.describeTargets(ctx); err != nil || found == nil || s.calls[0] != "0s group "+arn {
			t.Errorf("describeTargets() = %v, %v after %q; want the targets of %s", found, err, s.calls, arn)
		}
	})
}

// The life of a target, next to one that serves all the while.
func TestLifeOfATarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		states := []types.TargetHealthDescription{
			{}, // not there yet
			in("10.0.0.7", isInitial, registering),
			in("10.0.0.7", isInitial, checking),
			in("10.0.0.7", isSick, timedOut), // as long as it starts
			in("10.0.0.7", isHealthy, ""),
			in("10.0.0.7", isSick, timedOut),
			in("10.0.0.7", isHealthy, ""),
			in("10.0.0.7", isDraining, leaving),
			{}, // gone
		}
		s.targets = func(at time.Duration) ([]types.TargetHealthDescription, error) {
			all := targetsOf(in("10.0.0.1", isHealthy, ""))
			if now := states[at/(5*time.Second)]; now.Target != nil {
				all = append(all, now)
			}
			return all, nil
		}
		d, warnings := supervised(t, s, 41*time.Second)
		check(t, "readings", d.Without("["), []string{
			"0s healthy 1", "0s unhealthy 0", "5s healthy 1", "5s unhealthy 0", "10s healthy 1", "10s unhealthy 0",
			"15s healthy 1", "15s unhealthy 1", "20s healthy 2", "20s unhealthy 0", "25s healthy 1", "25s unhealthy 1",
			"30s healthy 2", "30s unhealthy 0", "35s healthy 1", "35s unhealthy 0", "40s healthy 1", "40s unhealthy 0",
		})
		check(t, "events", d.Without("s healthy 1", "s healthy 2", "s unhealthy 0", "s unhealthy 1", "capacity units"), []string{
			"5s registered [10.0.0.7] initial: Elb.RegistrationInProgress, within the 5 s before this poll",
			"15s unhealthy [10.0.0.7] unhealthy: Target.Timeout (was initial), within the 5 s before this poll",
			"20s in_service [10.0.0.7] healthy (was unhealthy), within the 5 s before this poll",
			"25s unhealthy [10.0.0.7] unhealthy: Target.Timeout (was healthy), within the 5 s before this poll",
			"30s healthy [10.0.0.7] healthy (was unhealthy), within the 5 s before this poll",
			"35s draining [10.0.0.7] draining: Target.DeregistrationInProgress (was healthy), within the 5 s before this poll",
			"40s gone [10.0.0.7] no longer in the target group (was draining), within the 5 s before this poll",
		})
		check(t, "warnings", warnings, nil)
	})
}

// Every state, those of tomorrow and one left out included, is counted as what AWS
// says and as nothing else.
func TestStates(t *testing.T) {
	for _, state := range append(types.TargetHealthStateEnum("").Values(), "Daydreaming", "") {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) {
				d := in("10.0.0.7", state, "")
				d.TargetHealth.Description = aws.String("so it is")
				return targetsOf(d, types.TargetHealthDescription{}, types.TargetHealthDescription{Target: &types.TargetDescription{Id: aws.String("10.0.0.8")}}), nil
			}
			d, _ := supervised(t, s, time.Second)
			well, sick := 0, 0
			switch state {
			case "healthy":
				well = 1
			case "unhealthy", "unhealthy.draining":
				sick = 1
			}
			check(t, fmt.Sprintf("readings of a target that is %q", state), d.Without("["), []string{fmt.Sprint("0s healthy ", well), fmt.Sprint("0s unhealthy ", sick)})
		})
	}
}

// What an answer leaves out is not a number, and no change either.
func TestUnknownIsNotRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.targets = func(at time.Duration) ([]types.TargetHealthDescription, error) {
			if at == 5*time.Second {
				return nil, nil
			}
			return targetsOf(in("10.0.0.1", isHealthy, "")), nil
		}
		d, _ := supervised(t, s, 11*time.Second)
		check(t, "facts", d.Without("capacity units"), []string{"0s healthy 1", "0s unhealthy 0", "10s healthy 1", "10s unhealthy 0"})
	})
}

func TestReservation(t *testing.T) {
	const ready, pending = types.CapacityReservationStateEnumProvisioned, types.CapacityReservationStateEnumPending
	for _, c := range []struct {
		name     string
		standing *elbv2.DescribeCapacityReservationOutput
		facts    []string
		warnings []string
	}{
		{"none", reservationOf(0), []string{"reservation [] app: no capacity units are reserved"}, nil},
		{"in force", reservationOf(400, ready, ready), []string{"reservation [] app: 400 capacity units are reserved", "reserved_lcu 400"}, nil},
		{"not yet", reservationOf(400, ready, pending), []string{"reservation [] app: 400 capacity units are asked for and not yet provisioned: pending in b"},
			[]string{"elb/web: app: 400 capacity units are asked for and not yet provisioned: pending in b"}},
		{"in a new way", reservationOf(400, "pondering"), []string{"reservation [] app: 400 capacity units are asked for and not yet provisioned: pondering in a"},
			[]string{"elb/web: app: 400 capacity units are asked for and not yet provisioned: pondering in a"}},
		{"untold", reservationOf(400), []string{"reservation [] app: 400 capacity units are asked for, and AWS does not tell whether they are provisioned"},
			[]string{"elb/web: app: 400 capacity units are asked for, and AWS does not tell whether they are provisioned"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				s.reserved = func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return c.standing, nil }
				d, warnings := supervised(t, s, time.Second)
				var facts []string
				for _, line := range d.Lines {
					if fact, ok := strings.CutPrefix(line, "0s re"); ok {
						facts = append(facts, "re"+fact)
					}
				}
				check(t, "facts", facts, c.facts)
				check(t, "warnings", warnings, c.warnings)
			})
		})
	}
}

// What a plan must know of a load balancer is kept when it is read first and where it
// has changed; what cannot be read is unknown.
func TestLoadBalancersAreKept(t *testing.T) {
	const ready, pending = types.CapacityReservationStateEnumProvisioned, types.CapacityReservationStateEnumPending
	for _, c := range []struct {
		name     string
		kind     types.LoadBalancerTypeEnum
		reserved func(at time.Duration) (*elbv2.DescribeCapacityReservationOutput, error)
		want     []string
	}{
		{"none reserved", "application", func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return reservationOf(0), nil },
			[]string{`0s {"name":"app","application":true,"reserved":0}`}},
		{"not yet there, but asked for", "application", func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
			return reservationOf(400, pending), nil
		},
			[]string{`0s {"name":"app","application":true,"reserved":400}`}},
		{"raised meanwhile", "application", func(at time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
			if at < 10*time.Second {
				return reservationOf(100, ready), nil
			}
			return reservationOf(400, ready), nil
		}, []string{`0s {"name":"app","application":true,"reserved":100}`, `11s {"name":"app","application":true,"reserved":400}`}},
		{"of another kind", "network", func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
			return reservationOf(3, ready), nil
		},
			[]string{`0s {"name":"app","application":false,"reserved":3}`}},
		{"not readable", "application", func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
			return nil, errors.New("no")
		}, []string{`0s {"name":"app","application":true,"reserved":null}`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				s.kind, s.reserved = c.kind, c.reserved
				d, _ := supervised(t, s, 11*time.Second)
				check(t, "load balancers", d.Specs, c.want)
			})
		})
	}
}

// A reservation that comes into force meanwhile is told, and what was wrong before
// remains a warning.
func TestReservationComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.reserved = func(at time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
			if at < time.Minute {
				return reservationOf(400, types.CapacityReservationStateEnumRebalancing), nil
			}
			return reservationOf(400, types.CapacityReservationStateEnumProvisioned), nil
		}
		d, warnings := supervised(t, s, 61*time.Second)
		check(t, "facts", d.Without("healthy"), []string{
			"0s reservation [] app: 400 capacity units are asked for and not yet provisioned: rebalancing in a",
			"1m1s reservation [] app: 400 capacity units are reserved",
			"1m1s reserved_lcu 400",
		})
		check(t, "warnings", warnings, []string{"elb/web: app: 400 capacity units are asked for and not yet provisioned: rebalancing in a"})
	})
}

func TestLoadBalancerThatIsNotActive(t *testing.T) {
	for _, c := range []struct {
		state *types.LoadBalancerState
		want  string
	}{
		{&types.LoadBalancerState{Code: types.LoadBalancerStateEnumActiveImpaired, Reason: aws.String("no room")}, "elb/web: app: the load balancer is active_impaired (no room)"},
		{&types.LoadBalancerState{Code: "asleep"}, "elb/web: app: the load balancer is asleep"},
		{nil, "elb/web: app: AWS does not tell whether it is active"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.state = c.state
			_, warnings := supervised(t, s, time.Second)
			check(t, "warnings", warnings, []string{c.want})
		})
	}
}

func TestTargetGroupWithoutALoadBalancer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.group = func(time.Duration) (*types.TargetGroup, error) { return groupOf(), nil }
		_, warnings := supervised(t, s, time.Second)
		check(t, "warnings", warnings, []string{"elb/web: no load balancer uses the target group: none of its targets gets requests"})
	})
}

// A reservation that cannot be read leaves no gap; the targets that cannot, do.
func TestGapIsOfTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.reserved = func(at time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
			return nil, &smithy.GenericAPIError{Code: "AccessDenied"}
		}
		s.targets = func(at time.Duration) ([]types.TargetHealthDescription, error) {
			if at > 5*time.Second && at < 20*time.Second {
				return nil, errors.New("connection refused")
			}
			return targetsOf(), nil
		}
		d, warnings := supervised(t, s, 32*time.Second)
		check(t, "gaps and events", d.Without("healthy"), []string{
			"0s reservation_unobserved [] the load balancers' capacity is not observed: access denied (needs elasticloadbalancing:DescribeCapacityReservation)",
			"5s blind [] elb web: DescribeTargetHealth: connection refused",
			"gap 5s to 20s: elb web: DescribeTargetHealth: connection refused",
		})
		check(t, "warnings", warnings, []string{
			"elb/web: the load balancers' capacity was not observed: access denied (needs elasticloadbalancing:DescribeCapacityReservation)",
		})
	})
}

var unsupported = &smithy.GenericAPIError{Code: "UnsupportedOperation", Message: "not of this type"}

// How a load balancer stands is told where its reservation cannot be read.
func TestStateWithoutReservation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.state = &types.LoadBalancerState{Code: types.LoadBalancerStateEnumProvisioning}
		s.reserved = func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return nil, unsupported }
		_, warnings := supervised(t, s, 32*time.Second)
		check(t, "warnings", warnings, []string{
			"elb/web: app: the load balancer is provisioning",
			"elb/web: the load balancers' capacity was not observed: DescribeCapacityReservation: UnsupportedOperation: not of this type",
		})
	})
}

func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.targets = func(at time.Duration) ([]types.TargetHealthDescription, error) {
			if at > 0 && at < 30*time.Second {
				return nil, &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
			}
			return targetsOf(), nil
		}
		d, _ := supervised(t, s, 62*time.Second)
		var at []string
		for _, call := range s.calls {
			if when, ok := strings.CutSuffix(call, " targets"); ok {
				at = append(at, when)
			}
		}
		check(t, "polls of the targets", at, []string{"0s", "5s", "15s", "35s", "40s", "45s", "50s", "55s", "1m0s"})
		check(t, "gaps", d.Without("healthy", "capacity units"), []string{
			"0s blind [] elb web: throttled by AWS (elasticloadbalancing:DescribeTargetHealth)",
			"gap 0s to 35s: elb web: throttled by AWS (elasticloadbalancing:DescribeTargetHealth)",
		})
	})
}

func TestNoAnswerWithinTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		s.took = time.Hour
		d, _ := supervised(t, s, 9*time.Second)
		check(t, "facts", d.Lines, []string{
			"0s blind [] elb web: DescribeTargetGroups: no answer within 4 s",
			"gap 0s to 9s: elb web: DescribeTargetGroups: no answer within 4 s",
		})
	})
}

// A target group that is made anew under the same name is found again, and what
// happened meanwhile is told.
func TestTargetGroupMadeAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScript()
		gone := &types.TargetGroupNotFoundException{}
		s.group = func(at time.Duration) (*types.TargetGroup, error) {
			if at == 5*time.Second || at == 6*time.Second {
				return nil, gone
			}
			return groupOf("app"), nil
		}
		s.targets = func(at time.Duration) ([]types.TargetHealthDescription, error) {
			switch {
			case at < 5*time.Second:
				return targetsOf(), nil
			case at == 5*time.Second:
				return nil, gone
			}
			return targetsOf(in("i-1", isHealthy, "")), nil
		}
		d, _ := supervised(t, s, 9*time.Second)
		check(t, "gaps and events", d.Without("s healthy ", "s unhealthy ", "capacity units"), []string{
			"0s blind [] elb web: no such target group in ap-northeast-1",
			"gap 0s to 8s: elb web: no such target group in ap-northeast-1",
			"8s in_service [i-1] healthy, within the 8 s before this poll",
		})
	})
}

// looked makes the checks of a script's target group, and writes what they found
// as lines.
func looked(t *testing.T, s *script) []string {
	t.Helper()
	var lines []string
	for _, c := range New(Options{API: s, Name: "web", Region: "ap-northeast-1"}).Checks() {
		for _, f := range c.Look(t.Context()) {
			if f.Subject != "elb/web" || (f.ToDo == "") != (f.Status == preflight.OK) {
				t.Errorf("finding %+v: what is to do must stand there where something is, and only there", f)
			}
			lines = append(lines, fmt.Sprintf("%s %s: %s", f.Status, f.Asked, f.Text))
		}
	}
	return lines
}

func TestChecks(t *testing.T) {
	denied := &smithy.GenericAPIError{Code: "AccessDenied"}
	for _, c := range []struct {
		name string
		set  func(*script)
		want []string
	}{
		{"sound", func(s *script) {
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) {
				return targetsOf(in("10.0.0.1", isHealthy, "")), nil
			}
		}, []string{
			"ok exists: targets of type ip", "ok healthy: 1 of 1 targets are healthy",
			"ok load balancer: app is active", "ok capacity reservation: app: no capacity units are reserved",
		}},
		{"unsound", func(s *script) {
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) {
				return targetsOf(in("10.0.0.1", isHealthy, ""), in("10.0.0.2", isSick, timedOut), in("10.0.0.3", isInitial, checking),
					types.TargetHealthDescription{}, in("10.0.0.5", "asleep", "")), nil
			}
			s.state = &types.LoadBalancerState{Code: types.LoadBalancerStateEnumProvisioning}
			s.reserved = func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) {
				return reservationOf(400, types.CapacityReservationStateEnumPending), nil
			}
		}, []string{
			"ok exists: targets of type ip",
			"warning healthy: 1 of 5 targets are healthy; 10.0.0.2 is unhealthy: Target.Timeout; 10.0.0.3 is initial: Elb.InitialHealthChecking; a target is in a state that AWS does not tell; …",
			"warning load balancer: app: the load balancer is provisioning",
			"warning capacity reservation: app: 400 capacity units are asked for and not yet provisioned: pending in a",
		}},
		{"none healthy", func(s *script) {
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) {
				return targetsOf(in("10.0.0.2", isSick, timedOut)), nil
			}
		}, []string{
			"ok exists: targets of type ip", "fail healthy: 0 of 1 targets are healthy; 10.0.0.2 is unhealthy: Target.Timeout",
			"ok load balancer: app is active", "ok capacity reservation: app: no capacity units are reserved",
		}},
		{"nobody checks the health", func(s *script) {
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) {
				return targetsOf(in("arn:aws:lambda:x:0:function:web", "unavailable", types.TargetHealthReasonEnumHealthCheckDisabled)), nil
			}
		}, []string{
			"ok exists: targets of type ip", "ok healthy: health checks are off, as they are of Lambda unless turned on: 1 get requests unchecked",
			"ok load balancer: app is active", "ok capacity reservation: app: no capacity units are reserved",
		}},
		{"no reservations of this kind", func(s *script) {
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) {
				return targetsOf(in("10.0.0.1", isHealthy, "")), nil
			}
			s.reserved = func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return nil, unsupported }
		}, []string{
			"ok exists: targets of type ip", "ok healthy: 1 of 1 targets are healthy", "ok load balancer: app is active",
			"warning capacity reservation: app: not known: DescribeCapacityReservation: UnsupportedOperation: not of this type",
		}},
		{"empty", func(s *script) {
			s.group = func(time.Duration) (*types.TargetGroup, error) { return groupOf(), nil }
		}, []string{
			"ok exists: targets of type ip", "warning healthy: there is no target",
			"warning load balancer: no load balancer uses the target group: none of its targets gets requests",
		}},
		{"untold", func(s *script) {
			s.group = func(time.Duration) (*types.TargetGroup, error) {
				g := groupOf("app")
				g.TargetType = ""
				return g, nil
			}
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) { return nil, nil }
		}, []string{
			"ok exists: targets of type unknown", "warning healthy: AWS does not tell the targets",
			"ok load balancer: app is active", "ok capacity reservation: app: no capacity units are reserved",
		}},
		{"missing", func(s *script) {
			s.group = func(time.Duration) (*types.TargetGroup, error) { return nil, &types.TargetGroupNotFoundException{} }
		}, []string{"fail exists: no such target group in ap-northeast-1"}},
		{"groups denied", func(s *script) {
			s.group = func(time.Duration) (*types.TargetGroup, error) { return nil, denied }
		}, []string{"fail may elasticloadbalancing:DescribeTargetGroups: access denied (needs elasticloadbalancing:DescribeTargetGroups)"}},
		{"the rest denied", func(s *script) {
			s.targets = func(time.Duration) ([]types.TargetHealthDescription, error) { return nil, denied }
			s.reserved = func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return nil, denied }
		}, []string{
			"ok exists: targets of type ip",
			"fail may elasticloadbalancing:DescribeTargetHealth: access denied (needs elasticloadbalancing:DescribeTargetHealth)",
			"ok load balancer: app is active",
			"warning may elasticloadbalancing:DescribeCapacityReservation: access denied (needs elasticloadbalancing:DescribeCapacityReservation)",
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScript()
				c.set(s)
				check(t, "findings", looked(t, s), c.want)
			})
		})
	}
}
