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
	Coverage   []Coverage  `json:"coverage"`

	ShortfallAt    *float64 `json:"shortfall_at"` // null: none, or not known
	ScaleLag       *float64 `json:"scale_lag"`
	RecoveredAfter *float64 `json:"recovered_after"`
	CriticalPath   []Owned  `json:"critical_path"` // without holes; empty without a shortfall

	Layers   []Layer  `json:"layers"`
	Binding  *string  `json:"binding"`
	Headroom Headroom `json:"headroom"`

	Plan        *PlanSummary `json:"plan"`         // null: not made
	PlanRefused *string      `json:"plan_refused"` // why not; null also where nothing is to air

	Spread            *Spread     `json:"spread"`              // null: answers name no units, or too rarely while these stood still
	LittlesLaw        *LittlesLaw `json:"littles_law"`         // null: no stretch was steady enough to tell
	LittlesLawRefused *string     `json:"littles_law_refused"` // why not
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
// seconds of response time, or an error ratio; the counts are null where no window
// was judged.
type Objective struct {
	Name    string   `json:"name"`
	Verdict string   `json:"verdict"` // held | failed | undecided
	Limit   float64  `json:"limit"`
	Worst   *float64 `json:"worst"`
	WorstAt *float64 `json:"worst_at"`

	WorstTotal    *int64 `json:"worst_total"` // requests of the worst window
	WorstOver     *int64 `json:"worst_over"`  // of these broke the condition
	WorstHeldBack *int64 `json:"worst_held_back"`
	WorstFailed   *int64 `json:"worst_failed"`

	BusiestWindows *int   `json:"busiest_windows"` // those of the highest load
	BusiestTotal   *int64 `json:"busiest_total"`
	BusiestOver    *int64 `json:"busiest_over"`

	FirstAt *float64 `json:"first_at"` // null: not broken, or not known
	Broken  *float64 `json:"broken"`   // seconds in all
	Proven  *float64 `json:"proven"`   // seconds of broken in which the load was delivered
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
		Coverage:       summaryCoverage(res.Coverage),
		Layers:         []Layer{},
		ShortfallAt:    inSeconds(res.Shortfall),
		ScaleLag:       inSeconds(res.ScaleLag),
		RecoveredAfter: inSeconds(res.Recovered),
		CriticalPath:   summaryPath(res.Path),
		Headroom:       summaryHeadroom(res.Headroom, r.Scenario.Headroom, r.baseline()),
		Spread:         summarySpread(res.Spread),
		LittlesLaw:     summaryLittle(res.Little),
	}
	if r.Plan != nil {
		plan := r.Plan.Summary()
		s.Plan = &plan
	}
	s.PlanRefused = stated(r.NoPlan)
	if res.Little == nil {
		s.LittlesLawRefused = stated(res.NoLittle)
	}
	for _, o := range res.Objectives {
		s.Objectives = append(s.Objectives, summaryObjective(o))
	}
	for _, f := range res.Fleets {
		s.Fleets = append(s.Fleets, summaryFleet(f))
	}
	for _, l := range res.Layers {
		s.Layers = append(s.Layers, summaryLayer(l))
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
	return Generator{
		CPUMax: finite(g.CPUMax), RSSMaxBytes: finite(g.RSSMax), OpenConnectionsMax: finite(g.OpenConnectionsMax),
		Delivered: g.Delivered, Cause: stated(g.Cause),
		MachineCPUMax: finite(g.MachineCPUMax), CPUThrottledMax: finite(g.CPUThrottledMax),
		OpenFilesMax: finite(g.OpenFilesMax), OpenFilesLimit: finite(g.OpenFilesLimit),
		PortsMax: finite(g.PortsMax), PortsLimit: finite(g.PortsLimit),
		InFlightMax: finite(g.InFlightMax), InFlightCap: finite(g.InFlightCap),
		GCPauseMax: inSeconds(g.GCPauseMax), GoroutinesMax: finite(g.GoroutinesMax),
	}
}

func summaryQuantiles(q capacity.Quantiles) Quantiles {
	return Quantiles{inSeconds(q.P50), inSeconds(q.P90), inSeconds(q.P99), inSeconds(q.Max)}
}

func summaryObjective(o capacity.Judged) Objective {
	out := Objective{
		Name: o.Name, Verdict: o.Verdict, Limit: limitOf(o.Objective),
		Worst: finite(o.Worst), WorstAt: inSeconds(o.WorstAt), FirstAt: inSeconds(o.First),
	}
	if w, ok := o.WorstWindow(); ok {
		b := o.Busiest
		out.WorstTotal, out.WorstOver, out.WorstHeldBack, out.WorstFailed = &w.Total, &w.Over, &w.HeldBack, &w.Failed
		out.BusiestWindows, out.BusiestTotal, out.BusiestOver = &b.Windows, &b.Total, &b.Over
	}
	if o.Verdict != capacity.Undecided {
		out.Broken, out.Proven = inSeconds(&o.Broken), inSeconds(&o.Proven)
	}
	return out
}

// LittlesLaw holds what was in flight against rate times service time, which
// are the same wherever both were counted right.
type LittlesLaw struct {
	InFlight *float64 `json:"in_flight"`
	Product  *float64 `json:"product"`
	Off      *float64 `json:"off"` // ratio of in_flight
	Windows  int      `json:"windows"`
}

func summaryLittle(l *capacity.Little) *LittlesLaw {
	if l == nil {
		return nil
	}
	return &LittlesLaw{finite(&l.InFlight), finite(&l.Product), finite(&l.Off), l.Windows}
}

// limitOf is the objective's limit in seconds, or as an error ratio.
func limitOf(o capacity.Objective) float64 {
	if o.Quantile > 0 {
		return o.Limit.Seconds()
	}
	return o.Errors
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
	return indented(w, r.Summary())
}

// indented writes a document for machines, in which people can find their way too.
func indented(w io.Writer, document any) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(document)
}

// counted is a count that is at least one where it is known.
func counted(n int) *int {
	if n <= 0 {
		return nil
	}
	return &n
}

// stated is a text that is not empty where there is one.
func stated(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (r *Report) name() string {
	if r.Scenario.Name != "" {
		return r.Scenario.Name
	}
	return r.Manifest.Scenario
}
