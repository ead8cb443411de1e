package scenario

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/simulation"
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
	Steps       []traffic.Step // of Requests, same order; of a question with a file's traffic that file's
	Feed        *load.Feed     // nil: none, and in a stored scenario
	Late        Late
	Objectives  []capacity.Objective
	Abort       []Guard
	Observe     []Observe                      // as written; Fleets adds the lab's own
	Production  map[string]capacity.Production // by fleet name
	Places      map[string]Place               // of production's fleets, by the rehearsed one's name; without an entry: not stated
	UnitCost    map[string]float64             // of one unit for an hour, by fleet name; nil: not stated
	Viewers     *simulation.Queue              // how they wait in a forecast; nil: not stated
	Layers      []capacity.Layer
	Headroom    capacity.Required
	Caps        load.Caps
	Lab         *world.Config

	Resolved []byte   // the file after --set, complete in itself: what the run directory stores
	Secrets  []string // values that came from the environment where secrets may stand; Mask replaces them

	assumed []string          // of a question: what it leaves out and what of it is not taken, a sentence each
	masker  *strings.Replacer // nil: nothing to mask
}

// Target is what receives the traffic.
type Target struct {
	URL        *url.URL // nil also where a stored scenario's URL holds a variable
	AllowHosts []string
	UnitHeader string // of responses, that names the unit that answered; empty: none does
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
	Replay   bool          // Base is recorded counts
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
	Spreads Spreads // of which Spot has the medians
	Span    capacity.Span
}

// Observe is one thing to watch: a fleet, what bounds or fronts one, or a series
// that somebody else measures.
type Observe struct {
	Kind            string  // capacity.HPA, capacity.ASG, or one of the kinds below
	Namespace, Name string  // hpa: namespace/name; asg, elb: name; quota: its code; cloudwatch, prometheus: name of the series
	Context         string  // hpa: kube context other than the current one
	Region          string  // of AWS
	Coverage        float64 // least share of the spots in which it must be seen for a pass, 0 to 1; default 0.9

	Fleet   string  // quota: the fleet it bounds, as Source names it
	Service string  // quota: of AWS, such as "ec2"
	PerUnit float64 // quota: of one unit of Fleet; 0: as the type of its instances tells

	Metric Metric      // cloudwatch
	URL    *url.URL    // prometheus: of the server
	Header http.Header // prometheus
	Query  string      // prometheus, in PromQL: one series
	Unit   string      // cloudwatch, prometheus: one of Units
	Panel  string      // the same: one of Panels
}

// Kinds of what is watched besides fleets.
const (
	ELB        = "elb"        // a target group and the load balancers before it
	Quota      = "quota"      // a service quota that bounds a fleet
	CloudWatch = "cloudwatch" // one metric
	Prometheus = "prometheus" // one query
)

// Metric is one of CloudWatch.
type Metric struct {
	Namespace, Name string
	Dimensions      map[string]string
	Statistic       string        // such as Sum, Average, p99
	Period          time.Duration // default 60s
}

// Units that a series may be in, as reports write them.
var Units = []string{"req/s", "s", "ratio", "bytes", "count"}

// Panels of the timeline that a series may be drawn in; without one it has its
// own.
var Panels = []string{"load", "response", "units", "errors"}

// Source is what is watched as readings name it: "hpa/default/web",
// "asg/web-prod", "elb/web", "quota/L-1216C47A". Series have the source of whom
// they are asked, all in one call: "cloudwatch/ap-northeast-1",
// "prometheus/prom.example:9090"; the name of their readings is the series'.
func (o Observe) Source() string {
	switch o.Kind {
	case capacity.HPA:
		return "hpa/" + o.Namespace + "/" + o.Name
	case CloudWatch:
		return "cloudwatch/" + cmp.Or(o.Region, "here")
	case Prometheus:
		return "prometheus/" + o.URL.Host
	}
	return o.Kind + "/" + o.Name
}

// IsFleet reports whether what is watched scales.
func (o Observe) IsFleet() bool { return o.Kind == capacity.HPA || o.Kind == capacity.ASG }

// IsSeries reports whether what is watched is a series that somebody else measures,
// asked for together with the others of its source.
func (o Observe) IsSeries() bool { return o.Kind == CloudWatch || o.Kind == Prometheus }

// Fleets returns those of Watched that scale.
func (s *Scenario) Fleets() []Observe {
	return slices.DeleteFunc(slices.Clone(s.Watched()), func(o Observe) bool { return !o.IsFleet() })
}

// Watched returns what is watched: Observe, or the lab's own fleets where that
// is empty.
func (s *Scenario) Watched() []Observe {
	if len(s.Observe) > 0 || s.Lab == nil {
		return s.Observe
	}
	var own []Observe
	if h := s.Lab.HPA; h != nil {
		own = append(own, Observe{Kind: capacity.HPA, Namespace: h.Namespace, Name: h.Name, Coverage: enough})
	}
	if g := s.Lab.Group; g != nil {
		own = append(own, Observe{Kind: capacity.ASG, Name: g.Name, Region: g.Region, Coverage: enough})
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
		UnitHeader: s.Target.UnitHeader,
	}
	for _, spot := range s.Traffic.Spots {
		q.Spots = append(q.Spots, spot.Span)
	}
	for _, o := range s.Watched() {
		if src := (capacity.Source{Name: o.Source(), Least: o.Coverage}); !slices.Contains(q.Sources, src) {
			q.Sources = append(q.Sources, src)
		}
	}
	for _, o := range s.Fleets() {
		fleet := capacity.Fleet{Name: o.Source(), Kind: o.Kind, Quotas: s.quotasOf(o.Source())}
		if p, ok := s.Production[fleet.Name]; ok {
			fleet.Production = &p
		}
		q.Fleets = append(q.Fleets, fleet)
	}
	return q
}

// quotasOf are the sources of the quotas that bound a fleet.
func (s *Scenario) quotasOf(fleet string) []string {
	var sources []string
	for _, o := range s.Watched() {
		if o.Kind == Quota && o.Fleet == fleet {
			sources = append(sources, o.Source())
		}
	}
	return sources
}

// enough is the coverage that is asked where the scenario asks for none.
const enough = 0.9
