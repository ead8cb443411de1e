package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/client-go/tools/clientcmd"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// kubeChecks ask of each kube context that is watched which cluster it leads to.
func kubeChecks(s *scenario.Scenario, staging *lab.Lab) []preflight.Check {
	var checks []preflight.Check
	for _, kubeContext := range kubeContexts(s) {
		checks = append(checks, kubeCheck(kubeContext, staging))
	}
	return checks
}

// kubeContexts are those that are watched, each once; "" is the current one.
func kubeContexts(s *scenario.Scenario) []string {
	return distinct(s.Watched(), func(o scenario.Observe) (string, bool) { return o.Context, o.Kind == capacity.HPA })
}

// distinct returns, each once and in order, what of says of those it counts in.
func distinct(watched []scenario.Observe, of func(scenario.Observe) (string, bool)) []string {
	var all []string
	for _, o := range watched {
		if one, in := of(o); in && !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}

// kubeCheck tells which cluster a context leads to. Whether it answers is asked
// by those who observe it.
func kubeCheck(kubeContext string, staging *lab.Lab) preflight.Check {
	subject := strings.TrimSpace("kube context " + contextName(kubeContext, staging))
	f := preflight.Finding{Subject: subject, Asked: "configured"}
	return preflight.Check{Subject: subject, Look: func(context.Context) []preflight.Finding {
		config, err := kubeConfig(kubeContext, staging)
		if err != nil {
			f.Status = preflight.Fail
			f.Text, f.ToDo = parted(err, "see kubectl config view")
			return []preflight.Finding{f}
		}
		f.Text = config.Host
		return []preflight.Finding{f}
	}}
}

// contextName is the context that "" stands for; empty where there is none.
func contextName(kubeContext string, staging *lab.Lab) string {
	if staging != nil {
		config, err := clientcmd.Load(staging.Kubeconfig())
		if err != nil {
			return ""
		}
		return config.CurrentContext
	}
	if kubeContext != "" {
		return kubeContext
	}
	config, err := clientcmd.NewDefaultClientConfigLoadingRules().Load()
	if err != nil {
		return ""
	}
	return config.CurrentContext
}

// hint is an error with its way out.
type hint struct {
	error
	toDo string
}

func (h hint) Unwrap() error { return h.error }

func (h hint) Error() string { return fmt.Sprintf("%v (%s)", h.error, h.toDo) }

// parted returns an error and its way out apart.
func parted(err error, otherwise string) (text, toDo string) {
	if h, ok := errors.AsType[hint](err); ok {
		return h.error.Error(), h.toDo
	}
	return err.Error(), otherwise
}

// unbuilt is an observer without a client. The check of its cloud says why, and
// what to do.
type unbuilt struct {
	source string
	err    error
}

var _ observe.Checker = unbuilt{}

func (u unbuilt) Source() string { return u.source }

func (u unbuilt) Observe(context.Context, *observe.Recorder) error {
	return fmt.Errorf("%s: %w", u.source, u.err)
}

func (u unbuilt) Checks() []preflight.Check {
	return []preflight.Check{{Subject: u.source, Look: func(context.Context) []preflight.Finding {
		text, toDo := parted(u.err, "")
		return []preflight.Finding{{Subject: u.source, Asked: "can be asked", Status: preflight.Fail, Text: text, ToDo: toDo}}
	}}}
}
