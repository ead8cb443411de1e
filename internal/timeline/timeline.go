// Package timeline holds the measured facts of one run on one clock.
//
// The clock is the run's own: offset 0 is the instant the first segment of the
// planned curve begins, and offsets before it are negative. Four kinds of fact
// lie on it:
//
//	Second   what was planned, sent and answered, by the second a request was due
//	Reading  a number somebody observed (units ready, generator CPU)
//	Event    something that happened (a unit became ready, a group was rescaled)
//	Gap      a stretch in which a source could not be observed
//
//	offset  -5s        0         10s        20s
//	         |---------|----------|----------|---> second n covers [n, n+1)
//	readings   x     x     x     x  [gap ]  x
//
// Nothing is interpolated here and nothing judged: that is package capacity's.
package timeline

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"
)

// Offset is a time since the start of the run; in JSON it is a number of
// seconds.
type Offset time.Duration

// Since returns the offset of instant t in a run that began at start.
func Since(start, t time.Time) Offset { return Offset(t.Sub(start)) }

// Seconds returns the offset in seconds.
func (o Offset) Seconds() float64 { return time.Duration(o).Seconds() }

// MarshalJSON writes seconds with microsecond resolution.
func (o Offset) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Duration(o).Round(time.Microsecond).Microseconds()) / 1e6)
}

// UnmarshalJSON reads a number of seconds; one that a Duration cannot hold is
// an error.
func (o *Offset) UnmarshalJSON(text []byte) error {
	var seconds float64
	if err := json.Unmarshal(text, &seconds); err != nil {
		return err
	}
	if math.Abs(seconds*float64(time.Second)) >= 1<<63 {
		return fmt.Errorf("%s s is no offset", text)
	}
	*o = Offset(time.Duration(seconds * float64(time.Second)).Round(time.Microsecond))
	return nil
}

// Reading is one observed number.
type Reading struct {
	At     Offset  `json:"at"`                // when it was observed
	True   *Offset `json:"true_at,omitempty"` // when it was true, where the source tells
	Source string  `json:"source"`            // a fleet ("hpa/default/web", "asg/web") or "generator"
	Name   string  `json:"name"`              // one of the Name constants, or the source's own word
	Value  float64 `json:"value"`
}

// Names of readings that more than one package relies on. Unit counts are
// plain numbers; those of the generator from CPU on are read once a second, and
// a share is one of the machine from 0 to 1.
const (
	Desired = "desired"
	Ready   = "ready"
	Min     = "min"
	Max     = "max"
	Quota   = "quota" // most units that a quota leaves room for
	Room    = "room"  // most units that the nodes there are have room for

	// Of a load balancer's target group, in targets, and of the load balancer.
	Healthy   = "healthy"
	Unhealthy = "unhealthy"
	Reserved  = "reserved_lcu" // capacity units that are reserved

	// What observing a source has cost so far.
	Calls     = "calls"
	CallBytes = "call_bytes"

	// Of an autoscaler's metrics, followed by the metric's name.
	MetricOf = "metric/" // as it stood last
	TargetOf = "target/" // what it is held to
	LimitOf  = "limit/"  // of a resource: the most a unit can use of it, over what it requests; not read where there is no limit

	CPU         = "cpu" // share of the processor time this process may use
	RSS         = "rss_bytes"
	InFlight    = "in_flight"
	Connections = "connections"
	Answered    = "answered" // requests that succeeded so far

	InFlightCap    = "in_flight_cap"
	LagP99         = "lag_p99"       // seconds, of what was answered in the last second
	Goroutines     = "goroutines"    //
	GCPause        = "gc_pause"      // seconds the garbage collector stopped everything in the last one
	MachineCPU     = "machine_cpu"   // share used by every process together, stolen time included
	CPUThrottled   = "cpu_throttled" // share of the last second in which a quota on processor time held this process back
	OpenFiles      = "open_files"    //
	OpenFilesLimit = "open_files_limit"
	Ports          = "ephemeral_ports" // own connections, and those of this machine that are still closing
	PortsLimit     = "ephemeral_ports_limit"
)

// Generator is the source name of readings about onair itself.
const Generator = "generator"

