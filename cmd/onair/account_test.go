package main

import (
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// network answers in the place of AWS.
type network func() (*http.Response, error)

func (n network) Do(*http.Request) (*http.Response, error) { return n() }

// answers is AWS with one answer.
func answers(status int, text string) network {
	return func() (*http.Response, error) {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(text))}, nil
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
	const nobody = `<GetCallerIdentityResponse><GetCallerIdentityResult></GetCallerIdentityResult></GetCallerIdentityResponse>`
	for name, tt := range map[string]struct {
		network network
		want    preflight.Finding
	}{
		"known":        {answers(200, known), preflight.Finding{Text: "arn:aws:iam::1:user/sre"}},
		"says nothing": {answers(200, nobody), preflight.Finding{Text: "not told"}},
		"refused": {answers(403, refusal), preflight.Finding{Status: preflight.Fail,
			Text: "credentials refused (InvalidClientTokenId: The security token is invalid.)", ToDo: "renew the credentials (aws sso login), or choose others with AWS_PROFILE"}},
		"throttled": {answers(400, throttle), preflight.Finding{Status: preflight.Warning,
			Text: "throttled by AWS (sts:GetCallerIdentity)", ToDo: "ask again, and find out what else calls sts so often"}},
		"no such region": {unresolved(true), preflight.Finding{Status: preflight.Fail,
			Text: "GetCallerIdentity: dial tcp: lookup sts.tokyo.amazonaws.com: no such host", ToDo: "check the region's name, and that AWS can be reached from here"}},
		"no name server": {unresolved(false), preflight.Finding{Status: preflight.Warning,
			Text: "GetCallerIdentity: dial tcp: lookup sts.tokyo.amazonaws.com: no such host", ToDo: "see whether AWS can be reached from here (proxy, VPN)"}},
	} {
		a := &account{region: "tokyo", config: aws.Config{
			Region: "tokyo", HTTPClient: tt.network,
			Credentials: credentials.NewStaticCredentialsProvider("onair", "test", ""),
			Retryer:     func() aws.Retryer { return aws.NopRetryer{} },
		}}
		tt.want.Subject, tt.want.Asked = "AWS tokyo", "identity"
		if got := a.identity(t.Context()); got != tt.want {
			t.Errorf("%s: identity = %s %v; want %s %v", name, got.Status, got, tt.want.Status, tt.want)
		}
	}
}
