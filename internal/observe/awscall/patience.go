package awscall

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// Before a run no sample can come late, and one answer decides whether there is
// a run at all. Who asks then has patience for three attempts:
//
//	call     |--x|    |---x|      |--ok|
//	          throttled   reset
const attempts = 3

// standard is AWS's own judgement of what to ask again and after how long: 2 s
// at most, for a check has 9 s.
var standard = retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 2 * time.Second })

type patience struct{} // the key of the time since when

// Patiently returns a context in which Within asks up to three times, as long as
// the context lasts.
func Patiently(ctx context.Context) context.Context {
	return context.WithValue(ctx, patience{}, time.Now())
}

// waited is how long there had been patience at an instant; 0 where there is none.
func waited(ctx context.Context, at time.Time) time.Duration {
	since, patient := ctx.Value(patience{}).(time.Time)
	if !patient {
		return 0
	}
	return at.Sub(since)
}

// askAgain waits for the next attempt after one that failed with err; it is false
// where there is none, or none that would begin before ctx ends.
func askAgain(ctx context.Context, attempt int, err error) bool {
	if ctx.Value(patience{}) == nil || attempt == attempts || !standard.IsErrorRetryable(err) {
		return false
	}
	wait, err := standard.RetryDelay(attempt, err)
	if until, bounded := ctx.Deadline(); err != nil || bounded && time.Until(until) <= wait {
		return false
	}
	return SleepUntil(ctx, time.Now().Add(wait))
}

// Passing reports whether a failure leaves unknown what was asked, and may be gone
// when it is asked again: throttled, no answer, a server that is not well. A name
// that does not exist is none of these.
func Passing(err error) bool {
	if name, ok := errors.AsType[*net.DNSError](err); ok && name.IsNotFound {
		return false
	}
	return Throttled(err) || errors.Is(err, context.DeadlineExceeded) || standard.IsErrorRetryable(err)
}

// Unanswered reports whether nobody answered at all, not even to refuse, and
// somebody may yet: nothing listens, the way is shut, the connection was reset.
func Unanswered(err error) bool {
	_, unsent := errors.AsType[*url.Error](err)
	return Passing(err) && (unsent || errors.Is(err, context.DeadlineExceeded))
}

// Bearing is how a failure of a call bears on a run: what AWS is not able to tell
// at the moment keeps nobody from rehearsing, and the observer tells whether that
// lasted. Where nobody answers there is nothing to wait for.
func Bearing(err error, matters preflight.Status) preflight.Status {
	if Passing(err) && !Unanswered(err) {
		return min(matters, preflight.Warning)
	}
	return matters
}
