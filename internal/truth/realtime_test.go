package truth_test

import (
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/seed-f864f198/onair/internal/capacity"
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
	if lag := o.Load.Lag.P99; lag == nil || *lag >= 20*time.Millisecond {
		t.Errorf("lag p99 = %v; want less than 20 ms, or the run proves nothing", lag)
	}
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

// runForReal makes one run of a scenario against a lab of its own, over sockets.
func runForReal(t *testing.T, s *scenario.Scenario, watched []scenario.Observe) (*rundir.Dir, error) {
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
