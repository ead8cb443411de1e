package forecast

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/simulation"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A model is found in one rehearsal, and it plays that rehearsal again.
func ExampleFit() {
	run := cpu().rehearse()
	m, err := Fit(run.Timeline, run.q, run.r)
	if err != nil {
		fmt.Println(err)
		return
	}
	web := m.Service.Fleets[0]
	metric := web.Pods.Metrics[0]
	fmt.Printf("a reading is the mean of %s, seen %s later, every %s\n", metric.Window, metric.Delay, web.Pods.Sync)
	fmt.Printf("a request a second takes %.3f of what a pod requests\n", web.CPU.Request)
	fmt.Printf("scale lag %s, in its replay %s: %v\n", m.Replay.Measured, m.Replay.Simulated, m.Replay.Trusted() == nil)
	// Output:
	// a reading is the mean of 30s, seen 20s later, every 10s
	// a request a second takes 0.030 of what a pod requests
	// scale lag 1m34s, in its replay 1m34s: true
}

// requests is a service that is scaled by the requests of a pod, which are counted by
// the minute.
func requests(kind string) known {
	k := cpu()
	p := *k.fleet.Pods
	p.Metrics = []simulation.Metric{{Kind: simulation.PerUnit, Target: 20, Window: 20 * time.Second, Delay: 5 * time.Second}}
	if kind == autoscale.OfTotal {
		p.Metrics[0].Kind = simulation.Total
	}
	p.Sync, p.Phase = 15*time.Second, simulation.Phase{11 * time.Second}
	k.fleet.Pods, k.metric, k.limit = &p, "requests", 0
	k.spec.HPA.Metrics = []autoscale.MetricSpec{{Name: "requests", Kind: kind, Target: 20}}
	return k
}

// cores is the service of cpu, whose pods request 0.4 of a core: held to what they use
// of one.
func cores() known {
	k := cpu()
	k.fleet.CPU = simulation.CPU{Base: 0.02, Request: 0.012, Limit: 0.5}
	p := *k.fleet.Pods
	p.Metrics = []simulation.Metric{{Target: 0.28, OwnUnit: true, Window: 30 * time.Second, Delay: 20 * time.Second}}
	k.fleet.Pods, k.limit = &p, 0
	k.spec.HPA.Metrics = []autoscale.MetricSpec{{Name: "cpu", Kind: autoscale.OfPod, Target: 0.28}}
	return k
}

// aValue is a service that is held to a value, of the requests of each pod or of all,
// above 150/s of which its HPA asks for ever more.
func aValue(of simulation.Kind) known {
	k := requests(autoscale.OfPod)
	k.spec.HPA.Metrics = []autoscale.MetricSpec{{Name: "requests", Kind: autoscale.OfValue, Target: 20}}
	if of == simulation.Value {
		p := *k.fleet.Pods
		p.Metrics = []simulation.Metric{{Kind: of, Target: 150, Window: 20 * time.Second, Delay: 5 * time.Second}}
		k.fleet.Pods, k.spec.HPA.Metrics[0].Target = &p, 150
	}
	return k
}

