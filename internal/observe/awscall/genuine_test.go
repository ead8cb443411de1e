package awscall_test

import (
	"context"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go/middleware"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/observe/awscall/loopback"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// Who answers 200 in AWS's place is told from AWS, and from who emulates it.
func TestGenuine(t *testing.T) {
	const stranger = "%s: HTTP 200 with an answer that is not AWS's (a proxy's?)"
	for _, c := range []struct {
		name, kind, id, body string
		strange              bool
	}{
		{"a service", "text/plain; charset=utf-8", "", "ok\n", true},
		{"a page", "text/html", "", "<html><body>Sign in</body></html>", true},
		{"no kind at all", "", "", "", true},
		{"an emulator", "text/xml", "", "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult/></DescribeAutoScalingGroupsResponse>", false},
		{"AWS", "text/plain", "b0e4", "<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult/></DescribeAutoScalingGroupsResponse>", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := loopback.Dial(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header()["Content-Type"] = []string{c.kind}
				if c.id != "" {
					w.Header().Set("X-Amzn-Requestid", c.id)
				}
				fmt.Fprint(w, c.body)
			})
			config.APIOptions = []func(*middleware.Stack) error{awscall.Genuine}
			groups, metrics := autoscaling.NewFromConfig(config), cloudwatch.NewFromConfig(config)
			_, groupErr := awscall.Within(t.Context(), time.Second, func(ctx context.Context, _ ...func(*autoscaling.Options)) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
				return groups.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
			})
			_, metricErr := metrics.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(time.Unix(0, 0)), EndTime: aws.Time(time.Unix(60, 0)), MetricDataQueries: []types.MetricDataQuery{},
			})
			if got := awscall.Strange(groupErr); got != c.strange {
				t.Errorf("Strange(%v) = %v; want %v", groupErr, got, c.strange)
			}
			if !c.strange {
				if groupErr != nil {
					t.Errorf("the answer of %s is %v; want no error", c.name, groupErr)
				}
				return
			}
			for action, err := range map[string]error{"DescribeAutoScalingGroups": groupErr, "GetMetricData": metricErr} {
				f := awscall.Call{Service: "any", Action: action}.Finding("it", err, time.Second, preflight.Fail)
				if want := fmt.Sprintf(stranger, action); f.Text != want || f.Status != preflight.Fail || f.Asked != "answers" {
					t.Errorf("%s finds %v, %q, %q; want fail, answers, %q", action, f.Status, f.Asked, f.Text, want)
				}
			}
		})
	}
}
