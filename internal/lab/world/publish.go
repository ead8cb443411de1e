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
		Events:     make([]Event, len(w.events)),
		Usage:      w.use.measured,
	}
	for i, e := range w.events {
		s.Events[i] = *e
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

// told is what makes two events the same.
type told struct{ kind, name, typ, reason, message string }

// event records something that happened to an object now, and forgets what has expired. The latest stands
// last.
func (w *World) event(kind, name, typ, reason, message string) {
	w.dirty = true
	w.forgetEvents()
	key := told{kind, name, typ, reason, message}
	e := w.told[key]
	if e == nil {
		e = &Event{UID: w.uuid(), Type: typ, Reason: reason, Message: message, Kind: kind, Name: name, First: w.now}
		w.told[key] = e
	} else {
		w.events = slices.DeleteFunc(w.events, func(o *Event) bool { return o == e })
	}
	e.At, e.Count = w.now, e.Count+1
	w.events = append(w.events, e)
}

// forgetEvents drops what has expired, which stands first.
func (w *World) forgetEvents() {
	expired := 0
	for _, e := range w.events {
		if w.now.Sub(e.At) < eventLife {
			break
		}
		delete(w.told, told{e.Kind, e.Name, e.Type, e.Reason, e.Message})
		expired++
	}
	w.events = slices.Delete(w.events, 0, expired)
}
