package elb

import (
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

var errNoGroup = errors.New("no such target group")

// failedCall is an error of one of the calls.
type failedCall struct {
	call awscall.Call
	error
}

func (f *failedCall) Unwrap() error { return f.error }

func failed(call awscall.Call, err error) error {
	if _, missing := errors.AsType[*types.TargetGroupNotFoundException](err); missing {
		err = errNoGroup
	}
	return &failedCall{call, err}
}

// callOf is the call an error is of.
func callOf(err error) awscall.Call {
	if f, ok := errors.AsType[*failedCall](err); ok {
		return f.call
	}
	return groupCall
}

// isFatal tells failures that polling on will not mend.
func isFatal(err error) bool { return errors.Is(err, errNoGroup) || awscall.Hopeless(err) }

// cause words an error: the target group, then what is wrong, then a hint.
func (o *Observer) cause(err error) error {
	return &awscall.Failure{Text: fmt.Sprintf("elb %s: %s", o.name, o.words(err)), Err: err}
}

func (o *Observer) words(err error) string {
	switch {
	case errors.Is(err, errNoGroup) && o.region != "":
		return "no such target group in " + o.region
	case errors.Is(err, errNoGroup):
		return errNoGroup.Error()
	}
	return callOf(err).Words(err, o.timeout)
}
