package elb_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall/faulty"
	"github.com/seed-f864f198/onair/internal/observe/awscall/loopback"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// answers are as the service writes them, by the action asked for.
var answers = map[string]string{
	"DescribeTargetGroups": `<TargetGroups><member>
		<TargetGroupArn>arn:aws:elasticloadbalancing:x:0:targetgroup/web/1</TargetGroupArn><TargetGroupName>web</TargetGroupName>
		<TargetType>instance</TargetType><LoadBalancerArns><member>arn:aws:elasticloadbalancing:x:0:loadbalancer/app/shop/1</member></LoadBalancerArns>
	</member></TargetGroups>`,
	"DescribeTargetHealth": `<TargetHealthDescriptions>
		<member><HealthCheckPort>80</HealthCheckPort><TargetHealth><State>healthy</State></TargetHealth><Target><Port>80</Port><Id>i-1</Id></Target></member>
		<member><TargetHealth><State>initial</State><Reason>Elb.RegistrationInProgress</Reason><Description>Target registration is in progress</Description></TargetHealth><Target><Port>80</Port><Id>i-2</Id></Target></member>
	</TargetHealthDescriptions>`,
	"DescribeLoadBalancers": `<LoadBalancers><member><LoadBalancerArn>arn:aws:elasticloadbalancing:x:0:loadbalancer/app/shop/1</LoadBalancerArn>
		<LoadBalancerName>shop</LoadBalancerName><State><Code>active</Code></State></member></LoadBalancers>`,
	"DescribeCapacityReservation": `<MinimumLoadBalancerCapacity><CapacityUnits>400</CapacityUnits></MinimumLoadBalancerCapacity>
		<CapacityReservationState><member><AvailabilityZone>xa</AvailabilityZone><EffectiveCapacityUnits>400.0</EffectiveCapacityUnits><State><Code>provisioned</Code></State></member></CapacityReservationState>`,
}

func answer(w http.ResponseWriter, action string) {
	w.Header().Set("Content-Type", "text/xml")
	fmt.Fprintf(w, `<%[1]sResponse xmlns="http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"><%[1]sResult>%[2]s</%[1]sResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></%[1]sResponse>`, action, answers[action])
}

// stage is a Sink that calls back with each fact.
type stage struct {
	mu   sync.Mutex
	seen []string
	next func(fact string)
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
	return s.note(fmt.Sprint(e.Source, " ", e.Kind, " ", e.Text, e.Spec))
}

func (s *stage) WriteGap(g timeline.Gap) error { return s.note("gap " + g.Cause) }

func TestFactsOverLoopback(t *testing.T) {
	var versions sync.Map
	config := loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
		versions.Store(r.FormValue("Version"), true)
		answer(w, r.FormValue("Action"))
	})
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	sink := &stage{next: func(fact string) {
		if strings.HasSuffix(fact, "reserved_lcu 400") {
			stop()
		}
	}}
	o := elb.New(elb.Options{API: elb.NewClient(config), Name: "web"})
	if err := o.Observe(ctx, observe.NewRecorder(o.Source(), time.Now(), sink)); err != nil {
		t.Fatalf("Observe() = %v; want nil", err)
	}
	want := []string{
		"elb/web healthy 1", "elb/web unhealthy 0",
		`elb/web balancer {"name":"shop","application":false,"reserved":400}`, "elb/web reservation shop: 400 capacity units are reserved", "elb/web reserved_lcu 400", "elb/web reserved_lcu 400",
	}
	if !slices.Equal(sink.seen, want) {
		t.Errorf("facts = %q; want %q", sink.seen, want)
	}
	if _, ok := versions.Load("2015-12-01"); !ok {
		t.Error("no request was of version 2015-12-01")
	}
}

// What AWS and the way to it do on a bad day leaves a gap that names it, and what
// comes after is seen. Only what asking again will not mend ends Observe.
func TestFaultsOverLoopback(t *testing.T) {
	for _, action := range []string{"DescribeTargetGroups", "DescribeTargetHealth"} {
		for _, f := range faulty.All(faulty.Query, "elasticloadbalancing:"+action, "500 ms") {
			t.Run(action+" "+f.Name, func(t *testing.T) { liveThrough(t, action, f) })
		}
	}
}

func liveThrough(t *testing.T, action string, f faulty.Fault) {
	var once sync.Once
	config := loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
		asked, first := r.FormValue("Action"), false
		if asked == action {
			once.Do(func() { first = true })
		}
		if first {
			f.Serve(w, r)
			return
		}
		answer(w, asked)
	})
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	var told []string
	sink := &stage{next: func(fact string) {
		if strings.HasPrefix(fact, "elb/web blind ") {
			told = append(told, fact)
		}
		if strings.HasPrefix(fact, "gap ") {
			stop()
		}
	}}
	o := elb.New(elb.Options{API: elb.NewClient(config), Name: "web", Targets: 20 * time.Millisecond, Timeout: 500 * time.Millisecond})
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
	if len(told) != 1 || !strings.HasPrefix(told[0], "elb/web blind elb web: "+f.Cause) || strings.Contains(told[0], "\n") {
		t.Errorf("blind = %q; want one line: elb web: %s", told, f.Cause)
	}
	if !slices.Contains(sink.seen, "elb/web healthy 1") {
		t.Errorf("facts = %q; want what was read after the gap", sink.seen)
	}
}

func TestNoSuchTargetGroupOverLoopback(t *testing.T) {
	for name, serve := range map[string]http.HandlerFunc{
		"refused": func(w http.ResponseWriter, r *http.Request) {
			faulty.Query(w, 400, "TargetGroupNotFound", "One or more target groups not found")
		},
		"empty": func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, `<DescribeTargetGroupsResponse><DescribeTargetGroupsResult><TargetGroups/></DescribeTargetGroupsResult></DescribeTargetGroupsResponse>`)
		},
	} {
		o := elb.New(elb.Options{API: elb.NewClient(loopback.Dial(t, serve)), Name: "wbe", Region: "ap-northeast-1"})
		err := o.Observe(t.Context(), observe.NewRecorder(o.Source(), time.Now(), &stage{next: func(string) {}}))
		if want := "elb wbe: no such target group in ap-northeast-1"; err == nil || err.Error() != want {
			t.Errorf("%s: Observe() = %v; want %s", name, err, want)
		}
	}
}
