package prescale

import (
	"errors"
	"fmt"
	"time"
)

// Margins of a plan. That a scheduler may run what is due up to 2 minutes late is
// what the user guide of Amazon EC2 Auto Scaling says of scheduled actions; the others
// are chosen: time to look and to act, and by HoldAfter to be sure that it is over.
const (
	schedulerLate = 2 * time.Minute  // how late a scheduler may run what is due
	spareLead     = 10 * time.Minute // for what nobody thought of
	verifyLead    = 5 * time.Minute  // before air: late enough to be true, early enough to act
)

// HoldAfter is for how long after the latest end units are held at least.
const HoldAfter = 15 * time.Minute

// Airing is when something is on air and how long it draws people.
type Airing struct {
	At    time.Time     // the earliest start; its zone is that of the instants
	Slip  time.Duration // how much later it may start: broadcasts slip
	Lasts time.Duration // from its start to the end of its last spot
	Quiet time.Duration // from its start until demand is over, as Quiet finds it
}

// Stages are how long it takes from a decision to a unit that serves, each at
// the 95th percentile. A stage that a fleet does not have is 0; one that nobody
// measured has no timetable.
type Stages struct {
	Node     time.Duration // from wanting a node to having it, one wave
	Waves    int           // of nodes, one after the other; 0 where none is launched
	Pod      time.Duration // from creation to ready; of a group, of an instance
	Balancer time.Duration // from ready to in service
}

// Instants are the moments of a plan, in whole minutes so that each scheduler
// can keep them.
type Instants struct {
	Apply     time.Time // the change is made
	Verify    time.Time // every unit is in service, or someone acts
	Air       time.Time // the earliest start, as given
	LatestEnd time.Time // of the last spot when the airing slips as far as it may
	Release   time.Time // the change is taken back
}

// Timetable finds the instants that hold the units over the whole window in
// which an airing may start:
//
//	  scheduler  nodes       pod  LB  spare         slip          15 min
//	 |--120 s--|--x waves--|----|---|-10 min-|----------------|...|------|
//	apply                               |   air            latest  latest release
//	                                 verify                start   end
//	                                 -5 min                  |---quiet---|
//
// Apply is air - (scheduler 120 s + node x waves + pod + load balancer +
// 10 min) and Verify air - 5 min, both rounded down to the minute. Release is
// the later of latest end + 15 min and latest start + quiet, rounded up.
// An error names the field that makes no sense.
func Timetable(a Airing, s Stages) (Instants, error) {
	if err := errors.Join(a.check(), s.check()); err != nil {
		return Instants{}, err
	}
	latest := a.At.Add(a.Slip)
	end := latest.Add(a.Lasts)
	release := end.Add(HoldAfter)
	if quiet := latest.Add(a.Quiet); quiet.After(release) {
		release = quiet
	}
	return Instants{
		Apply:     a.At.Add(-s.Lead().Sum()).Truncate(time.Minute),
		Verify:    a.At.Add(-verifyLead).Truncate(time.Minute),
		Air:       a.At,
		LatestEnd: end,
		Release:   minuteUp(release),
	}, nil
}

func (a Airing) check() error {
	if a.At.IsZero() {
		return errors.New("airing: it has no start")
	}
	return notNegative("airing", length{"slip", a.Slip}, length{"length", a.Lasts}, length{"quiet", a.Quiet})
}

func (s Stages) check() error {
	if s.Waves < 0 {
		return fmt.Errorf("stages: %d waves of nodes (0 where none is launched)", s.Waves)
	}
	return notNegative("stages", length{"node", s.Node}, length{"pod", s.Pod}, length{"load balancer", s.Balancer})
}

type length struct {
	name string
	d    time.Duration
}

func notNegative(what string, all ...length) error {
	for _, l := range all {
		if l.d < 0 {
			return fmt.Errorf("%s: %s is %s, before it began", what, l.name, l.d)
		}
	}
	return nil
}

// minuteUp is the first whole minute not before t.
func minuteUp(t time.Time) time.Time {
	down := t.Truncate(time.Minute)
	if down.Equal(t) {
		return down
	}
	return down.Add(time.Minute)
}

// Quiet returns how long after the start of an airing its demand is over: the
// end of the last step at which the upper bound of demand is not below what the
// normal minimum of units sustains. Both are rates in one unit; upper begins at
// the airing's start.
//
//	upper    __
//	        /  \_     _
//	sustains ----\---/-\------------
//	        |     \_/   \___________
//	        |<- quiet -->|
//
// It is false where demand is not below at the last step, or no step is known:
// then nobody can say when to release.
func Quiet(upper []float64, step time.Duration, sustains float64) (time.Duration, bool) {
	for i := len(upper) - 1; i >= 0; i-- {
		if !(upper[i] < sustains) { // not a number is not below either
			return time.Duration(i+1) * step, i < len(upper)-1
		}
	}
	return 0, len(upper) > 0
}
