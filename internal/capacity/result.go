package capacity

import "time"

// Result is what the facts mean. A nil pointer is unknown.
type Result struct {
	Load        Load
	Generator   Generator
	Objectives  []Judged
	Fleets      []FleetResult
	Layers      []Layer
	Binding     *Layer
	ScaleLag    *time.Duration
	Shortfall   *time.Duration // offset at which demand first passed capacity
	Recovered   *time.Duration // from shortfall to the first of three windows in which every objective holds
	Headroom    Headroom
	Verdict     string // Pass, Fail, Invalid or Aborted
	Interrupted bool   // aborted by the user, not by a guard
	Reasons     []string
	Warnings    []string
}

// Verdicts of a run.
const (
	Pass    = "pass"
	Fail    = "fail"
	Invalid = "invalid"
	Aborted = "aborted"
)

// Load sums up what was sent.
type Load struct {
	Planned, Sent, Late, Dropped, Succeeded, Failed int64
	PeakRate                                        float64 // planned, highest second
	Lag, Service, Response                          Quantiles
	Errors                                          map[string]int64  // failed requests by class
	Samples                                         map[string]string // how the first request of a class failed
	Addresses                                       []Address         // most requests first
}

// Address is one of those the target's name led to, or that requests went to.
// Offsets are nil where that never happened, or was not seen.
type Address struct {
	Address     string
	Requests    int64
	First, Last *time.Duration // beginnings of the first and the last second that had requests
	Resolved    *time.Duration // when the name first led there
	Unresolved  *time.Duration // when it first ceased to
}

// Quantiles of a distribution; nil where nothing was recorded.
type Quantiles struct{ P50, P90, P99, Max *time.Duration }

// Generator sums up onair's own health: the most that was read over the run; a
// nil pointer was not read.
type Generator struct {
	CPUMax             *float64 // share of the processor time onair may use, 0 to 1
	MachineCPUMax      *float64 // share of the machine's that all processes used
	CPUThrottledMax    *float64 // share of a second in which a quota held onair back
	RSSMax             *float64 // bytes
	OpenConnectionsMax *float64
	OpenFilesMax       *float64
	OpenFilesLimit     *float64
	PortsMax           *float64 // ephemeral ports in use
	PortsLimit         *float64
	InFlightMax        *float64
	InFlightCap        *float64
	GoroutinesMax      *float64
	GCPauseMax         *time.Duration // of one second
	Delivered          bool           // the planned load was sent, on time
	Shortcoming        string         // why not, in words; with Cause
	Cause              string         // whose doing that was, its figure, and the way out
}

// Verdicts of an objective or a window.
const (
	Held      = "held"
	Failed    = "failed"
	Undecided = "undecided"
)

// Judged is an objective with what became of it.
type Judged struct {
	Objective
	Verdict string
	Worst   *float64       // of the worst window, where it failed of those that prove it: seconds of response time at the quantile, or error ratio
	WorstAt *time.Duration // where that window begins
	Broken  time.Duration  // how long windows failed in all
	Windows []Window
}

// Window is one judged stretch.
type Window struct {
	Span
	Total, Over int64    // requests, and those that broke the condition
	HeldBack    int64    // of Over: never sent, since the target kept too many others waiting
	Failed      int64    // of Over
	Value       *float64 // as Judged.Worst; nil where nothing was answered
	Verdict     string
	Delivered   bool // the load of the window was sent as planned, or the target held it back
}

// FleetResult is what was learnt of one fleet.
type FleetResult struct {
	Fleet
	Min, Max, ReadyStart, ReadyMax, DesiredMax *int
	PerUnit                                    PerUnit
	Stages                                     []Stage
}

// PerUnit is the estimate of one unit in entrance requests per second.
type PerUnit struct {
	Low, Mid, High *float64 // sustainable rate; Low alone means at least, High alone at most
	Saturation     *float64
	Units          int    // ready units it was made at
	Said           string // the estimate in words
}

// Stage is one step of scaling, measured over units. A stage is named by what
// ends it: start is from placed to started.
type Stage struct {
	Name          string // create | place | start | ready | in_service | serving
	P50, P90, Max time.Duration
	Units         int
}

// Headroom is capacity over demand less one, from -1 upward.
type Headroom struct {
	DemandPeak     float64  // req/s it is held against
	Low, Mid, High *float64 // ratios
	WorstAt        *time.Duration
	Deficit        *float64 // requests that demand asked beyond capacity
	Sentence       string
	Series         []Moment // one a second
}

// Moment is one second of the headroom picture. Capacities, in req/s, are nil
// where unknown.
type Moment struct {
	At             time.Duration
	Demand         float64
	Rehearsed      bool     // within a spot, where the run has any
	Low, Mid, High *float64 // ready units x sustainable rate
}
