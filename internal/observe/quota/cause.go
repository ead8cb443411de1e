package quota

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/servicequotas/types"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

var (
	errNoQuota = errors.New("the service has no such quota")
	errNoValue = errors.New("AWS does not tell its value")
	errNoUsage = errors.New("CloudWatch has no usage of the last " + figure.Duration(lately))
	errNoGroup = errors.New("the fleet's group does not exist")
)

// failedCall is an error of one of the calls.
type failedCall struct {
	call awscall.Call
	error
}

func (f *failedCall) Unwrap() error { return f.error }

func failed(call awscall.Call, err error) error {
	if _, missing := errors.AsType[*types.NoSuchResourceException](err); missing {
		err = errNoQuota
	}
	return &failedCall{call, err}
}

// callOf is the call an error is of.
func callOf(err error) awscall.Call {
	if f, ok := errors.AsType[*failedCall](err); ok {
		return f.call
	}
	return quotaCall
}

// isFatal tells failures that asking on will not mend.
func isFatal(err error) bool { return errors.Is(err, errNoQuota) || awscall.Hopeless(err) }

// cause words an error: the quota, then what is wrong, then a hint.
func (o *Observer) cause(err error) error {
	return &awscall.Failure{Text: fmt.Sprintf("quota %s %s: %s", o.service, o.code, o.words(err)), Err: err}
}

func (o *Observer) words(err error) string {
	switch {
	case errors.Is(err, errNoQuota) && o.region != "":
		return errNoQuota.Error() + " in " + o.region
	case errors.Is(err, errNoQuota), errors.Is(err, errNoValue), errors.Is(err, errNoUsage), errors.Is(err, errNoGroup):
		return errors.Unwrap(err).Error()
	}
	return callOf(err).Words(err, o.timeout)
}
