package prescale

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// scaledObject is what KEDA reads of a snippet: keda.sh/v1alpha1 ScaledObject
// with a trigger of type cron.
type scaledObject struct {
	Spec struct {
		MaxReplicaCount *int `yaml:"maxReplicaCount"`
		Triggers        []struct {
			Type     string
			Metadata struct {
				Timezone, Start, End string
				DesiredReplicas      string `yaml:"desiredReplicas"`
			}
		}
	}
}

func decodeKEDA(t *testing.T, text string) scaledObject {
	t.Helper()
	var object scaledObject
	strict := yaml.NewDecoder(strings.NewReader(text))
	strict.KnownFields(true)
	if err := strict.Decode(&object); err != nil {
		t.Fatalf("%s\nis no part of a ScaledObject: %v", text, err)
	}
	if len(object.Spec.Triggers) != 1 || object.Spec.Triggers[0].Type != "cron" {
		t.Fatalf("%s\nhas triggers %+v; want one of type cron", text, object.Spec.Triggers)
	}
	return object
}

// nextCron finds the first minute after t that a line of five numbers or stars
// means, by trying each, as KEDA's cron library would. It is zero where there is
// none within a year.
func nextCron(t *testing.T, line string, after time.Time) time.Time {
	t.Helper()
	fields := strings.Fields(line)
	if len(fields) != 5 {
		t.Fatalf("cron line %q has %d fields; want 5", line, len(fields))
	}
	bounds := [][2]int{{0, 59}, {0, 23}, {1, 31}, {1, 12}, {0, 6}}
	want := make([]int, 5)
	for i, f := range fields {
		want[i] = -1
		if f == "*" {
			continue
		}
		n, err := strconv.Atoi(f)
		if err != nil || n < bounds[i][0] || n > bounds[i][1] {
			t.Fatalf("cron line %q: %q is not from %d to %d", line, f, bounds[i][0], bounds[i][1])
		}
		want[i] = n
	}
	m := after.Truncate(time.Minute).Add(time.Minute)
	for end := after.AddDate(1, 0, 2); m.Before(end); m = m.Add(time.Minute) {
		is := []int{m.Minute(), m.Hour(), m.Day(), int(m.Month()), int(m.Weekday())}
		matches := true
		for i := range is {
			matches = matches && (want[i] < 0 || want[i] == is[i])
		}
		if matches {
			return m
		}
	}
	return time.Time{}
}

// early is how long before Apply the triggers of plans start that an HPA follows slowly.
// From 12 units it has 14 with the first sync and two more each minute after it, and
// rests at 56, for 60 / 56 is within its tolerance: 22 steps, 21 minutes.
var early = map[string]time.Duration{"hpa-two-a-minute": 21 * minute}

// The trigger holds the units from Apply, or so much earlier that they are there by then,
// to Release and at no other time of the year, by KEDA's rule: while the next end comes
// before the next start.
func TestKEDAHoldsWhileThePlanDoes(t *testing.T) {
	for name, plan := range plans(t) {
		change, ok := plan.(Change)
		if !ok || !strings.HasPrefix(change.Fleet, "hpa/") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			text, ok := texts(t, name)[KEDA]
			if !ok { // the HPA follows no trigger
				if note := texts(t, name)[Kubectl].Note; !strings.Contains(note, "There is no text for KEDA") {
					t.Errorf("note of kubectl = %q; want why there is no text for KEDA", note)
				}
				return
			}
			start := change.Apply.Add(-early[name])
			spec := decodeKEDA(t, text.Apply).Spec
			trigger := spec.Triggers[0].Metadata
			zone, err := time.LoadLocation(trigger.Timezone)
			if err != nil {
				t.Fatalf("timezone %q: %v", trigger.Timezone, err)
			}
			for _, c := range []struct {
				at   time.Time
				held bool
			}{
				{start.Add(-minute), false},
				{start.Add(sec), true},
				{change.Apply.Add(sec), true},
				{change.Air, true},
				{change.Release.Add(-sec), true},
				{change.Release.Add(sec), false},
				{change.Release.AddDate(0, 1, 0), false},
				{change.Apply.AddDate(0, -6, 0), false},
			} {
				at := c.at.In(zone)
				start, end := nextCron(t, trigger.Start, at), nextCron(t, trigger.End, at)
				if start.IsZero() || end.IsZero() {
					t.Fatalf("%+v never comes after %s", trigger, at)
				}
				if held := end.Before(start); held != c.held {
					t.Errorf("at %s %+v holds: %t; want %t", at, trigger, held, c.held)
				}
			}
			if want := strconv.Itoa(change.Units); trigger.DesiredReplicas != want {
				t.Errorf("desiredReplicas = %q; want %q", trigger.DesiredReplicas, want)
			}
			if raised := change.Units > *change.Max; raised != (spec.MaxReplicaCount != nil) || raised && *spec.MaxReplicaCount != change.Units {
				t.Errorf("maxReplicaCount = %v of %d units and maximum %d", spec.MaxReplicaCount, change.Units, *change.Max)
			}
		})
	}
}

func TestCronZone(t *testing.T) {
	newYork := in(t, "America/New_York")
	twice := time.Date(2026, 11, 1, 6, 30, 0, 0, time.UTC) // 01:30 EST, an hour after 01:30 EDT
	for _, c := range []struct {
		zone *time.Location
		at   time.Time
		want string
	}{
		{newYork, twice, "UTC"},
		{newYork, twice.Add(-time.Hour), "UTC"},
		{newYork, twice.Add(time.Hour), "America/New_York"},
		{in(t, "Asia/Tokyo"), twice, "Asia/Tokyo"},
		{time.FixedZone("", 9*3600), twice, "UTC"},
		{time.FixedZone("JST", 9*3600), twice, "UTC"}, // no name that KEDA can look up
		{time.FixedZone("Local", 0), twice, "UTC"},
		{time.FixedZone("Asia/Tokyo", 0), twice, "UTC"}, // not what the name means
		{time.UTC, twice, "UTC"},
	} {
		if got := cronZone(c.zone, c.at).String(); got != c.want {
			t.Errorf("cronZone(%s, %s) = %s; want %s", c.zone, c.at, got, c.want)
		}
	}
}

// The fewest units at which the HPA rests are found the way the controller
// does: it holds while |desired/units - 1| <= 0.1.
func TestTolerated(t *testing.T) {
	for units := 1; units <= 2000; units++ {
		want := units
		for want > 1 && 10*units <= 11*(want-1) {
			want--
		}
		if got := tolerated(units); got != want {
			t.Errorf("tolerated(%d) = %d; want %d", units, got, want)
		}
	}
	if note := texts(t, "hpa")[KEDA].Note; !strings.Contains(note, fmt.Sprintf("at %d units", 39)) { // 42 / 39 = 1.077, 42 / 38 = 1.105
		t.Errorf("note of 42 units = %q; want 39 in it", note)
	}
}
