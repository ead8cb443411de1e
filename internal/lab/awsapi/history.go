package awsapi

import (
	"sync"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

const (
	beat     = 10 * time.Second    // between two looks at the world
	late     = time.Minute         // from the end of a period to its point
	past     = time.Hour           // that a world has when Run begins
	retained = 15 * 24 * time.Hour // points of a minute, as CloudWatch keeps them
)

// Counter is a Source that also counts what its service answers.
type Counter interface {
	// Answered returns how many requests the units have answered since the
	// world began, and how many of those with a status of 500 and above.
	Answered() (all, failed uint64)
}

// minute is what was seen in one minute of the clock.
type minute struct {
	start time.Time
	group *groupSample // at the first beat in it: a group is measured once a minute

	healthy, unhealthy []int // targets at each beat

	// Requests answered in it and those with a 5xx status; counted says whether
	// the world tells.
	answered, failed uint64
	counted          bool
}

// groupSample is the size of a group at an instant.
type groupSample struct{ desired, inService, vcpus int }

// history is what Run has seen.
type history struct {
	mu      sync.Mutex
	minutes []minute // in order

	answered, failed uint64 // up to the last beat
}

// nextBeat is the first instant to look at the world after that of the look
// before, which fell due at last. Beats that were slept through are left out.
func nextBeat(last, now time.Time) time.Time {
	next := now.Truncate(beat).Add(beat)
	if !next.After(last) {
		return last.Add(beat)
	}
	return next
}

// measure looks at the world at a beat.
func (s *Server) measure(at time.Time) {
	state, _ := s.source.State()
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	if counter, ok := s.source.(Counter); ok {
		s.history.count(at, counter)
	}
	s.history.at(at).look(state)
}

// look adds what is seen at one beat.
func (m *minute) look(s world.State) {
	if m.group == nil && s.Group != nil {
		m.group = &groupSample{s.Group.Desired, inService(s), vcpus(s)}
	}
	for _, b := range balancers(s) {
		m.healthy = append(m.healthy, b.count(healthy))
		m.unhealthy = append(m.unhealthy, b.count(unhealthy))
	}
}

// rest fills the time before the first look, for which the world counts as
// having been as it is then, without requests: a staging has a past.
func (s *Server) rest(until time.Time) {
	state, _ := s.source.State()
	s.history.mu.Lock()
	defer s.history.mu.Unlock()
	for at := until.Truncate(time.Minute).Add(-past); at.Before(until); at = at.Add(beat) {
		s.history.at(at).look(state)
	}
}

// count adds the requests since the beat before, which belong to the minute
// that ends with this beat, if one does.
func (h *history) count(at time.Time, counter Counter) {
	all, failed := counter.Answered()
	if len(h.minutes) > 0 {
		m := h.at(at.Add(-1))
		m.answered += all - h.answered
		m.failed += failed - h.failed
		m.counted = true
	}
	h.answered, h.failed = all, failed
}

func inService(s world.State) int {
	n := 0
	for _, i := range s.Group.Instances {
		if i.Lifecycle == "InService" {
			n++
		}
	}
	return n
}

// at is the minute of an instant that is not before the last minute.
func (h *history) at(instant time.Time) *minute {
	start := instant.Truncate(time.Minute)
	if last := len(h.minutes) - 1; last >= 0 && !h.minutes[last].start.Before(start) {
		return &h.minutes[last]
	}
	if len(h.minutes) > 0 && start.Sub(h.minutes[0].start) > retained {
		h.minutes = h.minutes[1:]
	}
	h.minutes = append(h.minutes, minute{start: start})
	return &h.minutes[len(h.minutes)-1]
}

// between returns the minutes that begin from one instant until before another
// and are complete by now, in order.
func (h *history) between(from, until, now time.Time) []minute {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []minute
	for _, m := range h.minutes {
		if !m.start.Before(from) && m.start.Before(until) && readable(m.start, time.Minute, now) {
			found = append(found, m)
		}
	}
	return found
}

// readable says whether the point of a period has come out.
func readable(start time.Time, period time.Duration, now time.Time) bool {
	return now.Sub(start.Add(period)) >= late
}
