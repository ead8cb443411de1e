package asg_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/awscall/faulty"
	"github.com/seed-f864f198/onair/internal/observe/awscall/loopback"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// scenes is a world that is in the last state it was set to.
type scenes struct {
	mu    sync.Mutex
	state world.State
}

func (s *scenes) State() (world.State, <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.state, make(chan struct{})
}

func (s *scenes) set(desired int, activities []world.Activity, instances ...world.Instance) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = world.State{
		Config: world.Config{Group: &world.Group{Name: "web-prod", Region: "ap-northeast-1"}},
		Group:  &world.GroupState{Desired: desired, Min: 1, Max: 8, Instances: instances, Activities: activities},
	}
}

// stage is a Sink that calls back with each fact.
type stage struct {
	mu    sync.Mutex
	seen  []string
	blind []string // causes
	next  func(fact string)
}

func (s *stage) note(fact string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen = append(s.seen, fact)
	s.next(fact)
	return nil
}

func (s *stage) WriteReading(r timeline.Reading) error {
	return s.note(fmt.Sprint(r.Source, " ", r.Name, " ", r.Value))
}

func (s *stage) WriteEvent(e timeline.Event) error {
	if e.Kind == timeline.Scaler {
		return s.note("scaler " + e.Spec)
	}
	if e.Kind == timeline.Blind {
		s.blind = append(s.blind, e.Kind+": "+e.Text)
	}
	fact := fmt.Sprint(e.Source, " ", e.Kind, " ", e.Unit)
	if e.Kind == "lifecycle" {
		fact += " " + e.Text
	}
	return s.note(fact)
}

func (s *stage) WriteGap(g timeline.Gap) error { return s.note("gap " + g.Cause) }

func at(lifecycle string, n int) world.Instance {
	return world.Instance{ID: fmt.Sprintf("i-%017d", n), Zone: "ap-northeast-1a", Type: "m7g.large", Lifecycle: lifecycle, Health: "Healthy"}
}

// The SDK, real HTTP and the lab's endpoint between the observer and a world
// that grows by one instance, which a lifecycle hook has wait.
func TestGrowthOverLoopback(t *testing.T) {
	var s scenes
	s.set(1, nil, at("InService", 1))
	start := time.Now()
	launch := world.Activity{
		ID: "activity-1", Description: "Launching a new EC2 instance: " + at("", 2).ID, Cause: "demand",
		StatusCode: "InProgress", Start: start, Progress: 50,
	}
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	became := "asg/web-prod lifecycle " + at("", 2).ID + " "
	arrivals := 0
	sink := &stage{next: func(fact string) {
		switch fact {
		case "asg/web-prod ready 1": // also seen again while the instance boots
			s.set(2, []world.Activity{launch}, at("InService", 1), at("Pending", 2))
		case became + "not in the group -> Pending":
			s.set(2, []world.Activity{launch}, at("InService", 1), at("Pending:Wait", 2))
		case became + "Pending -> Pending:Wait":
			ended := launch
			ended.StatusCode, ended.End, ended.Progress = "Successful", start.Add(time.Second), 100
			s.set(2, []world.Activity{ended}, at("InService", 1), at("InService", 2))
		case "asg/web-prod activity " + at("", 2).ID, "asg/web-prod in_service " + at("", 2).ID:
			if arrivals++; arrivals == 2 {
				stop()
			}
		}
	}}
	o := asg.New(asg.Options{
		API: asg.NewClient(loopback.Dial(t, awsapi.New(&s).ServeHTTP)), Name: "web-prod", Region: "ap-northeast-1",
		Groups: 10 * time.Millisecond, Activities: 35 * time.Millisecond,
	})
	if err := o.Observe(ctx, observe.NewRecorder(o.Source(), start, sink)); err != nil {
		t.Fatalf("Observe() = %v; want nil", err)
	}
	for _, want := range []string{
		"asg/web-prod desired 1", "asg/web-prod min 1", "asg/web-prod max 8", "asg/web-prod ready 1",
		"asg/web-prod decision ", "asg/web-prod desired 2",
		"asg/web-prod create " + at("", 2).ID,
		became + "not in the group -> Pending", became + "Pending -> Pending:Wait", became + "Pending:Wait -> InService",
		"asg/web-prod activity " + at("", 2).ID,
		"asg/web-prod in_service " + at("", 2).ID, "asg/web-prod ready 2",
	} {
		if !slices.Contains(sink.seen, want) {
			t.Errorf("facts hold no %q; got %s", want, strings.Join(sink.seen, ", "))
		}
	}
	if n := count(sink.seen, "asg/web-prod create"); n != 1 {
		t.Errorf("creations told = %d; want 1", n)
	}
	if n := count(sink.seen, "gap"); n != 0 {
		t.Errorf("gaps = %d; want 0", n)
	}
}

