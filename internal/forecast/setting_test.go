package forecast

import (
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// share is the mean share of the demand that goes unserved.
func share(o Outcome) float64 { v, _ := o.Unserved.Mean(); return v }

// lag is the median scale lag in seconds, 0 without a shortfall.
func lag(o Outcome) float64 {
	if o.Lag.N() == 0 {
		return 0
	}
	v, _ := o.Lag.Quantile(0.5)
	return v
}

// Each setting, and what it does to ten times the traffic that then stays.
func TestWhatSettingsDo(t *testing.T) {
	type effect func(with, without Outcome) bool
	less := func(of func(Outcome) float64) effect {
		return func(with, without Outcome) bool { return of(with) < 0.97*of(without) }
	}
	more := func(of func(Outcome) float64) effect {
		return func(with, without Outcome) bool { return of(with) > 1.03*of(without) }
	}
	none := func(with, without Outcome) bool { return share(with) == 0 && share(without) > 0 }
	first := func(n int) effect { return func(with, _ Outcome) bool { return with.Typical.Ready[0][0] == n } }
	for _, c := range []struct {
		model    func() *Model
		settings string
		name     string
		effect   effect
	}{
		{pods5, "min=20", "fewer unserved", less(share)},
		{pods5, "min=20", "20 units at the beginning", first(20)},
		{pods5, "min=25", "none unserved: 25 sustain 4,000/s", none},
		{pods5, "hpa/default/web.min=25", "the same by name", none},
		{pods5, "max=10", "more unserved", more(share)},
		{pods5, "min=2,max=4", "4 units at the beginning", first(4)},
		{pods5, "start=12", "fewer unserved", less(share)},
		{pods5, "start=12", "12 units at the beginning", first(12)},
		{pods5, "target=20%", "shorter lag", less(lag)},
		{pods5, "target.cpu=90%", "longer lag", more(lag)},
		{pods5, "tolerance=150%", "never recovers: all of the CPU is within it", func(with, _ Outcome) bool { return math.IsInf(lag(with), 1) }},
		{pods5, "sync=60s", "longer lag", more(lag)},
		{pods5, "up=20%/15s", "longer lag", more(lag)},
		{pods5, "up=20%/15s+20/15s", "as without: 20 are as good as 100 %", func(with, without Outcome) bool { return lag(with) == lag(without) }},
		{pods5, "up=20%/15s+20/15s,up.select=min", "longer lag", more(lag)},
		{pods5, "up.select=disabled", "never recovers", func(with, _ Outcome) bool { return math.IsInf(lag(with), 1) }},
		{pods5, "up.stabilization=60s", "longer lag", more(lag)},
		{pods5, "up.tolerance=150%", "more unserved: 100 % of a target of 50 % is within it", more(share)},
		{pods5, "ready=1s", "shorter lag", less(lag)},
		{pods5, "ready=2x", "longer lag", more(lag)},
		{pods5, "boot=0.5x", "shorter lag", less(lag)},
		{pods5, "boot=200s", "longer lag", more(lag)},
		{pods5, "cold=30s", "longer lag", more(lag)},
		{pods5, "nodes=10", "shorter lag", less(lag)},
		{pods5, "zone_lost=1/2@2m", "more unserved", more(share)},
		{pods5, "zone_lost=1/2@2m,replaced=0s", "more unserved", more(share)},
		{pods5, "capacity=1.2x", "fewer unserved", less(share)},
		{pods5, "metric=requests:80/s", "shorter lag than by CPU", less(lag)},
		{pods5, "metric=total:80/s", "shorter lag than by CPU", less(lag)},
		{pods5, "metric=cpu:20%", "shorter lag", less(lag)},
		{pods5, "metric=requests:80/s,target=40/s", "shorter lag", less(lag)},
		{pods5, "metric=schedule:25", "none unserved", none},
		{pods5, "metric=schedule:25@-10m..30m", "none unserved", none},
		{pods5, "metric=schedule:25@-10m..10s", "more unserved: it is over too soon", more(share)},
		{pods5, "metric=schedule:25@1m..30m", "fewer unserved, though it comes late", less(share)},

		{group5, "min=25", "none unserved", none},
		{group5, "max=10", "more unserved", more(share)},
		{group5, "start=10", "fewer unserved", less(share)},
		{group5, "target=20/s", "fewer unserved", less(share)},
		{group5, "boot=0.5x", "shorter lag", less(lag)},
		{group5, "boot=300s", "longer lag", more(lag)},
		{group5, "cold=60s", "longer lag", more(lag)},
		{group5, "cooldown=10m,target=150/s", "more unserved: one change in all", more(share)},
		{group5, "warmup=10m", "more unserved: what warms up is not measured", func(with, without Outcome) bool { return share(with) >= share(without) }},
		{group5, "zone_lost=40%@3m", "more unserved", more(share)},
		{group5, "capacity=2x", "fewer unserved", less(share)},
		{group5, "metric=cpu:50%", "more unserved: CPU saturates", more(share)},
		{group5, "metric=schedule:25", "none unserved", none},
		{group5, "metric=schedule:25@10s..30m", "fewer unserved", less(share)},

		{still5, "start=25", "none unserved", none},
		{still5, "capacity=5x", "none unserved", none},
		{still5, "zone_lost=20%@0s", "more unserved", more(share)},
	} {
		m, d := c.model(), spike(10*time.Minute)
		before, after := play(t, m, d), play(t, with(t, m, c.settings), d)
		if !c.effect(after, before) {
			t.Errorf("%s: share %.4f and lag %.0f s, %.4f and %.0f s without; want %s", c.settings, share(after), lag(after), share(before), lag(before), c.name)
		}
	}
}

// Half a minute of ten times the traffic: what scales by CPU sees at most all of
// it, and so needs one generation more than what counts requests; a schedule needs
// none.
func TestMetricsRanked(t *testing.T) {
	m := with(t, pods5(), "nodes=30")
	var shares, lags []float64
	for _, metric := range []string{"schedule:25", "requests:80/s", "cpu:50%", "cpu:70%"} {
		o := play(t, with(t, m, "metric="+metric), spike(15*time.Minute))
		shares, lags = append(shares, share(o)), append(lags, lag(o))
	}
	if !slices.IsSorted(shares) || !slices.IsSorted(lags) || shares[0] != 0 || lags[1] > 0.8*lags[2] {
		t.Errorf("shares = %.4f, lags = %.0f s; want them rising from 0, and requests well before CPU", shares, lags)
	}
}

// What a setting does to the model itself, where an outcome would hardly show it.
func TestWhatSettingsChange(t *testing.T) {
	for _, c := range []struct {
		model    func() *Model
		settings string
		change   func(m *Model, f *simulation.Fleet, known *Fleet)
	}{
		{pods5, "min=20,max=30", func(_ *Model, f *simulation.Fleet, known *Fleet) {
			f.Pods.HPA.Min, f.Pods.HPA.Max, f.Start, f.Pods.Nodes.Start = 20, 30, 20, 5
			known.Min, known.Max, known.Start = new(20), new(30), 20
		}},
		{pods5, "tolerance=5%,sync=30s", func(_ *Model, f *simulation.Fleet, _ *Fleet) {
			f.Pods.HPA.Tolerance, f.Pods.Sync, f.Pods.Phase = 0.05, 30*s, nil
		}},
		{pods5, "up=4/15s+50%/1m,up.stabilization=0s,up.select=max,up.tolerance=0,down.select=disabled", func(_ *Model, f *simulation.Fleet, _ *Fleet) {
			f.Pods.HPA.Behavior = &autoscale.Behavior{
				ScaleUp: &autoscale.Rules{Stabilization: new(time.Duration(0)), Select: autoscale.SelectMax, Tolerance: new(0.0),
					Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 4, Period: 15 * s}, {Type: autoscale.Percent, Value: 50, Period: time.Minute}}},
				ScaleDown: &autoscale.Rules{Select: autoscale.SelectDisabled},
			}
		}},
		{pods5, "down=10%/1m,down.stabilization=5m,down.tolerance=20%", func(_ *Model, f *simulation.Fleet, _ *Fleet) {
			f.Pods.HPA.Behavior.ScaleDown = &autoscale.Rules{Stabilization: new(5 * time.Minute), Tolerance: new(0.2),
				Policies: []autoscale.Policy{{Type: autoscale.Percent, Value: 10, Period: time.Minute}}}
		}},
		{pods5, "cold=20s,ready=10s", func(_ *Model, f *simulation.Fleet, known *Fleet) {
			f.Pods.Start = simulation.Delay{{10 * s}, {20 * s}}
			known.Pod, known.Balancer = []time.Duration{10 * s}, []time.Duration{20 * s}
		}},
		{pods5, "ready=0.5x,boot=2x", func(_ *Model, f *simulation.Fleet, known *Fleet) {
			f.Pods.Start = simulation.Delay{{12 * s, 15 * s, 18 * s}, {s}}
			f.Pods.Nodes.Boot = simulation.Delay{{120 * s, 160 * s}}
			known.Pod = []time.Duration{12500 * time.Millisecond, 15500 * time.Millisecond, 18500 * time.Millisecond}
			known.Balancer, known.Node = []time.Duration{s}, []time.Duration{120 * s, 160 * s}
		}},
		{pods5, "capacity=2x", func(_ *Model, f *simulation.Fleet, _ *Fleet) {
			f.PerUnit, f.CPU.Request = []simulation.Rate{{Sustained: 320, Saturation: 400}}, 1.0/320
		}},
		{pods5, "metric=cpu:60%", func(_ *Model, f *simulation.Fleet, _ *Fleet) { f.Pods.Metrics[0].Target = 0.6 }},
		{pods5, "target=70%,metric=cpu:60%", func(_ *Model, f *simulation.Fleet, _ *Fleet) { f.Pods.Metrics[0].Target = 0.7 }},
		{pods5, "metric=requests:3k/m", func(m *Model, f *simulation.Fleet, known *Fleet) {
			f.Pods.Metrics = []simulation.Metric{{Kind: simulation.PerUnit, Target: 50, Every: 15 * s, Window: 15 * s}}
			known.Metrics = []string{"requests"}
			m.Assumed = []string{"hpa/default/web: its metric requests is read every 15s over 15s, and seen at once"}
		}},
		{group5, "metric=cpu:50%,warmup=90s,cooldown=2m", func(m *Model, f *simulation.Fleet, known *Fleet) {
			f.Group.Policies = []simulation.Policy{{Tracking: &autoscale.Tracking{Target: 0.5}, Metric: simulation.Metric{Delay: time.Minute}}}
			f.Group.Warmup, f.Group.Cooldown = 90*s, 2*time.Minute
			m.Assumed = []string{"asg/web-prod: AWS itself applies a cooldown only to simple policies and to changes by hand, and target tracking and steps go by the warmup: here every decision waits 2m0s after the last"}
			known.Metrics = []string{"cpu"}
		}},
		{group5, "cooldown=0s", func(*Model, *simulation.Fleet, *Fleet) {}}, // as AWS has it
		{group5, "metric=schedule:20@1m..9m", func(_ *Model, f *simulation.Fleet, known *Fleet) {
			f.Group.Policies = nil
			f.Orders = []simulation.Order{{At: time.Minute, Late: actionsLate, Min: new(20)}, {At: 9 * time.Minute, Late: actionsLate, Min: new(5)}}
			known.Metrics = []string{"schedule"}
		}},
		{group5, "boot=2x,cold=10s", func(_ *Model, f *simulation.Fleet, known *Fleet) {
			f.Group.Boot, known.Pod, known.Balancer = simulation.Delay{{200 * s, 240 * s}, {10 * s}}, []time.Duration{200 * s, 240 * s}, []time.Duration{10 * s}
		}},
		{group5, "boot=45s", func(_ *Model, f *simulation.Fleet, known *Fleet) {
			f.Group.Boot, known.Pod, known.Balancer = simulation.Fixed(45*s), []time.Duration{45 * s}, []time.Duration{0}
		}},
	} {
		want := c.model()
		c.change(want, &want.Service.Fleets[0], &want.Fleets[0])
		if diff := cmp.Diff(want, with(t, c.model(), c.settings)); diff != "" {
			t.Errorf("%s: the model differs (-want +got):\n%s", c.settings, diff)
		}
	}
}

