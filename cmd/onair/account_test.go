package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// network answers in the place of AWS.
type network func() (*http.Response, error)

func (n network) Do(*http.Request) (*http.Response, error) { return n() }

// answers is AWS with one answer.
func answers(status int, text string) network { return late(0, status, text) }

// late is AWS whose clock is behind by so much.
func late(by time.Duration, status int, text string) network {
	return func() (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{"Date": {time.Now().Add(-by).UTC().Format(http.TimeFormat)}}, Body: io.NopCloser(strings.NewReader(text))}, nil
	}
}

func unresolved(notFound bool) network {
	return func() (*http.Response, error) {
		err := &net.DNSError{Err: "no such host", Name: "sts.tokyo.amazonaws.com", IsNotFound: notFound}
		return nil, &url.Error{Op: "Post", URL: "https://sts.tokyo.amazonaws.com/", Err: &net.OpError{Op: "dial", Net: "tcp", Err: err}}
	}
}

// What keeps everybody from asking AWS is a failure. That STS alone does not
// answer is not.
func TestIdentity(t *testing.T) {
	const refusal = `<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token is invalid.</Message></Error></ErrorResponse>`
	const throttle = `<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`
	const known = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::1:user/sre</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`
	const onTime = "ok within 5 s of this machine's"
	const nobody = `<GetCallerIdentityResponse><GetCallerIdentityResult></GetCallerIdentityResult></GetCallerIdentityResponse>`
	for name, tt := range map[string]struct {
		network network
		want    preflight.Finding
		clock   string // as it is found; empty: nobody answers
	}{
		"known":        {answers(200, known), preflight.Finding{Text: "arn:aws:iam::1:user/sre"}, onTime},
		"says nothing": {answers(200, nobody), preflight.Finding{Text: "not told"}, onTime},
		"an hour behind": {late(time.Hour, 200, known), preflight.Finding{Text: "arn:aws:iam::1:user/sre"},
			"fail AWS's is at least 59m59s behind this machine's: it refuses what is signed here, for more than 5m"},
		"refused": {answers(403, refusal), preflight.Finding{Status: preflight.Fail,
			Text: "credentials refused (InvalidClientTokenId: The security token is invalid.)", ToDo: "renew the credentials (aws sso login), or choose others with AWS_PROFILE"}, onTime},
		"refused, a minute behind": {late(time.Minute, 403, refusal), preflight.Finding{Status: preflight.Fail,
			Text: "credentials refused (InvalidClientTokenId: The security token is invalid.)", ToDo: "renew the credentials (aws sso login), or choose others with AWS_PROFILE"},
			"warning AWS's is at least 59 s behind this machine's"},
		"throttled": {answers(400, throttle), preflight.Finding{Status: preflight.Warning,
			Text: "throttled by AWS (sts:GetCallerIdentity)", ToDo: "ask again, and find out what else calls sts so often"}, onTime},
		"no such region": {unresolved(true), preflight.Finding{Status: preflight.Fail,
			Text: "GetCallerIdentity: dial tcp: lookup sts.tokyo.amazonaws.com: no such host", ToDo: "check the region's name, and that AWS can be reached from here"}, ""},
		"no name server": {unresolved(false), preflight.Finding{Status: preflight.Warning,
			Text: "GetCallerIdentity: dial tcp: lookup sts.tokyo.amazonaws.com: no such host", ToDo: "see whether AWS can be reached from here (proxy, VPN)"}, ""},
	} {
		synctest.Test(t, func(t *testing.T) { // so that it is a whole second
			a := &account{region: "tokyo", config: aws.Config{
				Region: "tokyo", HTTPClient: tt.network,
				Credentials: credentials.NewStaticCredentialsProvider("onair", "test", ""),
				Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
			}}
			tt.want.Subject, tt.want.Asked = "AWS tokyo", "identity"
			got := a.identity(t.Context())
			if got[0] != tt.want {
				t.Errorf("%s: identity = %s %v; want %s %v", name, got[0].Status, got[0], tt.want.Status, tt.want)
			}
			clock := ""
			if len(got) > 1 {
				clock = fmt.Sprint(got[1].Status, " ", got[1].Text)
			}
			if clock != tt.clock {
				t.Errorf("%s: clock = %q; want %q", name, clock, tt.clock)
			}
		})
	}
}

// One throttled call is asked again by a check, and everybody in a region has the
// credentials that one of them fetched.
func TestChecksOfARegion(t *testing.T) {
	var mu sync.Mutex
	asked := make(map[string]int)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		action := r.FormValue("Action")
		mu.Lock()
		asked[action]++
		first := asked[action] == 1
		mu.Unlock()
		w.Header().Set("Content-Type", "text/xml")
		if first && action == "DescribeAutoScalingGroups" {
			w.WriteHeader(http.StatusBadRequest)
			io.WriteString(w, `<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>`)
			return
		}
		io.WriteString(w, `<DescribeAutoScalingGroupsResponse><DescribeAutoScalingGroupsResult><AutoScalingGroups><member>
			<AutoScalingGroupName>web-prod</AutoScalingGroupName><Instances/>
		</member></AutoScalingGroups></DescribeAutoScalingGroupsResult></DescribeAutoScalingGroupsResponse>`)
	}))
	defer server.Close()
	fetched := filepath.Join(t.TempDir(), "fetched")
	config := filepath.Join(t.TempDir(), "config")
	process := fmt.Sprintf(`[default]
credential_process = sh -c "echo >>%s; echo '{\"Version\":1,\"AccessKeyId\":\"onair\",\"SecretAccessKey\":\"lab\"}'"
`, fetched)
	if err := os.WriteFile(config, []byte(process), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_PROFILE": "",
		"AWS_CONFIG_FILE": config, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull, "AWS_EC2_METADATA_DISABLED": "true",
	} {
		t.Setenv(name, value)
	}
	s := parsed(t, `
name: region
target: {url: "http://127.0.0.1:1", allow_hosts: [127.0.0.1]}
traffic: {baseline: 10/s, duration: 10s}
requests: [{get: /}]
objectives: [{p99: 1s}]
observe:
  - {asg: web-prod, region: ap-northeast-1}
  - {elb: web, region: ap-northeast-1}
`)
	inAWS := accounts(s, nil)
	checks := []preflight.Check{inAWS["ap-northeast-1"].check()}
	for _, o := range waiting(newObservers(t.Context(), s, nil, inAWS), s, inAWS) {
		checks = append(checks, o.(observe.Checker).Checks()...)
	}
	found := preflight.Run(t.Context(), 9*time.Second, checks...)
	exists := func(f preflight.Finding) bool {
		return f.Subject == "asg/web-prod" && f.Asked == "exists" && f.Status == preflight.OK
	}
	if asked["DescribeAutoScalingGroups"] != 2 || !slices.ContainsFunc(found, exists) {
		t.Errorf("%d calls, and found %v; want the group found by the second", asked["DescribeAutoScalingGroups"], found)
	}
	if lines, err := os.ReadFile(fetched); err != nil || len(lines) != 1 {
		t.Errorf("the credentials were fetched %d times, %v; want once", len(lines), err)
	}
}
