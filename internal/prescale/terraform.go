package prescale

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// terraform writes the scheduled actions as resources. A size that is left out
// would be set to 0 by the provider, so each is written, -1 where it stays.
func (g group) terraform() Text {
	in := zone(g.Zone, g.Instants)
	provider := ""
	if g.Region != "" {
		provider = fmt.Sprintf("The provider has to be that of %s. ", g.Region)
	}
	return Text{
		Kind:   Terraform,
		Title:  g.title(),
		Apply:  g.resource("apply", g.Apply, g.held()) + "\n\n" + g.resource("release", g.Release, g.normal()),
		Late:   g.atOnce(),
		Verify: g.look(),
		Reverse: fmt.Sprintf("# remove these resources and run terraform apply:\n#   %s\n#   %s\n# and where the first action has run already:\n",
			g.label("apply"), g.label("release")) + g.restore(),
		Note: provider + fmt.Sprintf("Run terraform apply before %s; AWS runs a scheduled action up to 2 minutes late, for which that instant leaves room. "+
			"Once it has passed AWS refuses an action for it: leave the first resource out, and set the group's own min_size%s where Terraform has it, or run the command to apply late. "+
			"If Terraform sets the group's own sizes, an apply before release puts the old ones back. "+
			"Remove both resources after %s and before the next apply: an action that has run is gone, and one in the past is refused. %s",
			moment(g.Apply.In(in)), g.raised(), moment(g.Release.In(in)), g.after()),
	}
}

// raised names the maximum beside the minimum where the change needs both.
func (g group) raised() string {
	if _, raised := g.most(); raised {
		return " and max_size"
	}
	return ""
}

func (g group) resource(what string, when time.Time, to sizes) string {
	return strings.Join([]string{
		fmt.Sprintf(`resource "aws_autoscaling_schedule" "%s" {`, g.label(what)),
		"  scheduled_action_name  = " + hcl(g.action(what)),
		"  autoscaling_group_name = " + hcl(g.name),
		"  start_time             = " + hcl(utc(when)),
		"  min_size               = " + size(to.least),
		"  max_size               = " + size(to.most),
		"  desired_capacity       = " + size(to.desired),
		"}",
	}, "\n")
}

// size is a number, or the provider's word for leaving it as it is.
func size(n *int) string {
	if n == nil {
		return "-1"
	}
	return strconv.Itoa(*n)
}

// label names a resource after region, group and airing. What an identifier
// cannot hold is written as its code, so that two groups keep two names.
func (g group) label(what string) string {
	var b strings.Builder
	for _, r := range g.Region + "_" + g.name {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '-', r == '_':
			b.WriteRune(r)
		default:
			fmt.Fprintf(&b, "_x%x_", r)
		}
	}
	return "onair_" + strings.TrimPrefix(b.String(), "_") + "_" + g.Air.UTC().Format("20060102T150405Z") + "_" + what
}

// hcl quotes s as Terraform reads it back: nothing in it is a template.
//
//	${x} "y"  -->  "$${x} \"y\""
func hcl(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`, "${", "$${", "%{", "%%{").Replace(s) + `"`
}
