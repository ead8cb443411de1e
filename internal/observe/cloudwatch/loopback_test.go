package cloudwatch_test

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall/loopback"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// stage is a Sink that notes facts without their times and ends the watch with
// the one that is waited for.
type stage struct {
	mu      sync.Mutex
	facts   []string
	awaited string // how the last fact begins
	stop    func()
}

func (s *stage) note(fact string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.facts = append(s.facts, fact)
	if strings.HasPrefix(fact, s.awaited) {
		s.stop()
	}
	return nil
}

func (s *stage) WriteReading(r timeline.Reading) error {
	return s.note(fmt.Sprintf("%s %s = %v", r.Source, r.Name, r.Value))
}
func (s *stage) WriteEvent(e timeline.Event) error { return s.note(e.Kind + ": " + e.Text) }
func (s *stage) WriteGap(timeline.Gap) error       { return s.note("gap") }

func answer(w http.ResponseWriter, status int, v cbor.Value) {
	w.Header().Set("Smithy-Protocol", "rpc-v2-cbor")
	w.Header().Set("Content-Type", "application/cbor")
	w.WriteHeader(status)
	w.Write(cbor.Encode(v))
}

// seconds answers every query with a point for each second that is asked for, as
// the wire has it.
func seconds(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	v, err := cbor.Decode(body)
	if err != nil || r.URL.Path != "/service/GraniteServiceVersion20100801/operation/GetMetricData" {
		http.Error(w, "not what CloudWatch is asked: "+r.URL.Path, http.StatusTeapot)
		return
	}
	in := v.(cbor.Map)
	from, _ := cbor.AsTime(in["StartTime"])
	to, _ := cbor.AsTime(in["EndTime"])
	var results cbor.List
	for _, q := range in["MetricDataQueries"].(cbor.List) {
		var stamps, values cbor.List
		for at := from.Truncate(time.Second); at.Before(to); at = at.Add(time.Second) {
			stamps = append(stamps, &cbor.Tag{ID: 1, Value: cbor.Uint(at.Unix())})
			values = append(values, cbor.Float64(math.Pi))
		}
		results = append(results, cbor.Map{
			"Id": q.(cbor.Map)["Id"], "Label": cbor.String("x"), "StatusCode": cbor.String("Complete"),
			"Timestamps": stamps, "Values": values,
		})
	}
	answer(w, http.StatusOK, cbor.Map{"MetricDataResults": results})
}

var query = cloudwatch.Query{
	Name: "ALB p99", Namespace: "AWS/ApplicationELB", Metric: "TargetResponseTime", Statistic: "p99",
	Dimensions: map[string]string{"LoadBalancer": "app/web/1"}, Period: time.Second,
}

// watch runs an observer until a fact that begins with the awaited one.
func watch(t *testing.T, config aws.Config, awaited string) []string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Second)
	defer stop()
	sink := &stage{awaited: awaited, stop: stop}
	o := cloudwatch.New(cloudwatch.Options{
		API: cloudwatch.NewClient(config), Region: "ap-northeast-1", Queries: []cloudwatch.Query{query},
		Interval: 20 * time.Millisecond, Timeout: 300 * time.Millisecond, Backfill: 100 * time.Millisecond,
	})
	if _, err := observe.Watch(ctx, time.Now(), sink, o); err != nil {
		t.Fatal(err)
	}
	return sink.facts
}

// The SDK and real HTTP between the observer and what speaks as CloudWatch does.
func TestOverLoopback(t *testing.T) {
	facts := watch(t, loopback.Dial(t, seconds), "cloudwatch/ap-northeast-1 ALB p99")
	if want := "cloudwatch/ap-northeast-1 ALB p99 = 3.141592653589793"; facts[0] != want {
		t.Errorf("the first fact = %q; want %q", facts[0], want)
	}
}

// Whatever CloudWatch does, each failure is a gap with a cause that fits on a
// line, and it ends when CloudWatch answers again.
func TestFailuresOverLoopback(t *testing.T) {
	refuse := func(status int, code string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			answer(w, status, cbor.Map{"__type": cbor.String("com.amazonaws.cloudwatch#" + code), "message": cbor.String("no"), "Message": cbor.String("no")})
		}
	}
	for _, c := range []struct {
		name  string
		fails http.HandlerFunc
		want  string
	}{
		{"denied", refuse(400, "AccessDenied"), "access denied (needs cloudwatch:GetMetricData)"},
		{"throttled", refuse(400, "Throttling"), "throttled by AWS (cloudwatch:GetMetricData)"},
		{"expired", refuse(403, "ExpiredToken"), "credentials refused (ExpiredToken: no)"},
		{"fault", refuse(500, "InternalServiceFault"), "GetMetricData: InternalServiceFault: no"},
		{"HTML", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			io.WriteString(w, "<html><h1>502 Bad Gateway</h1></html>")
		}, "GetMetricData: "},
		{"slow", func(_ http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			<-r.Context().Done()
		}, "GetMetricData: no answer within 300 ms"},
		{"reset", func(w http.ResponseWriter, r *http.Request) {
			io.ReadAll(r.Body)
			conn, _, _ := w.(http.Hijacker).Hijack()
			conn.Close()
		}, "GetMetricData: EOF"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var asked int
			facts := watch(t, loopback.Dial(t, func(w http.ResponseWriter, r *http.Request) {
				if asked++; asked == 1 {
					c.fails(w, r)
					return
				}
				seconds(w, r)
			}), "gap")
			want := "blind: cloudwatch/ap-northeast-1: " + c.want
			if len(facts) == 0 || !strings.HasPrefix(facts[0], want) || strings.Contains(facts[0], "\n") {
				t.Errorf("facts = %q; want %q first", facts, want)
			}
			if !slices.Contains(facts, "gap") {
				t.Errorf("facts = %q; want the gap to end", facts)
			}
		})
	}
}

// An answer without anything in it is no reading, no gap and no zero.
func TestEmptyAnswerOverLoopback(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	asked := 0
	config := loopback.Dial(t, func(w http.ResponseWriter, _ *http.Request) {
		if asked++; asked == 3 {
			stop()
		}
		answer(w, http.StatusOK, cbor.Map{})
	})
	sink := &stage{awaited: "-", stop: stop}
	o := cloudwatch.New(cloudwatch.Options{API: cloudwatch.NewClient(config), Queries: []cloudwatch.Query{query}, Interval: 10 * time.Millisecond})
	warnings, err := observe.Watch(ctx, time.Now(), sink, o)
	if err != nil || len(sink.facts) > 0 {
		t.Errorf("facts = %q, %v; want none", sink.facts, err)
	}
	if want := []string{"cloudwatch/here: ALB p99: CloudWatch had no point of it"}; !slices.Equal(warnings, want) {
		t.Errorf("warnings = %q; want %q", warnings, want)
	}
}
