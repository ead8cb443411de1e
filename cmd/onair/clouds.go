package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"k8s.io/client-go/tools/clientcmd"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// cloudChecks ask, of each region of AWS and each kube context that is watched,
// who onair is there. What it may do is asked by the observers themselves.
func cloudChecks(s *scenario.Scenario, staging *lab.Lab) []preflight.Check {
	var checks []preflight.Check
	for _, region := range regions(s) {
		checks = append(checks, awsCheck(region, staging))
	}
	for _, kubeContext := range kubeContexts(s) {
		checks = append(checks, kubeCheck(kubeContext, staging))
	}
	return checks
}

// regions are those of AWS that are watched, each once; "" is the environment's
// own.
func regions(s *scenario.Scenario) []string {
	return distinct(s.Watched(), func(o scenario.Observe) (string, bool) {
		return o.Region, o.Kind != capacity.HPA && o.Kind != scenario.Prometheus
	})
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

// How long AWS may take to tell. Without credentials the chain of their sources
// would go on for 7 to 15 s, up to the metadata of an instance.
const (
	credentialsWithin = 2 * time.Second
	identityWithin    = 5 * time.Second
)

// identityCall asks AWS who the caller is. Nobody needs a permission for it.
var identityCall = awscall.Call{Service: "sts", Action: "GetCallerIdentity"}

// awsCheck asks for the region, then the credentials, then whose they are.
func awsCheck(region string, staging *lab.Lab) preflight.Check {
	subject := strings.TrimSpace("AWS " + region)
	find := func(status preflight.Status, asked, text, toDo string) preflight.Finding {
		return preflight.Finding{Subject: subject, Asked: asked, Status: status, Text: text, ToDo: toDo}
	}
	return preflight.Check{Subject: subject, Look: func(ctx context.Context) []preflight.Finding {
		config, err := awsConfig(ctx, region, staging)
		if err != nil {
			text, toDo := parted(err, "see ~/.aws/config and AWS_PROFILE")
			return []preflight.Finding{find(preflight.Fail, "region", text, toDo)}
		}
		var found []preflight.Finding
		if region == "" {
			found = append(found, find(preflight.OK, "region", config.Region, ""))
		}
		from, err := credentialsOf(ctx, config)
		if err != nil {
			return append(found, find(preflight.Fail, "credentials", err.Error(), "sign in (aws sso login), or set AWS_PROFILE or AWS_ACCESS_KEY_ID"))
		}
		found = append(found, find(preflight.OK, "credentials", "from "+from, ""))
		who, err := identity(ctx, config)
		if err != nil {
			return append(found, find(preflight.Fail, "identity", identityCall.Words(err, identityWithin), identityToDo(err)))
		}
		return append(found, find(preflight.OK, "identity", who, ""))
	}}
}

// credentialsOf returns where the credentials come from, or why there are none.
func credentialsOf(ctx context.Context, config aws.Config) (from string, err error) {
	ctx, cancel := context.WithTimeout(ctx, credentialsWithin)
	defer cancel()
	found, err := config.Credentials.Retrieve(ctx)
	if ctx.Err() != nil {
		return "", fmt.Errorf("none within %s", figure.Duration(credentialsWithin))
	}
	if err != nil {
		return "", fmt.Errorf("none: %s", strings.TrimPrefix(err.Error(), "failed to refresh cached credentials, "))
	}
	return found.Source, nil
}

func identity(ctx context.Context, config aws.Config) (who string, err error) {
	client := sts.NewFromConfig(config)
	answer, err := awscall.Within(ctx, identityWithin, func(ctx context.Context, options ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
		return client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, options...)
	})
	if err != nil {
		return "", err
	}
	return cmp.Or(aws.ToString(answer.Arn), "not told"), nil
}

func identityToDo(err error) string {
	switch name, unresolved := errors.AsType[*net.DNSError](err); {
	case awscall.Refused(err):
		return "renew the credentials (aws sso login)"
	case unresolved && name.IsNotFound:
		return "check the region's name, and that AWS can be reached from here"
	}
	return "see whether AWS can be reached from here (proxy, VPN)"
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
			f.Text, f.ToDo = parted(err, "see what there is with kubectl config get-contexts")
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
