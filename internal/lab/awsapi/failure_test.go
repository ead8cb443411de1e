package awsapi_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

// inMemory answers the SDK without a network, so that it can ask a world in
// simulated time.
type inMemory struct{ http.Handler }

func (h inMemory) Do(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

// A world whose launches mostly fail, as the SDK sees it: what failed says why,
// its instance is gone, the desired capacity stays.
func TestSDKReadsFailedLaunches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		w, err := world.Start(ctx, world.Config{
			Service: world.Service{Concurrency: 1, Mean: time.Second},
			Group:   &world.Group{Max: 2, Desired: 1, Boot: 20 * time.Second, Fail: 0.999, Target: 0.1, Out: 1, Period: 10 * time.Second},
		})
		if err != nil {
			t.Fatal(err)
		}
		client := autoscaling.New(autoscaling.Options{
			Region: "ap-northeast-1", BaseEndpoint: aws.String("http://lab.test"), HTTPClient: inMemory{awsapi.New(w)},
			Credentials: credentials.NewStaticCredentialsProvider("lab", "lab", ""),
		})
		go func() { // one request at a time keeps the only unit busy
			r, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://lab.test/", nil)
			for ctx.Err() == nil {
				if _, err := w.Door().RoundTrip(r); err != nil && !errors.Is(err, context.Canceled) {
					t.Error(err)
				}
			}
		}()
		tell := func() string {
			groups, err := client.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{})
			if err != nil {
				t.Fatal(err)
			}
			activities, err := client.DescribeScalingActivities(ctx, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("web")})
			if err != nil {
				t.Fatal(err)
			}
			status := map[types.ScalingActivityStatusCode]int{}
			for _, a := range activities.Activities {
				status[a.StatusCode]++
				if a.StatusCode != types.ScalingActivityStatusCodeFailed {
					continue
				}
				if took := a.EndTime.Sub(*a.StartTime); took != 20*time.Second || aws.ToString(a.StatusMessage) == "" {
					t.Errorf("failed launch took %v, said %q; want 20s and why", took, aws.ToString(a.StatusMessage))
				}
			}
			g := groups.AutoScalingGroups[0]
			return fmt.Sprintf("desired %d, instances %d, %v", *g.DesiredCapacity, len(g.Instances), status)
		}
		for _, want := range []string{
			"desired 2, instances 2, map[InProgress:1]",          // 15 s: launched at 10 s
			"desired 2, instances 1, map[Failed:1]",              // 35 s: failed at 30 s
			"desired 2, instances 2, map[Failed:1 InProgress:1]", // 55 s: launched again at 40 s
			"desired 2, instances 2, map[Failed:2 InProgress:1]", // 75 s: failed at 60 s, and again at 70 s
		} {
			time.Sleep(15 * time.Second)
			if got := tell(); got != want {
				t.Errorf("group = %s; want %s", got, want)
			}
			time.Sleep(5 * time.Second)
		}
		cancel()
		w.Wait()
	})
}
