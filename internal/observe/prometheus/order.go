package prometheus

import (
	"errors"

	api "github.com/prometheus/client_golang/api/prometheus/v1"
)

// OutOfOrder reports whether a Prometheus, or a proxy before it, answered that it
// cannot (5xx).
func OutOfOrder(err error) bool {
	answer, ok := errors.AsType[*api.Error](err)
	return ok && answer.Type == api.ErrServer
}
