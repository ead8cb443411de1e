package report

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// evening is a small model of a rehearsal: a spot over a baseline, a fleet that
// follows it with a delay, one queue in front of the fleet. It is made of plain
// arithmetic, so that every rendering of it is the same everywhere.
type evening struct {
	seconds        int
	baseline, peak float64 // req/s
	airing         int     // second at which the spot starts
	start, max     int     // units
	production     int     // units that production has ready at air time; 0: not given
	delay          int     // seconds from a decision to a ready unit
	required       float64 // peak, req/s; 0: the run's own
	sustains       float64 // per unit, req/s
	saturates      float64
	fleets         int // fleets observed
	unknown        bool
	noAnswers      bool
	blind          []curtain // when the first fleet was not observed
	guard          string    // why it was aborted at its end; empty: it was not
	series         []scenario.Observe
}

var passing = evening{seconds: 240, baseline: 400, peak: 2600, required: 2600, airing: 60, start: 48, max: 60, delay: 20, sustains: 72, saturates: 80, fleets: 1}

var failing = evening{seconds: 300, baseline: 400, peak: 4000, required: 4000, airing: 60, start: 10, max: 48, production: 24, delay: 35, sustains: 72, saturates: 80, fleets: 2}

// aborted is failing until a guard ended it.
var aborted = evening{seconds: 98, baseline: 400, peak: 4000, required: 4000, airing: 60, start: 10, max: 48, production: 24, delay: 35, sustains: 72, saturates: 80, fleets: 2,
	guard: "errors reached 50% for 20 s (57% in the last second)"}

func (e evening) demandAt(t int) float64 {
	since := float64(t - e.airing - 5)
	if since < 0 {
		return e.baseline
	}
	// Both exponentials of a spot; 0.5819 is the maximum of their difference.
	shape := (math.Exp(-since/65) - math.Exp(-since/9)) / 0.6438
	return e.baseline + (e.peak-e.baseline)*shape
}

// state is the fleet as the model moves it.
type state struct {
	desired, ready int
	backlog        float64
	coming         map[int]int // units ready at a second
}

func (e evening) report() *Report {
	r := &Report{
		Path:     "reports/prime-time-20261122T125300Z",
		Manifest: rundir.Manifest{Format: 1, Tool: "onair 0.1.0", Run: "prime-time-20261122T125300Z", Scenario: "prime-time", Started: time.Date(2026, 11, 22, 12, 53, 0, 0, time.UTC)},
		Scenario: e.scenario(),
	}
	r.Timeline.Start = r.Manifest.Started
	s := state{desired: e.start, ready: e.start, coming: map[int]int{}}
	for t := range e.seconds {
		e.scale(r, &s, t)
		e.answer(r, &s, t)
	}
	if e.fleets > 1 && e.seconds > 122 {
		r.Timeline.Gaps = []timeline.Gap{{From: timeline.Offset(100 * time.Second), To: timeline.Offset(122 * time.Second), Source: "asg/web-nodes", Cause: "throttled: Rate exceeded"}}
	}
	for _, k := range e.blind {
		r.Timeline.Gaps = append(r.Timeline.Gaps, timeline.Gap{From: timeline.Offset(*after(k.from)), To: timeline.Offset(*after(k.to)), Source: fleetName(0), Cause: "forbidden"})
	}
	if e.guard != "" {
		r.Timeline.Events = []timeline.Event{{At: timeline.Offset(*after(float64(e.seconds) - 0.4)), Source: "rehearsal", Kind: timeline.GuardFired, Text: e.guard}}
	}
	for i, o := range e.series {
		e.measure(r, o, i)
	}
	e.judge(r)
	return r
}

// measure has another tell a series of the i-th kind: what goes in, in waves; two
// minutes were lost.
func (e evening) measure(r *Report, o scenario.Observe, i int) {
	step, late := 15, 0
	if o.Kind == scenario.CloudWatch {
		step, late = int(o.Metric.Period.Seconds()), 90
	}
	scale := map[string]float64{"s": 0.0002, "ratio": 0.0002, "bytes": 3e5, "count": 0.05, "req/s": 0.9}[o.Unit]
	for t := -step; t < e.seconds; t += step {
		if i%3 == 1 && t >= 120 && t < 180 {
			continue
		}
		at := timeline.Offset(time.Duration(t) * time.Second)
		value := scale * e.demandAt(t) * (1 + 0.15*math.Sin(float64(t)/20+float64(i)))
		if o.Panel == "errors" {
			value = max(0, value-1500)
		}
		r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{
			At: at + timeline.Offset(time.Duration(step+late)*time.Second), True: &at, Source: o.Source(), Name: o.Name, Value: value,
		})
	}
}

