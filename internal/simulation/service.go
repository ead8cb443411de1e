package simulation

import (
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Service is what is simulated: a demand, and fleets that all requests pass, so
// that the one that carries least is what the service carries.
//
// What was measured together is uncertain together. So each run draws one number, and
// that chooses from every fleet's PerUnit and Laws and from Ceilings: of lists of one
// length the same place, which is for the callers to make one replicate's.
type Service struct {
	Waves   []Wave // demand is their sum, and a run is as long as the longest
	Fleets  []Fleet
	Ceiling float64 // req/s of what no scaling helps, such as a database; 0: none
	// Ceilings says how uncertain Ceiling is: each run takes one of these in its place.
	// Empty: Ceiling it is.
	Ceilings []float64
	Queue    *Queue // nil: what exceeds capacity within a second is unserved
	// Spots are what shortfall and scale lag are told of: of the first stretch with a
	// shortfall, where those that overlap or touch are one stretch. Empty: the whole run
	// is one spot.
	Spots []Span
}

// Wave is a part of the demand.
type Wave struct {
	Requests []float64 // in each second from the beginning
	// Forms says how uncertain its shape is: each run draws one of them in place of
	// Requests. Empty: Requests it is.
	Forms [][]float64
	// Times says how uncertain the wave is: each run draws one of these and
	// multiplies Requests by it. Empty: 1.
	Times []float64
}

// certain says whether a wave is the same in every run.
func (w Wave) certain() bool { return len(w.Times) == 0 && len(w.Forms) == 0 }

// seconds is how long the longest form of a wave is.
func (w Wave) seconds() int {
	longest := len(w.Requests)
	for _, form := range w.Forms {
		longest = max(longest, len(form))
	}
	return longest
}

// Requests returns how many requests a curve asks for in each second of its
// duration; a last second that is not whole holds what there is of it.
func Requests(c traffic.Curve) []float64 {
	n := int((c.Duration() + time.Second - 1) / time.Second)
	all := make([]float64, n)
	for i := range all {
		at := time.Duration(i) * time.Second
		all[i] = c.Arrivals(at+time.Second) - c.Arrivals(at)
	}
	return all
}

// Span is the time from one offset until before another.
type Span struct{ From, To time.Duration }

// Fleet is units that are alike. It is scaled by an HPA (Pods), by policies of
// its own (Group), or stands still where both are nil.
type Fleet struct {
	Name  string
	Start int // units that are ready at the beginning, and desired
	// PerUnit is what one unit alone carries; each run takes one of these.
	PerUnit []Rate
	// Contention and Coherence say how units slow each other down: n of them
	// carry n / (1 + a (n-1) + b n (n-1)) times what one does (Gunther's
	// Universal Scalability Law). 0: not at all.
	Contention, Coherence float64
	// Laws says how uncertain that is: each run takes one of these in its place. Empty:
	// Contention and Coherence it is.
	Laws []Law
	CPU  CPU

	Pods   *Pods
	Group  *Group
	Orders []Order // scheduled changes of Pods' or Group's limits
	Losses []Loss
}

// Loss is units that go at an instant without a word, such as a zone's. Where pods
// stand on nodes, as great a share of these goes with what stands on them. What
// scales the fleet starts others once the loss is noticed; a fleet that nothing scales
// stays so.
//
//	At                        At + Replaced
//	──┬─────────────────────────────┬──────────────────────> time
//	  | serve nothing, and count    | others are begun in their place
//	  | as there, and as desired    |
type Loss struct {
	At       time.Duration
	Share    float64       // of what serves or comes, spread evenly; rounded as Takes does
	Replaced time.Duration // from At until replacements are begun; 0: at once
}

// Rate is what one unit carries in requests of the entrance a second.
type Rate struct {
	Sustained  float64 // the objectives hold up to here: what is beyond is short
	Saturation float64 // served where there is always work; 0: as Sustained
}

// Law is how units slow each other down, as one of many that could be true.
type Law struct {
	Contention, Coherence float64
	Alone                 float64 // what a unit alone carries by it, as a multiple of PerUnit
}

// CPU is what a unit uses, as ratios of what it requests (of an instance: of
// all it has).
type CPU struct {
	Base    float64 // without a request
	Request float64 // by one request a second
	Limit   float64 // no more than this is used, or seen; 0: 1
}

// use is the utilisation of a unit that works on rate requests a second.
func (c CPU) use(rate float64) float64 { return min(c.Base+c.Request*rate, c.Limit) }

// Delay is the time something takes, in stages one after another, each of them
// the durations that were measured: one of each is drawn, independently. A
// stage of one duration always takes that; no stages take no time.
type Delay [][]time.Duration

// Fixed is a delay that is the same each time.
func Fixed(d time.Duration) Delay { return Delay{{d}} }

// Phase is when something periodic first happens: one of these offsets, drawn
// for each run. Empty: anywhere within the period.
type Phase []time.Duration

// Pods are the units of a workload that an HPA scales.
//
//	sync     created   Place   placed        Start         ready, serves
//	──┬─────────┬────────────────┬───────────────────────────┬────────>
//	  |at once  |   waits here where no node has room        |
type Pods struct {
	HPA     autoscale.HPA
	Metrics []Metric
	Sync    time.Duration // 0: 15 s
	Phase   Phase         // of the syncs
	Place   Delay         // created to scheduled, where a node has room
	Start   Delay         // scheduled to serving, registration in a load balancer included
	Quota   int           // pods that may exist; 0: any number
	Nodes   *Nodes        // nil: there is room for any number
}

// Nodes are the instances that pods stand on. Their number follows the pods
// that wait, as a node autoscaler makes it.
type Nodes struct {
	Start, Min, Max int // instances; Start are in service at the beginning
	PodsPerInstance int
	Boot            Delay         // launched to in service
	Scan            time.Duration // waiting pods are looked for at multiples of this; 0: 1 s, Karpenter's; cluster-autoscaler's is 10 s
	Unneeded        time.Duration // an instance without pods for so long is given back; 0: 10 min, cluster-autoscaler's
	Quota           int           // instances that may exist; 0: any number
	Orders          []Order
}

// Group is an Auto Scaling group whose instances are the units.
type Group struct {
	Min, Max int
	Boot     Delay         // launched to serving, registration included
	Warmup   time.Duration // serving to counted by the policies
	Cooldown time.Duration // after a change no policy decides for so long
	Policies []Policy      // the largest growth wins; the group shrinks where every tracking policy that may shrink it does, or there is none
	Quota    int           // instances that may exist; 0: any number
}

// Policy is a scaling policy of a group: exactly one of the two, whose alarms
// all have the same period.
type Policy struct {
	Tracking *autoscale.Tracking
	Stepped  *autoscale.Stepped
	Metric   Metric // of each data point; its Window is the alarm's period, its Phase that of the periods, its Target not used
}

// Order is a change of limits at an instant, such as a patch of an HPA or a
// group's scheduled action: what is not nil is set. An HPA obeys at its next
// sync, and Desired is then what somebody scales the workload to by hand.
type Order struct {
	At                time.Duration
	Late              []time.Duration // by which it may be later; one is drawn. Empty: not at all. (Scheduled actions run up to 2 minutes late.)
	Min, Max, Desired *int
}

// Kind is what a metric tells.
type Kind int

// The kinds of metrics.
const (
	Utilisation Kind = iota // CPU, mean over units, as CPU says
	PerUnit                 // requests a second of a unit, mean over units
	Total                   // requests a second of the whole service over the target, whatever units are ready (an external metric of type AverageValue)
	Cron                    // a count of units at certain times, as KEDA's cron trigger
	Value                   // requests a second of the whole service, of an HPA alone: ready units times it over the target (an external metric of type Value)
)

// Metric is what an autoscaler sees, at the end of a pipeline:
//
//	   |<--- Window --->|<- Delay ->|
//	───┴────────────────┴───────────┴──┬──> time
//	                 reading      seen |
//	                                  sync
type Metric struct {
	Kind   Kind
	Target float64 // ratio of a utilisation, else req/s; of no use for Cron
	// OwnUnit says of Utilisation that it is in the resource's own unit, such as cores, to which an HPA
	// holds an averageValue: else it is a share of what a unit requests, and an HPA cuts it to whole percent.
	OwnUnit bool
	// Window is what a reading is the mean of; 0: 15 s. An HPA counts a unit that
	// was not ready for all of it as not ready (Utilisation) or not measured
	// (PerUnit).
	Window time.Duration
	Every  time.Duration // from one reading to the next; 0: one just when it is asked for
	Phase  Phase         // of the readings
	Delay  time.Duration // from a reading until it can be seen
	Cron   []Shift
}

// Shift asks for a number of units from one offset until before another.
type Shift struct {
	Span
	Units int
}

// Queue is where requests wait for a unit, in front of all of them together.
type Queue struct {
	Room     float64       // requests that may wait for each ready unit of the first fleet; 0: any number
	Patience time.Duration // one that would wait longer goes away; at most this is a wait that counts as served. 0: for ever
	Retry    float64       // share of those who went away, or found no room, that come again, after
	Pause    time.Duration // whole seconds, at least 1 s
}
