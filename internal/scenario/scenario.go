package scenario

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Scenario is one checked scenario file.
type Scenario struct {
	Name        string
	Zone        *time.Location // default UTC
	Target      Target         // Target.URL is nil where lab is set and no url is given
	Connections Connections
	Traffic     Traffic
	Requests    []load.Request
	Steps       []traffic.Step // of Requests, same order
	Feed        *load.Feed     // nil: none, and in a stored scenario
	Late        Late
	Objectives  []capacity.Objective
	Abort       []Guard
	Observe     []Observe                      // as written; Fleets adds the lab's own
	Production  map[string]capacity.Production // by fleet name
	Layers      []capacity.Layer
	Headroom    capacity.Required
	Caps        load.Caps
	Lab         *world.Config

	Resolved []byte   // the file after --set, complete in itself: what the run directory stores
	Secrets  []string // values that came from the environment where secrets may stand; Mask replaces them

	masker *strings.Replacer // nil: nothing to mask
}

// Target is what receives the traffic.
type Target struct {
	URL        *url.URL // nil also where a stored scenario's URL holds a variable
	AllowHosts []string
	Header     http.Header
	Timeout    time.Duration // default 10s
}

// Connections says how requests share connections.
type Connections struct {
	New     float64       // share of requests on a fresh connection, 0 to 1; default 0.8
	Resolve time.Duration // how old the addresses of a name may become; default 5 s
}

// Late says what becomes of arrivals that cannot be sent when they are due.
type Late struct {
	DropAfter time.Duration // they are dropped when this late; default 250 ms
	CatchUp   bool          // they are sent however late, instead
}

// Guard is a condition that ends a run: it fires when it held in every second
// for so long. One of Errors, Quantile and InFlight is set.
type Guard struct {
	Name     string        // as written, such as "errors >= 50% for 20s"
	Errors   float64       // at least this share of requests failed
	Quantile float64       // at this quantile,
	Limit    time.Duration // response time was longer than this
	InFlight int           // at least so many requests were unanswered
	For      time.Duration // whole seconds
}

// Traffic is the planned load.
type Traffic struct {
	Baseline float64       // 1x in req/s: that many visits, each with all its requests; 0 where there is none
	Base     traffic.Curve // visits/s without spots
	Spots    []Spot
	Visits   traffic.Curve // visits/s, base and spots
	Curve    traffic.Curve // req/s: what all visits ask for
	Poisson  bool
	Seed     uint64 // of all that is random
}

// Spot is a named spot with its span of influence: from its start until its
// extra traffic has fallen below 5 % of its maximum, or the end of the run.
type Spot struct {
	Name string
	traffic.Spot
	Span capacity.Span
}

// Observe is one fleet to watch.
type Observe struct {
	Kind            string // capacity.HPA or capacity.ASG
	Namespace, Name string // hpa: namespace/name; asg: name
	Context         string // hpa: kube context other than the current one
	Region          string // asg
}

// Source is the fleet's name in readings: "hpa/default/web", "asg/web-prod".
func (o Observe) Source() string {
	if o.Kind == capacity.HPA {
		return "hpa/" + o.Namespace + "/" + o.Name
	}
	return "asg/" + o.Name
}

// Fleets returns what is watched: Observe, or the lab's own fleets where that
// is empty.
func (s *Scenario) Fleets() []Observe {
	if len(s.Observe) > 0 || s.Lab == nil {
		return s.Observe
	}
	var own []Observe
	if h := s.Lab.HPA; h != nil {
		own = append(own, Observe{Kind: capacity.HPA, Namespace: h.Namespace, Name: h.Name})
	}
	if g := s.Lab.Group; g != nil {
		own = append(own, Observe{Kind: capacity.ASG, Name: g.Name, Region: g.Region})
	}
	return own
}

// Plan is all that decides the arrivals of a run of s.
func (s *Scenario) Plan() traffic.Plan {
	return traffic.Plan{Visits: s.Traffic.Visits, Steps: s.Steps, Poisson: s.Traffic.Poisson, Seed: s.Traffic.Seed}
}

// Visitors returns how many visits take a row of the feed, counted no further
// than one more than it has.
func (s *Scenario) Visitors() uint64 {
	if s.Feed == nil {
		return 0
	}
	return s.Plan().CountVisits(uint64(len(s.Feed.Rows)) + 1)
}

// Question is what a run of s asks package capacity.
func (s *Scenario) Question() capacity.Question {
	q := capacity.Question{
		Zone:       s.Zone,
		Demand:     s.Traffic.Curve,
		Baseline:   s.Traffic.Baseline,
		Objectives: s.Objectives,
		Layers:     s.Layers,
		Required:   s.Headroom,
	}
	for _, spot := range s.Traffic.Spots {
		q.Spots = append(q.Spots, spot.Span)
	}
	for _, o := range s.Fleets() {
		fleet := capacity.Fleet{Name: o.Source(), Kind: o.Kind}
		if p, ok := s.Production[fleet.Name]; ok {
			fleet.Production = &p
		}
		q.Fleets = append(q.Fleets, fleet)
	}
	return q
}
