package awsapi

import (
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

type activitiesResult struct {
	Activities members[activityRecord]
	NextToken  string `xml:",omitempty"`
}

type activityRecord struct {
	ActivityID            string `xml:"ActivityId"`
	AutoScalingGroupName  string
	AutoScalingGroupARN   string
	AutoScalingGroupState string
	Description           string
	Cause                 string
	StartTime             *stamp
	EndTime               *stamp `xml:",omitempty"`
	StatusCode            string
	StatusMessage         string `xml:",omitempty"`
	Progress              int    // percent
}

func describeScalingActivities(s world.State, q query) (any, *refusal) {
	of, refused := optionalGroups(s, q)
	if refused != nil {
		return nil, refused
	}
	if _, refused := q.boolean("IncludeDeletedGroups", false); refused != nil {
		return nil, refused
	}
	wanted, refused := wantedActivities(q)
	if refused != nil {
		return nil, refused
	}
	var found []activityRecord
	for _, g := range of {
		for _, a := range g.Activities {
			if wanted(a) {
				found = append(found, g.activity(a))
			}
		}
	}
	found, next, refused := page(found, func(r activityRecord) string { return r.ActivityID }, q, records(100, 100))
	if refused != nil {
		return nil, refused
	}
	return activitiesResult{listOf(found...), next}, nil
}

// wantedActivities reads the identities and filters of a request; an activity
// must match them all.
func wantedActivities(q query) (func(world.Activity) bool, *refusal) {
	var conditions []func(world.Activity) bool
	if ids := q.list("ActivityIds"); ids != nil {
		conditions = append(conditions, func(a world.Activity) bool { return slices.Contains(ids, a.ID) })
	}
	for _, f := range q.filters() {
		condition, refused := activityFilter(f, q.get("AutoScalingGroupName") != "")
		if refused != nil {
			return nil, refused
		}
		conditions = append(conditions, condition)
	}
	return func(a world.Activity) bool {
		return !slices.ContainsFunc(conditions, func(holds func(world.Activity) bool) bool { return !holds(a) })
	}, nil
}

func activityFilter(f filter, groupNamed bool) (func(world.Activity) bool, *refusal) {
	switch f.name {
	case "Status":
		if !groupNamed {
			return nil, invalid("The Status filter can only be used together with AutoScalingGroupName.")
		}
		return func(a world.Activity) bool { return slices.Contains(f.values, a.StatusCode) }, nil
	case "StartTimeLowerBound":
		bound, refused := f.instant()
		return func(a world.Activity) bool { return !a.Start.Before(bound) }, refused
	case "StartTimeUpperBound":
		bound, refused := f.instant()
		return func(a world.Activity) bool { return !a.Start.After(bound) }, refused
	}
	return nil, invalid("Filter type %s is not correct. Allowed Filter types are: StartTimeLowerBound, StartTimeUpperBound, Status", f.name)
}

// instant is the one value of a filter that bounds a time.
func (f filter) instant() (time.Time, *refusal) {
	if len(f.values) == 1 {
		if t, ok := parseTime(f.values[0]); ok {
			return t, nil
		}
	}
	return time.Time{}, invalid("The %s filter needs one ISO 8601 timestamp.", f.name)
}

func (g group) activity(a world.Activity) activityRecord {
	return activityRecord{
		ActivityID:            a.ID,
		AutoScalingGroupName:  g.Name,
		AutoScalingGroupARN:   g.arn("autoScalingGroup", ""),
		AutoScalingGroupState: "InService",
		Description:           a.Description,
		Cause:                 a.Cause,
		StartTime:             stampOf(a.Start),
		EndTime:               stampOf(a.End),
		StatusCode:            a.StatusCode,
		StatusMessage:         a.StatusMessage,
		Progress:              a.Progress,
	}
}