// metric is a series of CloudWatch, query one of Prometheus.
func metric(name, unit, panel, statistic string, period time.Duration) scenario.Observe {
	return scenario.Observe{Kind: scenario.CloudWatch, Name: name, Region: "ap-northeast-1", Unit: unit, Panel: panel, Metric: scenario.Metric{Statistic: statistic, Period: period}}
}

func query(name, unit, panel string) scenario.Observe {
	return scenario.Observe{Kind: scenario.Prometheus, Name: name, URL: &url.URL{Scheme: "http", Host: "prom.example:9090"}, Unit: unit, Panel: panel}
}

func (e evening) scenario() *scenario.Scenario {
	return &scenario.Scenario{
		Name: "prime-time", Zone: time.FixedZone("JST", 9*3600),
		Traffic: scenario.Traffic{
			Baseline: e.baseline,
			Spots: []scenario.Spot{{
				Name: "CM 1",
				Spot: traffic.Spot{At: time.Duration(e.airing) * time.Second, Peak: e.peak},
				Span: capacity.Span{From: time.Duration(e.airing) * time.Second, To: time.Duration(e.seconds) * time.Second},
			}},
		},
		Observe:  e.series,
		Headroom: capacity.Required{Peak: e.required, AtLeast: 0.2, Asked: true},
		Resolved: []byte("name: prime-time\nzone: Asia/Tokyo\ntarget:\n  url: https://staging.example.jp\n  headers: {Authorization: \"Bearer ${TOKEN}\"}\n"),
		Secrets:  []string{"s3cr3t-token"},
	}
}

// scale lets the autoscaler look every 15 s and makes units ready later.
func (e evening) scale(r *Report, s *state, t int) {
	s.ready += s.coming[t]
	if t%15 == 7 {
		wanted := int(math.Ceil(e.demandAt(t) / (0.6 * e.saturates)))
		wanted = min(max(wanted, s.desired), e.max, 2*s.desired)
		for i := range wanted - s.desired {
			s.coming[t+e.delay+i/4]++
		}
		s.desired = wanted
	}
	for f := range e.fleets {
		if f == 0 && e.isBlind(t) {
			continue
		}
		scale := 1 + 3*f
		at := timeline.Offset(time.Duration(t) * time.Second)
		if t == 0 {
			r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{At: at, Source: fleetName(f), Name: timeline.Max, Value: float64(e.max / scale)})
		}
		for name, units := range map[string]int{timeline.Desired: (s.desired + scale - 1) / scale, timeline.Ready: (s.ready + scale - 1) / scale} {
			r.Timeline.Readings = append(r.Timeline.Readings, timeline.Reading{At: at, Source: fleetName(f), Name: name, Value: float64(units)})
		}
	}
}

func fleetName(i int) string { return []string{"hpa/default/web", "asg/web-nodes"}[i] }

// answer serves one second of demand from the queue.
func (e evening) answer(r *Report, s *state, t int) {
	planned := math.Round(e.demandAt(t))
	second := timeline.Second{Second: t, Planned: int64(planned), Sent: int64(planned), Errors: map[string]int64{}}
	can := float64(s.ready) * e.saturates
	wait := s.backlog / can
	s.backlog = min(max(s.backlog+planned-can, 0), 2*can)
	busy := min(planned/can, 0.98)
	failed := 0.0
	if s.backlog >= 2*can {
		failed = planned - can
	}
	if e.noAnswers {
		failed = planned
	}
	second.Failed = int64(failed)
	second.Succeeded = second.Sent - second.Failed
	if second.Failed > 0 {
		second.Errors["status_503"] = second.Failed
	}
	if !e.noAnswers {
		second.Response = map[string]timeline.Histogram{"top": responses(wait, busy, t)}
		second.Service = responses(wait, busy, t)
		second.Lag.Record(300 * time.Microsecond)
	}
	r.Timeline.Seconds = append(r.Timeline.Seconds, second)
	moment := capacity.Moment{At: time.Duration(t) * time.Second, Demand: e.demandAt(t), Rehearsed: t >= e.airing}
	if !e.unknown && e.fleets > 0 && !e.isBlind(t) {
		mid, low, high := float64(s.ready)*e.sustains, float64(s.ready)*e.sustains*0.92, float64(s.ready)*e.sustains*1.07
		moment.Low, moment.Mid, moment.High = &low, &mid, &high
	}
	r.Result.Headroom.Series = append(r.Result.Headroom.Series, moment)
}

