package quota_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall/faulty"
	"github.com/seed-f864f198/onair/internal/observe/awscall/loopback"
	"github.com/seed-f864f198/onair/internal/observe/quota"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// actionOf is the action of a request, in whichever of the three protocols.
func actionOf(r *http.Request) string {
	if target := r.Header.Get("X-Amz-Target"); target != "" {
		_, action, _ := strings.Cut(target, ".")
		return action
	}
	if _, action, ok := strings.Cut(r.URL.Path, "/operation/"); ok {
		return action
	}
	return r.FormValue("Action")
}

// answer answers as the three services do: two instances of 2 vCPUs, of 8 that
// are used and 32 that there may be.
func answer(w http.ResponseWriter, r *http.Request) {
	switch actionOf(r) {
	case "GetServiceQuota":
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		fmt.Fprint(w, `{"Quota":{"QuotaCode":"L-1216C47A","QuotaName":"Running On-Demand Standard instances","ServiceCode":"ec2","Value":32.0,"Adjustable":true,
			"UsageMetric":{"MetricNamespace":"AWS/Usage","MetricName":"ResourceCount","MetricStatisticRecommendation":"Maximum",
			"MetricDimensions":{"Class":"Standard/OnDemand","Resource":"vCPU","Service":"EC2","Type":"Resource"}}}}`)
	case "GetMetricData":
		w.Header().Set("Content-Type", "application/cbor")
		w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
		stamp := &cbor.Tag{ID: 1, Value: cbor.Float64(float64(time.Now().Add(-5 * time.Minute).Unix()))}
		w.Write(cbor.Encode(cbor.Map{"MetricDataResults": cbor.List{cbor.Map{
			"Id": cbor.String("used"), "StatusCode": cbor.String("Complete"),
			"Timestamps": cbor.List{stamp}, "Values": cbor.List{cbor.Float64(8)},
		}}}))
	case "DescribeAutoScalingGroups":
		w.Header().Set("Content-Type", "text/xml")
		const instance = `<member><InstanceId>i-1</InstanceId><InstanceType>m7g.large</InstanceType><LifecycleState>InService</LifecycleState></member>`
		fmt.Fprintf(w, `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
			<AutoScalingGroupName>web-prod</AutoScalingGroupName><MaxSize>12</MaxSize><Instances>%s%s</Instances>
			</member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`, instance, instance)
	default:
		http.Error(w, "not served", http.StatusNotFound)
	}
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
	return s.note(fmt.Sprint(r.Name, " ", r.Value))
}
func (s *stage) WriteEvent(e timeline.Event) error { return s.note(e.Kind + " " + e.Text) }
func (s *stage) WriteGap(g timeline.Gap) error     { return s.note("gap " + g.Cause) }

// observed watches until the room is told, calling Observe again as the supervisor
// does where it must.
func observed(t *testing.T, config aws.Config, ends bool) []string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
	defer stop()
	sink := &stage{next: func(fact string) {
		if strings.HasPrefix(fact, "quota ") {
			stop()
		}
	}}
	o := quota.New(quota.Options{
		Clients: quota.NewClients(config), Code: "L-1216C47A", Fleet: "asg/web-prod", Again: 20 * time.Millisecond, Timeout: 500 * time.Millisecond,
	})
	rec := observe.NewRecorder(o.Source(), time.Now(), sink)
	err := o.Observe(ctx, rec)
	if (err != nil) != ends {
		t.Errorf("Observe() = %v; want an error: %v", err, ends)
	}
	if ends {
		if err := o.Observe(ctx, rec); err != nil {
			t.Errorf("Observe() again = %v; want nil", err)
		}
	}
	return sink.seen
}

func TestRoomOverLoopback(t *testing.T) {
	got := observed(t, loopback.Dial(t, answer), false)
	if want := []string{"limit 32", "used 8", "quota 14", "limit 32", "used 8"}; !slices.Equal(slices.DeleteFunc(got, func(s string) bool { return strings.HasPrefix(s, "room ") }), want) {
		t.Errorf("readings = %q; want %q", got, want)
	}
}

// What AWS and the way to it do on a bad day leaves a gap while the limit is not
// known, and only an event while the rest is not. The room is told all the same.
func TestFaultsOverLoopback(t *testing.T) {
	for _, c := range []struct {
		action, told, before string
		form                 faulty.Form
		bounds               bool // the limit itself
	}{
		{"servicequotas:GetServiceQuota", "blind ", "quota ec2 L-1216C47A: ", faulty.JSON, true},
		{"autoscaling:DescribeAutoScalingGroups", "usage_unobserved ", "who uses the quota is not known: ", faulty.Query, false},
	} {
		for _, f := range faulty.All(c.form, c.action, "500 ms") {
			t.Run(c.action+" "+f.Name, func(t *testing.T) {
				var once sync.Once
				seen := observed(t, loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
					first := false
					if strings.HasSuffix(c.action, ":"+actionOf(r)) {
						once.Do(func() { first = true })
					}
					if first {
						f.Serve(w, r)
						return
					}
					answer(w, r)
				}), f.Ends && c.bounds)
				told := slices.DeleteFunc(slices.Clone(seen), func(s string) bool { return !strings.HasPrefix(s, c.told) })
				if len(told) != 1 || !strings.HasPrefix(told[0], c.told+c.before+f.Cause) || strings.Contains(told[0], "\n") {
					t.Errorf("told = %q; want one line: %s%s%s", told, c.told, c.before, f.Cause)
				}
				if gap := slices.ContainsFunc(seen, func(s string) bool { return strings.HasPrefix(s, "gap ") }); gap != c.bounds {
					t.Errorf("facts = %q; want a gap: %v", seen, c.bounds)
				}
				if !slices.Contains(seen, "quota 14") {
					t.Errorf("facts = %q; want the room", seen)
				}
			})
		}
	}
}

// CloudWatch in its own words, and a page that is none of them.
func TestUsageFaultsOverLoopback(t *testing.T) {
	refused := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/cbor")
			w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
			w.WriteHeader(status)
			w.Write(cbor.Encode(cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#" + code), "message": cbor.String("no"), "Message": cbor.String("no")}))
		}
	}
	for _, c := range []struct {
		serve http.HandlerFunc
		want  string
	}{
		{refused(403, "AccessDenied"), "access denied (needs cloudwatch:GetMetricData)"},
		{refused(400, "Throttling"), "throttled by AWS (cloudwatch:GetMetricData)"},
		{refused(500, "InternalServiceFault"), "GetMetricData: InternalServiceFault: no"},
		{func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "<html>sign in</html>") }, "GetMetricData: HTTP 200 with an answer that is not AWS's (a proxy's?)"},
	} {
		var once sync.Once
		seen := observed(t, loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
			first := false
			if actionOf(r) == "GetMetricData" {
				once.Do(func() { first = true })
			}
			if first {
				c.serve(w, r)
				return
			}
			answer(w, r)
		}), false)
		if want := "usage_unobserved who uses the quota is not known: " + c.want; !slices.Contains(seen, want) || !slices.Contains(seen, "quota 14") {
			t.Errorf("facts = %q; want %q among them, and the room", seen, want)
		}
	}
}
