package world

import (
	"container/heap"
	"context"
	"time"
)

// agenda is what is to happen, in order of time. Everything that changes the world's state is an entry of
// it and runs on one goroutine, with World.now set to the instant at which it was due; so the times in
// State are those planned, whatever a timer's lateness.
type agenda struct {
	entries entries
	next    uint64
	wake    chan struct{} // holds a token when an entry came from another goroutine
}

type entry struct {
	at  time.Time
	seq uint64 // entries of one instant run in the order they were made
	do  func()
}

type entries []entry

func (e entries) Len() int      { return len(e) }
func (e entries) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e entries) Less(i, j int) bool {
	return e[i].at.Before(e[j].at) || e[i].at.Equal(e[j].at) && e[i].seq < e[j].seq
}
func (e *entries) Push(x any) { *e = append(*e, x.(entry)) }
func (e *entries) Pop() any {
	last := len(*e) - 1
	x := (*e)[last]
	(*e)[last] = entry{}
	*e = (*e)[:last]
	return x
}

// at has do run at t, with w.mu held. The caller holds w.mu.
func (w *World) at(t time.Time, do func()) {
	w.agenda.next++
	heap.Push(&w.agenda.entries, entry{t, w.agenda.next, do})
}

// after has do run d after the instant the world is at. The caller holds w.mu.
func (w *World) after(d time.Duration, do func()) { w.at(w.now.Add(d), do) }

// every has do run at each multiple of d from the world's start. The caller holds w.mu.
func (w *World) every(d time.Duration, do func()) {
	w.after(d, func() {
		w.every(d, do)
		do()
	})
}

// post has do run as soon as may be. It may be called from anywhere without w.mu.
func (w *World) post(do func()) {
	w.mu.Lock()
	w.at(time.Now(), do)
	w.mu.Unlock()
	select {
	case w.agenda.wake <- struct{}{}:
	default:
	}
}

// run works the agenda off until ctx ends.
func (w *World) run(ctx context.Context) {
	defer close(w.stopped)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-w.agenda.wake:
		}
		if next, ok := w.runDue(); ok {
			timer.Reset(time.Until(next))
		}
	}
}

// runDue runs what is due and returns when the next entry is.
func (w *World) runDue() (next time.Time, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.agenda.entries) > 0 {
		if next := w.agenda.entries[0].at; next.After(time.Now()) {
			return next, true
		}
		e := heap.Pop(&w.agenda.entries).(entry)
		w.now = e.at
		e.do()
		w.publish()
	}
	return time.Time{}, false
}
