package capacity

import (
	"cmp"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Result is what the facts mean. A nil pointer is unknown.
type Result struct {
	Load        Load
	Generator   Generator
	Objectives  []Judged
	Fleets      []FleetResult
	Coverage    []Coverage     // of every source, in the order of the question
	Holes       []timeline.Gap // of fleets, that no gap of the timeline marks: what is missing betrays them
	Layers      []Layer        // the lowest rate first; after those that are known, what is known from below only, then from above only unless it binds
	Binding     *Layer         // the first of Layers
	Spread      *Spread        // nil: answers name no units, or their fleet's stood still too rarely
	Little      *Little        // nil: no stretch was steady enough to tell
	NoLittle    string         // why not, in words
	ScaleLag    *time.Duration
	LateAnswers string         // how much later than the scale lag's end the units that ended it had answered; empty where they had, or it is not known
	Shortfall   *time.Duration // offset at which demand first passed capacity
	Recovered   *time.Duration // from shortfall to the first of three windows in which every objective holds; they begin at any second
	Unjudged    string         // that it could not be judged whether the objectives held again, and why; empty where it could
	Path        []Owned        // what owned each second from shortfall to recovered, without holes; nil without a shortfall
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

// Coverage is how much of the run a source was seen, and what that cost those who
// were asked.
type Coverage struct {
	Source string
	Run    float64  // share of the time from the first second to the last, 0 to 1
	Spots  *float64 // share of the spots; nil where the run has none
	Least  float64  // share of the spots, or of the run without, that a pass asks for
	Gaps   int
	Calls  *int64 // nil: not counted
	Bytes  *int64
}

// Spread is how evenly the answers that name units came from those of a fleet, over
// windows in which its ready ones stood still and an even share was enough answers
// to tell.
type Spread struct {
	Fleet          string
	Windows        int
	Answers        int64       // in these windows
	Busiest, Least *UnitShare  // furthest above and below an even share in any of them; nil without one
	Skewed         []UnitShare // units that for 30 s or more after the fleet grew got less than half an even share, or more than twice; the furthest off first
}

// UnitShare is what one unit answered in a stretch.
type UnitShare struct {
	Span
	Unit    string // empty: one that was there from the start and has never been named
	Answers int64
	Even    float64 // answers that an even share would have been
}

// Times is a share as a multiple of an even one.
func (u UnitShare) Times() float64 { return float64(u.Answers) / u.Even }

// Name is the unit's, or what stands for it.
func (u UnitShare) Name() string { return cmp.Or(u.Unit, "a unit that was there from the start") }

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
	First   *time.Duration // where the first window that failed begins; nil where the objective did not fail
	Broken  time.Duration  // how long windows failed in all; 0 where the objective did not fail
	Proven  time.Duration  // of Broken, in windows whose load was delivered
	Busiest Together       // the windows of the highest load
	Windows []Window
}

// Together sums up windows.
type Together struct {
	Windows     int
	Total, Over int64 // as Window's
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
	Able                                       timeline.Series // ready units that served, or may have; where nothing was observed it says nothing
	Stuck                                      *int            // units beyond which it could not grow in this run, for another reason than Max and its quota; nil: none is known
	PerUnit                                    PerUnit
	USL                                        *USL   // nil: not fitted
	NoUSL                                      string // why not, in words
	Ceiling                                    *Ceiling
	Plateaus                                   []Plateau    // that law and ceiling are drawn from, of this run and of those counted in
	Stages                                     []Stage      // that sum up the legs of Growths and Ways
	Growths                                    []Growth     // every decision for more units, in order
	Ways                                       []Way        // of every unit of which a stage was told: those that became ready in that order, then those that never did
	Generations                                *Generations // nil: not an HPA on a resource with a limit, or not known
}

// PerUnit is the estimate of one unit in entrance requests per second.
type PerUnit struct {
	Low, Mid, High *float64  // sustainable rate: 5 %, 50 % and 95 % of Draws; Low alone means at least, High alone at most
	Draws          []float64 // by number of the bootstrap's replicate, the same for every fleet; nil where there is only a bound
	Saturation     *Range    // what it serves when it always has work; nil: not seen
	Units          int       // ready units it was made at
	Trials         []Trial   // what it was made of; nil where the estimate was not made of this fleet\'s own trials
	Said           string    // the estimate in words
	Held           string    // what may have held the fleet down as it saturated, in words: Saturation is its Low or more then; empty where nothing did
}

// Trial is what one objective saw of a step of the load, or of a window on a
// slope, while the number of ready units stood still.
type Trial struct {
	Objective   string  // its name
	Rate        float64 // entrance requests per second and unit, as the fit takes it: of a window on a slope in which more than Allowed broke the objective, of its highest second
	Mean        float64 // of the whole step or window, which Total and Over are of: below Rate on such a slope
	Units       int     // ready ones; where units do less each the more there are, those that Rate was made to stand for
	Total, Over int64   // requests, and those that broke the condition
	Allowed     float64 // share of Total that may be Over, 0 to 1
	Verdict     string  // Held, Failed or Undecided: what the counts prove
}

// Plateau is a stretch in which a fleet of constant size always had work.
type Plateau struct {
	Units int
	Rate  float64 // requests that succeeded per second, of the whole fleet
	Most  float64 // highest rate that was asked of it in any second
	Span
	Parts []float64 // as Rate, of parts of 2 s
}

// USL is a fleet's throughput by the number of its units N, after Gunther:
//
//	X(N) = Gamma N / (1 + Alpha (N-1) + Beta N (N-1))
//
// fitted to the plateaus of at least six different N.
type USL struct {
	Model              string // Linear, Amdahl or Universal: the one that explains the plateaus with the fewest terms
	Gamma, Alpha, Beta Range
	PeakUnits          *Range // where throughput is highest; nil where no retrograde term was shown
	PeakRate           *float64
	Smallest, Largest  int // units measured
	Said               string
	again              []law // that the same plateaus could have come from
}

// The models of throughput by units.
const (
	Linear    = "linear"
	Amdahl    = "amdahl"
	Universal = "usl"
)

// Range is an estimate with the bounds of its 90 % interval.
type Range struct{ Low, Mid, High float64 }

// Ceiling is a throughput that more units did not raise: something behind the
// fleet binds.
type Ceiling struct {
	Rate     Range     // sustainable rate, entrance requests per second; with AtMost only High says anything
	AtMost   bool      // how much of the throughput keeps the objectives was not measured
	Draws    []float64 // as PerUnit's, of Rate; nil where there are none
	From, To int       // units between which it stayed the same
	Said     string

	Throughput float64 // what the units served together there, req/s, whether or not it kept the objectives
}

// Little holds what was in flight against Little's law: rate times service
// time.
type Little struct {
	InFlight, Product float64 // means over the steady windows
	Off               float64 // |InFlight - Product| / InFlight
	Chance            float64 // requests by which they may differ though nothing is wrong
	Windows           int
}

// Owned is a stretch of the critical path.
type Owned struct {
	Span
	Fleet string // empty: of none
	Stage string // one of the stages, or what else capacity waited for: the words below
	Limit string // with WaitsForLimit: its name, as layers have it
}

// What capacity may wait for besides a unit's stages: the metric that shows the
// shortfall, the decision to grow as far as is needed, growth beyond what the
// fleet may have, and, once capacity is back, the requests that still wait.
const (
	WaitsForMetric   = "metric"
	WaitsForDecision = "decision"
	WaitsForLimit    = "limit"
	WaitsForBacklog  = "backlog"
	NotKnown         = "unknown" // nothing was observed
)

// Generations says how an autoscaler that reads utilisation is held back by it:
// no unit can be busier than its limit, so that one generation multiplies units
// by at most limit / request / target, and the next waits until the new ones
// are ready and measured.
type Generations struct {
	Metric   string  // the resource
	Target   float64 // ratio of the request
	Limit    float64 // of what is requested; 1 where limit = request
	Growth   float64 // Limit / Target: units multiply by this at most
	Needed   int     // generations from From to To units; 0 where that is not known
	From, To int     // ready at the shortfall, or production's start where the peak is production's, and what the peak needs; 0 where not known
	Said     string
}

// Stage is one step of scaling, measured over units, or over decisions to grow.
// A stage is named by what ends it: start is from placed to started.
type Stage struct {
	Name          string // metric | decision | create | place | start | ready | in_service | serving
	P50, P90, Max time.Duration
	Units         int // of metric and decision: the decisions
	Missing       int // units that were created and are not counted: they never came up, or nobody knows when the stage began or ended
}

// Margin is capacity over a demand less one, from -1 upward.
type Margin struct {
	Demand         float64  // req/s it is held against
	Low, Mid, High *float64 // ratios
	Probability    *float64 // that capacity is at least Demand, over the bootstrap; nil where only a bound is known
}

// Headroom is how far capacity goes beyond demand: over time, at the run's worst
// instant by what was ready then, and against the peak by what the service can
// grow to.
type Headroom struct {
	Margin           // what is asked about: Grown where the scenario names a peak, else Ready; Demand is the peak's in either case
	Ready    Margin  // by what was ready at the worst instant, against the demand then
	Grown    Margin  // by the lowest layer, against the peak
	Start    *Margin // by what production has ready at air time, against the peak; nil where it is not given
	WorstAt  *time.Duration
	Hidden   *Hidden  // where it may have been worse than at WorstAt; nil: nowhere
	NoLow    string   // why Ready is known from above only though all was seen, in words; empty where it is not so
	Deficit  *float64 // requests that demand asked beyond capacity
	Sentence string
	Series   []Moment // one a second
}

// Hidden is a stretch in which what was ready is not known, or which the run did
// not come to, so that capacity may have stood lower over demand than where it was
// seen lowest.
type Hidden struct {
	Span
	Demand float64 // the most that was asked in it, req/s
}

// Moment is one second of the headroom picture. Capacities, in req/s, are nil
// where unknown.
type Moment struct {
	At             time.Duration
	Demand         float64
	Rehearsed      bool     // within a spot, where the run has any
	Low, Mid, High *float64 // what the ready units sustain, within what was seen to bind behind them
}
