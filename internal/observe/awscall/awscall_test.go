package awscall_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
)

var policies = awscall.Call{Service: "autoscaling", Action: "DescribePolicies"}

func ExampleCall_Finding() {
	err := &smithy.GenericAPIError{Code: "AccessDenied", Message: "User: arn:… is not authorized"}
	f := policies.Finding("asg/web", err, 4*time.Second, preflight.Warning)
	fmt.Printf("%s %s: %s: %s\n-> %s\n", f.Subject, f.Asked, f.Status, f.Text, f.ToDo)
	f = policies.May("asg/web")
	fmt.Printf("%s %s: %s: %s\n", f.Subject, f.Asked, f.Status, f.Text)
	// Output:
	// asg/web may autoscaling:DescribePolicies: warning: access denied (needs autoscaling:DescribePolicies)
	// -> allow autoscaling:DescribePolicies to the caller
	// asg/web may autoscaling:DescribePolicies: ok: permitted
}

// answered is an error of the SDK about an answer with a status.
func answered(status int, err error) error {
	return fmt.Errorf("operation error Auto Scaling: %w", &smithyhttp.ResponseError{
		Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
	})
}

func TestWordsAndWaysOut(t *testing.T) {
	api := func(code, message string) error { return &smithy.GenericAPIError{Code: code, Message: message} }
	for _, c := range []struct {
		err   error
		words string
		asked string
		toDo  string // a word of it
	}{
		{api("Throttling", "Rate exceeded"), "throttled by AWS (autoscaling:DescribePolicies)", "answers", "so often"},
		{api("TooManyRequestsException", ""), "throttled by AWS (autoscaling:DescribePolicies)", "answers", "so often"},
		{api("AccessDeniedException", ""), "access denied (needs autoscaling:DescribePolicies)", "may autoscaling:DescribePolicies", "allow autoscaling:DescribePolicies"},
		{api("ExpiredTokenException", "old"), "credentials refused (ExpiredTokenException: old)", "credentials accepted", "renew the credentials"},
		{api("InvalidSignatureException", "Signature expired"), "credentials refused (InvalidSignatureException: Signature expired)", "credentials accepted", "renew the credentials"},
		{answered(400, api("ValidationError", "no such group")), "DescribePolicies: ValidationError: no such group", "answers", "health page"},
		{answered(503, api("UnknownError", "UnknownError")), "DescribePolicies: HTTP 503 without a reason", "answers", "health page"},
		{answered(200, errors.New("XML syntax error on line 1")), "DescribePolicies: HTTP 200 with an answer that is not AWS's (a proxy's?)", "answers", "health page"},
		{answered(200, io.ErrUnexpectedEOF), "DescribePolicies: HTTP 200, cut off within the answer", "answers", "health page"},
		{answered(200, context.DeadlineExceeded), "DescribePolicies: no answer within 4 s", "answers", "VPC endpoint"},
		{&url.Error{Op: "Post", URL: "https://…", Err: net.ErrClosed}, "DescribePolicies: use of closed network connection", "answers", "proxy, VPN"},
		{&url.Error{Op: "Post", URL: "https://…", Err: &net.DNSError{Err: "no such host", Name: "autoscaling.tokyo.amazonaws.com", IsNotFound: true}},
			"DescribePolicies: lookup autoscaling.tokyo.amazonaws.com: no such host", "answers", "the region's name"},
		{errors.New("no credentials"), "DescribePolicies: no credentials", "answers", "health page"},
	} {
		f := policies.Finding("asg/web", c.err, 4*time.Second, preflight.Warning)
		if f.Text != c.words || f.Asked != c.asked || f.Status != preflight.Warning || !strings.Contains(f.ToDo, c.toDo) {
			t.Errorf("Finding(%v) = %+v; want %q asked of %q, and %q in the way out", c.err, f, c.words, c.asked, c.toDo)
		}
	}
}

// Whoever asks with less time than a call may take says how much that was.
func TestTimeThatACallHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(awscall.Patiently(t.Context()), 9*time.Second)
		defer cancel()
		for _, c := range []struct {
			timeout time.Duration
			want    string
		}{
			{2500 * time.Millisecond, "DescribePolicies: no answer within 2.5 s"},
			{5862 * time.Millisecond, "DescribePolicies: no answer within 5.9 s"},
			{4 * time.Second, "DescribePolicies: no answer within 638 ms, for 8.4 s went to what was asked before"},
		} {
			_, err := awscall.Within(ctx, c.timeout, func(ctx context.Context, _ ...func(*struct{})) (string, error) {
				<-ctx.Done()
				return "", &aws.RequestCanceledError{Err: ctx.Err()} // which nobody asks again
			})
			if got := policies.Words(err, c.timeout); got != c.want || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("a call with %v: %q (%v); want %q", c.timeout, got, err, c.want)
			}
		}
	})
}

// What two attempts leave of the 9 s of a check is what the third has.
func TestTimeThatAttemptsHad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(awscall.Patiently(t.Context()), 9*time.Second)
		defer cancel()
		calls := 0
		_, err := awscall.Within(ctx, 10*time.Second, func(ctx context.Context, _ ...func(*struct{})) (string, error) {
			if calls++; calls < 3 {
				time.Sleep(2 * time.Second)
				return "", reset
			}
			<-ctx.Done()
			return "", ctx.Err()
		})
		got := policies.Words(err, 10*time.Second)
		if want := regexp.MustCompile(`^DescribePolicies: no answer within [1-5][0-9.]* s, the last of 3 attempts in 9 s$`); calls != 3 || !want.MatchString(got) {
			t.Errorf("%d calls: %q; want 3, and %v", calls, got, want)
		}
		_, err = awscall.Within(t.Context(), time.Second, func(ctx context.Context, _ ...func(*struct{})) (string, error) {
			<-ctx.Done()
			return "", ctx.Err()
		})
		if got, want := policies.Words(err, time.Second), "DescribePolicies: no answer within 1 s"; got != want {
			t.Errorf("a sample: %q; want %q", got, want)
		}
	})
}

func TestSleepUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		for _, c := range []struct {
			until, at time.Duration
			alive     bool
		}{{-time.Hour, 0, true}, {4 * time.Second, 4 * time.Second, true}, {time.Hour, 10 * time.Second, false}, {0, 10 * time.Second, false}} {
			if alive := awscall.SleepUntil(ctx, start.Add(c.until)); alive != c.alive || time.Since(start) != c.at {
				t.Errorf("SleepUntil(%v) = %v at %v; want %v at %v", c.until, alive, time.Since(start), c.alive, c.at)
			}
		}
	})
}

// Throttled, a beat becomes rarer up to four times; a good one brings it back at
// once, and a beat that is missed is not caught up with.
func TestPace(t *testing.T) {
	start := time.Now()
	p := awscall.NewPace(5 * time.Second)
	p.Next = start
	p.Skip(start.Add(12 * time.Second))
	if got := p.Next.Sub(start); got != 15*time.Second {
		t.Errorf("beat after one that took 12 s = %v; want 15s", got)
	}
	var got []time.Duration
	for range 3 {
		p.Widen()
		got = append(got, p.Interval())
	}
	for range 2 {
		p.Narrow()
		got = append(got, p.Interval())
	}
	want := []time.Duration{10, 20, 20, 5, 5}
	for i, w := range want {
		if got[i] != w*time.Second {
			t.Fatalf("intervals = %v; want %v seconds", got, want)
		}
	}
}