// Whatever is set, the model it was asked of stays as it was.
func TestWithChangesNothing(t *testing.T) {
	for _, model := range []func() *Model{pods5, group5, still5} {
		m, done := model(), 0
		for _, k := range keys {
			for _, value := range samples {
				if _, err := m.With([]Setting{{Key: k.name, Value: value}}); err == nil {
					done++
				}
			}
		}
		if diff := cmp.Diff(model(), m); diff != "" || done == 0 {
			t.Errorf("%d settings changed %s (-before +after):\n%s", done, m.Fleets[0].Name, diff)
		}
	}
}

// samples are values of every form.
var samples = []string{"20", "50%", "60/s", "30s", "0.5x", "min", "4/15s", "cpu:60%", "requests:50/s", "schedule:20", "schedule:20@1m..2m", "1/3@2m"}

// Every key is of use for some fleet with one of the samples.
func TestEveryKeyCanBeSet(t *testing.T) {
	for _, k := range keys {
		set := 0
		for _, model := range []func() *Model{pods5, group5, still5} {
			for _, value := range samples {
				m := with(t, model(), "zone_lost=1/2@1m") // of which there is something to replace
				if w, err := m.With([]Setting{{Key: k.name, Value: value}}); err == nil && !cmp.Equal(w, m) {
					set++
				}
			}
		}
		if set == 0 {
			t.Errorf("%s changes no fleet with any of %q", k.name, samples)
		}
	}
}

