package autoscale_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

func ExampleSpec_Text() {
	none := time.Duration(0)
	text, _ := autoscale.Spec{HPA: &autoscale.HPASpec{
		HPA: autoscale.HPA{Min: 2, Max: 20, Behavior: &autoscale.Behavior{ScaleUp: &autoscale.Rules{
			Stabilization: &none, Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 4, Period: 15 * time.Second}},
		}}},
		Metrics: []autoscale.MetricSpec{{Name: "cpu", Kind: autoscale.OfRequest, Target: 0.6}},
	}}.Text()
	fmt.Println(text)
	spec, _ := autoscale.ParseSpec(text)
	fmt.Println(spec.HPA.Max, *spec.HPA.Behavior.ScaleUp.Stabilization, spec.HPA.Behavior.ScaleUp.Policies[0].Period)
	// Output:
	// {"hpa":{"min":2,"max":20,"behavior":{"up":{"stabilization":0,"policies":[{"type":"Pods","value":4,"period":15}]}},"metrics":[{"name":"cpu","kind":"utilisation","target":0.6}]}}
	// 20 0s 15s
}

// specs are of every form, by name, each with what its JSON must hold.
var specs = []struct {
	name  string
	spec  autoscale.Spec
	holds []string
}{
	{"bare hpa", autoscale.Spec{HPA: &autoscale.HPASpec{HPA: autoscale.HPA{Min: 1, Max: 3}}},
		[]string{`{"hpa":{"min":1,"max":3,"metrics":[]}}`}},
	{"hpa of all", autoscale.Spec{HPA: &autoscale.HPASpec{
		HPA: autoscale.HPA{Min: 1, Max: 3, Tolerance: 0.05, Stabilization: 90 * time.Second, Behavior: &autoscale.Behavior{
			ScaleUp: &autoscale.Rules{Select: autoscale.SelectMin, Tolerance: new(0.0), Policies: []autoscale.Policy{
				{Type: autoscale.Percent, Value: 100, Period: 1500 * time.Millisecond}, {Type: autoscale.Pods, Value: 4, Period: time.Minute}}},
			ScaleDown: &autoscale.Rules{Stabilization: new(5 * time.Minute), Select: autoscale.SelectDisabled},
		}},
		Metrics: []autoscale.MetricSpec{
			{Name: "cpu", Kind: autoscale.OfRequest, Target: 0.7}, {Name: "requests", Kind: autoscale.OfPod, Target: 12.5},
			{Name: "queue{name=orders}", Kind: autoscale.OfTotal, Target: 30}, {Name: "lag of Kafka/shop", Kind: autoscale.OfValue, Target: 2},
		},
		Unread: []string{"a metric of a type that onair does not know"},
	}}, []string{`"tolerance":0.05,"stabilization":90`, `"tolerance":0}`, `"period":1.5}`, `"select":"Min"`,
		`"down":{"stabilization":300,"select":"Disabled"}`, `"kind":"total"`, `"kind":"value"`}},
	{"bare group", autoscale.Spec{Group: &autoscale.GroupSpec{}},
		[]string{`{"group":{"min":0,"max":0,"cooldown":0,"policies":[],"scheduled":[]}}`}},
	{"group of all", autoscale.Spec{Group: &autoscale.GroupSpec{
		Min: 2, Max: 40, Cooldown: 5 * time.Minute,
		Policies: []autoscale.PolicySpec{
			{Name: "cpu", Type: "TargetTrackingScaling", Metric: autoscale.CPU, Warmup: 2 * time.Minute, Tracking: &autoscale.Tracking{
				Target: 0.5, Out: autoscale.AlarmOut, In: autoscale.Alarm{Periods: 15, Period: 10 * time.Second}, DisableScaleIn: true, InBelow: 0.8}},
			{Name: "steps", Type: "StepScaling", Metric: autoscale.EC2CPU, Statistic: "Maximum", Off: true, Stepped: &autoscale.Stepped{
				Threshold: 60, Below: true, EdgeBelow: true, Alarm: autoscale.Alarm{Periods: 2, Period: time.Minute}, Type: autoscale.PercentChangeInCapacity, Least: 2,
				Steps: []autoscale.Step{{From: math.Inf(-1), To: -20, Adjust: -50}, {From: -20, To: 0, Adjust: -10}, {From: 0, To: math.Inf(+1), Adjust: 10}}}},
			{Name: "seer", Type: "PredictiveScaling"},
		},
		Scheduled: []autoscale.Scheduled{
			{Name: "evening", At: time.Date(2026, 12, 1, 21, 38, 0, 0, time.FixedZone("JST", 9*3600)), Min: new(42), Desired: new(42)},
			{Name: "night", At: time.Date(2026, 12, 1, 14, 0, 0, 0, time.UTC), Min: new(0), Max: new(40)},
			{Name: "every night", At: time.Date(2026, 12, 1, 13, 0, 0, 0, time.UTC), Recurrence: "0 22 * * *", Zone: "Asia/Tokyo", End: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC), Min: new(2)},
		},
		Unread: []string{"scheduled actions: access denied"},
	}}, []string{`"cooldown":300`, `"warmup":120`, `"in":{"periods":15,"period":10},"disable_scale_in":true,"in_below":0.8`,
		`[{"to":-20,"adjust":-50},{"from":-20,"to":0,"adjust":-10},{"from":0,"adjust":10}]`,
		`{"name":"evening","at":"2026-12-01T21:38:00+09:00","min":42,"desired":42}`, `"min":0,"max":40`, `"off":true`,
		`{"name":"every night","at":"2026-12-01T13:00:00Z","recurrence":"0 22 * * *","zone":"Asia/Tokyo","end":"2027-01-01T00:00:00Z","min":2}`,
		`"metric":"AWS/EC2 CPUUtilization","statistic":"Maximum"`, `"below":true,"edge_below":true`}},
}