// TestFitFindsWhatIsKnown holds the model against the service that was rehearsed.
func TestFitFindsWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		name string
		known
		assumed []string
	}{
		{"CPU", cpu(), nil},
		{"CPU in cores", cores(), nil},
		{"requests of a pod", requests(autoscale.OfPod), nil},
		{"requests of all, shared out", requests(autoscale.OfTotal), nil},
		{"a value of each", aValue(simulation.PerUnit), nil},
		{"a value of all", aValue(simulation.Value), []string{web + ": requests follows the requests of the whole service, and does not fall as units are added: while it is above its target, a Value, every look asks for more of them"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := c.rehearse().fitted(t)
			got, want := m.Service.Fleets[0], c.fleet
			metric, of := got.Pods.Metrics[0], want.Pods.Metrics[0]
			if metric.Kind != of.Kind || metric.OwnUnit != of.OwnUnit || metric.Window != of.Window || metric.Delay != of.Delay || math.Abs(metric.Target/of.Target-1) > 0.005 {
				t.Errorf("metric = %+v; want %+v", metric, of)
			}
			if of.Kind == simulation.Utilisation {
				if math.Abs(got.CPU.Base-want.CPU.Base) > 0.0025 || math.Abs(got.CPU.Request/want.CPU.Request-1) > 0.005 || math.Abs(got.CPU.Limit/want.CPU.Limit-1) > 0.005 {
					t.Errorf("cpu = %+v; want %+v", got.CPU, want.CPU)
				}
			}
			if got.Pods.Sync != want.Pods.Sync {
				t.Errorf("sync = %s; want %s", got.Pods.Sync, want.Pods.Sync)
			}
			for _, d := range []struct {
				name      string
				got, want simulation.Delay
			}{{"place", got.Pods.Place, want.Pods.Place}, {"start", got.Pods.Start, want.Pods.Start}} {
				for _, took := range d.got[0] {
					if took != d.want[0][0] {
						t.Errorf("%s = %s; want %s", d.name, took, d.want[0][0])
					}
				}
			}
			if diff := cmp.Diff(c.spec.HPA.HPA, got.Pods.HPA); diff != "" {
				t.Errorf("rules (-want +got):\n%s", diff)
			}
			if n, mid := len(got.PerUnit), got.PerUnit[1]; n != 3 || mid.Sustained != 36 || math.Abs(mid.Saturation-40) > 0.1 {
				t.Errorf("%d rates, of which one is %+v; want 3, and %+v", n, mid, want.PerUnit[0])
			}
			if diff := cmp.Diff([]string{c.metric}, m.Fleets[0].Metrics); diff != "" {
				t.Errorf("metrics (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.assumed, m.Assumed); diff != "" {
				t.Errorf("assumed (-want +got):\n%s", diff)
			}
			if want := c.name == "CPU in cores"; m.Fleets[0].OwnUnit != want {
				t.Errorf("in its own unit: %v; want %v", m.Fleets[0].OwnUnit, want)
			}
			if r := m.Replay; r.LagError == nil || *r.LagError > 0.02 || *r.Units[0].Mean > 0.005 || r.Trusted() != nil {
				t.Errorf("replay: lag error %v, units off by %g: %v; want next to nothing", r.LagError, *r.Units[0].Mean, r.Trusted())
			}
		})
	}
}

// tracked are instances that track a target, whose alarms see a data point so late.
func tracked(delay time.Duration) known {
	out := autoscale.Alarm{Periods: 3, Period: 20 * time.Second}
	tracking := &autoscale.Tracking{Target: 0.6, Out: out, In: autoscale.Alarm{Periods: 30, Period: 20 * time.Second}}
	k := cpu()
	k.fleet.Name, k.fleet.CPU, k.fleet.Pods = nodes, simulation.CPU{Request: 0.025, Limit: 1}, nil
	k.fleet.Group = &simulation.Group{Min: 3, Max: 30, Boot: simulation.Fixed(35 * time.Second), Warmup: 10 * time.Second,
		Policies: []simulation.Policy{{Tracking: tracking, Metric: simulation.Metric{Window: 20 * time.Second, Delay: delay, Phase: simulation.Phase{7 * time.Second}}}}}
	k.spec = autoscale.Spec{Group: &autoscale.GroupSpec{Min: 3, Max: 30, Policies: []autoscale.PolicySpec{
		{Name: "cpu", Type: "TargetTrackingScaling", Metric: autoscale.CPU, Tracking: tracking, Warmup: 10 * time.Second},
		{Name: "off", Type: "TargetTrackingScaling", Metric: autoscale.CPU, Tracking: &autoscale.Tracking{Target: 0.1}, Off: true},
		{Name: "seer", Type: "PredictiveScaling"},
	}}}
	return k
}