func (e evening) isBlind(t int) bool {
	return slices.ContainsFunc(e.blind, func(k curtain) bool { return float64(t) >= k.from && float64(t) < k.to })
}

// responses are exponential about 50 ms, longer where units are busy, and all
// of them wait for the backlog.
func responses(wait, busy float64, t int) timeline.Histogram {
	var h timeline.Histogram
	wobble := 1 + 0.12*math.Sin(float64(t)*1.7) + 0.06*math.Sin(float64(t)*0.61)
	for i := range 100 {
		u := (float64(i) + 0.5) / 100
		service := 0.030 - 0.022*math.Log(1-u)*wobble*(1+0.4*busy/(1.02-busy))
		h.Record(time.Duration((wait + service) * 1e9))
	}
	return h
}

// judge fills in what package capacity would have found.
func (e evening) judge(r *Report) {
	res := &r.Result
	for _, s := range r.Timeline.Seconds {
		res.Load.Planned += s.Planned
		res.Load.Sent += s.Sent
		res.Load.Succeeded += s.Succeeded
		res.Load.Failed += s.Failed
		res.Load.PeakRate = max(res.Load.PeakRate, float64(s.Planned))
	}
	if res.Load.Failed > 0 {
		res.Load.Errors = map[string]int64{"status_503": res.Load.Failed - 3, "response_timeout": 3}
		res.Load.Samples = map[string]string{
			"status_503":       `top: GET / answered 503 Service Unavailable: {"error":"all units are busy","retry_after":2}`,
			"response_timeout": "signup: POST /api/signup: no answer within 10 s",
		}
	}
	if e.fleets > 1 {
		end := float64(e.seconds - 1)
		res.Load.Addresses = []capacity.Address{
			{Address: "10.0.0.5", Requests: res.Load.Sent * 3 / 5, First: after(0), Last: after(end), Resolved: after(-1.2)},
			{Address: "10.0.0.6", Requests: res.Load.Sent - res.Load.Sent*3/5, First: after(0), Last: after(end - 20), Resolved: after(-1.2), Unresolved: after(end - 22)},
			{Address: "10.0.0.7", Resolved: after(75.3)},
		}
	}
	res.Load.Lag = capacity.Quantiles{P50: after(0.0001), P90: after(0.0004), P99: after(0.0012), Max: after(0.0081)}
	if !e.noAnswers {
		res.Load.Service = capacity.Quantiles{P50: after(0.046), P90: after(0.09), P99: after(0.2004), Max: after(1.25)}
		res.Load.Response = capacity.Quantiles{P50: after(0.048), P90: after(0.11), P99: after(0.31), Max: after(2.38)}
	}
	res.Generator = capacity.Generator{CPUMax: number(0.43), RSSMax: number(182e6), OpenConnectionsMax: number(812), Delivered: true}
	if !e.unknown {
		res.Generator = capacity.Generator{
			CPUMax: number(0.43), MachineCPUMax: number(0.612), CPUThrottledMax: number(0), RSSMax: number(182e6), OpenConnectionsMax: number(812),
			OpenFilesMax: number(830), OpenFilesLimit: number(1_048_576), PortsMax: number(2204), PortsLimit: number(28_232),
			InFlightMax: number(640), InFlightCap: number(20_000), GoroutinesMax: number(3104), GCPauseMax: after(0.0011), Delivered: true,
		}
	}
	e.judgeObjectives(res)
	e.judgeObservation(r)
	e.judgeFleets(r)
	e.judgePictures(&r.Result)
	e.judgeHeadroom(r)
}

