package load

import (
	"container/heap"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Four thousand viewers a second, most of them new, want more than a small
// machine has.
func ExampleNeeds_Beyond() {
	needs := Demand{
		Peak:           4000,
		Minute:         200_000,
		NewConnections: 0.8,
		TLS:            true,
		Response:       800 * time.Millisecond,
		Timeout:        10 * time.Second,
		InFlightCap:    20_000,
	}.Needs()
	fmt.Print(needs)
	for _, sentence := range needs.Beyond(Machine{Cores: 2, Memory: 16e9, OpenFiles: 65_536, Ports: 28_232}) {
		fmt.Println(sentence)
	}
	// Output:
	// in flight        3.2k at 800 ms each, 20k if all time out (capped from 40k)
	// connections      20k open at most
	// generator        about 3.1 processor cores, 1.98 GB of memory, 20k open files
	// the peak needs about 3.1 processor cores; this machine has 2 (use a larger machine, or lower connections.new)
}

// offsets is a heap of instants.
type offsets []float64

func (o offsets) Len() int           { return len(o) }
func (o offsets) Less(i, j int) bool { return o[i] < o[j] }
func (o offsets) Swap(i, j int)      { o[i], o[j] = o[j], o[i] }
func (o *offsets) Push(x any)        { *o = append(*o, x.(float64)) }
func (o *offsets) Pop() any {
	last := (*o)[len(*o)-1]
	*o = (*o)[:len(*o)-1]
	return last
}

// present lets guests come at a rate and stay as long as stay says, and returns
// how many were there on average, counted as each came, once there had been time
// enough for the first to leave.
func present(rate, seconds, warm float64, stay func() float64) float64 {
	random := rand.New(rand.NewPCG(1, 2))
	var leaving offsets
	var sum, counted float64
	for at := random.ExpFloat64() / rate; at < seconds; at += random.ExpFloat64() / rate {
		for len(leaving) > 0 && leaving[0] <= at {
			heap.Pop(&leaving)
		}
		if at > warm {
			sum += float64(len(leaving))
			counted++
		}
		heap.Push(&leaving, at+stay())
	}
	return sum / counted
}

// Little's law holds whatever the spread of response times is: the figures are
// those of a queue counted guest by guest.
func TestLittlesFiguresAgainstASimulation(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	d := Demand{Peak: 300, Minute: 18_000, NewConnections: 0.4, Response: 700 * time.Millisecond, Timeout: 5 * time.Second, InFlightCap: 1e6}
	n := d.Needs()
	for _, tt := range []struct {
		name       string
		got        float64
		rate, warm float64
		stay       func() float64
	}{
		{"InFlight, all alike", n.InFlight, d.Peak, 5, func() float64 { return 0.7 }},
		{"InFlight, exponential", n.InFlight, d.Peak, 10, func() float64 { return 0.7 * random.ExpFloat64() }},
		{"InFlight, one in ten slow", n.InFlight, d.Peak, 10, func() float64 {
			if random.Float64() < 0.1 {
				return 7
			}
			return 0
		}},
		{"Unbounded", n.Unbounded, d.Peak, 10, func() float64 { return 5 }},
		{"Closing", n.Closing, d.Peak * d.NewConnections, 70, func() float64 {
			if random.Float64() < closesFirst {
				return 60
			}
			return 0
		}},
	} {
		want := present(tt.rate, 600, tt.warm, tt.stay)
		if math.Abs(tt.got-want)/want > 0.03 {
			t.Errorf("%s = %.0f; want %.0f as simulated", tt.name, tt.got, want)
		}
	}
}

func TestNeeds(t *testing.T) {
	kept := Demand{Peak: 1000, Minute: 30_000, Timeout: 10 * time.Second, InFlightCap: 4000}
	with := func(change func(*Demand)) Demand {
		d := kept
		change(&d)
		return d
	}
	for _, tt := range []struct {
		name string
		d    Demand
		want Needs // without its Demand
	}{
		{"kept connections", kept,
			Needs{Unbounded: 10_000, Most: 4000, OpenFiles: 4032, Memory: 64e6 + 4000*48e3, Cores: 0.2}},
		{"half new", with(func(d *Demand) { d.NewConnections = 0.5 }),
			Needs{Unbounded: 10_000, Most: 4000, Opened: 500, Closing: 7500, OpenFiles: 4032, Memory: 64e6 + 4000*48e3, Cores: 0.275}},
		{"half new, by TLS", with(func(d *Demand) { d.NewConnections, d.TLS = 0.5, true }),
			Needs{Unbounded: 10_000, Most: 4000, Opened: 500, OpenFiles: 4032, Memory: 64e6 + 4000*96e3, Cores: 0.55}},
		{"an objective of 200 ms", with(func(d *Demand) { d.Response = 200 * time.Millisecond }),
			Needs{InFlight: 200, Unbounded: 10_000, Most: 4000, OpenFiles: 4032, Memory: 64e6 + 4000*48e3, Cores: 0.2}},
		{"a short timeout", with(func(d *Demand) { d.Timeout = time.Second }),
			Needs{Unbounded: 1000, Most: 1000, OpenFiles: 1032, Memory: 64e6 + 1000*48e3, Cores: 0.2}},
		{"the embedded staging", with(func(d *Demand) { d.Inside = true }),
			Needs{Unbounded: 10_000, Most: 4000, OpenFiles: 8032, Memory: 64e6 + 4000*80e3, Cores: 1.0 / 3}},
	} {
		tt.want.Demand = tt.d
		near := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) <= 1e-9*math.Abs(b) })
		if diff := cmp.Diff(tt.want, tt.d.Needs(), near); diff != "" {
			t.Errorf("%s: Needs (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestBeyond(t *testing.T) {
	needs := Demand{Peak: 2000, Minute: 120_000, NewConnections: 0.5, Response: time.Second, Timeout: 10 * time.Second, InFlightCap: 10_000}.Needs()
	ample := Machine{Cores: 8, Memory: 64e9, OpenFiles: 1 << 20, Ports: 64_512}
	for _, tt := range []struct {
		name   string
		change func(*Machine, *Needs)
		want   []string // the start and the end of each sentence
	}{
		{"ample", func(*Machine, *Needs) {}, nil},
		{"unknown", func(m *Machine, _ *Needs) { *m = Machine{} }, nil},
		{"exactly enough", func(m *Machine, n *Needs) {
			m.Cores, m.Memory, m.OpenFiles, m.Ports = n.Cores, n.Memory, n.OpenFiles, n.Most+n.Closing
		}, nil},
		{"cores", func(m *Machine, _ *Needs) { m.Cores = 0.5 },
			[]string{"the peak needs about 0.6 processor cores; this machine has 0.5 (use a larger machine, or lower connections.new)"}},
		{"cores, all kept", func(m *Machine, n *Needs) { m.Cores, n.NewConnections = 0.5, 0 },
			[]string{"the peak needs about 0.6 processor cores; this machine has 0.5 (use a larger machine)"}},
		{"memory", func(m *Machine, _ *Needs) { m.Memory = 500e6 },
			[]string{"10k requests in flight need about 544 MB of memory; this machine has 500 MB left (use a larger machine, or lower caps.in_flight)"}},
		{"files", func(m *Machine, _ *Needs) { m.OpenFiles = 10_000 },
			[]string{"10k requests in flight need about 10,032 open files; this process may have 10,000 (raise ulimit -n, or lower caps.in_flight)"}},
		{"ports", func(m *Machine, _ *Needs) { m.Ports = 28_232 },
			[]string{"connections need up to 40,000 ephemeral ports for one address of the target; this machine has 28,232 (widen net.ipv4.ip_local_port_range, set net.ipv4.tcp_tw_reuse=1, or lower connections.new)"}},
		{"ports used again", func(m *Machine, _ *Needs) { m.Ports, m.Reuse = 28_232, 1 }, nil},
		{"ports used again on loopback only", func(m *Machine, n *Needs) { m.Ports, m.Reuse, n.Loopback = 28_232, 2, true }, nil},
		{"ports for those in flight alone", func(m *Machine, _ *Needs) { m.Ports, m.Reuse = 9000, 1 },
			[]string{"connections need up to 10,500 ephemeral ports for one address of the target; this machine has 9,000 (widen net.ipv4.ip_local_port_range, or lower caps.in_flight)"}},
		{"the cap", func(_ *Machine, n *Needs) { n.InFlightCap = 1500 },
			[]string{"the peak puts about 2k requests in flight where each takes 1 s; the cap allows 1,500 and what is beyond it is dropped (raise caps.in_flight)"}},
	} {
		m, n := ample, needs
		tt.change(&m, &n)
		if diff := cmp.Diff(tt.want, n.Beyond(m)); diff != "" {
			t.Errorf("%s: Beyond (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestEveryLineFitsATerminal(t *testing.T) {
	n := Demand{Peak: 123_456, Minute: 1.23e6, NewConnections: 0.8, Response: 1234 * time.Millisecond, Timeout: 9 * time.Second, InFlightCap: 123_456}.Needs()
	for line := range strings.Lines(n.String()) {
		if got := len([]rune(strings.TrimRight(line, "\n"))); got > 80 {
			t.Errorf("%q has %d columns; want 80 at most", line, got)
		}
	}
}
