package truth_test

import (
	"context"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/smithy-go/middleware"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/asg"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/observe/cloudwatch"
	"github.com/seed-f864f198/onair/internal/observe/elb"
	"github.com/seed-f864f198/onair/internal/observe/quota"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// TestActionsAreWhatIsCalled holds what each observer of AWS asks to be allowed
// against the calls it makes: those of its checks and of a few minutes of watching,
// from the start to the last look at the end. One call too few, and a rehearsal with
// the policy that is printed is denied something; one too many, and the policy asks
// for more than it needs.
func TestActionsAreWhatIsCalled(t *testing.T) {
	for name, c := range map[string]struct {
		make  func(aws.Config) []observe.Observer
		wants []awscall.Call
	}{
		"asg": {func(c aws.Config) []observe.Observer {
			return []observe.Observer{asg.New(asg.Options{API: asg.NewClient(c), Alarms: cloudwatch.Alarms{API: cloudwatch.NewClient(c)}, Name: "web", Source: "asg/web", Region: "lab"})}
		}, asg.Actions()},
		"elb": {func(c aws.Config) []observe.Observer {
			return []observe.Observer{elb.New(elb.Options{API: elb.NewClient(c), Name: "web", Source: "elb/web", Region: "lab"})}
		}, elb.Actions()},
		"quota": {func(c aws.Config) []observe.Observer {
			var all []observe.Observer
			for _, code := range []string{"L-1216C47A", "L-34B43A08"} { // the account has a value of the first alone
				all = append(all, quota.New(quota.Options{Clients: quota.NewClients(c), Service: "ec2", Code: code, Source: "quota/" + code, Region: "lab", Fleet: "asg/web"}))
			}
			return all
		}, quota.Actions()},
		"cloudwatch": {func(c aws.Config) []observe.Observer {
			return []observe.Observer{cloudwatch.New(cloudwatch.Options{API: cloudwatch.NewClient(c), Region: "lab", Queries: []cloudwatch.Query{{
				Name: "in service", Namespace: "AWS/AutoScaling", Metric: "GroupInServiceInstances", Statistic: "Maximum",
				Dimensions: map[string]string{"AutoScalingGroupName": "web"}, Period: time.Minute,
			}}})}
		}, cloudwatch.Actions()},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				lab := startStaging(t, world.Config{
					Group:    &world.Group{Name: "web", Region: "lab", Min: 1, Max: 3, Desired: 1, Target: 0.5},
					Balancer: &world.Balancer{TargetGroup: "web", ReservedLCU: 100},
				})
				defer lab.close(t)
				var calls called
				watchAll(t, c.make(calls.config(lab.aws)))
				if diff := cmp.Diff(words(c.wants), calls.all()); diff != "" {
					t.Errorf("what is to be allowed (-), and what is called (+):\n%s", diff)
				}
			})
		})
	}
}

// watchAll makes the checks of observers, and lets them watch for five minutes.
func watchAll(t *testing.T, all []observe.Observer) {
	t.Helper()
	for _, o := range all {
		for _, check := range o.(observe.Checker).Checks() {
			check.Look(t.Context())
		}
	}
	ctx, stop := context.WithTimeout(t.Context(), 5*time.Minute)
	defer stop()
	if _, err := observe.Watch(ctx, time.Now(), deaf{}, all...); err != nil {
		t.Error(err)
	}
}

// deaf is a Sink that keeps nothing.
type deaf struct{}

func (deaf) WriteReading(timeline.Reading) error { return nil }
func (deaf) WriteEvent(timeline.Event) error     { return nil }
func (deaf) WriteGap(timeline.Gap) error         { return nil }

// called are the calls that clients made, as IAM names them.
type called struct {
	mu    sync.Mutex
	names []string
}

// prefixes are the services as IAM names them, by what the SDK calls them.
var prefixes = map[string]string{
	"Auto Scaling": "autoscaling", "Elastic Load Balancing v2": "elasticloadbalancing", "Service Quotas": "servicequotas", "CloudWatch": "cloudwatch",
}

// config is one whose clients note every call they make.
func (c *called) config(transport http.RoundTripper) aws.Config {
	note := func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		c.mu.Lock()
		c.names = append(c.names, prefixes[awsmiddleware.GetServiceID(ctx)]+":"+awsmiddleware.GetOperationName(ctx))
		c.mu.Unlock()
		return next.HandleInitialize(ctx, in)
	}
	return aws.Config{
		Region: "lab", BaseEndpoint: aws.String("http://aws.test"), HTTPClient: &http.Client{Transport: transport},
		Credentials: credentials.NewStaticCredentialsProvider("onair", "lab", ""),
		APIOptions: []func(*middleware.Stack) error{func(s *middleware.Stack) error {
			return s.Initialize.Add(middleware.InitializeMiddlewareFunc("note", note), middleware.After)
		}},
	}
}

// all are the calls, each once.
func (c *called) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Compact(slices.Sorted(slices.Values(c.names)))
}

func words(calls []awscall.Call) []string {
	var all []string
	for _, c := range calls {
		all = append(all, c.String())
	}
	slices.Sort(all)
	return all
}
