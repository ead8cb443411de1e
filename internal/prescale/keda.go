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
func (s scaler) keda() Text {
	in := zone(s.Zone, s.Instants)
	clocks := cronZone(in, s.Apply, s.Release)
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
		"        start: "+cron(s.Apply, clocks),
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
		Note: fmt.Sprintf("Only where KEDA scales this fleet: a ScaledObject beside an HPA of one's own fights it. "+
			"A cron line knows no year, so this repeats every year: add it less than a year ahead, and remove it after %s. "+
			"The HPA's tolerance of 10 %% lets it rest at %s units or more: see at %s how many there are, and raise minReplicaCount where that is too few.",
			moment(s.Release.In(in)), figure.Count(tolerated(s.Units)), moment(s.Verify.In(in))),
	}
}

// placed is the comment that says where the snippet belongs.
func (s scaler) placed() string {
	if owner, ok := strings.CutPrefix(s.name, ownedByKEDA); ok {
		return fmt.Sprintf("# of ScaledObject %s in namespace %s: add the trigger to those it has", owner, s.namespace)
	}
	return fmt.Sprintf("# of the ScaledObject behind HPA %s in namespace %s: add the trigger to those it has", s.name, s.namespace)
}

// tolerated is the fewest units at which an HPA sees no reason to grow to so
// many: units / n is within its tolerance of 1.1 (REFERENCE.md 2).
func tolerated(units int) int { return (10*units + 10) / 11 }

// cron writes an instant in five fields, minute hour day month weekday.
func cron(t time.Time, in *time.Location) string { return t.In(in).Format("4 15 2 1") + " *" }

// cronZone is the zone whose clocks show each instant once, so that a cron line
// means it: the given one where it has a name that KEDA can look up and does
// not change its clocks just then, or UTC.
func cronZone(given *time.Location, instants ...time.Time) *time.Location {
	name := given.String()
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == time.Local.String() {
		return time.UTC
	}
	for _, t := range instants {
		_, offset := t.In(given).Zone()
		wall := t.Add(time.Duration(offset) * time.Second).UTC() // what clocks show, as if in UTC
		if len(showing(wall, given)) != 1 {
			return time.UTC
		}
	}
	return given
}
