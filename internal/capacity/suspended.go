package capacity

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A group one of whose processes is suspended does not grow by it, whatever its max
// and its quota leave room for:
//
//	suspended                resumed
//	    |------- halted ---------|
//	    |------- halted --------------- ... the run ends: a limit of what it can grow to
//
// Without Launch it gets no instance. Without AddToLoadBalancer it does, and the load
// balancer sends them nothing: where pods run on them, it is pods that it knows.

// Kinds of events by which a group tells of its processes; their text begins with
// the process' name, as AWS has it.
const (
	processSuspended = "suspended"
	processResumed   = "resumed"
	resumedWords     = "no longer: " // before what was told when it was suspended
)

// Processes of a group without which it does not grow, and how layers and the
// critical path name that.
const (
	launch            = "Launch"
	addToLoadBalancer = "AddToLoadBalancer"
)

func suspendedProcess(process string) string { return process + " suspended" }

// suspensions are the spans in which a process of a group was suspended.
func (r run) suspensions(group Fleet, process string) []Span {
	var spans []Span
	open := false
	for _, e := range r.Events {
		if e.Source != group.Name || !strings.HasPrefix(strings.TrimPrefix(e.Text, resumedWords), process+" is ") {
			continue
		}
		switch {
		case e.Kind == processSuspended && !open:
			spans, open = append(spans, Span{time.Duration(e.At), r.end()}), true
		case e.Kind == processResumed && open:
			spans[len(spans)-1].To, open = time.Duration(e.At), false
		}
	}
	return spans
}

// suspendedSize is the most instances that a group had, or its load balancer sends
// requests to, since a process was suspended that is so to the end; false where none
// is, or what it had is not known.
func (r run) suspendedSize(group Fleet, carriesPods bool) (size, bool) {
	processes := []string{launch, addToLoadBalancer}
	if carriesPods {
		processes = processes[:1]
	}
	var sizes []size
	for _, process := range processes {
		spans := r.suspensions(group, process)
		if len(spans) == 0 || spans[len(spans)-1].To != r.end() {
			continue
		}
		had := r.countAt(group.Name, timeline.Ready, spans[len(spans)-1].From)
		if process == launch {
			had = r.mostSince(group.Name, spans[len(spans)-1].From)
		}
		if had != nil && *had > 0 {
			sizes = append(sizes, size{*had, suspendedProcess(process), "all it had while " + process + " was suspended"})
		}
	}
	if len(sizes) == 0 {
		return size{}, false
	}
	return slices.MinFunc(sizes, func(a, b size) int { return cmp.Compare(a.units, b.units) }), true
}

// mostSince is the most ready units that a fleet had from an instant on; nil where
// they were not read.
func (r run) mostSince(fleet string, from time.Duration) *int {
	most := r.countAt(fleet, timeline.Ready, from)
	for _, p := range r.Series(fleet, timeline.Ready) {
		if n := whole(&p.Value); time.Duration(p.At) >= from && *n > *most {
			most = n
		}
	}
	return most
}

// halt is a stretch in which a group launched nothing, and what of it.
type halt struct {
	Span
	by string // as layers name it
}

// halts are when a group's launches failed with nothing on its way, and when it made
// none.
func (r run) halts(group Fleet) []halt {
	var halts []halt
	for _, s := range r.suspensions(group, launch) {
		halts = append(halts, halt{s, suspendedProcess(launch)})
	}
	for _, s := range r.stalled(group) {
		halts = append(halts, halt{s, "launches"})
	}
	return halts
}

// halted is what keeps a group from launching at an instant at which no instance is
// on its way; empty where nothing does.
func (c *course) halted(at time.Duration) string {
	i := slices.IndexFunc(c.halts, func(h halt) bool { return h.From <= at && at < h.To })
	if i < 0 || c.halts[i].by == suspendedProcess(launch) && len(c.coming(at)) > 0 {
		return ""
	}
	return c.halts[i].by
}