// judgeObservation takes the gaps, which lie apart, from the length of the run and
// of the spot, which lasts to the run's end.
func (e evening) judgeObservation(r *Report) {
	for f := range e.fleets {
		c := capacity.Coverage{Source: fleetName(f), Least: 0.9}
		var blind, blindSpot float64
		for _, g := range r.Timeline.Gaps {
			if g.Source == c.Source {
				c.Gaps++
				to := min(g.To.Seconds(), float64(e.seconds))
				blind += to - g.From.Seconds()
				blindSpot += max(to-max(g.From.Seconds(), float64(e.airing)), 0)
			}
		}
		c.Run = 1 - blind/float64(e.seconds)
		if e.airing < e.seconds {
			c.Spots = number(1 - blindSpot/float64(e.seconds-e.airing))
		}
		if !e.unknown {
			calls := int64(7 + f*e.seconds/4)
			bytes := calls * 48_211
			c.Calls, c.Bytes = &calls, &bytes
		}
		r.Result.Coverage = append(r.Result.Coverage, c)
	}
}

func (e evening) judgeObjectives(res *capacity.Result) {
	p99 := capacity.Judged{Objective: capacity.Objective{Name: "p99 <= 800ms", Quantile: 0.99, Limit: 800 * time.Millisecond, Window: 10 * time.Second}, Verdict: capacity.Held, Worst: number(0.6402), WorstAt: after(82)}
	errors := capacity.Judged{Objective: capacity.Objective{Name: "errors <= 0.5%", Errors: 0.005, Window: 10 * time.Second, During: true}, Verdict: capacity.Held, Worst: number(0)}
	res.Verdict = "pass"
	switch {
	case e.noAnswers:
		p99.Verdict, p99.Worst, p99.WorstAt = capacity.Undecided, nil, nil
		errors.Verdict, errors.Worst, errors.WorstAt = capacity.Failed, number(1), after(0)
		breaks(&errors, 0, e.seconds, e.seconds)
		res.Verdict = "fail"
		res.Reasons = []string{"errors <= 0.5% was broken for 5m, worst at 21:53:00: 4,000 of 4,000 requests failed"}
	case res.Load.Failed > 0:
		p99.Verdict, p99.Worst, p99.WorstAt = capacity.Failed, number(2.3841), after(90)
		errors.Verdict, errors.Worst, errors.WorstAt = capacity.Failed, number(0.005004), after(90)
		breaks(&p99, 70, 50, 50)
		breaks(&errors, 80, 40, 30)
		res.Verdict = "fail"
		res.Reasons = []string{"p99 <= 800ms was broken for 50 s, worst at 21:54:30: 20,413 of 40,020 requests slower than 800 ms"}
		res.Warnings = []string{"asg/web-nodes was not observed between 21:54:40 and 21:55:02 (throttled: Rate exceeded): what capacity was then is not known", "the estimate of one unit was made at 10 to 14 ready units and is used for 48"}
		res.Shortfall, res.ScaleLag, res.Recovered = after(68), after(57.4), after(80)
		res.LateAnswers = "the units that closed the gap first answered 5.7 s later"
		e.path(res)
	}
	if e.guard != "" {
		res.Verdict = capacity.Aborted
		res.Reasons = []string{"aborted at 21:54:37: " + e.guard}
		res.Warnings, res.ScaleLag, res.Recovered, res.LateAnswers = nil, nil, nil, ""
		breaks(&p99, 70, 28, 28)
		breaks(&errors, 80, 18, 18)
	}
	res.Objectives = []capacity.Judged{p99, errors}
}

// breaks says from when and for how many seconds an objective was broken, and for
// how many of these the load was delivered.
func breaks(j *capacity.Judged, first, broken, proven int) {
	j.First, j.Broken, j.Proven = after(float64(first)), time.Duration(broken)*time.Second, time.Duration(proven)*time.Second
}

