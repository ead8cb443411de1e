package awscall_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/smithy-go"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
)

var (
	throttled = &smithy.GenericAPIError{Code: "Throttling", Message: "Rate exceeded"}
	denied    = &smithy.GenericAPIError{Code: "AccessDenied"}
	reset     = &url.Error{Op: "Post", URL: "https://…", Err: &net.OpError{Op: "read", Err: errors.New("connection reset by peer")}}
)

func TestPatience(t *testing.T) {
	for _, c := range []struct {
		name    string
		patient bool
		within  time.Duration
		fails   []error // of the attempts; the one after them is answered
		calls   int
		want    error
	}{
		{"a sample", false, 9 * time.Second, []error{throttled}, 1, throttled},
		{"a check", true, 9 * time.Second, []error{throttled, reset}, 3, nil},
		{"a check of AWS that is not well", true, 9 * time.Second, []error{throttled, throttled, throttled}, 3, throttled},
		{"nothing to wait for", true, 9 * time.Second, []error{denied}, 1, denied},
		{"no time to wait", true, time.Nanosecond, []error{throttled}, 1, throttled},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), c.within)
			defer cancel()
			if c.patient {
				ctx = awscall.Patiently(ctx)
			}
			calls, began := 0, time.Now()
			_, err := awscall.Within(ctx, 4*time.Second, func(ctx context.Context, _ ...func(*struct{})) (int, error) {
				if until, ok := ctx.Deadline(); !ok || time.Until(until) > 4*time.Second {
					t.Errorf("%s: an attempt may last until %v; want 4 s at most", c.name, until)
				}
				if calls++; calls <= len(c.fails) {
					return 0, c.fails[calls-1]
				}
				return 0, nil
			})
			if err != c.want || calls != c.calls || time.Since(began) > 4*time.Second {
				t.Errorf("%s: %v after %d calls in %v; want %v after %d in 4s at most", c.name, err, calls, time.Since(began), c.want, c.calls)
			}
		})
	}
}

// What AWS cannot tell at the moment keeps nobody from rehearsing. What is known
// does, and that nobody answers.
func TestBearing(t *testing.T) {
	for _, c := range []struct {
		err  error
		want preflight.Status
	}{
		{throttled, preflight.Warning},
		{answered(503, &smithy.GenericAPIError{Code: "UnknownError"}), preflight.Warning},
		{answered(200, io.ErrUnexpectedEOF), preflight.Fail},
		{reset, preflight.Fail},
		{context.DeadlineExceeded, preflight.Fail},
		{denied, preflight.Fail},
		{&smithy.GenericAPIError{Code: "ExpiredToken"}, preflight.Fail},
		{&net.DNSError{Err: "no such host", IsNotFound: true}, preflight.Fail},
		{answered(400, &smithy.GenericAPIError{Code: "ValidationError"}), preflight.Fail},
	} {
		got := policies.Finding("asg/web", c.err, time.Second, preflight.Fail)
		if got.Status != c.want {
			t.Errorf("Finding(%v) is a %v; want a %v", c.err, got.Status, c.want)
		}
		if unanswered := c.err == reset || c.err == context.DeadlineExceeded; awscall.Unanswered(got.Err) != unanswered {
			t.Errorf("Finding(%v): unanswered = %v; want %v", c.err, !unanswered, unanswered)
		}
	}
}
