package prometheus

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	api "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/seed-f864f198/onair/internal/figure"
)

// ofQuery reports whether a failure is the query's and not the server's.
func ofQuery(err error) bool {
	answer, ok := errors.AsType[*api.Error](err)
	return ok && (answer.Type == api.ErrBadData || answer.Type == api.ErrExec || answer.Type == api.ErrTimeout)
}

// cause words a failure of the server.
func (o *Observer) cause(err error) error {
	return &failure{fmt.Sprintf("%s: %s", o.source, o.words(err)), err}
}

// words says what went wrong with a call, with a hint where there is one.
func (o *Observer) words(err error) string {
	answer, answered := errors.AsType[*api.Error](err)
	transport, sent := errors.AsType[*url.Error](err)
	switch {
	case answered && ofQuery(err):
		return fmt.Sprintf("Prometheus refused the query (%s: %s)", answer.Type, answer.Msg)
	case answered && (strings.HasSuffix(answer.Msg, ": 401") || strings.HasSuffix(answer.Msg, ": 403")):
		return fmt.Sprintf("access denied (%s; headers: gives an Authorization)", answer.Msg)
	case answered && answer.Type == api.ErrBadResponse:
		return fmt.Sprintf("the answer is not Prometheus's (%s)", answer.Msg)
	case answered:
		return answer.Msg
	case errors.Is(err, context.DeadlineExceeded):
		return "no answer within " + figure.Duration(o.timeout)
	case sent:
		return transport.Err.Error()
	}
	return err.Error()
}

// failure is an error of the client in words for the user.
type failure struct {
	text string
	err  error
}

func (f *failure) Error() string { return f.text }
func (f *failure) Unwrap() error { return f.err }