// TestFitFindsAGroup does so for instances that track a target, of whose use nothing
// was read: its decisions tell it, each to within one instance.
func TestFitFindsAGroup(t *testing.T) {
	m := tracked(0).rehearse().fitted(t)
	got := m.Service.Fleets[0]
	if off := math.Abs(got.CPU.Request/0.025 - 1); off > 0.08 {
		t.Errorf("a request takes %g of an instance; want 0.025 within 8 %%", got.CPU.Request)
	}
	if diff := cmp.Diff([]string{autoscale.CPU}, m.Fleets[0].Metrics); diff != "" {
		t.Errorf("metrics (-want +got):\n%s", diff)
	}
	if g := got.Group; len(g.Policies) != 1 || g.Warmup != 10*time.Second || g.Boot[0][0] != 35*time.Second || g.Max != 30 {
		t.Errorf("group = %+v; want one policy, warmup 10s, boot 35s, at most 30", *g)
	}
	if r := m.Replay; r.LagError == nil || *r.LagError > 0.1 || r.Trusted() != nil {
		t.Errorf("replay: lag error %v: %v; want at most 10 %%", r.LagError, r.Trusted())
	}
	want := []string{nodes + ": its policy seer is of type PredictiveScaling, which is not played: it is taken to do nothing",
		nodes + ": how late its alarms see their data points was not read: it is taken to be 0s, by which of 4 periods of 20s, 0 to 3, the rehearsal is played most closely, so the replay's error is the least over those tried"}
	if diff := cmp.Diff(want, m.Assumed); diff != "" {
		t.Errorf("assumed (-want +got):\n%s", diff)
	}
}

// TestGroupsWithoutPolicies stand still where theirs are off, and cannot be played where
// none of theirs can.
func TestGroupsWithoutPolicies(t *testing.T) {
	k := tracked(0)
	steps := autoscale.PolicySpec{Name: "queue", Type: "StepScaling", Metric: "AWS/SQS ApproximateNumberOfMessagesVisible",
		Stepped: &autoscale.Stepped{Threshold: 100, Alarm: autoscale.AlarmOut, Type: autoscale.ChangeInCapacity, Steps: []autoscale.Step{{To: math.Inf(1), Adjust: 2}}}}
	off := steps
	off.Off = true
	r := k.rehearse()
	for _, c := range []struct {
		name     string
		policies []autoscale.PolicySpec
		want     string
	}{
		{"none", nil, ""},
		{"off", []autoscale.PolicySpec{off}, ""},
		{"steps on a queue", []autoscale.PolicySpec{steps, off}, nodes + ": none of its policies can be played"},
	} {
		text, err := autoscale.Spec{Group: &autoscale.GroupSpec{Min: 3, Max: 30, Policies: c.policies}}.Text()
		if err != nil {
			t.Fatal(err)
		}
		r.Events[0].Spec = text
		m, err := r.fit()
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: Fit = %v; want %q", c.name, err, c.want)
		}
		if err == nil && len(m.Service.Fleets[0].Group.Policies) != 0 {
			t.Errorf("%s: policies %+v; want none", c.name, m.Service.Fleets[0].Group.Policies)
		}
	}
}

