package awsapi_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/lab/awsapi"
	"github.com/seed-f864f198/onair/internal/lab/world"
)

var update = flag.Bool("update", false, "rewrite the golden files")

const signature = "AWS4-HMAC-SHA256 Credential=lab/20261122/ap-northeast-1/autoscaling/aws4_request, SignedHeaders=host, Signature=0"

// ask posts parameters as the SDK does and returns the whole answer, without
// what is random in it.
func ask(src awsapi.Source, form, authorization string) (status int, answer string) {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	w := httptest.NewRecorder()
	awsapi.New(src).ServeHTTP(w, r)
	return w.Code, requestID.ReplaceAllString(w.Body.String(), "<RequestId>…<")
}

var requestID = regexp.MustCompile(`<RequestId>[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}<`)

func ExampleNew() {
	_, answer := ask(busy(), "Action=GetCallerIdentity&Version=2011-06-15", signature)
	fmt.Println(answer)
	// Output:
	// <GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
	//   <GetCallerIdentityResult>
	//     <Arn>arn:aws:iam::000000000000:user/onair-lab</Arn>
	//     <UserId>AIDAONAIRLABONAIRLAB0</UserId>
	//     <Account>000000000000</Account>
	//   </GetCallerIdentityResult>
	//   <ResponseMetadata>
	//     <RequestId>…</RequestId>
	//   </ResponseMetadata>
	// </GetCallerIdentityResponse>
}

// Every answer there is, each in a golden file named after its row.
func TestAnswers(t *testing.T) {
	const activities = "DescribeScalingActivities&AutoScalingGroupName=web-prod"
	for _, c := range []struct{ name, action string }{
		{"groups", "DescribeAutoScalingGroups"},
		{"groups-without-instances", "DescribeAutoScalingGroups&IncludeInstances=false"},
		{"groups-unknown-name", "DescribeAutoScalingGroups&AutoScalingGroupNames.member.1=api-prod"},
		{"groups-by-tag", "DescribeAutoScalingGroups&Filters.member.1.Name=tag:team&Filters.member.1.Values.member.1=a"},
		{"groups-unknown-filter", "DescribeAutoScalingGroups&Filters.member.1.Name=color"},
		{"instances", "DescribeAutoScalingInstances&InstanceIds.member.1=i-00000000000000002"},
		{"activities", activities},
		{"activities-first-page", activities + "&MaxRecords=2"},
		{"activities-last-page", activities + "&MaxRecords=2&NextToken=YWN0aXZpdHktMg"},
		{"activities-failed-since", activities +
			"&Filters.member.1.Name=Status&Filters.member.1.Values.member.1=Failed&Filters.member.1.Values.member.2=Cancelled" +
			"&Filters.member.2.Name=StartTimeLowerBound&Filters.member.2.Values.member.1=2026-11-22T12:53:00Z"},
		{"activities-until", activities +
			"&Filters.member.1.Name=StartTimeUpperBound&Filters.member.1.Values.member.1=2026-11-22T21:00:00%2B09:00"},
		{"activities-bad-time", activities + "&Filters.member.1.Name=StartTimeLowerBound&Filters.member.1.Values.member.1=noon"},
		{"activities-bad-token", activities + "&NextToken=!"},
		{"activities-too-many", activities + "&MaxRecords=101"},
		{"activities-none", activities + "&MaxRecords=0"},
		{"activities-unknown-group", "DescribeScalingActivities&AutoScalingGroupName=api-prod"},
		{"policies", "DescribePolicies&AutoScalingGroupName=web-prod"},
		{"policies-of-other-type", "DescribePolicies&PolicyTypes.member.1=StepScaling"},
		{"scheduled-actions", "DescribeScheduledActions"},
		{"warm-pool", "DescribeWarmPool&AutoScalingGroupName=web-prod"},
		{"warm-pool-of-none", "DescribeWarmPool"},
		{"instance-refreshes", "DescribeInstanceRefreshes&AutoScalingGroupName=web-prod"},
		{"account-limits", "DescribeAccountLimits"},
		{"write-refused", "SetDesiredCapacity&AutoScalingGroupName=web-prod&DesiredCapacity=8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, answer := ask(busy(), "Version=2011-01-01&Action="+c.action, signature)
			golden(t, c.name+".xml", fmt.Sprintf("<!-- %d %s -->\n%s", status, c.action, answer))
		})
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
}