func TestParseSettings(t *testing.T) {
	got, err := ParseSettings(" min = 20 ,target.http/requests of Ingress/shop=60/s,hpa/default/web.v2.up.select=min,hpa/default/target.min.max=3")
	want := []Setting{{"", "min", "20"}, {"", "target.http/requests of Ingress/shop", "60/s"}, {"hpa/default/web.v2", "up.select", "min"}, {"hpa/default/target.min", "max", "3"}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("ParseSettings = %v, %v (-want +got):\n%s", got, err, diff)
	}
}

func TestMistakesInSettings(t *testing.T) {
	for text, want := range map[string]string{
		"":                                `setting 1: "" names nothing (min=20)`,
		"min=20,":                         `setting 2: "" names nothing (min=20)`,
		"min":                             `setting 1: "min" has no value (min=20)`,
		"min=":                            `setting 1: "min" has no value (min=20)`,
		"min\n=20":                        `setting 1: "min\n=20" has a character that cannot be printed`,
		"mn=20":                           `setting 1: unknown setting "mn" (did you mean min?)`,
		"up.stabilisation=5s":             `setting 1: unknown setting "up.stabilisation" (did you mean up.stabilization?)`,
		"hpa/default/web.mn=20":           `setting 1: unknown setting "mn" (did you mean min?)`,
		"hpa/default/web=20":              `setting 1: "hpa/default/web" names no setting (hpa/default/web.min=20)`,
		"colourfulness=5":                 `setting 1: unknown setting "colourfulness" (known: min, max, start, metric, target, tolerance, sync, up, up.stabilization, up.select, up.tolerance, down, down.stabilization, down.select, down.tolerance, ready, boot, cold, warmup, cooldown, nodes, nodes.min, nodes.max, zone_lost, replaced, capacity)`,
		"target.=50%":                     `setting 1: unknown setting "target." (did you mean target?)`,
		"min=2.5":                         `setting 1: min "2.5" is not a whole number from 0`,
		"min=-1":                          `setting 1: min "-1" is not a whole number from 0`,
		"max=9999999999999999999":         `setting 1: max "9999999999999999999" is not a whole number from 1`,
		"target=0":                        `setting 1: target "0" is not a share above 0 such as 50%, or a rate above 0 such as 60/s`,
		"tolerance=0":                     `setting 1: tolerance "0" is not a ratio such as 20% or 0.2, above 0`,
		"sync=15":                         `setting 1: sync "15" is not a duration such as 90s or 5m, at least 1s`,
		"sync=10ms":                       `setting 1: sync "10ms" is not a duration such as 90s or 5m, at least 1s`,
		"metric=cpu":                      `setting 1: metric "cpu" is not a metric and what it aims at: cpu:60%, requests:50/s, total:50/s, schedule:20 or schedule:20@-10m..30m`,
		"metric=requests":                 `setting 1: metric "requests" is not a metric and what it aims at: cpu:60%, requests:50/s, total:50/s, schedule:20 or schedule:20@-10m..30m`,
		"metric=requests:60%":             `setting 1: metric "requests:60%" is not a metric`,
		"metric=schedule:20@5m..1m":       `setting 1: metric "schedule:20@5m..1m" is not a metric`,
		"metric=schedule:20@-9m..-1m":     `setting 1: metric "schedule:20@-9m..-1m" is not a metric`,
		"metric=schedule:0":               `setting 1: metric "schedule:0" is not a metric`,
		"up=100%":                         `setting 1: up "100%" is not policies such as 100%/15s+4/15s (percent or units in a period of 1s to 30m)`,
		"up=0/15s":                        `setting 1: up "0/15s" is not policies`,
		"up=4/1h":                         `setting 1: up "4/1h" is not policies`,
		"up=4/1500ms":                     `setting 1: up "4/1500ms" is not policies`,
		"up.stabilization=2h":             `setting 1: up.stabilization "2h" is not a duration such as 90s or 5m, at most 1h`,
		"down.select=none":                `setting 1: down.select "none" is not min, max or disabled`,
		"ready=0x":                        `setting 1: ready "0x" is not a duration such as 45s, or a factor such as 0.5x`,
		"ready=200h":                      `setting 1: ready "200h" is not a duration`,
		"zone_lost=1/3":                   `setting 1: zone_lost "1/3" is not a share of the units and when they go, such as 1/3@2m`,
		"zone_lost=4/3@2m":                `setting 1: zone_lost "4/3@2m" is not a share`,
		"capacity=120%":                   `setting 1: capacity "120%" is not a factor such as 1.2x, from 0.001x to 1000x`,
		"mn=20,boot=1":                    "setting 1: unknown setting \"mn\" (did you mean min?)\nsetting 2: boot \"1\" is not a duration such as 45s",
		"min=" + strings.Repeat("9", 100): `setting 1: min "` + strings.Repeat("9", 60) + `" is not`,
	} {
		if got, err := ParseSettings(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("ParseSettings(%q) = %v, %v; want %s", text, got, err, want)
		}
	}
}

