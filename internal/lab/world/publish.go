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
		Start:      w.start,
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

// event records something that happened to an object now, and forgets what has expired. The latest stands
// last.
func (w *World) event(kind, name, typ, reason, message string) {
	w.dirty = true
	w.events = slices.DeleteFunc(w.events, func(e Event) bool { return w.now.Sub(e.At) >= eventLife })
	again := slices.IndexFunc(w.events, func(e Event) bool {
		return e.Kind == kind && e.Name == name && e.Type == typ && e.Reason == reason && e.Message == message
	})
	e := Event{Type: typ, Reason: reason, Message: message, Kind: kind, Name: name, First: w.now}
	if again >= 0 {
		e = w.events[again]
		w.events = slices.Delete(w.events, again, again+1)
	} else {
		e.UID = w.uuid()
	}
	e.At, e.Count = w.now, e.Count+1
	w.events = append(w.events, e)
}