func count(facts []string, prefix string) int {
	n := 0
	for _, f := range facts {
		if strings.HasPrefix(f, prefix) {
			n++
		}
	}
	return n
}

func TestNoSuchGroupOverLoopback(t *testing.T) {
	var s scenes
	s.set(1, nil)
	o := asg.New(asg.Options{API: asg.NewClient(loopback.Dial(t, awsapi.New(&s).ServeHTTP)), Name: "web-prd", Region: "ap-northeast-1"})
	err := o.Observe(t.Context(), observe.NewRecorder(o.Source(), time.Now(), &stage{next: func(string) {}}))
	if want := "asg web-prd: no such group in ap-northeast-1"; err == nil || err.Error() != want {
		t.Errorf("Observe() = %v; want %s", err, want)
	}
}

// refuse answers as AWS does where a policy lacks an action or the bucket is empty.
func refuse(status int, code string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(status)
		fmt.Fprintf(w, `<ErrorResponse xmlns="http://autoscaling.amazonaws.com/doc/2011-01-01/"><Error><Type>Sender</Type><Code>%s</Code><Message>no</Message></Error><RequestId>1</RequestId></ErrorResponse>`, code)
	}
}

func TestAccessDeniedOverLoopback(t *testing.T) {
	o := asg.New(asg.Options{API: asg.NewClient(loopback.Dial(t, refuse(http.StatusForbidden, "AccessDenied"))), Name: "web-prod"})
	err := o.Observe(t.Context(), observe.NewRecorder(o.Source(), time.Now(), &stage{next: func(string) {}}))
	if want := "asg web-prod: access denied (needs autoscaling:DescribeAutoScalingGroups)"; err == nil || err.Error() != want {
		t.Errorf("Observe() = %v; want %s", err, want)
	}
}

// A throttled call and one nobody answers are gaps whose causes fit on a line.
func TestCausesOverLoopback(t *testing.T) {
	dead := httptest.NewServer(nil)
	dead.Close()
	config := loopback.Dial(t, refuse(http.StatusBadRequest, "Throttling"))
	refused := config.Copy()
	refused.BaseEndpoint = aws.String(dead.URL)
	for _, c := range []struct {
		config aws.Config
		want   string
	}{
		{config, "blind: asg web-prod: throttled by AWS (autoscaling:DescribeAutoScalingGroups)"},
		{refused, "blind: asg web-prod: DescribeAutoScalingGroups: dial tcp " + strings.TrimPrefix(dead.URL, "http://") + ": connect: connection refused"},
	} {
		ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer stop()
		sink := &stage{next: func(string) {}}
		o := asg.New(asg.Options{API: asg.NewClient(c.config), Name: "web-prod", Groups: 20 * time.Millisecond})
		if err := o.Observe(ctx, observe.NewRecorder(o.Source(), time.Now(), sink)); err != nil {
			t.Fatalf("Observe() = %v; want nil", err)
		}
		if len(sink.blind) != 1 || sink.blind[0] != c.want {
			t.Errorf("blind = %q; want only %q", sink.blind, c.want)
		}
	}
}