func TestSettingsRefused(t *testing.T) {
	small := func() *Model {
		m := pods5()
		p := m.Service.Fleets[0].Pods
		p.Quota, p.Nodes.Max = 30, 5
		return m
	}
	noCPU := func(m *Model) func() *Model {
		return func() *Model { m.Service.Fleets[0].CPU.Request = 0; return m }
	}
	bare := func() *Model {
		m := pods5()
		p := m.Service.Fleets[0].Pods
		p.Nodes, p.Start, p.Metrics = nil, nil, nil
		return m
	}
	two := func() *Model {
		m := pods5()
		p := m.Service.Fleets[0].Pods
		p.Metrics = append(p.Metrics, simulation.Metric{Kind: simulation.PerUnit, Target: 80}, simulation.Metric{Kind: simulation.Cron})
		m.Fleets[0].Metrics = []string{"cpu", "http_requests", "cron"}
		return m
	}
	inCores := func() *Model {
		m := pods5()
		m.Fleets[0].OwnUnit = true
		return m
	}
	for _, c := range []struct {
		model          func() *Model
		settings, want string
	}{
		{pods5, "hpa/default/wob.min=20", `setting 1: hpa/default/wob.min=20: no fleet "hpa/default/wob" (did you mean hpa/default/web?)`},
		{pods5, "db.min=20", `setting 1: db.min=20: no fleet "db" (known: hpa/default/web)`},
		{pods5, "min=20,min=30", `setting 2: min=30: setting 1 says it already`},
		{pods5, "min=20,hpa/default/web.min=30", `setting 2: hpa/default/web.min=30: setting 1 says it already`},
		{pods5, "warmup=10s", `setting 1: warmup=10s: hpa/default/web is scaled by an HPA: set ready instead`},
		{group5, "ready=10s", `setting 1: ready=10s: asg/web-prod is an Auto Scaling group: set boot instead`},
		{group5, "sync=10s", `setting 1: sync=10s: asg/web-prod is an Auto Scaling group: it takes min, max, start, metric, target, boot, cold, warmup, cooldown, zone_lost, replaced, capacity`},
		{still5, "min=10", `setting 1: min=10: hpa/default/db is scaled by nothing: it takes start, zone_lost, capacity`},
		{still5, "ready=10s", `setting 1: ready=10s: hpa/default/db is scaled by nothing: it takes start, zone_lost, capacity`},
		{pods5, "replaced=30s", `setting 1: replaced=30s: no zone is lost: set zone_lost too, such as zone_lost=1/3@2m`},
		{still5, "zone_lost=1/3@2m,replaced=30s", `setting 2: replaced=30s: hpa/default/db is scaled by nothing: it takes start, zone_lost, capacity`},
		{pods5, "min=0", `setting 1: min=0: the min of hpa/default/web is at least 1`},
		{pods5, "min=101", `setting 1: min=101: min 101 is above max 100: set both`},
		{pods5, "max=4", `setting 1: max=4: min 5 is above max 4: set both`},
		{pods5, "start=101", `setting 1: start=101: 101 units are above max 100: set max too`},
		{pods5, "start=4", `setting 1: start=4: 4 units at the start are below min 5`},
		{pods5, "metric=schedule:200", `setting 1: metric=schedule:200: 200 units are above max 100: set max too`},
		{small, "min=31", `setting 1: min=31: 31 units are more than the quota allows: 30`},
		{small, "min=21", `setting 1: min=21: the 21 pods at the start need 6 nodes, of which there are at most 5`},
		{small, "nodes=6", `setting 1: nodes=6: there are at most 5 nodes`},
		{pods5, "nodes=1", `setting 1: nodes=1: the 5 pods at the start need 2 nodes, not 1`},
		{bare, "nodes=3", `setting 1: nodes=3: nothing is known of the nodes that hpa/default/web stands on: observe their group too (asg)`},
		{bare, "boot=3s", `setting 1: boot=3s: nothing is known of the nodes`},
		{bare, "ready=2x", `setting 1: ready=2x: nothing tells how long it takes hpa/default/web: say it, such as 45s`},
		{bare, "target=50%", `setting 1: target=50%: hpa/default/web follows no metric with a target: metric=cpu:60% gives it one`},
		{bare, "target.cpu=50%", `setting 1: target.cpu=50%: hpa/default/web has no metric "cpu" with a target (it has: none)`},
		{two, "target=50%", `setting 1: target=50%: hpa/default/web has several metrics (cpu, http_requests): name one, as in target.cpu`},
		{two, "target.cron=50%", `setting 1: target.cron=50%: hpa/default/web has no metric "cron" with a target (it has: cpu, http_requests)`},
		{two, "target.http_requests=50%", `setting 1: target.http_requests=50%: the target of http_requests is a rate such as 60/s`},
		{pods5, "target=50/s", `setting 1: target=50/s: the target of cpu is a share such as 50%`},
		{inCores, "target=50%", `setting 1: target=50%: the target of cpu is an averageValue, in a unit that no setting has`},
		{inCores, "metric=cpu:60%", `setting 1: metric=cpu:60%: what hpa/default/web uses is known in the unit of its averageValue, and not as a share of what a unit requests: rehearse with averageUtilization in its HPA`},
		{noCPU(pods5()), "metric=cpu:60%", `setting 1: metric=cpu:60%: how the CPU of hpa/default/web grows with its requests is not known: rehearse with a CPU metric in its HPA too; its target may be too high to ever scale`},
		{noCPU(group5()), "metric=cpu:60%", `setting 1: metric=cpu:60%: how the CPU of asg/web-prod grows with its requests is not known: rehearse with a policy on its CPU too; its target may be too high to ever scale`},
		{group5, "metric=total:50/s", `setting 1: metric=total:50/s: asg/web-prod is a group, which follows cpu, requests or a schedule`},
	} {
		settings, err := ParseSettings(c.settings)
		if err != nil {
			t.Errorf("ParseSettings(%q) = %v; want it refused by the model alone", c.settings, err)
			continue
		}
		if m, err := c.model().With(settings); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("With(%s) = %v, %v; want %s", c.settings, m, err, c.want)
		}
	}
	if _, err := pods5().With([]Setting{{Key: "mn", Value: "1"}}); err == nil || err.Error() != `setting 1: mn=1: unknown setting "mn" (did you mean min?)` {
		t.Errorf("With(mn=1) = %v; want the key refused", err)
	}
	if _, err := pods5().With([]Setting{{Key: "min", Value: "x"}}); err == nil || err.Error() != `setting 1: min=x: min "x" is not a whole number from 0` {
		t.Errorf("With(min=x) = %v; want the value refused", err)
	}
}

