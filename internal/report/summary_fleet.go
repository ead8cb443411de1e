package report

import "github.com/seed-f864f198/onair/internal/capacity"

// Fleet is what was learnt of a fleet.
type Fleet struct {
	Name        string       `json:"name"`
	Kind        string       `json:"kind"` // hpa | asg
	Min         *int         `json:"min"`
	Max         *int         `json:"max"`
	ReadyStart  *int         `json:"ready_start"`
	ReadyMax    *int         `json:"ready_max"`
	DesiredMax  *int         `json:"desired_max"`
	PerUnit     PerUnit      `json:"per_unit"`
	USL         *USL         `json:"usl"`         // null: not fitted
	USLRefused  *string      `json:"usl_refused"` // why not
	Ceiling     *Ceiling     `json:"ceiling"`     // null: none was seen
	Stages      []Stage      `json:"stages"`
	Generations *Generations `json:"generations"` // null: no autoscaler on a resource that has a limit
}

// PerUnit is what one unit sustains, and at what it saturates; low alone means at
// least, high alone at most.
type PerUnit struct {
	Low            *float64 `json:"low"`
	Mid            *float64 `json:"mid"`
	High           *float64 `json:"high"`
	Saturation     *float64 `json:"saturation"`
	SaturationLow  *float64 `json:"saturation_low"`
	SaturationHigh *float64 `json:"saturation_high"`
	Units          *int     `json:"units"` // ready units it was measured at
}

// Range is an estimate with the bounds of its 90 % interval.
type Range struct {
	Low  *float64 `json:"low"`
	Mid  *float64 `json:"mid"`
	High *float64 `json:"high"`
}

// USL is throughput by the number of units: X(N) = gamma N / (1 + alpha (N-1) +
// beta N (N-1)).
type USL struct {
	Model     string   `json:"model"` // linear | amdahl | usl
	Gamma     Range    `json:"gamma"`
	Alpha     Range    `json:"alpha"`
	Beta      Range    `json:"beta"`
	PeakUnits *Range   `json:"peak_units"` // null: no retrograde term was shown
	PeakRate  *float64 `json:"peak_rate"`
	Smallest  int      `json:"smallest"` // units measured
	Largest   int      `json:"largest"`
}

// Ceiling is a throughput that more units did not raise.
type Ceiling struct {
	Rate Range `json:"rate"`
	From int   `json:"from"` // units
	To   int   `json:"to"`
}

// Generations says how fast an autoscaler can grow that reads the utilisation
// of a resource: by growth = limit/target at most, as often as needed.
type Generations struct {
	Metric string   `json:"metric"`
	Target *float64 `json:"target"` // ratio of what is requested
	Limit  *float64 `json:"limit"`  // of what is requested
	Growth *float64 `json:"growth"`
	Needed *int     `json:"needed"`
	From   *int     `json:"from"` // units
	To     *int     `json:"to"`
}

// Stage is one step of scaling, over units.
type Stage struct {
	Stage string  `json:"stage"` // metric | decision | create | place | start | ready | in_service | serving
	P50   float64 `json:"p50"`
	P90   float64 `json:"p90"`
	Max   float64 `json:"max"`
	Units int     `json:"units"`

	Missing int `json:"missing"` // units that were created and are not counted: they never came up, or nobody knows when the stage began or ended
}

func summaryFleet(f capacity.FleetResult) Fleet {
	out := Fleet{
		Name: f.Name, Kind: f.Kind, Min: f.Min, Max: f.Max,
		ReadyStart: f.ReadyStart, ReadyMax: f.ReadyMax, DesiredMax: f.DesiredMax,
		PerUnit: summaryPerUnit(f),
		USL:     summaryUSL(f.USL), Ceiling: summaryCeiling(f.Ceiling), Generations: summaryGenerations(f.Generations),
		Stages: []Stage{},
	}
	if f.USL == nil {
		out.USLRefused = stated(f.NoUSL)
	}
	for _, s := range f.Stages {
		out.Stages = append(out.Stages, Stage{s.Name, s.P50.Seconds(), s.P90.Seconds(), s.Max.Seconds(), s.Units, s.Missing})
	}
	return out
}

// summaryPerUnit leaves of a unit that something behind its fleet held down what
// it is known to do at least.
func summaryPerUnit(f capacity.FleetResult) PerUnit {
	u := f.PerUnit
	out := PerUnit{Low: finite(u.Low), Mid: finite(u.Mid), High: finite(u.High), Units: counted(u.Units)}
	if s := u.Saturation; s != nil {
		out.SaturationLow, out.Saturation, out.SaturationHigh = finite(&s.Low), finite(&s.Mid), finite(&s.High)
	}
	if u.Held != "" {
		out.Saturation, out.SaturationHigh = nil, nil
		if f.Ceiling != nil {
			out.Mid, out.High = nil, nil
		}
	}
	return out
}

func summaryRange(r capacity.Range) Range {
	return Range{finite(&r.Low), finite(&r.Mid), finite(&r.High)}
}

func summaryUSL(u *capacity.USL) *USL {
	if u == nil {
		return nil
	}
	out := &USL{
		Model: u.Model, Gamma: summaryRange(u.Gamma), Alpha: summaryRange(u.Alpha), Beta: summaryRange(u.Beta),
		PeakRate: finite(u.PeakRate), Smallest: u.Smallest, Largest: u.Largest,
	}
	if u.PeakUnits != nil {
		peak := summaryRange(*u.PeakUnits)
		out.PeakUnits = &peak
	}
	return out
}

func summaryCeiling(c *capacity.Ceiling) *Ceiling {
	if c == nil {
		return nil
	}
	out := &Ceiling{summaryRange(c.Rate), c.From, c.To}
	if c.AtMost {
		out.Rate.Low, out.Rate.Mid = nil, nil
	}
	return out
}

func summaryGenerations(g *capacity.Generations) *Generations {
	if g == nil {
		return nil
	}
	return &Generations{g.Metric, finite(&g.Target), finite(&g.Limit), finite(&g.Growth), counted(g.Needed), counted(g.From), counted(g.To)}
}
