// Package awscall is how AWS is asked while load runs: with a deadline for each
// call, no retries (but before a run), errors in words, and more rarely where AWS
// throttles.
//
//	interval  |--5s--|--5s--|---10s---|----20s-----|--5s--|
//	answer    ok     ok  throttled  throttled     ok      ok
//
// All calls to one service of an account and region share one bucket of tokens,
// and the system under test needs it too; a sample that comes late is not the
// sample that was asked for. What is called, and what the answers mean, is the
// business of the packages that call.
package awscall

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// Within makes one call, or gets one page, with a deadline of its own; again where
// ctx is of Patiently. O is the service's options.
func Within[T, O any](ctx context.Context, timeout time.Duration, call func(context.Context, ...func(*O)) (T, error)) (T, error) {
	began := time.Now()
	for attempt := 1; ; attempt++ {
		answer, err := once(ctx, timeout, call)
		if err == nil || !askAgain(ctx, attempt, err) {
			if o, ok := errors.AsType[*overdue](err); ok {
				o.attempts, o.inAll, o.before = attempt, time.Since(began), waited(ctx, began)
			}
			return answer, err
		}
	}
}

func once[T, O any](ctx context.Context, timeout time.Duration, call func(context.Context, ...func(*O)) (T, error)) (T, error) {
	had, short := timeout, false
	if end, bounded := ctx.Deadline(); bounded && time.Until(end) < timeout {
		had, short = time.Until(end), true
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	answer, err := call(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		err = &overdue{error: err, had: had, short: short}
	}
	return answer, err
}

// Call is one action of a service, as IAM names it: "autoscaling",
// "DescribeAutoScalingGroups".
type Call struct{ Service, Action string }

func (c Call) String() string { return c.Service + ":" + c.Action }

// Throttled reports whether AWS refused a call for there were too many.
func Throttled(err error) bool {
	return retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err) == aws.TrueTernary
}

// Denied reports whether the caller lacks the permission for a call.
func Denied(err error) bool {
	return hasCode(err, "AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
}

// Refused reports whether AWS did not accept the caller's credentials.
func Refused(err error) bool {
	return hasCode(err, "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
		"InvalidClientTokenId", "InvalidSignatureException", "MissingAuthenticationToken", "OptInRequired",
		"RequestExpired", "SignatureDoesNotMatch", "UnrecognizedClientException")
}

// Hopeless reports whether a failure is one that asking again will not mend.
func Hopeless(err error) bool { return Denied(err) || Refused(err) }

func hasCode(err error, codes ...string) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains(codes, answer.ErrorCode())
}

// Words says what went wrong with a call that had so long to answer, with a hint
// where there is one.
func (c Call) Words(err error, timeout time.Duration) string {
	answer, answered := errors.AsType[smithy.APIError](err)
	transport, sent := errors.AsType[*url.Error](err)
	switch {
	case Denied(err):
		return fmt.Sprintf("access denied (needs %s)", c)
	case Throttled(err):
		return fmt.Sprintf("throttled by AWS (%s)", c)
	case Refused(err):
		return fmt.Sprintf("credentials refused (%s: %s)", answer.ErrorCode(), answer.ErrorMessage())
	case answered && strange(err) == "":
		return fmt.Sprintf("%s: %s: %s", c.Action, answer.ErrorCode(), answer.ErrorMessage())
	case errors.Is(err, context.DeadlineExceeded):
		return c.Action + ": " + silence(err, timeout)
	case sent:
		return fmt.Sprintf("%s: %v", c.Action, transport.Err)
	case strange(err) != "":
		return c.Action + ": " + strange(err)
	}
	return fmt.Sprintf("%s: %v", c.Action, err)
}

// Failure is an error of the SDK in words for the user.
type Failure struct {
	Text string
	Err  error
}

func (f *Failure) Error() string { return f.Text }
func (f *Failure) Unwrap() error { return f.Err }
