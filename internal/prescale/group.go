package prescale

import (
	"fmt"
	"strconv"

	"github.com/seed-f864f198/onair/internal/figure"
)

// group is the change of an Auto Scaling group.
//
// Apply lifts the minimum and names no desired count: AWS lifts desired to the
// minimum where it is below and leaves it where load has driven it further.
// Release names what there was.
type group struct {
	Change
	name string
}

func (g group) texts() []Text { return []Text{g.scheduled(), g.terraform()} }

func (g group) title() string {
	return fmt.Sprintf("%s: at least %s units %s", g.Fleet, figure.Count(g.Units), span(g.Apply, g.Release, zone(g.Zone, g.Instants)))
}

// action names a scheduled action after the airing, so that a plan made anew
// replaces its actions and leaves those of other spots: AWS updates by name.
func (g group) action(what string) string {
	return "onair-" + g.Air.UTC().Format("20060102T150405Z") + "-" + what
}

// sizes are what a group is set to; nil leaves a size as it is.
type sizes struct{ least, most, desired *int }

func (g group) held() sizes {
	s := sizes{least: &g.Units}
	if most, raised := g.most(); raised {
		s.most = &most
	}
	return s
}

func (g group) normal() sizes {
	s := sizes{least: g.Min, desired: g.Desired}
	if _, raised := g.most(); raised {
		s.most = g.Max
	}
	return s
}

func (s sizes) options() []string {
	var all []string
	for _, f := range []struct {
		name string
		n    *int
	}{{"--min-size", s.least}, {"--max-size", s.most}, {"--desired-capacity", s.desired}} {
		if f.n != nil {
			all = append(all, option(f.name, strconv.Itoa(*f.n)))
		}
	}
	return all
}

// call writes one call of the AWS command line about the group.
func (g group) call(verb string, options ...string) string {
	about := []string{optionIf("--region", g.Region), option("--auto-scaling-group-name", g.name)}
	return command("aws autoscaling "+verb, append(about, options...)...)
}

// atOnce holds the group from now on, for when it is too late to schedule that. As the
// scheduled action does it names no desired count: AWS lifts that to a minimum above it.
func (g group) atOnce() string { return g.call("update-auto-scaling-group", g.held().options()...) }

// restore sets the group to what it was, at once.
func (g group) restore() string { return g.call("update-auto-scaling-group", g.normal().options()...) }

// look counts the instances that serve.
func (g group) look() string {
	return command("aws autoscaling describe-auto-scaling-groups", optionIf("--region", g.Region),
		option("--auto-scaling-group-names", g.name),
		option("--query", "length(AutoScalingGroups[0].Instances[?LifecycleState==`InService`])"))
}
