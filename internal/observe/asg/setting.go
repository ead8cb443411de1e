package asg

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/observe/awscall"
)

// settingsUnobserved is the kind of an event: from here on something that was
// asked about the group is not known.
const settingsUnobserved = "settings_unobserved"

// setting is what one call tells about the group that is read once when watching
// begins, again and again until it can be, and once more when watching ends; what
// moves by itself, at its pace for as long as there is some.
type setting struct {
	call   awscall.Call
	kind   string // of the events that tell it
	what   string // it is, in sentences; plural
	steady bool   // nothing but somebody's hand changes it
	moves  bool   // it changes while it is watched
	scales bool   // it is a part of how the group is scaled
	ask    func(o *Observer, ctx context.Context, since time.Time) ([]fact, error)

	asked, none, toDo string // in findings: what was looked for, what there is where there is nothing, the way out

	pace  awscall.Pace
	known bool
	again bool            // it is to be read again, though it is known
	read  time.Time       // when it was last
	blind bool            // it is told that it cannot be read
	why   string          // then: the cause
	facts []fact          // as they were read last
	told  map[string]bool // by their texts
}

// fact is one thing that a setting says.
type fact struct {
	text   string    //
	spoils string    // what a reader of the report must know; empty: it spoils nothing
	from   time.Time // when that begins
	scale  scaler    // adds it to how the group is scaled; nil: others do that with it

	alarms []string             // that it names
	alarm  *autoscale.AlarmSpec // that it is
}

func newSettings(again time.Duration) []*setting {
	pace := awscall.NewPace(again)
	return []*setting{
		{call: policyCall, kind: "policy", what: "scaling policies", steady: true, scales: true, ask: (*Observer).askPolicies, pace: pace,
			asked: "scaling policies", none: "none: onair sees what changes desired, not why"},
		// Nothing is to be read until policies name some.
		{call: alarmCall, kind: "alarm", what: "alarms of its policies", steady: true, scales: true, ask: (*Observer).askAlarms, pace: pace, known: true,
			asked: "alarms of its policies", toDo: "see that its policies have the alarms that they are to have"},
		{call: scheduledCall, kind: "scheduled_action", what: "scheduled actions", scales: true, ask: (*Observer).askScheduled, pace: pace,
			asked: "no scheduled action", none: "none", toDo: "move it, or rehearse at another time"},
		{call: warmPoolCall, kind: warmPool, what: "the instances of the warm pool", moves: true, ask: (*Observer).askWarmPool, pace: pace,
			asked: "warm pool", none: "none"},
		{call: refreshCall, kind: "instance_refresh", what: "instance refreshes", ask: (*Observer).askRefreshes, pace: pace,
			asked: "no instance refresh", none: "none", toDo: "wait until it ends, or cancel it"},
	}
}

// due reports whether a setting is to be read while the group is watched.
func (s *setting) due() bool { return !s.known || s.again }

// pollSetting reads a setting. No failure of it is an error.
func (o *Observer) pollSetting(ctx context.Context, s *setting, rec *observe.Recorder) error {
	facts, err := s.ask(o, ctx, o.began)
	switch {
	case err == nil:
		s.known, s.blind, s.again = true, false, s.moves && len(facts) > 0
		s.pace.Narrow()
		o.tellFacts(s, facts, rec)
	case ctx.Err() != nil:
	default:
		if awscall.Throttled(err) {
			s.pace.Widen()
		}
		if !s.blind {
			s.unseen(o.words(s.call, err))
			rec.Event(time.Time{}, settingsUnobserved, "", s.what+" are not observed: "+s.why)
		}
	}
	o.tellSpec(rec)
	return nil
}

// unseen notes that a setting cannot be read, and why.
func (s *setting) unseen(why string) { s.blind, s.why = true, why }

// setting is the one that a call reads.
func (o *Observer) setting(call awscall.Call) *setting {
	return o.settings[slices.IndexFunc(o.settings, func(s *setting) bool { return s.call == call })]
}

// lookAgain reads a setting once more when watching ends. What cannot be read then
// weakens the run, and so does what was changed by hand.
func (o *Observer) lookAgain(ctx context.Context, s *setting, rec *observe.Recorder) {
	facts, err := s.ask(o, ctx, o.began)
	switch {
	case err != nil && s.known:
		rec.Warn(s.what + " were not looked at again at the end: " + o.words(s.call, err))
	case err != nil:
		rec.Warn(s.what + " were not observed: " + o.words(s.call, err))
		if !s.blind { // nobody asked before
			s.unseen(o.words(s.call, err))
			o.tellSpec(rec)
		}
	default:
		before := s.told
		o.tellFacts(s, facts, rec)
		if s.known && s.steady && !maps.Equal(before, s.told) {
			rec.Warn(s.what + " were changed meanwhile")
		}
		if !s.known {
			s.known = true
			o.tellSpec(rec)
		}
	}
}

// tellFacts records the facts that are not told yet, which came since the setting
// was read before, and that there are none any more.
func (o *Observer) tellFacts(s *setting, facts []fact, rec *observe.Recorder) {
	now := make(map[string]bool, len(facts))
	for _, f := range facts {
		now[f.text] = true
		if s.told[f.text] {
			continue
		}
		rec.Changed(s.read, s.kind, "", f.text)
		if f.spoils != "" {
			o.planned = append(o.planned, f)
		}
	}
	if len(facts) == 0 && len(s.told) > 0 {
		rec.Changed(s.read, s.kind, "", s.what+": none any more")
	}
	if s.call == policyCall && !slices.Equal(named(s.facts), named(facts)) {
		o.setting(alarmCall).known = false
	}
	s.told, s.read, s.facts = now, time.Now(), facts
}

// warn tells which facts have weakened what was watched up to now.
func (o *Observer) warn(rec *observe.Recorder) {
	for _, f := range o.planned {
		if !f.from.After(time.Now()) {
			rec.Warn(f.spoils)
		}
	}
}