// One of an HPA's metrics by its name.
func TestTargetByName(t *testing.T) {
	m := pods5()
	p := m.Service.Fleets[0].Pods
	p.Metrics = append(p.Metrics, simulation.Metric{Kind: simulation.PerUnit, Target: 80})
	m.Fleets[0].Metrics = nil
	got := with(t, m, "target.requests=60/s,target.cpu=0.4").Service.Fleets[0].Pods.Metrics
	if got[0].Target != 0.4 || got[1].Target != 60 {
		t.Errorf("targets = %g and %g; want 0.4 and 60", got[0].Target, got[1].Target)
	}
}

func TestDescribe(t *testing.T) {
	for text, want := range map[string]string{
		"min=20,target=50%":                     "min 20, target 50 %",
		"hpa/default/web.max=80":                "hpa/default/web: max 80",
		"target.cpu=50%":                        "cpu target 50 %",
		"metric=cpu:60%":                        "by CPU at 60 %",
		"metric=requests:50/s":                  "by requests at 50/s a unit",
		"metric=total:50/s":                     "by all requests over 50/s",
		"metric=schedule:20":                    "20 units by schedule",
		"metric=schedule:1":                     "1 unit by schedule",
		"metric=schedule:20@-10m..30m":          "20 units by schedule from -10m to 30m",
		"up=100%/15s+4/15s,up.stabilization=0s": "up 100 %/15s+4/15s, up.stabilization 0s",
		"ready=10s,boot=0.5x,cold=30s":          "ready 10s, boot 0.5x, cold for 30s",
		"nodes=6,zone_lost=1/3@2m":              "6 nodes, 1/3 lost at 2m",
		"zone_lost=1/3@2m,replaced=30s":         "1/3 lost at 2m, replaced after 30s",
		"nodes=1,nodes.min=1,nodes.max=2":       "1 node, at least 1 node, at most 2 nodes",
		"capacity=1.2x":                         "1.2x capacity",
	} {
		settings, err := ParseSettings(text)
		if got := Describe(settings); err != nil || got != want {
			t.Errorf("Describe(%s) = %q, %v; want %q", text, got, err, want)
		}
	}
}

