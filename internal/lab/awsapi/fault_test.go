package awsapi_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// calls of every service, by the name IAM has for each.
func calls(config aws.Config) map[string]func(context.Context) error {
	return map[string]func(context.Context) error{
		"autoscaling:DescribeAutoScalingGroups": func(ctx context.Context) error {
			_, err := autoscaling.NewFromConfig(config).DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
			return err
		},
		"elasticloadbalancing:DescribeTargetGroups": func(ctx context.Context) error {
			_, err := elb.NewFromConfig(config).DescribeTargetGroups(ctx, &elb.DescribeTargetGroupsInput{})
			return err
		},
		"cloudwatch:DescribeAlarms": func(ctx context.Context) error {
			_, err := cloudwatch.NewFromConfig(config).DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{})
			return err
		},
		"servicequotas:GetServiceQuota": func(ctx context.Context) error {
			_, err := servicequotas.NewFromConfig(config).GetServiceQuota(ctx, vcpuQuota())
			return err
		},
		"sts:GetCallerIdentity": func(ctx context.Context) error {
			_, err := sts.NewFromConfig(config).GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{})
			return err
		},
	}
}

func vcpuQuota() *servicequotas.GetServiceQuotaInput {
	return &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String("L-1216C47A")}
}

// broken is the balanced world with an outage of its API from its first minute
// to its second, seen at an instant.
func broken(how string, at time.Duration) *still {
	s := balanced()
	s.state.Now = s.state.Start.Add(at)
	s.state.Config.Faults.AWS = []world.Outage{{At: time.Minute, For: time.Minute, How: how}}
	return s
}

// During an outage every call fails in the way that was asked for.
func TestOutages(t *testing.T) {
	code := func(status int, codes ...string) func(error) bool {
		return func(err error) bool {
			refused, ok := errors.AsType[smithy.APIError](err)
			answer, answered := errors.AsType[*smithyhttp.ResponseError](err)
			return ok && answered && answer.HTTPStatusCode() == status && strings.Contains(strings.Join(codes, " "), refused.ErrorCode())
		}
	}
	for how, holds := range map[string]func(error) bool{
		"":                code(http.StatusServiceUnavailable, "ServiceUnavailable", "ServiceUnavailableException"),
		world.Unavailable: code(http.StatusServiceUnavailable, "ServiceUnavailable", "ServiceUnavailableException"),
		world.Throttled:   code(http.StatusBadRequest, "Throttling", "ThrottlingException"),
		world.Reset:       func(err error) bool { return errors.Is(err, syscall.ECONNRESET) },
		world.Hang:        func(err error) bool { return errors.Is(err, context.DeadlineExceeded) },
		world.HTML: func(err error) bool {
			answer, answered := errors.AsType[*smithyhttp.ResponseError](err)
			refused, ok := errors.AsType[smithy.APIError](err) // the Query protocol's reader finds XML in it
			return answered && answer.HTTPStatusCode() == http.StatusBadGateway && (!ok || refused.ErrorCode() == "UnknownError")
		},
	} {
		for name, call := range calls(serve(t, broken(how, 90*time.Second))) {
			t.Run(how+"/"+name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), patience(how))
				defer cancel()
				if err := call(ctx); !holds(err) {
					t.Errorf("error of %s = %v; want what %q means", name, err, how)
				}
			})
		}
	}
}

// patience is how long a call may take: not long where no answer will come.
func patience(how string) time.Duration {
	if how == world.Hang {
		return 50 * time.Millisecond
	}
	return time.Minute
}

// Who lacks permissions is told which, and may still ask who they are.
func TestDenied(t *testing.T) {
	for name, call := range calls(serve(t, broken(world.Denied, time.Minute))) {
		err := call(t.Context())
		if name == "sts:GetCallerIdentity" {
			if err != nil {
				t.Errorf("%s = %v; want an answer", name, err)
			}
			continue
		}
		refused, ok := errors.AsType[smithy.APIError](err)
		if !ok || !strings.HasPrefix(refused.ErrorCode(), "AccessDenied") || !strings.Contains(refused.ErrorMessage(), "not authorized to perform: "+name+" ") {
			t.Errorf("error of %s = %v; want AccessDenied that names it", name, err)
		}
	}
}

// Before and after an outage all is well.
func TestOutageEnds(t *testing.T) {
	for _, at := range []time.Duration{0, 59 * time.Second, 2 * time.Minute} {
		for name, call := range calls(serve(t, broken(world.Unavailable, at))) {
			if err := call(t.Context()); err != nil {
				t.Errorf("%s after %v = %v; want an answer", name, at, err)
			}
		}
	}
}

func TestSDKReadsQuota(t *testing.T) {
	w := balanced()
	client := servicequotas.NewFromConfig(serve(t, w))
	for _, c := range []struct {
		set  int
		want float64
	}{{64, 64}, {0, 1920}} {
		w.state.Config.Quotas.VCPUs = c.set
		out, err := client.GetServiceQuota(t.Context(), vcpuQuota())
		if err != nil {
			t.Fatal(err)
		}
		if got := *out.Quota.Value; got != c.want || *out.Quota.QuotaCode != "L-1216C47A" || *out.Quota.UsageMetric.MetricName != "ResourceCount" {
			t.Errorf("quota of %d vCPUs = %v; want %v", c.set, got, c.want)
		}
	}
	w.state.Config.Quotas.VCPUs = 64
	asked := vcpuQuota()
	byDefault, err := client.GetAWSDefaultServiceQuota(t.Context(), &servicequotas.GetAWSDefaultServiceQuotaInput{ServiceCode: asked.ServiceCode, QuotaCode: asked.QuotaCode})
	if err != nil || *byDefault.Quota.Value != 1920 {
		t.Errorf("GetAWSDefaultServiceQuota() = %v, %v; want 1920", byDefault, err)
	}
	_, err = client.GetServiceQuota(t.Context(), &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String("L-0")})
	if _, ok := errors.AsType[*types.NoSuchResourceException](err); !ok {
		t.Errorf("GetServiceQuota(L-0) = %v; want NoSuchResourceException", err)
	}
	_, err = client.ListServices(t.Context(), &servicequotas.ListServicesInput{})
	if refused, ok := errors.AsType[smithy.APIError](err); !ok || refused.ErrorCode() != "UnknownOperationException" {
		t.Errorf("ListServices() = %v; want UnknownOperationException", err)
	}
}