func TestSpecRoundTrips(t *testing.T) {
	for _, c := range specs {
		text, err := c.spec.Text()
		if err != nil {
			t.Errorf("%s: Text() = %v; want nil", c.name, err)
			continue
		}
		for _, part := range c.holds {
			if !strings.Contains(text, part) {
				t.Errorf("%s: Text() = %s; want %s in it", c.name, text, part)
			}
		}
		got, err := autoscale.ParseSpec(text)
		if err != nil {
			t.Errorf("%s: ParseSpec(%s) = %v; want nil", c.name, text, err)
		}
		if diff := cmp.Diff(c.spec, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: ParseSpec(Text()) differs (-want +got):\n%s", c.name, diff)
		}
	}
}

// A limit, a target or a word that no algorithm could play is an error that names it.
func TestParseSpecErrors(t *testing.T) {
	policy := func(of string) string { return `{"group":{"min":1,"max":2,"policies":[{"name":"p",` + of + `}]}}` }
	rules := func(of string) string { return `{"hpa":{"min":1,"max":2,"behavior":{"up":{` + of + `}}}}` }
	for _, c := range []struct{ text, want string }{
		{``, "unexpected end of JSON input"},
		{`{}`, "neither hpa nor group is there"},
		{`{"hpa":{"min":1,"max":2},"group":{}}`, "both hpa and group are there: a fleet has one of them"},
		{`{"hpa":{"min":3,"max":2}}`, "min 3, max 2: not 0 <= min <= max"},
		{`{"group":{"min":-1,"max":2}}`, "min -1, max 2: not 0 <= min <= max"},
		{`{"group":{"cooldown":10000000000}}`, "10000000000 is no number of seconds"},
		{`{"group":{"cooldown":"5m"}}`, `"5m" is no number of seconds`},
		{`{"group":{"cooldown":-1}}`, "cooldown: -1 is below 0"},
		{`{"hpa":{"min":1,"max":2,"tolerance":-0.1}}`, "tolerance: -0.1 is below 0"},
		{`{"hpa":{"min":1,"max":2,"metrics":[{"name":"cpu","kind":"median","target":1}]}}`, `metric cpu: kind: "median" is not utilisation, average, total, value`},
		{`{"hpa":{"min":1,"max":2,"metrics":[{"name":"cpu","kind":"average"}]}}`, "metric cpu: its target 0 is not above 0"},
		{rules(`"select":"Best"`), `behavior.up.select: "Best" is not Max, Min, Disabled`},
		{rules(`"stabilization":-1`), "behavior.up.stabilization: -1 is below 0"},
		{rules(`"policies":[{"type":"Nodes"}]`), `behavior.up.policies: type: "Nodes" is not Pods, Percent`},
		{policy(`"tracking":{"target":0}`), "policy p: its target 0 is not above 0"},
		{policy(`"tracking":{"target":1,"out":{"periods":-3}}`), "policy p: out.periods: -3 is below 0"},
		{policy(`"tracking":{"target":1},"stepped":{"type":"ExactCapacity"}`), "policy p: both tracking and stepped are there: a policy is one of them"},
		{policy(`"stepped":{"type":"Doubling"}`), `policy p: adjustment: "Doubling" is not ChangeInCapacity, PercentChangeInCapacity, ExactCapacity`},
		{policy(`"stepped":{"type":"ExactCapacity","steps":[{"from":2,"to":2}]}`), "policy p: a step from 2 to 2 is none"},
		{policy(`"warmup":-1`), "policy p: warmup: -1 is below 0"},
		{`{"group":{"scheduled":[{"name":"evening"}]}}`, "scheduled action evening: it has no time"},
	} {
		if _, err := autoscale.ParseSpec(c.text); err == nil || !strings.HasPrefix(err.Error(), "scaler spec: ") || !strings.HasSuffix(err.Error(), c.want) {
			t.Errorf("ParseSpec(%s) = %v; want scaler spec: … %s", c.text, err, c.want)
		}
	}
}

