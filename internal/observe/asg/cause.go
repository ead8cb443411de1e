package asg

import (
	"errors"
	"fmt"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

var errNoGroup = errors.New("no such group")

// isFatal tells failures that polling on will not mend.
func isFatal(err error) bool { return errors.Is(err, errNoGroup) || awscall.Hopeless(err) }

// cause words an error of a call: the group, then what is wrong, then a hint.
func (o *Observer) cause(call awscall.Call, err error) error {
	return &awscall.Failure{Text: fmt.Sprintf("asg %s: %s", o.name, o.words(call, err)), Err: err}
}

func (o *Observer) words(call awscall.Call, err error) string {
	if errors.Is(err, errNoGroup) && o.region != "" {
		return "no such group in " + o.region
	}
	return call.Words(err, o.timeout)
}