// What AWS and the way to it do on a bad day leaves a gap that names it, and what
// comes after is seen. Only what asking again will not mend ends Observe.
func TestFaultsOverLoopback(t *testing.T) {
	const deadline = 500 * time.Millisecond
	for _, f := range faulty.All(faulty.Query, "autoscaling:DescribeAutoScalingGroups", "500 ms") {
		t.Run(f.Name, func(t *testing.T) {
			var s scenes
			s.set(1, nil, at("InService", 1))
			lab := awsapi.New(&s)
			var faults atomic.Int32
			config := loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
				if r.FormValue("Action") == "DescribeAutoScalingGroups" && faults.Add(1) == 1 {
					f.Serve(w, r)
					return
				}
				lab.ServeHTTP(w, r)
			})
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			sink := &stage{next: func(fact string) {
				if strings.HasPrefix(fact, "gap ") {
					stop()
				}
			}}
			o := asg.New(asg.Options{API: asg.NewClient(config), Name: "web-prod", Groups: 20 * time.Millisecond, Timeout: deadline})
			rec := observe.NewRecorder(o.Source(), time.Now(), sink)
			err := o.Observe(ctx, rec)
			if (err != nil) != f.Ends {
				t.Errorf("Observe() = %v; want an error: %v", err, f.Ends)
			}
			if f.Ends { // as the supervisor does
				if err := o.Observe(ctx, rec); err != nil {
					t.Errorf("Observe() again = %v; want nil", err)
				}
			}
			if len(sink.blind) != 1 || !strings.HasPrefix(sink.blind[0], "blind: asg web-prod: "+f.Cause) || strings.Contains(sink.blind[0], "\n") {
				t.Errorf("blind = %q; want one line: asg web-prod: %s", sink.blind, f.Cause)
			}
			if n := count(sink.seen, "gap"); n != 1 || !slices.Contains(sink.seen, "asg/web-prod ready 1") {
				t.Errorf("facts = %q; want one gap and what was read after it", sink.seen)
			}
		})
	}
}

// Whatever CloudWatch does when it is asked for the alarms, the group is observed, and
// how it scales is told with what is lacking, then with the alarms once they are read.
func TestAlarmFaultsOverLoopback(t *testing.T) {
	const deadline = 500 * time.Millisecond
	inCBOR := func(w http.ResponseWriter, status int, code, message string) {
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		w.Header().Set("Content-Type", "application/cbor")
		w.WriteHeader(status)
		w.Write(cbor.Encode(cbor.Map{"__type": cbor.String(code), "message": cbor.String(message)}))
	}
	for _, f := range faulty.All(inCBOR, "cloudwatch:DescribeAlarms", "500 ms") {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			var s scenes
			s.set(1, nil, at("InService", 1))
			s.state.Config.Group.ScalesOn, s.state.Config.Group.Target = world.TargetTracking, 0.5
			s.state.Config.Group.Out, s.state.Config.Group.In = 2, 6
			lab := awsapi.New(&s)
			var told atomic.Bool // how it scales, without the alarms
			config := loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/operation/DescribeAlarms") && !told.Load() {
					f.Serve(w, r)
					return
				}
				lab.ServeHTTP(w, r)
			})
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			defer stop()
			var specs []string
			sink := &stage{next: func(fact string) {
				if strings.HasPrefix(fact, "scaler ") {
					told.Store(true)
					if specs = append(specs, fact); len(specs) == 2 {
						stop()
					}
				}
			}}
			o := asg.New(asg.Options{
				API: asg.NewClient(config), Alarms: cloudwatch.Alarms{API: cloudwatch.NewClient(config), Timeout: deadline},
				Name: "web-prod", Groups: 20 * time.Millisecond, Settings: 30 * time.Millisecond, Timeout: deadline,
			})
			if err := o.Observe(ctx, observe.NewRecorder(o.Source(), time.Now(), sink)); err != nil {
				t.Errorf("Observe() = %v; want nil", err)
			}
			if len(specs) != 2 || !strings.Contains(specs[0], `"alarms of its policies: `+f.Cause) || !strings.Contains(specs[0], `"out":{"periods":3,`) {
				t.Fatalf("specs = %q; want first AWS's usual alarms, and why: %s", specs, f.Cause)
			}
			if strings.Contains(specs[1], "unread") || !strings.Contains(specs[1], `"out":{"periods":2,"period":60},"in":{"periods":6,"period":60}`) {
				t.Errorf("then %s; want the group's own alarms", specs[1])
			}
			if n := count(sink.seen, "gap"); n != 0 || len(sink.blind) != 0 {
				t.Errorf("gaps = %d, blind = %q; want none", n, sink.blind)
			}
		})
	}
}