func TestSpecThatHasNoText(t *testing.T) {
	s := autoscale.Spec{Group: &autoscale.GroupSpec{Policies: []autoscale.PolicySpec{{Tracking: &autoscale.Tracking{Target: math.NaN()}}}}}
	if text, err := s.Text(); err == nil {
		t.Errorf("Text() with a target of NaN = %s; want an error", text)
	}
}

// What was read is written so that it is read again the same, and durations are numbers of seconds.
func FuzzSpec(f *testing.F) {
	for _, c := range specs {
		text, err := c.spec.Text()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		spec, err := autoscale.ParseSpec(text)
		if err != nil {
			return
		}
		written, err := spec.Text()
		if err != nil {
			t.Fatalf("ParseSpec(%q).Text() = %v; want nil", text, err)
		}
		again, err := autoscale.ParseSpec(written)
		if err != nil {
			t.Fatalf("ParseSpec(%s), which Text wrote, = %v; want nil", written, err)
		}
		if diff := cmp.Diff(spec, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("ParseSpec(%s) differs from what was written (-want +got):\n%s", written, diff)
		}
	})
}

// Any duration of whole nanoseconds comes back as it was.
func FuzzSpecDurations(f *testing.F) {
	f.Add(int64(300 * time.Second))
	f.Add(int64(1))
	f.Add(int64(math.MaxInt64))
	f.Fuzz(func(t *testing.T, n int64) {
		want := time.Duration(n)
		if want < 0 {
			return // the parser refuses it
		}
		text, err := autoscale.Spec{Group: &autoscale.GroupSpec{Cooldown: want}}.Text()
		if err != nil {
			t.Fatal(err)
		}
		got, err := autoscale.ParseSpec(text)
		if err != nil || got.Group.Cooldown != want {
			t.Errorf("ParseSpec(%s) = %v, %v; want a cooldown of %v", text, got, err, want)
		}
		var read struct{ Group struct{ Cooldown float64 } }
		if err := json.Unmarshal([]byte(text), &read); err != nil || math.Abs(read.Group.Cooldown-float64(n)/1e9) > 1e-15*read.Group.Cooldown {
			t.Errorf("cooldown in %s = %v, %v; want %v s", text, read.Group.Cooldown, err, float64(n)/1e9)
		}
	})
}