// Target is the source name of what the target's answers tell.
const Target = "target"

// Event is something that happened at one instant. Of what only polls tell, the
// instant is known to lie between two of them:
//
//	poll: not yet      poll: it has
//	  |--------x---------|
//	After    truth       At
type Event struct {
	At     Offset  `json:"at"`              // when it happened, by the source's own account where it gives one
	After  *Offset `json:"after,omitempty"` // it had not happened then; of what was seen by polls, the poll before At
	Seen   *Offset `json:"seen,omitempty"`  // when it was observed, where that differs
	Source string  `json:"source"`          // the fleet, "generator", "target", or "rehearsal"
	Kind   string  `json:"kind"`            // one of the Kind constants, or the source's own word
	Unit   string  `json:"unit,omitempty"`  // the instance or pod concerned
	Text   string  `json:"text,omitempty"`  // a plain sentence for readers
	Spec   string  `json:"spec,omitempty"`  // in JSON: with Scaler autoscale.Spec, with Balancer prescale.Balancer
}

// Kinds of events. The stages of one unit, in order, are Create, Place, Start,
// UnitReady, InService and Serving.
const (
	Decision    = "decision"     // the autoscaler changed the desired count
	Create      = "create"       // the unit exists
	Place       = "place"        // it was scheduled or launched
	Start       = "start"        // its container or instance runs
	UnitReady   = "ready"        // it reports ready
	InService   = "in_service"   // it is in the load balancer or the endpoints
	Serving     = "serving"      // it answered for the first time
	Gone        = "gone"         // it left
	Address     = "address"      // others know the unit by the address that Text is
	Interrupted = "interrupted"  // the user stopped the run
	GuardFired  = "guard"        // an abort condition held
	SendingDone = "sending_done" // every planned request was sent or dropped
	CutShort    = "cut_short"    // a cap ended sending before that
	Sample      = "sample"       // the first request that failed in the class that Unit names; Text says how
	Resolved    = "resolved"     // the target's name leads to the address that Unit names from here on
	Unresolved  = "unresolved"   // and no more from here on
	Blind       = "blind"        // the source could not be observed from here on: a Gap begins
	Scaler      = "scaler"       // how the source scales its fleet, from here on: Spec says it
	Balancer    = "balancer"     // a load balancer in front of the source, as it stands from here on: Spec says it
)

// Gap is a stretch in which a source could not be observed.
type Gap struct {
	From   Offset `json:"from"`
	To     Offset `json:"to"`
	Source string `json:"source"`
	Cause  string `json:"cause"`
}

// Timeline is everything measured in one run, each list in time order.
type Timeline struct {
	Start    time.Time // wall-clock instant of offset 0
	Seconds  []Second  // one for each intended second that had arrivals
	Readings []Reading
	Events   []Event
	Gaps     []Gap
}

// Series is a step function of time: a value holds from its offset until the
// next one's.
type Series []Point

// Point is one step of a Series.
type Point struct {
	At    Offset
	Value float64
}

// Series returns the readings of one name of one source as a step function.
func (t *Timeline) Series(source, name string) Series {
	var s Series
	for _, r := range t.Readings {
		if r.Source == source && r.Name == name {
			s = append(s, Point{r.At, r.Value})
		}
	}
	slices.SortStableFunc(s, func(a, b Point) int { return cmp.Compare(a.At, b.At) })
	return s
}

// At returns the value that held at offset o; ok is false before the first
// reading.
func (s Series) At(o Offset) (value float64, ok bool) {
	i, found := slices.BinarySearchFunc(s, o, func(p Point, o Offset) int { return cmp.Compare(p.At, o) })
	if found {
		for i+1 < len(s) && s[i+1].At == o {
			i++
		}
		return s[i].Value, true
	}
	if i == 0 {
		return 0, false
	}
	return s[i-1].Value, true
}

// Constant reports whether the series is known from a reading at or before
// from and does not change until to.
func (s Series) Constant(from, to Offset) bool {
	value, ok := s.At(from)
	if !ok {
		return false
	}
	for _, p := range s {
		if p.At > from && p.At < to && p.Value != value {
			return false
		}
	}
	return true
}