func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		form, authorization string
		status              int
		code                string
	}{
		{"Action=GetCallerIdentity&Version=2011-06-15", "", 403, "MissingAuthenticationToken"},
		{"Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Signature=0", "", 200, ""},
		{"Action=GetCallerIdentity&Version=2011-06-15", "AWS4-HMAC-SHA256 Credential=lab", 400, "IncompleteSignature"},
		{"Action=GetCallerIdentity&Version=2011-01-01", signature, 400, "InvalidAction"},
		{"Action=DescribeAutoScalingGroups&Version=2011-06-15", signature, 400, "InvalidAction"},
		{"Action=DescribeAutoScalingGroups", signature, 400, "InvalidAction"},
		{"Version=2011-01-01", signature, 400, "MissingAction"},
		{"", signature, 400, "MissingAction"},
		{"Action=%zz", signature, 400, "MalformedQueryString"},
		{"Action=DescribeAutoScalingGroups&Version=2011-01-01&IncludeInstances=perhaps", signature, 400, "MalformedInput"},
		{"Action=DescribeAutoScalingGroups&Version=2011-01-01&MaxRecords=many", signature, 400, "MalformedInput"},
	} {
		status, answer := ask(busy(), c.form, c.authorization)
		if status != c.status || c.code != "" && !strings.Contains(answer, "<Code>"+c.code+"</Code>") {
			t.Errorf("answer to %q = %d %s; want %d %s", c.form, status, answer, c.status, c.code)
		}
	}
}

func TestWorldWithoutGroup(t *testing.T) {
	for action, want := range map[string]string{
		"DescribeAutoScalingGroups": "<AutoScalingGroups></AutoScalingGroups>",
		"DescribePolicies":          "<ScalingPolicies></ScalingPolicies>",
		"DescribeScalingActivities": "<Activities></Activities>",
		"DescribeAccountLimits":     "<NumberOfAutoScalingGroups>0</NumberOfAutoScalingGroups>",
	} {
		status, answer := ask(&still{state: world.State{Now: onAir}}, "Version=2011-01-01&Action="+action, signature)
		if status != http.StatusOK || !strings.Contains(answer, want) {
			t.Errorf("answer to %s = %d %s; want 200 with %s", action, status, answer, want)
		}
	}
}

// Whatever the parameters, there is an answer in XML that belongs to the call.
func FuzzRequest(f *testing.F) {
	f.Add("Action=DescribeAutoScalingGroups&Version=2011-01-01&AutoScalingGroupNames.member.1=web-prod")
	f.Add("Action=DescribeScalingActivities&Version=2011-01-01&Filters.member.1.Name=Status&Filters.member.1.Values.member.1=Failed&MaxRecords=1&NextToken=YQ")
	f.Add("Action=DescribePolicies&Version=2011-01-01&PolicyTypes.member.1=&PolicyNames.member.1=%00")
	f.Add("Action=DescribeWarmPool&Version=2011-01-01&AutoScalingGroupName=<&>%ff")
	f.Add("Action=DescribeTargetHealth&Version=2015-12-01&TargetGroupArn=" + targetGroupARN + "&Targets.member.1.Id=a")
	f.Add("Action=DescribeTargetGroups&Version=2015-12-01&PageSize=1&Marker=YQ&LoadBalancerArn=a")
	f.Add("Action=GetMetricData&Version=2010-08-01&StartTime=2026-11-22T12:00:00Z&EndTime=2026-11-22T13:00:00Z&MetricDataQueries.member.1.Id=a" +
		"&MetricDataQueries.member.1.MetricStat.Period=60&MetricDataQueries.member.1.MetricStat.Stat=p99" +
		"&MetricDataQueries.member.1.MetricStat.Metric.Namespace=AWS/Usage&MetricDataQueries.member.1.MetricStat.Metric.MetricName=ResourceCount")
	f.Add("Filters.member.1.Name&Action&Version;")
	f.Fuzz(func(t *testing.T, form string) {
		status, answer := ask(balanced(), form, signature)
		values, err := url.ParseQuery(form)
		action := values.Get("Action")
		switch status {
		case http.StatusOK:
			if err != nil || !strings.HasPrefix(answer, "<"+action+"Response xmlns=") {
				t.Errorf("answer to %q = %s; want one named after %q", form, answer, action)
			}
		case http.StatusBadRequest:
			if !strings.Contains(answer, "<Type>Sender</Type>") {
				t.Errorf("refusal of %q = %s; want an error of the sender", form, answer)
			}
		default:
			t.Errorf("status of the answer to %q = %d; want 200 or 400", form, status)
		}
	})
}
