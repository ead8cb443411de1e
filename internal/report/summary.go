package report

import (
	"encoding/json"
	"io"
	"math"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// Schema is the version of summary.json.
const Schema = 1

// Summary is summary.json: times are seconds, rates per second, ratios plain
// numbers; a null is unknown.
type Summary struct {
	Schema    int       `json:"schema"`
	Scenario  string    `json:"scenario"`
	Run       string    `json:"run"`
	Started   time.Time `json:"started"`
	Verdict   string    `json:"verdict"` // pass | fail | invalid | aborted
	Reasons   []string  `json:"reasons"`
	Warnings  []string  `json:"warnings"`
	Load      Load      `json:"load"`
	Generator Generator `json:"generator"`

	Objectives []Objective `json:"objectives"`
	Fleets     []Fleet     `json:"fleets"`

	ScaleLag       *float64 `json:"scale_lag"`
	RecoveredAfter *float64 `json:"recovered_after"`

	Layers   []Layer   `json:"layers"`
	Binding  *string   `json:"binding"`
	Headroom Headroom  `json:"headroom"`
	Plan     *struct{} `json:"plan"` // null: not made
}

// Load is what was sent and what became of it.
type Load struct {
	Planned   int64            `json:"planned"`
	Sent      int64            `json:"sent"`
	Late      int64            `json:"late"`
	Dropped   int64            `json:"dropped"`
	Succeeded int64            `json:"succeeded"`
	Failed    int64            `json:"failed"`
	PeakRate  float64          `json:"peak_rate"`
	Lag       Quantiles        `json:"lag"`
	Service   Quantiles        `json:"service"`
	Response  Quantiles        `json:"response"`
	Errors    map[string]int64 `json:"errors"`

	ErrorSamples map[string]string `json:"error_samples"` // how the first request of a class failed
	Addresses    []Address         `json:"addresses"`     // most requests first
}

// Address is one that the target's name led to, or that requests went to. First
// and Last are the seconds between which it had requests.
type Address struct {
	Address  string   `json:"address"`
	Requests int64    `json:"requests"`
	First    *float64 `json:"first"`
	Last     *float64 `json:"last"`
}

// Quantiles of a length of time, in seconds.
type Quantiles struct {
	P50 *float64 `json:"p50"`
	P90 *float64 `json:"p90"`
	P99 *float64 `json:"p99"`
	Max *float64 `json:"max"`
}

// Generator is onair's own health: the most of the run.
type Generator struct {
	CPUMax             *float64 `json:"cpu_max"` // ratio
	RSSMaxBytes        *float64 `json:"rss_max_bytes"`
	OpenConnectionsMax *float64 `json:"open_connections_max"`
	Delivered          bool     `json:"delivered"`
	Cause              *string  `json:"cause"` // of what was not delivered; null where all was

	MachineCPUMax   *float64 `json:"machine_cpu_max"`   // ratio
	CPUThrottledMax *float64 `json:"cpu_throttled_max"` // ratio
	OpenFilesMax    *float64 `json:"open_files_max"`
	OpenFilesLimit  *float64 `json:"open_files_limit"`
	PortsMax        *float64 `json:"ports_max"`
	PortsLimit      *float64 `json:"ports_limit"`
	InFlightMax     *float64 `json:"in_flight_max"`
	InFlightCap     *float64 `json:"in_flight_cap"`
	GCPauseMax      *float64 `json:"gc_pause_max"` // seconds of one second
	GoroutinesMax   *float64 `json:"goroutines_max"`
}

// Objective is an objective with what became of it. Limit and Worst are
// seconds of response time, or an error ratio.
type Objective struct {
	Name    string   `json:"name"`
	Verdict string   `json:"verdict"` // held | failed | undecided
	Limit   float64  `json:"limit"`
	Worst   *float64 `json:"worst"`
	WorstAt *float64 `json:"worst_at"`
}

// Fleet is what was learnt of a fleet.
type Fleet struct {
	Name       string    `json:"name"`
	Kind       string    `json:"kind"` // hpa | asg
	Min        *int      `json:"min"`
	Max        *int      `json:"max"`
	ReadyStart *int      `json:"ready_start"`
	ReadyMax   *int      `json:"ready_max"`
	DesiredMax *int      `json:"desired_max"`
	PerUnit    PerUnit   `json:"per_unit"`
	USL        *struct{} `json:"usl"` // null: not fitted
	Stages     []Stage   `json:"stages"`
}

// PerUnit is what one unit sustains.
type PerUnit struct {
	Low        *float64 `json:"low"`
	High       *float64 `json:"high"`
	Saturation *float64 `json:"saturation"`
}

// Stage is one step of scaling, over units.
type Stage struct {
	Stage string  `json:"stage"`
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	Max   float64 `json:"max"`
	Units int     `json:"units"`
}

// Layer is anything with a capacity of its own.
type Layer struct {
	Name   string   `json:"name"`
	Rate   *float64 `json:"rate"`
	Source string   `json:"source"`
}

// Headroom is capacity over demand less one.
type Headroom struct {
	DemandPeak      float64  `json:"demand_peak"`
	Low             *float64 `json:"low"`
	Mid             *float64 `json:"mid"`
	High            *float64 `json:"high"`
	Probability     *float64 `json:"probability"`
	WorstAt         *float64 `json:"worst_at"`
	DeficitRequests *float64 `json:"deficit_requests"`
}

// Summary returns the report as summary.json has it.
func (r *Report) Summary() Summary {
	res := r.Result
	s := Summary{
		Schema:         Schema,
		Scenario:       r.name(),
		Run:            r.Manifest.Run,
		Started:        r.started().UTC(),
		Verdict:        res.Verdict,
		Reasons:        append([]string{}, res.Reasons...),
		Warnings:       append([]string{}, res.Warnings...),
		Load:           summaryLoad(res.Load),
		Generator:      summaryGenerator(res.Generator),
		Objectives:     []Objective{},
		Fleets:         []Fleet{},
		Layers:         []Layer{},
		ScaleLag:       inSeconds(res.ScaleLag),
		RecoveredAfter: inSeconds(res.Recovered),
		Headroom:       summaryHeadroom(res.Headroom),
	}
	for _, o := range res.Objectives {
		s.Objectives = append(s.Objectives, summaryObjective(o))
	}
	for _, f := range res.Fleets {
		s.Fleets = append(s.Fleets, summaryFleet(f))
	}
	for _, l := range res.Layers {
		s.Layers = append(s.Layers, Layer{Name: l.Name, Rate: finite(&l.Rate), Source: l.Source})
	}
	if res.Binding != nil {
		s.Binding = &res.Binding.Name
	}
	return s
}

func summaryLoad(l capacity.Load) Load {
	out := Load{
		Planned: l.Planned, Sent: l.Sent, Late: l.Late, Dropped: l.Dropped, Succeeded: l.Succeeded, Failed: l.Failed,
		PeakRate: l.PeakRate,
		Lag:      summaryQuantiles(l.Lag),
		Service:  summaryQuantiles(l.Service),
		Response: summaryQuantiles(l.Response),
		Errors:   l.Errors, ErrorSamples: l.Samples, Addresses: []Address{},
	}
	if out.Errors == nil {
		out.Errors = map[string]int64{}
	}
	if out.ErrorSamples == nil {
		out.ErrorSamples = map[string]string{}
	}
	for _, a := range l.Addresses {
		out.Addresses = append(out.Addresses, Address{a.Address, a.Requests, inSeconds(a.First), inSeconds(a.Last)})
	}
	return out
}

func summaryGenerator(g capacity.Generator) Generator {
	out := Generator{
		CPUMax: finite(g.CPUMax), RSSMaxBytes: finite(g.RSSMax), OpenConnectionsMax: finite(g.OpenConnectionsMax),
		Delivered:     g.Delivered,
		MachineCPUMax: finite(g.MachineCPUMax), CPUThrottledMax: finite(g.CPUThrottledMax),
		OpenFilesMax: finite(g.OpenFilesMax), OpenFilesLimit: finite(g.OpenFilesLimit),
		PortsMax: finite(g.PortsMax), PortsLimit: finite(g.PortsLimit),
		InFlightMax: finite(g.InFlightMax), InFlightCap: finite(g.InFlightCap),
		GCPauseMax: inSeconds(g.GCPauseMax), GoroutinesMax: finite(g.GoroutinesMax),
	}
	if g.Cause != "" {
		out.Cause = &g.Cause
	}
	return out
}

func summaryQuantiles(q capacity.Quantiles) Quantiles {
	return Quantiles{inSeconds(q.P50), inSeconds(q.P90), inSeconds(q.P99), inSeconds(q.Max)}
}

func summaryObjective(o capacity.Judged) Objective {
	return Objective{
		Name: o.Name, Verdict: o.Verdict, Limit: limitOf(o.Objective),
		Worst: finite(o.Worst), WorstAt: inSeconds(o.WorstAt),
	}
}

// limitOf is the objective's limit in seconds, or as an error ratio.
func limitOf(o capacity.Objective) float64 {
	if o.Quantile > 0 {
		return o.Limit.Seconds()
	}
	return o.Errors
}

func summaryFleet(f capacity.FleetResult) Fleet {
	out := Fleet{
		Name: f.Name, Kind: f.Kind, Min: f.Min, Max: f.Max,
		ReadyStart: f.ReadyStart, ReadyMax: f.ReadyMax, DesiredMax: f.DesiredMax,
		PerUnit: PerUnit{finite(f.PerUnit.Low), finite(f.PerUnit.High), finite(f.PerUnit.Saturation)},
		Stages:  []Stage{},
	}
	for _, s := range f.Stages {
		out.Stages = append(out.Stages, Stage{s.Name, s.P50.Seconds(), s.P90.Seconds(), s.Max.Seconds(), s.Units})
	}
	return out
}

func summaryHeadroom(h capacity.Headroom) Headroom {
	return Headroom{
		DemandPeak: h.Demand, Low: finite(h.Low), Mid: finite(h.Mid), High: finite(h.High),
		WorstAt: inSeconds(h.WorstAt), DeficitRequests: finite(h.Deficit),
	}
}

func inSeconds(d *time.Duration) *float64 {
	if d == nil {
		return nil
	}
	s := d.Round(time.Microsecond).Seconds()
	return &s
}

// finite passes on what JSON can write; a quotient by nothing is unknown.
func finite(x *float64) *float64 {
	if x == nil || math.IsNaN(*x) || math.IsInf(*x, 0) {
		return nil
	}
	return x
}

// JSON writes summary.json.
func (r *Report) JSON(w io.Writer) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(r.Summary())
}

func (r *Report) name() string {
	if r.Scenario.Name != "" {
		return r.Scenario.Name
	}
	return r.Manifest.Scenario
}
