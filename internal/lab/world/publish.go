package world

import (
	"slices"
	"time"
)

// State returns a copy of the present state, and a channel that is closed when anything in it changes.
// It may be called from any goroutine; requests never call it.
func (w *World) State() (State, <-chan struct{}) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := State{
		Now:        time.Now(),
		Config:     w.config.clone(),
		Pods:       make([]Pod, len(w.pods)),
		Deployment: w.deployment,
		Events:     slices.Clone(w.events),
	}
	for i, p := range w.pods {
		s.Pods[i] = p.Pod
	}
	if w.hpa != nil {
		s.HPA = w.hpa.copyStatus()
	}
	if w.group != nil {
		s.Group = w.group.state()
	}
	return s, w.changed
}

// publish tells those who wait that the state has changed.
func (w *World) publish() {
	if w.dirty {
		w.dirty = false
		close(w.changed)
		w.changed = make(chan struct{})
	}
}

const eventLife = time.Hour

// event records something that happened to an object now, and forgets what has expired.
func (w *World) event(kind, name, typ, reason, message string) {
	w.dirty = true
	live := slices.IndexFunc(w.events, func(e Event) bool { return w.now.Sub(e.At) < eventLife })
	if live < 0 {
		live = len(w.events)
	}
	w.events = append(w.events[live:], Event{
		UID: w.uuid(), Type: typ, Reason: reason, Message: message, Kind: kind, Name: name, At: w.now, Count: 1,
	})
}
