package asg

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/smithy-go"
)

// The calls that are made, as IAM names them after "autoscaling:".
const (
	groupCall    = "DescribeAutoScalingGroups"
	activityCall = "DescribeScalingActivities"
)

var errNoGroup = errors.New("no such group")

func isThrottled(err error) bool {
	return retry.ThrottleErrorCode{Codes: retry.DefaultThrottleErrorCodes}.IsErrorThrottle(err) == aws.TrueTernary
}

func isDenied(err error) bool {
	return hasCode(err, "AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
}

func isRefused(err error) bool {
	return hasCode(err, "AuthFailure", "ExpiredToken", "ExpiredTokenException", "IncompleteSignature",
		"InvalidClientTokenId", "MissingAuthenticationToken", "OptInRequired", "SignatureDoesNotMatch",
		"UnrecognizedClientException")
}

// isFatal tells failures that polling on will not mend.
func isFatal(err error) bool {
	return errors.Is(err, errNoGroup) || isDenied(err) || isRefused(err)
}

func hasCode(err error, codes ...string) bool {
	answer, ok := errors.AsType[smithy.APIError](err)
	return ok && slices.Contains(codes, answer.ErrorCode())
}

// failure is an error of the SDK in words for the user.
type failure struct {
	text string
	err  error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.err }

// cause words an error of a call: the group, then what is wrong, then a hint.
func (o *Observer) cause(call string, err error) error {
	return &failure{fmt.Sprintf("asg %s: %s", o.name, o.words(call, err)), err}
}

func (o *Observer) words(call string, err error) string {
	answer, answered := errors.AsType[smithy.APIError](err)
	transport, sent := errors.AsType[*url.Error](err)
	switch {
	case errors.Is(err, errNoGroup) && o.region != "":
		return "no such group in " + o.region
	case isDenied(err):
		return fmt.Sprintf("access denied (needs autoscaling:%s)", call)
	case isThrottled(err):
		return fmt.Sprintf("throttled by AWS (autoscaling:%s)", call)
	case isRefused(err):
		return fmt.Sprintf("credentials refused (%s: %s)", answer.ErrorCode(), answer.ErrorMessage())
	case answered:
		return fmt.Sprintf("%s: %s: %s", call, answer.ErrorCode(), answer.ErrorMessage())
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Sprintf("%s: no answer within %v", call, o.timeout)
	case sent:
		return fmt.Sprintf("%s: %v", call, transport.Err)
	}
	return fmt.Sprintf("%s: %v", call, err)
}