func (e evening) judgeFleets(r *Report) {
	res := &r.Result
	for f := range e.fleets {
		scale := 1 + 3*f
		fleet := capacity.FleetResult{
			Fleet: capacity.Fleet{Name: fleetName(f), Kind: fleetName(f)[:3]},
			Min:   whole(2), Max: whole(e.max / scale), ReadyStart: whole((e.start + scale - 1) / scale), ReadyMax: whole(most(r, fleetName(f), timeline.Ready)), DesiredMax: whole(most(r, fleetName(f), timeline.Desired)),
		}
		switch {
		case f > 0:
		case e.unknown:
			fleet.PerUnit.Said = fleetName(f) + ": no stretch of steady units tells what one unit sustains"
		default:
			fleet.PerUnit = capacity.PerUnit{Draws: e.draws(), Low: number(e.sustains * 0.92), Mid: number(e.sustains), High: number(e.sustains * 1.07), Saturation: &capacity.Range{Low: e.saturates * 0.96, Mid: e.saturates, High: e.saturates * 1.04}, Units: e.start, Said: fmt.Sprintf("%s: one unit sustains %s (%s to %s), measured at %d units", fleetName(f), figure.Rate(e.sustains), figure.Rate(e.sustains*0.92), figure.Rate(e.sustains*1.07), e.start)}
			e.judgeScaling(&fleet)
		}
		res.Fleets = append(res.Fleets, fleet)
	}
	e.judgeLayers(res)
	e.judgeSpread(res)
	res.Little = &capacity.Little{InFlight: 52.1, Product: 51.4, Off: (52.1 - 51.4) / 52.1, Windows: 9}
}

// judgeSpread says how evenly units answered, where the evening has more than one
// fleet: a unit that came took long until it had its share.
func (e evening) judgeSpread(res *capacity.Result) {
	if e.fleets < 2 || *res.Fleets[0].ReadyMax == e.start {
		return
	}
	share := func(from, to float64, unit string, answers int64, even float64) capacity.UnitShare {
		return capacity.UnitShare{Span: capacity.Span{From: *after(from), To: *after(to)}, Unit: unit, Answers: answers, Even: even}
	}
	busiest, least := share(40, 50, "web-7d9f-2xk8p", 461, 400), share(80, 90, "web-7d9f-q6w2z", 31, 402.5)
	res.Spread = &capacity.Spread{
		Fleet: fleetName(0), Windows: 7, Answers: 121_034, Busiest: &busiest, Least: &least,
		Skewed: []capacity.UnitShare{share(75, 110, "web-7d9f-q6w2z", 322, 1410.25), share(75, 110, "", 0, 1410.25)},
	}
	res.Fleets[0].Stages = append(res.Fleets[0].Stages, capacity.Stage{Name: "serving", P50: 180 * time.Millisecond, P90: 2 * time.Second, Max: 31 * time.Second, Units: 11, Missing: 3})
}

// draws are replicates of the sustainable rate: evenly spread, so that 5 % of
// them lie below the low end and 5 % above the high one.
func (e evening) draws() []float64 {
	low, high := e.sustains*0.92, e.sustains*1.07
	draws := make([]float64, 200)
	for i := range draws {
		draws[i] = low + (high-low)*((float64(i)+0.5)/200-0.05)/0.9
	}
	return draws
}

