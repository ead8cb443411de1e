package prescale

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// keda writes a cron trigger to add to the ScaledObject that owns the HPA. It
// is a part and no whole manifest, for applied as one it would replace the
// triggers that are there.
//
// KEDA holds the units while the next end comes before the next start
// (https://keda.sh/docs/latest/scalers/cron), so midnight and the year's end
// may lie between them.
//
// A trigger is a metric of the HPA, which follows it as fast as behavior.scaleUp lets it:
// so it starts so long ahead of Apply.
func (s scaler) keda(ahead time.Duration) Text {
	in, start := zone(s.Zone, s.Instants), s.Apply.Add(-ahead)
	clocks := cronZone(in, start, s.Release)
	snippet := []string{s.placed(), "spec:"}
	most, raised := s.most()
	if raised {
		snippet = append(snippet, fmt.Sprintf("  maxReplicaCount: %d # today %d", most, *s.Max))
	}
	snippet = append(snippet,
		"  triggers:",
		"    - type: cron",
		"      metadata:",
		"        timezone: "+clocks.String(),
		"        start: "+cron(start, clocks),
		"        end: "+cron(s.Release, clocks),
		fmt.Sprintf("        desiredReplicas: %q", fmt.Sprint(s.Units)))
	reverse := "# remove the cron trigger"
	if raised {
		reverse += fmt.Sprintf("; set maxReplicaCount to %d", *s.Max)
	}
	return Text{
		Kind:    KEDA,
		Title:   s.title(),
		Apply:   strings.Join(snippet, "\n"),
		Verify:  s.look(),
		Reverse: reverse,
		Note: s.early(ahead) + fmt.Sprintf("Only where KEDA scales this fleet: a ScaledObject beside an HPA of one's own fights it. "+
			"A cron line knows no year, so this repeats every year: add it less than a year ahead, and remove it after %s. "+
			"The HPA's tolerance of 10 %% lets it rest at %s units or more: see at %s how many are READY, and raise minReplicaCount where that is too few.",
			moment(s.Release.In(in)), figure.Count(tolerated(s.Units)), moment(s.Verify.In(in))),
	}
}

// early says why a trigger starts before the plan does.
func (s scaler) early(ahead time.Duration) string {
	if ahead == 0 {
		return ""
	}
	return fmt.Sprintf("The trigger starts %s before the plan does, at %s: the HPA grows from %s units by a trigger no faster than its own rules let it, while a raised minimum is there at once. ",
		figure.Duration(ahead), moment(s.Apply.Add(-ahead).In(zone(s.Zone, s.Instants))), figure.Count(*s.Min))
}

// placed is the comment that says where the snippet belongs.
func (s scaler) placed() string {
	if owner, ok := strings.CutPrefix(s.name, ownedByKEDA); ok {
		return fmt.Sprintf("# of ScaledObject %s in namespace %s: add the trigger to those it has", owner, s.namespace)
	}
	return fmt.Sprintf("# of the ScaledObject behind HPA %s in namespace %s: add the trigger to those it has", s.name, s.namespace)
}

// tolerated is the fewest units at which an HPA sees no reason to grow to so
// many: units / n is within its tolerance of 1.1 (kubernetes.io, "Horizontal Pod
// Autoscaling": 0.1 by default).
func tolerated(units int) int { return (10*units + 10) / 11 }

// cron writes an instant in five fields, minute hour day month weekday.
func cron(t time.Time, zone *time.Location) string {
	t = t.In(zone)
	return fmt.Sprintf("%d %d %d %d *", t.Minute(), t.Hour(), t.Day(), t.Month())
}

// cronZone is the zone in which cron lines mean the instants: the given one
// where KEDA can look it up by its name and its clocks show each of them once,
// or UTC.
func cronZone(given *time.Location, instants ...time.Time) *time.Location {
	name := given.String()
	named, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		return time.UTC
	}
	for _, t := range instants {
		_, offset := t.In(given).Zone()
		wall := t.Add(time.Duration(offset) * time.Second).UTC() // what clocks show, as if in UTC
		if shown := showing(wall, named); len(shown) != 1 || !shown[0].Equal(t) {
			return time.UTC
		}
	}
	return named
}