// TestStepsAndRequestsPerTarget are policies in AWS's measure: requests of a target and
// a minute are those of a second, and steps on CPU are ratios.
func TestStepsAndRequestsPerTarget(t *testing.T) {
	r := tracked(0).rehearse()
	text, err := autoscale.Spec{Group: &autoscale.GroupSpec{Min: 3, Max: 30, Policies: []autoscale.PolicySpec{
		{Name: "requests", Type: "TargetTrackingScaling", Metric: "ALBRequestCountPerTarget", Tracking: &autoscale.Tracking{Target: 1200}},
		{Name: "steps", Type: "StepScaling", Metric: autoscale.CPU, Stepped: &autoscale.Stepped{Threshold: 0.7, Alarm: autoscale.AlarmOut, Type: autoscale.ChangeInCapacity,
			Steps: []autoscale.Step{{From: 0, To: 0.1, Adjust: 1}, {From: 0.1, To: math.Inf(1), Adjust: 3}}}},
	}}}.Text()
	if err != nil {
		t.Fatal(err)
	}
	r.Events[0].Spec = text
	m := r.fitted(t)
	fleet := m.Service.Fleets[0]
	p := fleet.Group.Policies
	if len(p) != 2 || p[0].Tracking.Target != 20 || p[0].Metric.Kind != simulation.PerUnit || p[0].Metric.Window != time.Minute {
		t.Fatalf("policies %+v; want the first to hold 20/s of an instance", p)
	}
	if s := p[1].Stepped; s.Threshold != 0.7 || s.Steps[0].To != 0.1 || p[1].Metric.Kind != simulation.Utilisation || fleet.CPU.Request != 1.0/40 {
		t.Errorf("steps %+v, cpu %+v; want them as they are, and all of an instance at 40/s", s, fleet.CPU)
	}
	if want := "how busy its instances were was not read"; !strings.Contains(strings.Join(m.Assumed, "\n"), want) {
		t.Errorf("assumed %q; want %q among it", m.Assumed, want)
	}
}

func TestFitFindsHowLateAlarmsAre(t *testing.T) {
	for periods := range 3 {
		want := time.Duration(periods) * 20 * time.Second
		m := tracked(want).rehearse().fitted(t)
		if got := m.Service.Fleets[0].Group.Policies[0].Metric.Delay; got != want || *m.Replay.LagError > 0.1 {
			t.Errorf("delay = %s, lag error %g; want %s, and less than 10 %%", got, *m.Replay.LagError, want)
		}
	}
}

// TestFitRefuses what it cannot know, and says how it would be known.
func TestFitRefuses(t *testing.T) {
	fleet := func(r *rehearsal) *capacity.FleetResult { return &r.r.Fleets[0] }
	for _, c := range []struct {
		name   string
		change func(*rehearsal)
		want   string
	}{
		{"no fleet", func(r *rehearsal) { r.r.Fleets = nil }, "no fleet was observed: name what scales it in observe, an autoscaler or a group, and rehearse again; where nothing scales it there is no minimum to hold"},
		{"no request", func(r *rehearsal) { r.Seconds = nil }, "no request was sent"},
		{"no scaler", func(r *rehearsal) { r.Events = nil }, web + ": the run does not tell how it is scaled, for it was made before onair recorded that"},
		{"a scaler that cannot be read", func(r *rehearsal) { r.Events[0].Spec = "{" }, web + ": how it is scaled cannot be read: "},
		{"a scaler of another kind", func(r *rehearsal) {
			r.Events[0].Spec, _ = autoscale.Spec{Group: &autoscale.GroupSpec{Min: 1, Max: 20}}.Text()
		}, web + ": the run tells how an Auto Scaling group is scaled, and this is an HPA: what it tells at -1s is of another fleet"},
		{"units unseen", func(r *rehearsal) { fleet(r).Able = nil }, web + ": how many units were ready at the start was not observed"},
		{"no unit", func(r *rehearsal) { fleet(r).Able[0].Value = 0 }, web + ": no unit was ready at the start"},
		{"nothing known of a unit", func(r *rehearsal) { fleet(r).PerUnit = capacity.PerUnit{} }, web + ": what a unit sustains is not known: rehearse steps of load"},
		{"an upper bound alone", func(r *rehearsal) { fleet(r).PerUnit = capacity.PerUnit{High: new(50.0)} }, web + ": a unit sustains at most 50/s, and nothing shows how little"},
		{"more than its max", func(r *rehearsal) { fleet(r).Able[0].Value = 21 }, web + ": 21 units were ready at the start, and its max is 20"},
		{"no metric", func(r *rehearsal) {
			r.Events[0].Spec, _ = autoscale.Spec{HPA: &autoscale.HPASpec{HPA: autoscale.HPA{Min: 1, Max: 20}}}.Text()
		}, web + ": none of the metrics that scale it follows requests: there is nothing to play"},
		{"all at once", func(r *rehearsal) {
			other := *fleet(r)
			other.Name, other.Able = "hpa/default/api", nil
			r.r.Fleets, r.Events = append(r.r.Fleets, other), nil
		}, "hpa/default/api: how many units"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := cpu().rehearse()
			c.change(r)
			if _, err := r.fit(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Fit = %v; want an error with %q", err, c.want)
			}
		})
	}
}