// judgeScaling says how the first fleet grew: one that was too small at six
// sizes and up to a ceiling, one that was large enough at one.
func (e evening) judgeScaling(fleet *capacity.FleetResult) {
	if grown := *fleet.ReadyMax - *fleet.ReadyStart; grown > 0 {
		delay := time.Duration(e.delay) * time.Second
		fleet.Stages = []capacity.Stage{
			{Name: "metric", P50: 7 * time.Second, P90: 14 * time.Second, Max: 15200 * time.Millisecond, Units: 3},
			{Name: "decision", P50: 9 * time.Second, P90: 14 * time.Second, Max: 15 * time.Second, Units: 3},
			{Name: "create", P50: 120 * time.Millisecond, P90: 340 * time.Millisecond, Max: 900 * time.Millisecond, Units: grown},
			{Name: "place", P50: delay / 2, P90: delay/2 + 3*time.Second, Max: delay/2 + 8*time.Second, Units: grown},
			{Name: "start", P50: delay / 3, P90: delay / 3, Max: delay/3 + time.Second, Units: grown},
			{Name: "in_service", P50: delay / 6, P90: delay/6 + 2*time.Second, Max: time.Minute + 4*time.Second, Units: grown},
		}
	}
	if to := int(math.Ceil(e.peak / e.sustains)); to > e.start {
		g := &capacity.Generations{Metric: "cpu", Target: 0.6, Limit: 1, Growth: 1 / 0.6, From: e.start, To: to}
		g.Needed = int(math.Ceil(math.Log(float64(to)/float64(e.start)) / math.Log(g.Growth)))
		g.Said = fmt.Sprintf("%s: CPU at most 100 %% of a target of 60 %%: each generation multiplies units by at most 1.67; from %d to %d units takes %d", fleet.Name, g.From, g.To, g.Needed)
		fleet.Generations = g
	}
	if e.fleets < 2 {
		fleet.NoUSL = fmt.Sprintf("%s: throughput was measured under constant work at 1 number of units (%d); the scalability law needs 6", fleet.Name, e.start)
		return
	}
	fleet.USL = &capacity.USL{
		Model: capacity.Universal, Gamma: capacity.Range{Low: 80.2, Mid: 81.7, High: 83.1}, Alpha: capacity.Range{Low: 0.0012, Mid: 0.0021, High: 0.0034}, Beta: capacity.Range{Low: 0.00007, Mid: 0.0001, High: 0.00015},
		PeakUnits: &capacity.Range{Low: 81.5, Mid: 99.9, High: 119.4}, PeakRate: number(4317), Smallest: e.start, Largest: 40,
		Said: fleet.Name + ": throughput peaks at about 100 units (82 to 119) with 4.32k/s, after Gunther's law fitted to 10 to 40 units",
	}
	fleet.Ceiling = &capacity.Ceiling{
		Rate: capacity.Range{Low: 3310, Mid: 3590, High: 3840}, From: 40, To: e.max,
		Said: fmt.Sprintf("%s: throughput stayed at 3.59k/s while it grew from 40 to %d units: something behind it binds", fleet.Name, e.max),
	}
}

// judgeLayers puts the lowest first, and those of which only a bound is known
// last.
func (e evening) judgeLayers(res *capacity.Result) {
	db := capacity.Layer{Name: "db", Rate: 6000, Source: "stated by the scenario"}
	if e.fleets == 0 || e.unknown {
		res.Layers = []capacity.Layer{db}
		return
	}
	web := e.grownTo()
	web.Name, web.Source = fleetName(0)+" max", fmt.Sprintf("%d units (its max) of %s", e.max, figure.Rate(e.sustains))
	if res.Layers = []capacity.Layer{web, db}; web.Rate > db.Rate {
		res.Layers = []capacity.Layer{db, web}
	}
	if c := res.Fleets[0].Ceiling; c != nil {
		res.Layers = slices.Insert(res.Layers, 1, capacity.Layer{Name: "behind " + fleetName(0), Low: c.Rate.Low, Rate: c.Rate.Mid, High: c.Rate.High, Source: fmt.Sprintf("throughput that %d to %d units did not raise", c.From, c.To)})
		res.Layers = append(res.Layers, capacity.Layer{Name: fleetName(1) + " max", Low: 2880, Rate: 2880, AtLeast: true, Source: "12 units (its max) of at least 240/s"})
	}
	res.Binding = &res.Layers[0]
}

// grownTo is the first fleet at its max.
func (e evening) grownTo() capacity.Layer {
	n := float64(e.max) * e.sustains
	return capacity.Layer{Low: n * 0.92, Rate: n, High: n * 1.07}
}

// path is what owned each second of an evening that fell short.
func (e evening) path(res *capacity.Result) {
	end := time.Duration(e.seconds) * time.Second
	at := *res.Shortfall
	for _, o := range []struct {
		stage   string
		seconds float64
	}{{"metric", 7.2}, {"decision", 6.8}, {"create", 0.4}, {"place", 12.6}, {"start", 8}, {"decision", 6.4}, {"place", 4}, {"start", 8}, {"ready", 4}, {capacity.WaitsForBacklog, 22.6}} {
		to := min(at+*after(o.seconds), end)
		owned := capacity.Owned{Span: capacity.Span{From: at, To: to}, Stage: o.stage, Fleet: fleetName(0)}
		if o.stage == "place" {
			owned.Fleet, owned.Stage = fleetName(1), "in_service"
		}
		if o.stage == capacity.WaitsForBacklog {
			owned.Fleet = ""
		}
		if at < to {
			res.Path = append(res.Path, owned)
		}
		at = to
	}
}

