package capacity

import (
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// The nodes that there are bound a fleet of pods where pods were refused one and no
// node came. Whether nodes can come is told by the group that carries them, where
// that is observed; where it is not, a cluster may still add them by itself, so that
// room which was never used up is no limit, and room that grew is not known to end:
//
//	pods    ______|‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾  8 wanted
//	placed  ______|‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾‾  6
//	room    6                      6  read at the start and at the end
//	              |--- full: pods wait, and no node comes

// onNodes names the room on nodes in layers and on the critical path.
const onNodes = "room on nodes"

// nodeRoom is the size at which a fleet's pods had used up the nodes that there are;
// nil where they were never seen to, where the room grew or was not read at both ends
// of the run, and where a group that may carry the nodes is observed.
func (r run) nodeRoom(f Fleet, fleets []FleetResult) *int {
	room := r.Series(f.Name, timeline.Room)
	if f.Kind != HPA || grouped(fleets) || len(room) < 2 {
		return nil
	}
	first, last := room[0], room[len(room)-1]
	seen := time.Duration(last.At) >= r.end()-placedBy && !r.unobserved(f.Name, timeline.Offset(r.end()-1))
	if !seen || last.Value > first.Value || last.Value <= 0 {
		return nil
	}
	if !r.waitedForRoom(f.Name, []Span{{0, r.end()}}) || !r.waitedForRoom(f.Name, r.fullNodes(f, last.Value)) {
		return nil
	}
	return whole(&last.Value)
}

// grouped reports whether a group is observed, on whose instances pods may run.
func grouped(fleets []FleetResult) bool {
	return slices.ContainsFunc(fleets, func(f FleetResult) bool { return f.Kind == ASG })
}

// fullNodes are the spans in which as many pods of a fleet as there is room for were
// on nodes. Pods that wait while fewer are, wait for something else than room: for a
// zone, a volume, or a node apart from the others.
func (r run) fullNodes(f Fleet, room float64) []Span {
	c := r.course(f)
	var full []Span
	for at := time.Duration(0); at < r.end(); at += time.Second {
		if c.placed(at) >= room {
			full = append(full, Span{at, at + time.Second})
		}
	}
	return merge(full, Span{0, r.end()})
}

// placed is how many pods are on nodes: those that there are, less those that wait
// for one.
func (c *course) placed(at time.Duration) float64 {
	n := c.there(at)
	for _, u := range c.coming(at) {
		if u.stageAt(at, c.Fleet) == timeline.Place {
			n--
		}
	}
	return n
}

// nodeSizes is the size to which nodes bound a fleet, where they are known to. Of
// production's nodes staging's say nothing.
func (r run) nodeSizes(f FleetResult, fleets []FleetResult) []size {
	if n := r.nodeRoom(f.Fleet, fleets); n != nil && !f.Production.grows() {
		return []size{{*n, onNodes, "all that its nodes have room for"}}
	}
	return nil
}

// nodeWarnings tell of fleets for whose max the nodes that there are have no room,
// where that is not known to be a limit: a cluster may add nodes by itself.
func (r run) nodeWarnings(fleets []FleetResult) []string {
	var warn []string
	for _, f := range fleets {
		first, last := r.countAt(f.Name, timeline.Room, 0), r.lastCount(f.Name, timeline.Room)
		if f.Kind != HPA || grouped(fleets) || f.Production.grows() || last == nil || f.Max == nil || *last >= *f.Max || r.nodeRoom(f.Fleet, fleets) != nil {
			continue
		}
		text := fmt.Sprintf("%s: its nodes have room for %s units of at most %s", f.Name, figure.Count(*last), figure.Count(*f.Max))
		if *last > *first {
			text += fmt.Sprintf(", and had for %s at the start: how many more nodes can come is not known", figure.Count(*first))
		} else {
			text += ": whether more nodes come is not known"
		}
		warn = append(warn, text)
	}
	return warn
}
