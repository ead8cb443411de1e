package truth_test

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/observe/hpa"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// TestTruthInRealTime makes some of the worlds once more as a user does: real
// clocks, real sockets, all at the same time where -parallel lets them. What
// simulated time says of the method holds outside of it too.
func TestTruthInRealTime(t *testing.T) {
	e := asked(t)
	if !e.full() {
		t.Skipf("seven minutes of real time are for ONAIR_TRUTH=%d or more, which make truth sets", enough)
	}
	var mu sync.Mutex
	var right, runs int
	t.Cleanup(func() {
		if want := 6; runs != want {
			t.Errorf("%d worlds were made in real time; want %d", runs, want)
		}
		effort{seeds: runs}.least(t, "estimates and bounds that agree with the truth", right, runs, 0.87)
	})
	for _, w := range worlds {
		if !w.real {
			continue
		}
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			o := w.rehearseForReal(t, e)
			t.Log(o)
			w.judgeForReal(t, o)
			mu.Lock()
			defer mu.Unlock()
			runs++
			if how := o.contains(); how == contained || how == rightBound {
				right++
			}
		})
	}
}

// judgeForReal holds what can be said of a single run.
func (w staged) judgeForReal(t *testing.T, o outcome) {
	r := row{staged: w}
	if o.deserved != r.deserved() {
		t.Errorf("the truth deserves %s in this run; want %s", o.deserved, r.deserved())
	}
	if o.Verdict != r.deserved() {
		t.Errorf("verdict %s %q; want %s", o.Verdict, o.Reasons, r.deserved())
	}
}

// rehearseForReal makes one run of a world over sockets, with the observers that
// cmd/onair would build.
func (w staged) rehearseForReal(t *testing.T, e effort) outcome {
	s := w.scenario(t, 77)
	dir, err := runForReal(t, s, s.Fleets())
	if err != nil {
		t.Fatal(err)
	}
	return analyze(t, s, dir, e.length)
}

// runForReal makes a run of a scenario against a lab of its own, over sockets. One that
// proves nothing, where the machine was busy with other work, is made once more; the
// error says why where the second proves nothing either.
func runForReal(t *testing.T, s *scenario.Scenario, watched []scenario.Observe) (*rundir.Dir, error) {
	for again := false; ; again = true {
		dir, err := runOnceForReal(t, s, watched)
		if err != nil {
			return nil, err
		}
		facts, err := dir.Timeline()
		if err != nil {
			return nil, err
		}
		switch why := doubt(capacity.Analyze(facts, s.Question())); {
		case why == "":
			return dir, nil
		case again:
			return nil, fmt.Errorf("%s: two runs prove nothing, the second since %s; let the machine do nothing else", s.Name, why)
		default:
			t.Logf("%s: the run proves nothing, since %s; making it once more", s.Name, why)
		}
	}
}

// mostLag is the p99 of send lags from which a run in real time is not the one that
// was planned: the fifth part of the shortest service time there is.
const mostLag = 20 * time.Millisecond

// doubt says why a run proves nothing, by its own word or by how late requests were
// sent; it is empty where nothing speaks against the run.
func doubt(r capacity.Result) string {
	switch lag := r.Load.Lag.P99; {
	case lag == nil || *lag >= mostLag:
		return fmt.Sprintf("the p99 of its send lags is %s, not less than %v", figure.OrUnknown(lag, time.Duration.String), mostLag)
	case r.Verdict == capacity.Invalid:
		return fmt.Sprintf("it calls itself invalid: %s", strings.Join(r.Reasons, "; "))
	}
	return ""
}

func TestWhichRunProvesNothing(t *testing.T) {
	with := func(lag time.Duration, verdict string) (r capacity.Result) {
		r.Load.Lag.P99, r.Verdict, r.Reasons = &lag, verdict, []string{"a pause of 2s", "no readings"}
		return r
	}
	for _, c := range []struct {
		r    capacity.Result
		want string
	}{
		{with(19*time.Millisecond, capacity.Pass), ""},
		{with(19*time.Millisecond, capacity.Fail), ""},
		{with(20*time.Millisecond, capacity.Pass), "the p99 of its send lags is 20ms, not less than 20ms"},
		{with(time.Millisecond, capacity.Invalid), "it calls itself invalid: a pause of 2s; no readings"},
		{capacity.Result{Verdict: capacity.Pass}, "the p99 of its send lags is unknown, not less than 20ms"},
	} {
		if got := doubt(c.r); got != c.want {
			t.Errorf("doubt(%s) = %q; want %q", c.r.Verdict, got, c.want)
		}
	}
}

func runOnceForReal(t *testing.T, s *scenario.Scenario, watched []scenario.Observe) (*rundir.Dir, error) {
	staging, err := lab.Start(*s.Lab)
	if err != nil {
		return nil, err
	}
	defer staging.Stop()
	target, err := url.Parse(staging.ServiceURL)
	if err != nil {
		return nil, err
	}
	var observers []observe.Observer
	for _, f := range watched {
		o, err := overSockets(f, staging)
		if err != nil {
			return nil, err
		}
		observers = append(observers, o)
	}
	return rehearsal.Run(t.Context(), rehearsal.Plan{Scenario: s, Target: target, Observers: observers, Root: t.TempDir(), Tool: "test"})
}

func overSockets(f scenario.Observe, staging *lab.Lab) (observe.Observer, error) {
	account := aws.Config{
		Region: f.Region, BaseEndpoint: &staging.AWSEndpoint, Credentials: credentials.NewStaticCredentialsProvider("onair", "lab", ""),
	}
	switch f.Kind {
	case capacity.ASG:
		return asg.New(asg.Options{API: asg.NewClient(account), Alarms: cloudwatch.Alarms{API: cloudwatch.NewClient(account)}, Name: f.Name, Source: f.Source(), Region: f.Region}), nil
	case scenario.ELB:
		return elb.New(elb.Options{API: elb.NewClient(account), Name: f.Name, Source: f.Source(), Region: f.Region}), nil
	}
	config, err := clientcmd.RESTConfigFromKubeConfig(staging.Kubeconfig())
	if err != nil {
		return nil, err
	}
	return hpa.New(hpa.Options{Config: config, Namespace: f.Namespace, Name: f.Name, Source: f.Source()})
}
