package main

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/smithy-go/middleware"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// account is the way into AWS in one region. Whoever watches there waits with its
// checks for the credentials, so that their lack is told once and not in the
// words of every call:
//
//	AWS      |==credentials==|==identity==|
//	asg/web                  |====================|
type account struct {
	region  string // as the scenario names it; "" is the environment's own
	staging *lab.Lab

	loading   sync.Once
	config    aws.Config
	configErr error

	once  sync.Once
	from  string // where the credentials are from
	lacks string // what could not be had: "credentials", "profile prod"; empty: nothing
	err   error
}

// accounts are those of a scenario by their regions.
func accounts(s *scenario.Scenario, staging *lab.Lab) map[string]*account {
	all := make(map[string]*account)
	for _, region := range regions(s) {
		all[region] = &account{region: region, staging: staging}
	}
	return all
}

// regions are those of AWS that are watched, each once.
func regions(s *scenario.Scenario) []string {
	return distinct(s.Watched(), func(o scenario.Observe) (string, bool) { return o.Region, ofAWS(o) })
}

func ofAWS(o scenario.Observe) bool { return o.Kind != capacity.HPA && o.Kind != scenario.Prometheus }

// How long AWS may take to tell. Without credentials the chain of their sources
// would go on for 7 to 15 s, up to the metadata of an instance.
const (
	credentialsWithin = 2 * time.Second
	identityWithin    = 5 * time.Second
)

// identityCall asks AWS who the caller is. Nobody needs a permission for it.
var identityCall = awscall.Call{Service: "sts", Action: "GetCallerIdentity"}

func (a *account) subject() string { return strings.TrimSpace("AWS " + a.region) }

// settings are the region and the way to credentials. Everybody in a region has
// the same, so that whoever signs in does it for all.
func (a *account) settings(ctx context.Context) (aws.Config, error) {
	a.loading.Do(func() {
		a.config, a.configErr = awsConfig(ctx, a.region, a.staging)
		a.config.APIOptions = append(a.config.APIOptions, awscall.Genuine)
	})
	return a.config, a.configErr
}

// enter finds region and credentials, once for all who ask.
func (a *account) enter(ctx context.Context) error {
	a.once.Do(func() {
		config, err := a.settings(ctx)
		if a.err = err; err != nil {
			a.lacks = lackOf(err)
		} else if a.from, a.err = credentialsOf(ctx, config); a.err != nil {
			a.lacks = "credentials"
		}
	})
	return a.err
}

// check asks for the region, then the credentials, then whose they are, and looks at
// the clock of who answers that.
func (a *account) check() preflight.Check {
	return preflight.Check{Subject: a.subject(), Look: func(ctx context.Context) []preflight.Finding {
		if err := a.enter(ctx); err != nil {
			text, toDo := parted(err, "see ~/.aws/config and AWS_PROFILE")
			return []preflight.Finding{a.found(preflight.Fail, a.lacks, text, toDo)}
		}
		var found []preflight.Finding
		if a.region == "" {
			found = append(found, a.found(preflight.OK, "region", a.config.Region, ""))
		}
		found = append(found, a.found(preflight.OK, "credentials", "from "+a.from, ""))
		return append(found, a.identity(ctx)...)
	}}
}

// lackOf names what was missing where settings ended in an error.
func lackOf(err error) string {
	if missing, ok := errors.AsType[noProfile](err); ok {
		return "profile " + string(missing)
	}
	if errors.Is(err, errNoRegion) {
		return "region"
	}
	return "configuration"
}

func (a *account) found(status preflight.Status, asked, text, toDo string) preflight.Finding {
	return preflight.Finding{Subject: a.subject(), Asked: asked, Status: status, Text: text, ToDo: toDo}
}

// credentialsOf returns where the credentials come from, or why there are none.
func credentialsOf(ctx context.Context, config aws.Config) (from string, err error) {
	ctx, cancel := context.WithTimeout(ctx, credentialsWithin)
	defer cancel()
	found, err := config.Credentials.Retrieve(ctx)
	if late := ctx.Err() != nil; late || err != nil {
		return "", noCredentials(err, late)
	}
	return found.Source, nil
}

// identity asks whose the credentials are. AWS that does not answer to that may
// still answer to those who watch, who ask for themselves. One that answers, be it
// with a refusal, tells its time: a clock that is off may be why it refuses.
func (a *account) identity(ctx context.Context) []preflight.Finding {
	client := sts.NewFromConfig(a.config)
	var sent, answered time.Time
	answer, err := awscall.Within(ctx, identityWithin, func(ctx context.Context, options ...func(*sts.Options)) (*sts.GetCallerIdentityOutput, error) {
		sent = time.Now()
		defer func() { answered = time.Now() }()
		return client.GetCallerIdentity(ctx, &sts.GetCallerIdentityInput{}, options...)
	})
	found := []preflight.Finding{a.identified(answer, err)}
	var result middleware.Metadata
	if err == nil {
		result = answer.ResultMetadata
	}
	if headers := awscall.Headers(result, err); headers != nil {
		found = append(found, awscall.Clock(a.subject(), headers, sent, answered))
	}
	return found
}

func (a *account) identified(answer *sts.GetCallerIdentityOutput, err error) preflight.Finding {
	const asked = "identity"
	if err == nil {
		return a.found(preflight.OK, asked, cmp.Or(aws.ToString(answer.Arn), "not told"), "")
	}
	f := identityCall.Finding(a.subject(), err, identityWithin, preflight.Warning)
	f.Asked = asked
	if awscall.Refused(err) || awscall.Unknown(err) {
		f.Status = preflight.Fail
	}
	return f
}

// behind is an observer whose checks wait for an account.
type behind struct {
	observe.Observer
	account *account
	needed  bool // the scenario asks that it is seen for some share of the spots
}

var _ observe.Checker = behind{}

// waiting puts the observers of AWS behind their accounts, and makes needless what
// of the others need not be seen.
func waiting(observers []observe.Observer, s *scenario.Scenario, by map[string]*account) []observe.Observer {
	var all []observe.Observer
	for _, o := range observers {
		for _, w := range s.Watched() {
			if w.Source() != o.Source() {
				continue
			}
			if ofAWS(w) {
				o = behind{o, by[w.Region], w.Coverage > 0}
			} else if w.Kind == scenario.Prometheus && w.Coverage == 0 {
				o = needless{o}
			}
			break
		}
		all = append(all, o)
	}
	return all
}

// bearing is what was found as it bears on the run.
func (b behind) bearing(found []preflight.Finding) []preflight.Finding {
	if b.needed {
		return found
	}
	return weakened(found)
}

// Checks are those of the observer within. Without credentials one finding
// stands for all of them.
func (b behind) Checks() []preflight.Check {
	checker, ok := b.Observer.(observe.Checker)
	if !ok {
		return nil
	}
	checks := checker.Checks()
	for i, c := range checks {
		checks[i].Look = func(ctx context.Context) []preflight.Finding {
			ctx = awscall.Patiently(ctx)
			switch err := b.account.enter(ctx); {
			case err == nil:
				return b.bearing(c.Look(ctx))
			case i > 0:
				return nil
			}
			return []preflight.Finding{{
				Subject: b.Source(), Asked: "can be asked", Status: preflight.Fail,
				Text: "no " + b.account.lacks, ToDo: "see " + b.account.subject(),
			}}
		}
	}
	return checks
}