// What is read is what was written; what is not says which setting is wrong; and no
// model panics on it.
func FuzzParseSettings(f *testing.F) {
	for _, text := range []string{"min=20,target=50%", "hpa/default/web.min=20", "metric=schedule:20@-10m..30m", "up=100%/15s+4/15s,zone_lost=1/3@2m", "mn=20", "target.cpu=5%,,", "hpa/a.b=1", "=", "capacity=0.001x,ready=0.1x", "/\n0=0"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		settings, err := ParseSettings(text)
		if err != nil {
			for line := range strings.Lines(err.Error()) {
				if !strings.HasPrefix(line, "setting ") {
					t.Fatalf("ParseSettings(%q): %q does not name the setting", text, line)
				}
			}
			return
		}
		var parts []string
		for _, s := range settings {
			parts = append(parts, s.String())
		}
		again, err := ParseSettings(strings.Join(parts, ","))
		if diff := cmp.Diff(settings, again); err != nil || diff != "" {
			t.Fatalf("ParseSettings(%q) read again: %v (-first +again):\n%s", text, err, diff)
		}
		if Describe(settings) == "" {
			t.Errorf("Describe(%q) says nothing", text)
		}
		for _, model := range []func() *Model{pods5, group5, still5} {
			m := model()
			w, err := m.With(settings)
			if diff := cmp.Diff(model(), m); diff != "" {
				t.Fatalf("With(%q) changes the model: %s", text, diff)
			}
			if err != nil {
				if !strings.HasPrefix(err.Error(), "setting ") {
					t.Errorf("With(%q): %v does not name the setting", text, err)
				}
				continue
			}
			w.Service.Waves = []simulation.Wave{{Requests: []float64{400}}}
			if _, err := simulation.New(w.Service); err != nil {
				t.Errorf("With(%q) makes a model that cannot be played: %v", text, err)
			}
		}
	})
}

