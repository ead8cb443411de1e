package prescale

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// Change holds a fleet at a number of units from Apply to Release.
type Change struct {
	Fleet   string // as readings name it: "hpa/NAMESPACE/NAME" or "asg/NAME"
	Context string // of the kubeconfig, of an HPA; empty: the current one
	Region  string // of a group; empty: the configured one
	Units   int    // to hold: the fleet's minimum from Apply to Release
	Min     *int   // as it is without the plan; nil: not known
	Max     *int   // likewise
	Desired *int   // what a group returns to that nothing brings down; nil: its policies or a node autoscaler do
	// UnderPods says that pods stand on a group's instances, so that it is a node
	// autoscaler that brings their count down.
	UnderPods bool
	// Scaler is by which rules an HPA grows, its limits aside; nil: not known, and taken to
	// be at once.
	Scaler *autoscale.HPA
	Instants
	Zone *time.Location // of the clocks in titles and notes; nil: that of Apply
}

// Texts are the ways to make the change, for an HPA by kubectl and by KEDA, for
// a group by the AWS command line and by Terraform. There is none where the
// minimum is that high already. An error names the fleet and what is missing or
// makes no sense.
func (c Change) Texts() ([]Text, error) {
	if err := c.check(); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Fleet, err)
	}
	if c.Units <= *c.Min {
		return nil, nil
	}
	if name, ok := strings.CutPrefix(c.Fleet, "asg/"); ok {
		return group{c, name}.texts(), nil
	}
	namespace, name, _ := strings.Cut(strings.TrimPrefix(c.Fleet, "hpa/"), "/")
	all, err := scaler{c, namespace, name}.texts()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Fleet, err)
	}
	return all, nil
}

// most is the maximum that the change needs, and whether it is above today's.
func (c Change) most() (units int, raised bool) { return max(c.Units, *c.Max), c.Units > *c.Max }

// kubeName is what Kubernetes lets an object be called (RFC 1123 subdomain).
var kubeName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

var regionName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)+$`)

func (c Change) check() error {
	return errors.Join(c.checkName(), c.checkUnits(), c.Instants.check())
}

func (c Change) checkName() error {
	if group, ok := strings.CutPrefix(c.Fleet, "asg/"); ok {
		return errors.Join(checkGroup(group), checkRegion(c.Region))
	}
	path, ok := strings.CutPrefix(c.Fleet, "hpa/")
	namespace, name, both := strings.Cut(path, "/")
	switch {
	case !ok || !both:
		return errors.New("no such fleet (hpa/NAMESPACE/NAME or asg/NAME)")
	case !kubeName.MatchString(namespace) || !kubeName.MatchString(name):
		return errors.New("no object of Kubernetes is called so")
	}
	return checkShown("context", c.Context)
}

// checkGroup refuses what AWS refuses. Without a colon no name can be taken for
// the address of a file (file://) by the AWS command line.
func checkGroup(name string) error {
	if name == "" || len(name) > 255 || strings.Contains(name, ":") {
		return errors.New("no group is called so (1 to 255 characters, no colon)")
	}
	return checkShown("name", name)
}

func checkRegion(region string) error {
	if region != "" && !regionName.MatchString(region) {
		return fmt.Errorf("no region is called %q", region)
	}
	return nil
}

// checkShown refuses a name that a reviewer could not see as it is: control
// characters, line ends, marks that turn the direction of writing.
func checkShown(what, s string) error {
	unseen := func(r rune) bool { return !unicode.IsPrint(r) }
	if !utf8.ValidString(s) || strings.ContainsFunc(s, unseen) {
		return fmt.Errorf("%s %q has characters that cannot be shown", what, s)
	}
	return nil
}

func (c Change) checkUnits() error {
	switch {
	case c.Min == nil || c.Max == nil:
		return errors.New("its minimum or maximum without the plan is not known, so no text could take the change back (state them)")
	case *c.Min < 0 || *c.Max < *c.Min:
		return fmt.Errorf("minimum %d and maximum %d make no sense", *c.Min, *c.Max)
	case c.Units < 1:
		return fmt.Errorf("%d units are nothing to hold", c.Units)
	case c.Desired != nil && (*c.Desired < *c.Min || *c.Desired > *c.Max):
		return fmt.Errorf("desired %d is not between minimum %d and maximum %d", *c.Desired, *c.Min, *c.Max)
	}
	return nil
}

// check refuses what no cron line can say: it knows minutes, and no year.
func (i Instants) check() error {
	switch {
	case i.Apply.IsZero() || i.Verify.IsZero() || i.Air.IsZero() || i.Release.IsZero():
		return errors.New("an instant is missing (Timetable finds them)")
	case !i.Apply.Before(i.Verify) || !i.Verify.Before(i.Air) || !i.Air.Before(i.Release):
		return errors.New("the instants are not in the order apply, verify, air, release")
	case !i.Apply.Equal(i.Apply.Truncate(time.Minute)) || !i.Release.Equal(i.Release.Truncate(time.Minute)):
		return errors.New("apply and release are not whole minutes")
	case i.Release.Sub(i.Apply) > 364*24*time.Hour:
		return errors.New("apply and release are a year apart")
	}
	return nil
}
