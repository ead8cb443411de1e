package prescale

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// evening is a plan for 21:54, held from 21:38 to 22:25.
func evening(t testing.TB) Instants {
	tokyo := in(t, "Asia/Tokyo")
	clock := func(hour, minute int) time.Time { return time.Date(2026, 12, 1, hour, minute, 0, 0, tokyo) }
	return Instants{Apply: clock(21, 38), Verify: clock(21, 49), Air: clock(21, 54), LatestEnd: clock(22, 10), Release: clock(22, 25)}
}

// until is a plan for one instant, held from 16 minutes before to so long after it.
func until(t testing.TB, at, zone string, held time.Duration) Instants {
	t.Helper()
	air, err := ParseAt(at, in(t, zone))
	if err != nil {
		t.Fatal(err)
	}
	return Instants{Apply: air.Add(-16 * minute), Verify: air.Add(-5 * minute), Air: air, LatestEnd: air, Release: air.Add(held)}
}

// paced is an HPA that scales up by rules.
func paced(up autoscale.Rules) *autoscale.HPA {
	return &autoscale.HPA{Min: 1, Max: 1, Behavior: &autoscale.Behavior{ScaleUp: &up}}
}

// writer is what has texts.
type writer interface{ Texts() ([]Text, error) }

const (
	hostileName = `-we'b "$(touch owned)" ${x}%{y}` + "`z`" + `\`
	webARN      = "arn:aws:elasticloadbalancing:ap-northeast-1:123456789012:loadbalancer/app/web/50dc6c495c0c9188"
)

// plans are the changes whose texts are golden and are read by the tools that they are for.
func plans(t testing.TB) map[string]writer {
	when := evening(t)
	return map[string]writer{
		"hpa":              Change{Fleet: "hpa/default/web", Units: 42, Min: new(6), Max: new(60), Instants: when},
		"hpa-beyond-max":   Change{Fleet: "hpa/default/web", Units: 1200, Min: new(6), Max: new(30), Instants: when, Context: "prod tokyo's"},
		"hpa-two-a-minute": Change{Fleet: "hpa/default/web", Units: 60, Min: new(12), Max: new(60), Scaler: paced(autoscale.Rules{Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 2, Period: minute}}}), Instants: when},
		"hpa-disabled":     Change{Fleet: "hpa/default/web", Units: 42, Min: new(6), Max: new(60), Scaler: paced(autoscale.Rules{Select: autoscale.SelectDisabled}), Instants: when},
		"hpa-of-keda":      Change{Fleet: "hpa/shop/keda-hpa-web", Units: 42, Min: new(6), Max: new(30), Instants: when},
		"hpa-midnight":     Change{Fleet: "hpa/default/web", Units: 42, Min: new(6), Max: new(60), Instants: until(t, "2026-12-31T23:54", "Asia/Tokyo", 31*minute)},
		"hpa-clocks-put-back": Change{Fleet: "hpa/default/web", Units: 42, Min: new(6), Max: new(60),
			Instants: until(t, "2026-11-01T00:54", "America/New_York", 61*minute)},
		"asg": Change{Fleet: "asg/web-prod", Region: "ap-northeast-1", Units: 42, Min: new(6), Max: new(60), Instants: when},
		"asg-beyond-max": Change{Fleet: "asg/web-prod", Units: 42, Min: new(6), Max: new(30), Desired: new(8),
			Instants: when, Zone: in(t, "America/New_York")},
		"asg-nodes":         Change{Fleet: "asg/nodes", Units: 9, Min: new(1), Max: new(20), UnderPods: true, Instants: when},
		"asg-hostile":       Change{Fleet: "asg/" + hostileName, Region: "us-west-2", Units: 42, Min: new(0), Max: new(60), Instants: when},
		"elb":               Reservation{Balancer: webARN, Units: 400, Reserved: new(0), Instants: when},
		"elb-few":           Reservation{Balancer: "web", Units: 2, Reserved: new(0), Instants: when},
		"elb-reserved":      Reservation{Balancer: webARN, Units: 1400, Reserved: new(200), Instants: when},
		"elb-name":          Reservation{Balancer: "web", Region: "ap-northeast-1", Units: 400, Reserved: new(0), Instants: when},
		"elb-name-anywhere": Reservation{Balancer: "web", Units: 400, Reserved: new(0), Instants: when},
	}
}

// texts are those of one plan by kind.
func texts(t testing.TB, plan string) map[string]Text {
	t.Helper()
	p, ok := plans(t)[plan]
	if !ok {
		t.Fatalf("there is no plan %q", plan)
	}
	all, err := p.Texts()
	if err != nil || len(all) == 0 {
		t.Fatalf("%s.Texts() = %v, %v; want texts", plan, all, err)
	}
	byKind := map[string]Text{}
	for _, x := range all {
		byKind[x.Kind] = x
	}
	return byKind
}

// late is the part of a text for when its instant has passed.
func late(x Text) string {
	if x.Late == "" {
		return ""
	}
	return "--- late\n" + x.Late + "\n"
}

func TestTexts(t *testing.T) {
	for _, name := range slices.Sorted(maps.Keys(plans(t))) {
		t.Run(name, func(t *testing.T) {
			all, err := plans(t)[name].Texts()
			if err != nil {
				t.Fatal(err)
			}
			var b strings.Builder
			for _, x := range all {
				fmt.Fprintf(&b, "=== %s\n%s\n--- apply\n%s\n%s--- verify\n%s\n--- reverse\n%s\n--- note\n%s\n\n",
					x.Kind, x.Title, x.Apply, late(x), x.Verify, x.Reverse, strings.ReplaceAll(x.Note, ". ", ".\n"))
			}
			file := filepath.Join("testdata", name+".txt")
			if *update {
				if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), b.String()); diff != "" {
				t.Errorf("texts of %s differ (-want +got; -update rewrites them):\n%s", name, diff)
			}
		})
	}
}

// Whoever pastes a text into an HPA that KEDA owns has to know that it does not last.
func TestKubectlWarnsOfKEDA(t *testing.T) {
	if note := texts(t, "hpa")[Kubectl].Note; !strings.Contains(note, "KEDA's operator") {
		t.Errorf("note of kubectl = %q; want that KEDA's operator puts the old values back", note)
	}
}

// A comment is read whole in a terminal; a name has a line to itself.
func TestCommentsAreShort(t *testing.T) {
	for name := range plans(t) {
		for kind, x := range texts(t, name) {
			for line := range strings.Lines(x.Apply + "\n" + x.Reverse) {
				if strings.HasPrefix(line, "#") && len(strings.Fields(line)) > 2 && len(line) > 100 {
					t.Errorf("%s, %s: a comment of %d characters: %s; want at most 100", name, kind, len(line), line)
				}
			}
		}
	}
}

func TestTextsRaiseOnly(t *testing.T) {
	when := evening(t)
	for _, c := range []writer{
		Change{Fleet: "hpa/default/web", Units: 6, Min: new(6), Max: new(60), Instants: when},
		Change{Fleet: "asg/web", Units: 5, Min: new(6), Max: new(60), Instants: when},
		Reservation{Balancer: "web", Units: 200, Reserved: new(200), Instants: when},
	} {
		if got, err := c.Texts(); got != nil || err != nil {
			t.Errorf("%+v.Texts() = %v, %v; want none, for it holds already", c, got, err)
		}
	}
}

func TestTextsRefuse(t *testing.T) {
	when := evening(t)
	late, early, uneven, long := when, when, when, when
	late.Apply, early.Release = when.Verify, when.Air
	uneven.Release, long.Release = when.Release.Add(sec), when.Apply.AddDate(1, 0, 0)
	fleet := func(name string) Change {
		return Change{Fleet: name, Units: 42, Min: new(6), Max: new(60), Instants: when}
	}
	with := func(edit func(*Change)) Change {
		c := fleet("asg/web")
		edit(&c)
		return c
	}
	elb := func(edit func(*Reservation)) Reservation {
		r := Reservation{Balancer: "web", Units: 42, Reserved: new(0), Instants: when}
		edit(&r)
		return r
	}
	for _, c := range []struct {
		plan writer
		want string
	}{
		{fleet(""), "no such fleet (hpa/NAMESPACE/NAME or asg/NAME)"},
		{fleet("web"), "web: no such fleet"},
		{fleet("hpa/web"), "no such fleet"},
		{fleet("hpa/default/"), "no object of Kubernetes is called so"},
		{fleet("hpa/default/web;rm"), "no object of Kubernetes"},
		{fleet("hpa/default/-web"), "no object of Kubernetes"},
		{fleet("hpa/Default/web"), "no object of Kubernetes"},
		{fleet("hpa/a/b/c"), "no object of Kubernetes"},
		{fleet("asg/"), "no group is called so"},
		{fleet("asg/file://secret"), "no colon"},
		{fleet("asg/" + strings.Repeat("x", 256)), "1 to 255 characters"},
		{fleet("asg/a\nb"), `name "a\nb" has characters that cannot be shown`},
		{fleet("asg/a\u202eb"), "cannot be shown"},
		{fleet("asg/a\xff"), "cannot be shown"},
		{with(func(c *Change) { c.Fleet, c.Context = "hpa/default/web", "a\x1b[2J" }), "context \"a\\x1b[2J\" has characters"},
		{with(func(c *Change) { c.Region = "tokyo; ls" }), `no region is called "tokyo; ls"`},
		{with(func(c *Change) { c.Region = "--profile" }), "no region is called"},
		{with(func(c *Change) {
			c.Fleet, c.Scaler = "hpa/shop/keda-hpa-web", paced(autoscale.Rules{Select: autoscale.SelectDisabled})
		}), "hpa/shop/keda-hpa-web: no cron trigger raises it to 42 units, for behavior.scaleUp does not let it grow as far within a day: raise minReplicaCount of its ScaledObject at 2026-12-01 21:38 JST, and put it back to 6 at 2026-12-01 22:25 JST"},
		{with(func(c *Change) { c.Min = nil }), "asg/web: its minimum or maximum without the plan is not known"},
		{with(func(c *Change) { c.Max = nil }), "is not known"},
		{with(func(c *Change) { c.Min = new(-1) }), "minimum -1 and maximum 60 make no sense"},
		{with(func(c *Change) { c.Max = new(5) }), "minimum 6 and maximum 5 make no sense"},
		{with(func(c *Change) { c.Units = 0 }), "0 units are nothing to hold"},
		{with(func(c *Change) { c.Desired = new(5) }), "desired 5 is not between minimum 6 and maximum 60"},
		{with(func(c *Change) { c.Desired = new(61) }), "desired 61 is not between"},
		{with(func(c *Change) { c.Instants = Instants{} }), "an instant is missing"},
		{with(func(c *Change) { c.Instants = late }), "not in the order"},
		{with(func(c *Change) { c.Instants = early }), "not in the order"},
		{with(func(c *Change) { c.Instants = uneven }), "not whole minutes"},
		{with(func(c *Change) { c.Instants = long }), "a year apart"},
		{with(func(c *Change) { c.Region, c.Min = "!", nil }), "no region is called \"!\"\nits minimum"},
		{elb(func(r *Reservation) { r.Balancer = "" }), "no load balancer is called so"},
		{elb(func(r *Reservation) { r.Balancer = "web$(ls)" }), "elb/web$(ls): no load balancer"},
		{elb(func(r *Reservation) { r.Balancer = "arn:aws:s3:::web" }), "no load balancer"},
		{elb(func(r *Reservation) { r.Balancer, r.Region = webARN, "us-east-1" }), "it is in ap-northeast-1, not in us-east-1"},
		{elb(func(r *Reservation) { r.Region = "a b" }), "no region"},
		{elb(func(r *Reservation) { r.Reserved = nil }), "what is reserved without the plan is not known"},
		{elb(func(r *Reservation) { r.Units = 0 }), "0 capacity units instead of 0 make no sense"},
		{elb(func(r *Reservation) { r.Instants = uneven }), "not whole minutes"},
	} {
		if got, err := c.plan.Texts(); got != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v.Texts() = %v, %v; want error %q", c.plan, got, err, c.want)
		}
	}
}

func TestSpan(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to string
		zone     string
		want     string
	}{
		{"one evening", "2026-12-01T12:38:00Z", "2026-12-01T13:25:00Z", "Asia/Tokyo", "from 21:38 to 22:25 JST on 2026-12-01"},
		{"over midnight", "2026-12-01T14:38:00Z", "2026-12-01T15:25:00Z", "Asia/Tokyo", "from 2026-12-01 23:38 to 2026-12-02 00:25 JST"},
		{"over midnight of UTC only", "2026-12-01T23:38:00Z", "2026-12-02T00:25:00Z", "Asia/Tokyo", "from 08:38 to 09:25 JST on 2026-12-02"},
		{"while clocks are put back", "2026-11-01T05:40:00Z", "2026-11-01T06:20:00Z", "America/New_York", "from 2026-11-01 01:40 EDT to 2026-11-01 01:20 EST"},
	} {
		from, _ := time.Parse(time.RFC3339, c.from)
		to, _ := time.Parse(time.RFC3339, c.to)
		if got := span(from, to, in(t, c.zone)); got != c.want {
			t.Errorf("%s: span(%s, %s, %s) = %q; want %q", c.name, c.from, c.to, c.zone, got, c.want)
		}
	}
}