// How long nobody replaces what a zone had is by the kind of the fleet, and said, unless
// it is set; a longer time serves less.
func TestLossesAreNoticedLater(t *testing.T) {
	const minute = time.Minute
	for _, c := range []struct {
		model    func() *Model
		settings string
		want     time.Duration
		says     string
	}{
		{pods5, "zone_lost=1/2@2m", 5*minute + 40*time.Second, "what a lost zone had is replaced 5m40s later: Kubernetes takes a node for lost after 40 s and evicts its pods 300 s after that"},
		{group5, "zone_lost=1/2@2m", 3 * minute, "what a lost zone had is replaced 3m later, when health checks are taken to have failed"},
		{still5, "zone_lost=1/2@2m", 0, ""},
		{pods5, "replaced=30s,zone_lost=1/2@2m", minute / 2, ""},
		{group5, "zone_lost=1/2@2m,replaced=0s", 0, ""},
	} {
		m := with(t, c.model(), c.settings)
		if got := m.Service.Fleets[0].Losses[0].Replaced; got != c.want {
			t.Errorf("%s: replaced after %v; want %v", c.settings, got, c.want)
		}
		if said := strings.Join(m.Assumed, "\n"); !strings.Contains(said, c.says) || c.says == "" && said != "" {
			t.Errorf("%s: assumed %q; want %q", c.settings, said, c.says)
		}
	}
	for _, model := range []func() *Model{pods5, group5} {
		var shares []float64
		for _, after := range []string{"0s", "2m", "4m", "8m"} {
			shares = append(shares, share(play(t, with(t, model(), "zone_lost=1/2@2m,replaced="+after), spike(10*time.Minute))))
		}
		if !slices.IsSorted(shares) || shares[0] == shares[3] {
			t.Errorf("%s: unserved shares = %.4f of zones replaced ever later; want them rising", model().Fleets[0].Name, shares)
		}
	}
}