// TestFitAssumes says what is taken where the rehearsal does not tell.
func TestFitAssumes(t *testing.T) {
	fleet := func(r *rehearsal) *capacity.FleetResult { return &r.r.Fleets[0] }
	without := func(r *rehearsal, prefix string, keep int) {
		var kept []timeline.Reading
		for _, p := range r.Readings {
			if strings.HasPrefix(p.Name, prefix) {
				if keep--; keep < 0 {
					continue
				}
			}
			kept = append(kept, p)
		}
		r.Readings = kept
	}
	for _, c := range []struct {
		name   string
		change func(*rehearsal)
		want   string
		holds  func(*Model) bool
	}{
		{"a lower bound alone", func(r *rehearsal) { fleet(r).PerUnit = capacity.PerUnit{Low: new(30.0)} },
			"a unit sustains at least 30/s, and how much more was not seen",
			func(m *Model) bool { return m.Fleets[0].AtLeast && m.Service.Fleets[0].PerUnit[0].Sustained == 30 }},
		{"nothing came", func(r *rehearsal) { fleet(r).Ways, fleet(r).Growths = nil, nil },
			"no pod was seen to start: it is taken to take 30s until it serves",
			func(m *Model) bool {
				p := m.Service.Fleets[0].Pods
				return cmp.Equal(p.Start, simulation.Fixed(30*time.Second)) && cmp.Equal(p.Place, simulation.Fixed(time.Second)) && m.Fleets[0].Pod == nil
			}},
		{"two readings", func(r *rehearsal) { without(r, timeline.MetricOf, 3) },
			"too few changes were seen to tell how often its controller looks: every 15s",
			func(m *Model) bool { return m.Service.Fleets[0].Pods.Sync == 15*time.Second }},
		{"no reading", func(r *rehearsal) { without(r, timeline.MetricOf, 0) },
			"too few readings of cpu were seen to tell how it follows requests: it is taken to be 1.25 at 40/s of a unit, by a window of 15s, 15s late",
			func(m *Model) bool {
				return m.Service.Fleets[0].CPU == simulation.CPU{Request: 1.25 / 40, Limit: 1.25}
			}},
		{"no shortfall", func(r *rehearsal) { r.r.Shortfall, r.r.ScaleLag = nil, nil },
			"capacity never fell short while the rehearsed spots lasted: how fast it scales could be held against its units alone",
			func(m *Model) bool { return m.Replay.LagError == nil && m.Replay.Trusted() == nil }},
		{"a layer that is stated", func(r *rehearsal) {
			r.q.Layers = []capacity.Layer{{Name: "db", Rate: 300}, {Name: "cache", Rate: 900}}
		}, "db: it carries 300/s, as stated",
			func(m *Model) bool { return m.Service.Ceiling == 300 }},
		{"what could not be read", func(r *rehearsal) {
			k := cpu()
			k.spec.HPA.Unread = []string{"a metric of a type that onair does not know"}
			r.Events[0].Spec, _ = k.spec.Text()
		}, "a metric of a type that onair does not know: it is taken to change nothing",
			func(m *Model) bool { return len(m.Service.Fleets[0].Pods.Metrics) == 1 }},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := cpu().rehearse()
			c.change(r)
			m := r.fitted(t)
			if !strings.Contains(strings.Join(m.Assumed, "\n"), c.want) {
				t.Errorf("assumed %q; want %q among it", m.Assumed, c.want)
			}
			if !c.holds(m) {
				t.Errorf("fleet %+v, known %+v, ceiling %g: not what was assumed", m.Service.Fleets[0], m.Fleets[0], m.Service.Ceiling)
			}
		})
	}
}
