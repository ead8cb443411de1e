package forecast

import (
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// Model is a service as a rehearsal showed it.
type Model struct {
	Service simulation.Service // without Waves and Spots: those are a Demand's
	Fleets  []Fleet            // what else is known of Service's fleets, in their order
	Assumed []string           // what the rehearsal does not tell, a sentence each with what is taken instead
	Replay  Replay
}

// Fleet is what is known of a fleet of the model besides what is simulated.
type Fleet struct {
	Name     string // as readings name it
	Kind     string // capacity.HPA or capacity.ASG
	Min, Max *int   // without a plan: production's where it is stated, else the run's; nil: not known, such as a production's that is stated without it
	Start    int    // units ready on an ordinary evening: production's where stated, else the run's first
	// How long it took: from a pod created, or an instance launched, to ready; from
	// ready to serving behind the load balancer; from wanting a node for pods to having
	// it. Empty: nobody measured it.
	Pod, Balancer, Node []time.Duration
	Nodes               *NodeGroup            // that its pods stand on; nil: none is known
	Metrics             []string              // that scale it, as readings name them, in the order of the service's metrics or policies; nil: by their kind
	Scheduled           []autoscale.Scheduled // actions of its group still to come, as last told
	OwnUnit             bool                  // what units use is in the resource's own unit, such as cores, to which an HPA holds an averageValue: no share of what they request
	AtLeast             bool                  // only a lower bound of what a unit sustains is known: the model takes it
}

// NodeGroup is the group whose instances a fleet's pods stand on.
type NodeGroup struct {
	Name            string
	Min, Max        *int
	PodsPerInstance int
	Counted         bool                  // how many there are on an ordinary evening is not known: as many are taken as the pods there need
	Scheduled       []autoscale.Scheduled // as a Fleet's
}

// Replay is the rehearsal played by the model that was made from it.
type Replay struct {
	Runs  int
	Units []UnitsError // of each fleet, in the model's order
	// Measured is the rehearsal's scale lag, Simulated the median of the runs'; nil
	// where capacity never fell short, or never recovered.
	Measured, Simulated *time.Duration
	// LagError is the median over the runs of |simulated / measured - 1|; nil where
	// there is no measured lag to hold them against, and NoLag says why.
	LagError *float64
	NoLag    string
	// Apart says, in words, that only one of the two recovered, or fell short: the
	// model is not trusted then, and LagError is nil. Else it is empty.
	Apart string
	// Unseen says, in words, that too little was seen of the rehearsal's units: without
	// a LagError the model is not trusted then. Else it is empty.
	Unseen string
	// Restless says, in words, that the model scales out although nobody asks anything
	// of it, which the service did not do before the rehearsal: it is not trusted then.
	// Else it is empty.
	Restless string
}

// UnitsError is how far a fleet's simulated ready units were from the measured
// ones.
type UnitsError struct {
	Fleet string
	// Mean is |simulated - measured| / measured, over runs and those seconds in which
	// either stood off what was measured first; nil where there was none: nothing was
	// compared then.
	Mean                *float64
	Worst               int   // units, in any second of the median run
	Measured, Simulated []int // ready units in each second; Simulated of the median run; -1: not known
}

// MaxLagError is the median error on scale lag above which a model is not asked
// anything.
const MaxLagError = 0.25