// A loss that takes all there is, or nothing, is said: a reader expects a part.
func TestLossesOfAllAreSaid(t *testing.T) {
	for _, c := range []struct {
		model    func() *Model
		settings string
		want     []string
	}{
		{still5, "zone_lost=1@30s", []string{"hpa/default/db: the loss at 30 s takes all 5 units, unless there are more then than at the beginning: nothing serves from then on, for nothing scales the fleet"}},
		{still5, "zone_lost=1/3@30s", nil},
		{still5, "start=1,zone_lost=1/3@30s", []string{"hpa/default/db: the loss at 30 s takes the only unit, unless there are more then than at the beginning: nothing serves from then on, for nothing scales the fleet"}},
		{group5, "zone_lost=90%@1m,replaced=0s", []string{"asg/web-prod: the loss at 1m takes all 5 units, unless there are more then than at the beginning: nothing serves until others have come"}},
		{pods5, "zone_lost=3/4@1m,replaced=0s", []string{"hpa/default/web: the loss at 1m takes all 2 nodes, unless there are more then than at the beginning: nothing serves until others have come"}},
		{pods5, "zone_lost=1/2@1m,replaced=0s", nil},
	} {
		m := with(t, c.model(), c.settings)
		if diff := cmp.Diff(c.want, m.Assumed); diff != "" {
			t.Errorf("%s: assumed (-want +got):\n%s", c.settings, diff)
		}
	}
}

// A tolerance holds in both directions: what a behavior said of one is not left over.
func TestToleranceReplacesTheBehaviors(t *testing.T) {
	m := pods5()
	m.Service.Fleets[0].Pods.HPA.Behavior = &autoscale.Behavior{ScaleUp: &autoscale.Rules{Tolerance: new(0.1)}, ScaleDown: &autoscale.Rules{Tolerance: new(0.1)}}
	settings, err := ParseSettings("tolerance=1000%")
	if err != nil {
		t.Fatal(err)
	}
	changed, err := m.With(settings)
	if err != nil {
		t.Fatal(err)
	}
	if still := play(t, changed, spike(5*time.Minute)); share(still) <= share(play(t, m, spike(5*time.Minute))) {
		t.Errorf("unserved share = %g with a tolerance that nothing passes; want more than without", share(still))
	}
}
