package scenario

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// labOf reads a scenario whose lab section is text.
func labOf(t *testing.T, text string) world.Config {
	t.Helper()
	s, err := Parse("x.yaml", ".", []byte("name: x\ntraffic: {baseline: 4/s, duration: 10m}\nrequests: [{get: /}]\nobjectives: [{p99: 1s}]\n"+text), Options{Env: noEnv})
	if err != nil {
		t.Fatalf("Parse of\n%s= %v", text, err)
	}
	return *s.Lab
}

// The staging that the reference shows is one, and what its comments say of it is so.
func TestReferenceLab(t *testing.T) {
	text, err := os.ReadFile("../../scenarios/README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(text), "```yaml\nlab:\n")
	example, _, _ := strings.Cut(after, "```")
	if !found {
		t.Fatal("the reference shows no lab")
	}
	c := labOf(t, "lab:\n"+example)
	want := world.Service{
		Concurrency: 4, Mean: 50 * time.Millisecond, Distribution: world.Bimodal, Sigma: 0.5, SlowShare: 0.05, SlowTimes: 10, Queue: 200,
		Contention: 0.03, Coherence: 0.0005, Shared: &world.Shared{Concurrency: 20, Mean: 20 * time.Millisecond, Distribution: world.Exponential},
	}
	if diff := cmp.Diff(want, c.Service); diff != "" {
		t.Errorf("service (-want +got):\n%s", diff)
	}
	if got := [...]any{c.Pods.Fail, c.Pods.Retry, c.Pods.CPULimit, c.HPA.Target, c.Group.Spread, c.Group.Fail}; got != [...]any{0.2, 10 * time.Second, 2.0, 1.5, 0.3, 0.1} {
		t.Errorf("fail, retry, cpu_limit, target, spread, fail = %v; want 0.2, 10s, 2, 1.5, 0.3, 0.1", got)
	}
	bounds := [...]any{*c.Balancer, c.Quotas}
	if want := [...]any{world.Balancer{TargetGroup: "web", Register: 10 * time.Second, Spread: 0.3}, world.Quotas{Pods: 36, VCPUs: 20}}; bounds != want {
		t.Errorf("balancer, quotas = %+v; want %+v", bounds, want)
	}
	faults := world.Faults{
		Kube:          []world.Outage{{At: 3 * time.Minute, For: 20 * time.Second, How: world.Hang}},
		AWS:           []world.Outage{{At: 5 * time.Minute, For: 30 * time.Second, How: world.Throttled}},
		ExpireWatches: 90 * time.Second, Crashes: 0.2,
	}
	if diff := cmp.Diff(faults, c.Faults, cmpopts.EquateApprox(1e-12, 0)); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if mistakes := c.Mistakes(); mistakes != nil {
		t.Errorf("Mistakes() = %v; want none", mistakes)
	}
	if got := float64(c.Service.Concurrency) / c.Service.Mean.Seconds(); got != 80 {
		t.Errorf("one unit saturates at %v/s; want 80/s", got)
	}
	if got := math.Round(float64(c.Service.Shared.Concurrency) / c.Service.Shared.Mean.Seconds()); got != 1000 {
		t.Errorf("what is shared saturates at %v/s; want 1000/s", got)
	}
	saturation := func(n float64) float64 {
		return n / (1 + c.Service.Contention*(n-1) + c.Service.Coherence*n*(n-1))
	}
	// At the peak, sqrt((1-a)/b) = 44.05, two neighbours differ by little: 44 is the best, 45 and all above are less.
	if !(saturation(44) > saturation(43) && saturation(44) > saturation(45) && saturation(45) > saturation(46)) {
		t.Errorf("units saturate at %v, %v, %v, %v times one; want the most at 44", saturation(43), saturation(44), saturation(45), saturation(46))
	}
}

// Without these fields the lab is as it was: nothing fails, is shared or slows down.
func TestLabDefaults(t *testing.T) {
	c := labOf(t, "lab: {hpa: {target: 60%, max: 4}, asg: {max: 2}}")
	if s := c.Service; s.Contention != 0 || s.Coherence != 0 || s.Shared != nil || c.Pods.Fail != 0 || c.Group.Spread != 0 || c.Group.Fail != 0 || c.Pods.CPULimit != 1 {
		t.Errorf("lab = %+v; want no slowdown, nothing shared, no failures, a limit of the request", c)
	}
	if c.Balancer != nil || c.Quotas != (world.Quotas{}) || c.Faults.Kube != nil || c.Faults.AWS != nil || c.Faults.ExpireWatches != 0 || c.Faults.Crashes != 0 {
		t.Errorf("lab = %+v; want no load balancer, no quotas, no faults", c)
	}
	if mistakes := c.Mistakes(); mistakes != nil {
		t.Errorf("Mistakes() = %v; want none", mistakes)
	}
}
