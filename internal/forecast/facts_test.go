package forecast

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

const web, nodes = "hpa/default/web", "asg/nodes"

// known is a service of which everything is known, and a rehearsal of it: package
// simulation plays it, and what an observer would have read of that is written down
// as facts. What is fitted to them is held against the service.
type known struct {
	fleet  simulation.Fleet
	curve  traffic.Curve
	spec   autoscale.Spec
	metric string  // that readings name
	limit  float64 // of its use; 0: none is read
	idle   int     // seconds before the run in which nobody came
}

// rehearsal is the facts, the question, and what was made of both.
type rehearsal struct {
	timeline.Timeline
	q capacity.Question
	r capacity.Result
}

// evening is baseline traffic with steps up, and a spot after them.
func evening(baseline, peak float64) traffic.Curve {
	const at, end = 6 * time.Minute, 12 * time.Minute
	spot, err := traffic.Spot{At: at, Peak: peak, Rise: 20 * time.Second, HalfLife: 90 * time.Second, Tail: 0.1}.Extra(baseline, end)
	if err != nil {
		panic(err)
	}
	flat := func(of float64) traffic.Segment {
		return traffic.Segment{Length: time.Minute, From: of * baseline, To: of * baseline}
	}
	return traffic.Sum(traffic.NewCurve(flat(1), flat(1.5), flat(2), flat(1.2), flat(0.7), flat(1), flat(1), flat(1), flat(1), flat(1), flat(1), flat(1)), spot)
}

// cpu is a service that is scaled by its use of CPU, through a slow pipeline.
func cpu() known {
	return known{
		fleet: simulation.Fleet{
			Name: web, Start: 3,
			PerUnit: []simulation.Rate{{Sustained: 36, Saturation: 40}},
			CPU:     simulation.CPU{Base: 0.05, Request: 0.03, Limit: 1.25},
			Pods: &simulation.Pods{
				HPA:     autoscale.HPA{Min: 3, Max: 20},
				Metrics: []simulation.Metric{{Target: 0.7, Window: 30 * time.Second, Delay: 20 * time.Second}},
				Sync:    10 * time.Second, Phase: simulation.Phase{4 * time.Second},
				Place: simulation.Fixed(2 * time.Second), Start: simulation.Fixed(21 * time.Second),
			},
		},
		curve: evening(40, 400), metric: "cpu", limit: 1.25, idle: 60,
		spec: autoscale.Spec{HPA: &autoscale.HPASpec{
			HPA:     autoscale.HPA{Min: 3, Max: 20},
			Metrics: []autoscale.MetricSpec{{Name: "cpu", Kind: autoscale.OfRequest, Target: 0.7}},
		}},
	}
}

// rehearse plays the service and writes down what was to be seen.
func (k known) rehearse() *rehearsal {
	demand := append(make([]float64, k.idle), simulation.Requests(k.curve)...)
	end := len(demand) - k.idle
	fleet, later := k.fleet, time.Duration(k.idle)*time.Second
	if p := fleet.Pods; p != nil {
		with := *p
		with.Phase = simulation.Phase{(p.Phase[0] + later) % p.Sync}
		fleet.Pods = &with
	}
	if g := fleet.Group; g != nil {
		with := *g
		with.Policies = append([]simulation.Policy(nil), g.Policies...)
		m := &with.Policies[0].Metric
		m.Phase = simulation.Phase{(m.Phase[0] + later) % m.Window}
		fleet.Group = &with
	}
	spot := capacity.Span{From: 6 * time.Minute, To: 12 * time.Minute}
	sim, err := simulation.New(simulation.Service{
		Waves: []simulation.Wave{{Requests: demand}}, Fleets: []simulation.Fleet{fleet},
		Spots: []simulation.Span{{From: spot.From + later, To: spot.To + later}},
	})
	if err != nil {
		panic(err)
	}
	out, trace := sim.Trace(1)
	r := &rehearsal{q: capacity.Question{Demand: k.curve, Spots: []capacity.Span{spot}}}
	ready, desired := trace.Ready[0], trace.Desired[0]
	seen := capacity.FleetResult{Fleet: capacity.Fleet{Name: fleet.Name, Kind: capacity.HPA}, ReadyStart: new(ready[0]), ReadyMax: new(out.Fleets[0].Peak)}
	if fleet.Group != nil {
		seen.Kind = capacity.ASG
	}
	mid, sat := fleet.PerUnit[0].Sustained, fleet.PerUnit[0].Saturation
	seen.PerUnit = capacity.PerUnit{Low: new(mid), Mid: new(mid), High: new(mid), Draws: []float64{0.98 * mid, mid, 1.02 * mid}, Units: 3,
		Saturation: &capacity.Range{Low: sat, Mid: sat, High: sat}}
	for i := range demand {
		if i > 0 && desired[i] > desired[i-1] && i >= k.idle {
			r.grow(&seen, fleet, time.Duration(i-k.idle)*time.Second, desired[i-1], desired[i])
		}
		if i == 0 || ready[i] != ready[i-1] {
			at := max(time.Duration(i-k.idle)*time.Second, -time.Second)
			seen.Able = append(seen.Able, timeline.Point{At: timeline.Offset(at), Value: float64(ready[i])})
		}
		if i >= k.idle {
			n := int64(math.Round(demand[i]))
			failed := max(0, n-int64(float64(ready[i])*sat)) // nothing waits for long
			r.Seconds = append(r.Seconds, timeline.Second{Second: i - k.idle, Planned: n, Sent: n, Failed: failed, Succeeded: n - failed})
		}
	}
	text, err := k.spec.Text()
	if err != nil {
		panic(err)
	}
	r.Events = append(r.Events, timeline.Event{At: timeline.Offset(-time.Second), Source: fleet.Name, Kind: timeline.Scaler, Spec: text})
	k.read(r, ready, desired, demand, end)
	r.r = capacity.Result{Fleets: []capacity.FleetResult{seen}, ScaleLag: out.Lag}
	if out.Shortfall != nil {
		r.r.Shortfall = new(*out.Shortfall - later)
	}
	r.q.Fleets = []capacity.Fleet{seen.Fleet}
	return r
}