func (e evening) judgeHeadroom(r *Report) {
	h := &r.Result.Headroom
	h.Demand = e.peak
	h.Sentence = "the peak asks " + figure.Rate(e.peak) + "; what the service has is not known from this run"
	if e.unknown || e.fleets == 0 {
		return
	}
	e.judgeReady(h)
	h.Start = e.started()
	e.judgeGrown(h, r.Result.Layers)
	h.Margin = h.Ready
	where := " at the worst instant, " + r.clock(*h.WorstAt)
	if e.required > 0 {
		h.Margin = h.Grown
		where = ", and " + r.Result.Binding.Name + " binds"
	}
	multiple := func(ratio *float64) *float64 { return number(h.Grown.Demand * (1 + *ratio) / e.baseline) }
	h.Sentence = fmt.Sprintf("the peak asks %s (%s the baseline); headroom is %s%s; grown to its limits the service has %s",
		figure.Rate(e.peak), figure.Times(e.peak/e.baseline), h.InFigures(r.Scenario.Headroom), where,
		figure.Estimate(multiple(h.Grown.Low), multiple(h.Grown.Mid), multiple(h.Grown.High), figure.Times))
	if *h.Low < r.Scenario.Headroom.AtLeast && r.Result.Verdict == capacity.Fail {
		r.Result.Reasons = append(r.Result.Reasons, "at least 20 % of headroom is required; it is "+h.InFigures(r.Scenario.Headroom))
	}
}

// judgeReady finds the instant at which what was ready stood lowest.
func (e evening) judgeReady(h *capacity.Headroom) {
	deficit, worst := 0.0, math.Inf(1)
	for _, m := range h.Series {
		if m.Mid == nil || !m.Rehearsed {
			continue
		}
		deficit += max(m.Demand-*m.Mid, 0)
		if ratio := *m.Mid/m.Demand - 1; ratio < worst {
			worst = ratio
			at := m.At
			h.WorstAt = &at
			h.Ready = capacity.Margin{Demand: m.Demand, Low: number(*m.Low/m.Demand - 1), Mid: number(ratio), High: number(*m.High/m.Demand - 1), Probability: e.enough(m.Demand * e.sustains / *m.Mid)}
		}
	}
	h.Deficit = &deficit
}

// started is what production has ready at air time against the peak.
func (e evening) started() *capacity.Margin {
	if e.production == 0 {
		return nil
	}
	ratio := func(factor float64) *float64 {
		return number(float64(e.production)*e.sustains*factor/e.peak - 1)
	}
	return &capacity.Margin{Demand: e.peak, Low: ratio(0.92), Mid: ratio(1), High: ratio(1.07), Probability: e.enough(e.peak / float64(e.production))}
}

func (e evening) judgeGrown(h *capacity.Headroom, layers []capacity.Layer) {
	l := layers[0]
	h.Grown = capacity.Margin{Demand: e.peak, Low: number(l.Low/e.peak - 1), Mid: number(l.Rate/e.peak - 1), High: number(l.High/e.peak - 1), Probability: e.enough(e.peak * e.sustains / l.Rate)}
}

// enough is the share of draws in which a unit sustains so much.
func (e evening) enough(perUnit float64) *float64 {
	n := 0.0
	for _, d := range e.draws() {
		if d >= perUnit {
			n++
		}
	}
	return number(n / 200)
}

// most is the highest reading of a fleet.
func most(r *Report, source, name string) int {
	top := 0.0
	for _, p := range r.Timeline.Series(source, name) {
		top = max(top, p.Value)
	}
	return int(top)
}

func number(x float64) *float64 { return &x }

func whole(n int) *int { return &n }

func after(seconds float64) *time.Duration {
	d := time.Duration(math.Round(seconds * 1e9))
	return &d
}
