package quota

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// Checks make every call that watching makes, each once, and say whether the quota
// lets the fleet come to its max. They leave the Observer as it is.
func (o *Observer) Checks() []preflight.Check {
	return []preflight.Check{{Subject: o.source, Look: o.check}}
}

func (o *Observer) finding(asked string, status preflight.Status, text, toDo string) preflight.Finding {
	return preflight.Finding{Subject: o.source, Asked: asked, Status: status, Text: text, ToDo: toDo}
}

func (o *Observer) check(ctx context.Context) []preflight.Finding {
	q, err := o.askLimit(ctx)
	switch {
	case errors.Is(err, errNoQuota):
		return []preflight.Finding{o.finding("exists", preflight.Fail, o.words(err),
			"look at its code and region (aws service-quotas list-service-quotas --service-code "+o.service+")")}
	case errors.Is(err, errNoValue):
		return []preflight.Finding{o.finding("exists", preflight.Fail, o.words(err), "look at it in Service Quotas")}
	case err != nil:
		return []preflight.Finding{callOf(err).Finding(o.source, err, o.timeout, preflight.Fail)}
	}
	all := []preflight.Finding{o.finding("exists", preflight.OK, "the limit is "+number(*q.Value), "")}
	var f *fleet
	if o.group != "" {
		if f, err = o.askFleet(ctx); err != nil {
			all = append(all, o.weakened(err))
		}
	}
	var u *usage
	if metered(q) {
		if u, err = o.askUsage(ctx, q, time.Now()); err != nil {
			all = append(all, o.weakened(err))
		}
	}
	r := o.roomOf(q, f, u)
	room := o.roomToGrow(r, f)
	if r.known {
		room.Bound = &preflight.Bound{Fleet: o.bounds, Units: r.units, By: o.source}
	}
	return append(all, room)
}

// weakened is what is missing to tell the room.
func (o *Observer) weakened(err error) preflight.Finding {
	switch {
	case errors.Is(err, errNoUsage):
		return o.finding("usage known", preflight.Warning, o.words(err), "look at the quota's use in Service Quotas")
	case errors.Is(err, errNoGroup):
		return o.finding("fleet known", preflight.Warning, o.words(err), "look at the fleet's name and region")
	}
	return callOf(err).Finding(o.source, err, o.timeout, preflight.Warning)
}

// roomToGrow compares the room with the fleet's max.
func (o *Observer) roomToGrow(r found, f *fleet) preflight.Finding {
	const asked = "room to grow"
	switch {
	case !r.known:
		return o.finding(asked, preflight.Warning, r.why, "give the quota's entry in the scenario a per_unit")
	case f != nil && f.have != nil && r.units <= *f.have:
		return o.finding(asked, preflight.Warning, fmt.Sprintf("%s, and the fleet has %d already", r.text, *f.have), "ask AWS to raise the quota in time, if the fleet is to grow")
	case f != nil && f.max != nil && r.units < int(*f.max):
		return o.finding(asked, preflight.Warning, fmt.Sprintf("%s, and its max is %d", r.text, *f.max),
			"ask AWS to raise the quota in time, or lower the max that is counted on")
	}
	return o.finding(asked, preflight.OK, r.text, "")
}