// grow writes down a decision and the ways of the units that it led to.
func (r *rehearsal) grow(seen *capacity.FleetResult, fleet simulation.Fleet, at time.Duration, from, to int) {
	seen.Growths = append(seen.Growths, capacity.Growth{At: at, From: from, To: to})
	for range to - from {
		w := capacity.Way{Unit: fmt.Sprint("unit-", len(seen.Ways)), Growth: new(len(seen.Growths) - 1)}
		leg := func(stage string, from, to time.Duration) {
			w.Legs = append(w.Legs, capacity.Leg{Span: capacity.Span{From: from, To: to}, Stage: stage})
		}
		up := at
		if p := fleet.Pods; p != nil {
			placed := at + p.Place[0][0]
			up = placed + p.Start[0][0]
			leg(timeline.Create, at, at)
			leg(timeline.Place, at, placed)
			leg(timeline.Start, placed, up)
		} else {
			up += fleet.Group.Boot[0][0]
			leg(timeline.InService, at, up)
		}
		w.Ready, w.Serves = &up, &up
		seen.Ways = append(seen.Ways, w)
	}
}

// read writes down what the status said of the metric at each sync: the mean over the
// units that were ready for the window, of what a second asked of each, in thousandths
// or, of a utilisation, in whole percent. It is worked out second by second here, and by
// sums where it is fitted.
func (k known) read(r *rehearsal, ready, desired []int, demand []float64, end int) {
	p := k.fleet.Pods
	if p == nil {
		return
	}
	if k.limit > 0 {
		r.read(-1, web, timeline.LimitOf+k.metric, k.limit)
	}
	m, last := p.Metrics[0], math.NaN()
	for at := p.Phase[0]; at < time.Duration(end)*time.Second; at += p.Sync {
		sum, n := 0.0, 0
		for s := int((at - m.Delay - m.Window) / time.Second); s < int((at-m.Delay)/time.Second); s++ {
			i := s + k.idle
			if i < 0 {
				continue
			}
			each := demand[i] / float64(ready[i])
			switch m.Kind {
			case simulation.Utilisation:
				c := k.fleet.CPU
				sum += min(c.Base+c.Request*min(each, k.fleet.PerUnit[0].Saturation), c.Limit)
			case simulation.PerUnit:
				sum += each
			case simulation.Total:
				sum += demand[i] / float64(desired[int(at/time.Second)+k.idle-1])
			case simulation.Value:
				sum += demand[i]
			}
			n++
		}
		value := math.Round(1000*sum/float64(n)) / 1000
		if m.Kind == simulation.Utilisation && !m.OwnUnit {
			value = math.Floor(100*sum/float64(n)+1e-9) / 100 // as an HPA tells it
		}
		if value != last {
			r.read(at.Seconds(), web, timeline.MetricOf+k.metric, value)
			last = value
		}
	}
	was := -1
	for s := range end {
		if n := desired[s+k.idle]; n != was {
			r.read(float64(s), web, timeline.Desired, float64(n))
			was = n
		}
	}
}

func (r *rehearsal) read(at float64, source, name string, value float64) {
	r.Readings = append(r.Readings, timeline.Reading{At: timeline.Offset(at * float64(time.Second)), Source: source, Name: name, Value: value})
}

func (r *rehearsal) fit() (*Model, error) { return Fit(r.Timeline, r.q, r.r) }

// fitted is the model of a rehearsal that has one.
func (r *rehearsal) fitted(t testing.TB) *Model {
	t.Helper()
	m, err := r.fit()
	if err != nil {
		t.Fatal(err)
	}
	return m
}
