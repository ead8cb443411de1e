package asg

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Kinds of events that only this package tells.
const (
	activity     = "activity"      // an activity began, ended or changed its status
	launchFailed = "launch_failed" // an instance could not be launched

	activitiesUnobserved = "activities_unobserved" // from here on activities could not be read
)

const (
	// lookBack is how long before watching began a launch may have started and
	// still be under way.
	lookBack = time.Hour
	// overlap allows for clocks that differ and for activities that AWS lists late.
	overlap = 2 * time.Minute
)

// history is what has been told of the group's activities and launches.
type history struct {
	why         string                                     // activities cannot be read now; empty: they can
	complete    time.Time                                  // up to here every activity that had started is known
	told        map[string]types.ScalingActivityStatusCode // by activity, its status when it was last told
	underway    map[string]time.Time                       // starts of the activities that have not ended
	created     map[string]bool                            // instances whose creation is told, or was before watching began
	unexplained map[string]sighting                        // instances that appeared and that no activity has named yet
}

// sighting is the poll that first showed an instance.
type sighting struct {
	at   time.Time
	text string
}

func newHistory() history {
	return history{
		told:        map[string]types.ScalingActivityStatusCode{},
		underway:    map[string]time.Time{},
		created:     map[string]bool{},
		unexplained: map[string]sighting{},
	}
}

// read notes that the activities were read by a call that began at the instant began.
func (h *history) read(began time.Time) { h.complete, h.why = began, "" }

// unread notes, and tells when it begins, that activities cannot be read.
func (h *history) unread(why string, rec *observe.Recorder) {
	if h.why == "" {
		rec.Event(time.Time{}, activitiesUnobserved, "", "scaling activities are not observed: "+why)
	}
	h.why = why
}

// warn says what stayed unread. What could be read later is all told.
func (h *history) warn(rec *observe.Recorder) {
	switch {
	case h.why == "":
	case h.complete.IsZero():
		rec.Warn("scaling activities were not observed: " + h.why)
	default:
		rec.Warn("the last scaling activities were not observed: " + h.why)
	}
}

// newsSince is the start time before which no activity holds news: all of them
// are told, and have ended.
func (h *history) newsSince(began time.Time) time.Time {
	if h.complete.IsZero() {
		return began.Add(-lookBack)
	}
	since := h.complete.Add(-overlap)
	for _, start := range h.underway {
		if start.Before(since) {
			since = start
		}
	}
	return since
}

// wasThere notes an instance of the first poll. One that does not serve yet
// may have a launch under way whose start is worth telling.
func (h *history) wasThere(id string, served bool) {
	if served {
		h.created[id] = true
	}
}

// appeared notes an instance that the poll at now was the first to show. Its
// launch is told by an activity, which knows the instant better; tellUnexplained
// falls back on this sighting.
func (h *history) appeared(id string, now time.Time, text string) {
	if !h.created[id] {
		h.unexplained[id] = sighting{now, text}
	}
}

// tellUnexplained records the creation of instances seen before the instant
// asked, at which the activities were read without finding one that names them.
func (h *history) tellUnexplained(asked time.Time, rec *observe.Recorder) {
	for _, id := range slices.Sorted(maps.Keys(h.unexplained)) {
		if s := h.unexplained[id]; !s.at.After(asked) {
			rec.Event(s.at, timeline.Create, id, s.text)
			h.created[id] = true
			delete(h.unexplained, id)
		}
	}
}

// tell records the news in found, which is newest first as AWS lists it.
func (h *history) tell(found []types.Activity, began time.Time, rec *observe.Recorder) {
	for _, a := range slices.Backward(found) {
		id := aws.ToString(a.ActivityId)
		last, known := h.told[id]
		if id == "" || known && last == a.StatusCode {
			continue
		}
		h.told[id] = a.StatusCode
		delete(h.underway, id)
		if !ended(a) && a.StartTime != nil {
			h.underway[id] = *a.StartTime
		}
		if known || !endedBefore(a, began) {
			h.tellActivity(a, known, rec)
		}
	}
}

func (h *history) tellActivity(a types.Activity, known bool, rec *observe.Recorder) {
	created := h.tellCreate(a, rec)
	start, end := aws.ToTime(a.StartTime), aws.ToTime(a.EndTime)
	unit := unitOf(a)
	text := string(a.StatusCode) + ": " + aws.ToString(a.Description)
	switch {
	case launches(a) && failed(a):
		rec.Event(cmp.Or(end, start), launchFailed, unit, cmp.Or(aws.ToString(a.StatusMessage), text))
	case ended(a):
		rec.Event(end, activity, unit, text)
	case known:
		rec.Event(time.Time{}, activity, unit, text)
	case !created:
		rec.Event(start, activity, unit, text)
	}
}

// tellCreate records the creation of the instance an activity launches, as
// soon as the activity names it, and reports whether it did.
func (h *history) tellCreate(a types.Activity, rec *observe.Recorder) bool {
	unit := unitOf(a)
	if unit == "" || !launches(a) || h.created[unit] {
		return false
	}
	h.created[unit] = true
	delete(h.unexplained, unit)
	rec.Event(aws.ToTime(a.StartTime), timeline.Create, unit, cmp.Or(aws.ToString(a.Cause), aws.ToString(a.Description)))
	return true
}

var instanceID = regexp.MustCompile(`\bi-[0-9A-Za-z]+`)

// unitOf is the instance an activity's description names, if any.
func unitOf(a types.Activity) string { return instanceID.FindString(aws.ToString(a.Description)) }

// launches tells activities that bring an instance into the group; one into a
// warm pool is not in the group.
func launches(a types.Activity) bool {
	text := aws.ToString(a.Description)
	joins := strings.HasPrefix(text, "Launching") || strings.HasPrefix(text, "Attaching")
	return joins && !strings.Contains(text, "into warm pool")
}

func failed(a types.Activity) bool {
	return a.StatusCode == types.ScalingActivityStatusCodeFailed || a.StatusCode == types.ScalingActivityStatusCodeCancelled
}

func ended(a types.Activity) bool {
	return failed(a) || a.StatusCode == types.ScalingActivityStatusCodeSuccessful
}

// endedBefore tells activities that were over when watching began.
func endedBefore(a types.Activity, began time.Time) bool {
	end := cmp.Or(aws.ToTime(a.EndTime), aws.ToTime(a.StartTime))
	return ended(a) && end.Before(began)
}
