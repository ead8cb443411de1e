package capacity

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A group whose launches fail stands below its desired size with nothing on its
// way. For as long as launches fail it is as full as at its max, at the size it
// has, whatever its max and its quota's last reading say:
//
//	desired       ______________
//	         ____|
//	ready             ______________   the most it had
//	         ________|
//	         launched |failed   failed
//	                  |--- stalled ---

// Events that tell of units that could not be made: a group's own, and
// Kubernetes' word.
const (
	launchFailed = "launch_failed"
	failedCreate = "FailedCreate"
)

// stalled are the spans, each long enough for a pod to be placed where there is
// room, in which a group stood at the most instances it had, below its desired,
// and its last launch failed.
func (r run) stalled(group Fleet) []Span {
	launches := r.launches(group)
	if group.Kind != ASG || !slices.ContainsFunc(launches, failedToLaunch) {
		return nil
	}
	c, most := r.course(group), r.highest(group.Name, timeline.Ready)
	var seconds []Span
	for at := time.Duration(0); at < r.end(); at += time.Second {
		ready, ok1 := c.ready.At(timeline.Offset(at))
		desired, ok2 := c.desired.At(timeline.Offset(at))
		if ok1 && ok2 && ready >= *most && ready < desired && lastFailed(launches, at) && !c.launching(launches, at) {
			seconds = append(seconds, Span{at, at + time.Second})
		}
	}
	return slices.DeleteFunc(merge(seconds, Span{0, r.end()}), func(s Span) bool { return s.length() < placedBy })
}

// launches are the events of a group's launches, those that failed and those that
// did not, in order.
func (r run) launches(group Fleet) []timeline.Event {
	var launches []timeline.Event
	for _, e := range r.Events {
		if e.Source == group.Name && (e.Kind == timeline.Create || failedToLaunch(e)) {
			launches = append(launches, e)
		}
	}
	slices.SortStableFunc(launches, func(a, b timeline.Event) int { return cmp.Compare(a.At, b.At) })
	return launches
}

func failedToLaunch(e timeline.Event) bool { return e.Kind == launchFailed }

// lastFailed reports whether the last of launches at an instant failed.
func lastFailed(launches []timeline.Event, at time.Duration) bool {
	failed := false
	for _, e := range launches {
		if time.Duration(e.At) <= at {
			failed = failedToLaunch(e)
		}
	}
	return failed
}

// launching reports whether an instance is on its way: one whose launch failed
// is not.
func (c *course) launching(launches []timeline.Event, at time.Duration) bool {
	return slices.ContainsFunc(c.coming(at), func(u *unit) bool {
		return !slices.ContainsFunc(launches, func(e timeline.Event) bool {
			return failedToLaunch(e) && e.Unit == u.name && time.Duration(e.At) <= at
		})
	})
}

// unmade warns of units that could not be made, once for each fleet and kind.
// Kubernetes tells a refusal that repeats as one event, so that these are not counted.
func (r run) unmade(q Question) []string {
	var warn []string
	for _, f := range q.Fleets {
		if first, n := r.firstOf(f.Name, launchFailed); n == 1 {
			warn = append(warn, fmt.Sprintf("%s: 1 launch failed, at %s: %s", f.Name, r.clock(time.Duration(first.At)), firstWords(first.Text)))
		} else if n > 1 {
			warn = append(warn, fmt.Sprintf("%s: %s launches failed, the first at %s: %s", f.Name, figure.Count(n), r.clock(time.Duration(first.At)), firstWords(first.Text)))
		}
		if first, n := r.firstOf(f.Name, failedCreate); n > 0 {
			warn = append(warn, fmt.Sprintf("%s: pods could not be created, the first at %s: %s", f.Name, r.clock(time.Duration(first.At)), firstWords(first.Text)))
		}
	}
	return warn
}

// firstOf is the first of the events of a kind that a source told, and how many it
// told.
func (r run) firstOf(source, kind string) (first timeline.Event, n int) {
	for _, e := range r.Events {
		if e.Source == source && e.Kind == kind {
			if n++; n == 1 {
				first = e
			}
		}
	}
	return first, n
}

// firstWords cuts a text from outside to what a warning has room for.
func firstWords(text string) string {
	const most = 160
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= most {
		return strings.TrimSuffix(text, ".")
	}
	cut := string(runes[:most])
	if space := strings.LastIndexByte(cut, ' '); space > most/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " .,;:") + " …"
}
