package hpa

import (
	"sync"
	"time"

	"k8s.io/client-go/tools/cache"
)

// sight is since when a collection was not seen. It lives through outages, and
// tells of what is delivered after one that it may have happened in it:
//
//	watch ────────x cut                      answered ────────>
//	              |                             |
//	            lost ── happened in between ──found ─ late for 1 s
//
// A list shows what is true when it is answered: the watch begins from there. All
// methods are safe for concurrent use, and on nil: a sight that nobody keeps.
type sight struct {
	mu    sync.Mutex
	lost  time.Time // when the watch ended, or the list before it was taken; zero: neither yet
	found time.Time // when the watch was answered; zero: it is not yet
}

// prompt is how long a collection may be out of sight so that what is seen then
// is as good as seen at once, and how soon a watch delivers what was missed.
const prompt = time.Second

// lose takes note that from now on nothing is seen.
func (s *sight) lose(now time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lost, s.found = now, time.Time{}
}

// begin is lose where nothing was ever seen.
func (s *sight) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lost.IsZero() {
		s.lost = now
	}
}

// lostSince takes note, when the watch has ended, that nothing was seen for some
// time before.
func (s *sight) lostSince(at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at.Before(s.lost) {
		s.lost = at
	}
}

// find takes note that a watch is answered.
func (s *sight) find(now time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.found = now
}

// since is since when nothing is seen; zero: all is.
func (s *sight) since() time.Time {
	if s == nil {
		return time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.found.IsZero() {
		return s.lost
	}
	return time.Time{}
}

// late is since when what is delivered now may have happened; zero: just now.
func (s *sight) late(now time.Time) time.Time {
	if s == nil {
		return time.Time{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	until := s.found
	if until.IsZero() {
		until = now
	}
	if s.lost.IsZero() || now.Sub(until) > prompt || until.Sub(s.lost) <= prompt {
		return time.Time{}
	}
	return s.lost
}

// following is a store that tells the sight when a list was taken.
func (s *sight) following(store cache.ReflectorStore) cache.ReflectorStore {
	if s == nil {
		return store
	}
	return &sighted{store, s}
}

type sighted struct {
	cache.ReflectorStore
	sight *sight
}

func (s *sighted) Replace(objects []any, version string) error {
	err := s.ReflectorStore.Replace(objects, version)
	s.sight.lose(time.Now())
	return err
}
