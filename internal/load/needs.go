package load

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// Demand is what decides what a planned load asks of the machine that sends it.
type Demand struct {
	Peak           float64       // most requests in one second, with room for chance where they come at random
	Minute         float64       // the same in one minute
	NewConnections float64       // share of requests on a fresh connection
	TLS            bool          // the target is https
	Loopback       bool          // the target is on this machine
	Inside         bool          // it is the embedded staging, in this process
	Response       time.Duration // the longest that objectives let nearly all requests take; 0: none speaks of it
	Timeout        time.Duration // of one request
	InFlightCap    int
}

// Needs is what a load asks of a machine at its peak.
//
// Requests in flight follow Little's law: L = rate x time, whatever the
// distributions (J. D. C. Little, A proof for the queuing formula L = λW,
// Operations Research 9(3), 1961). The rate is the busiest second's throughout,
// so that L is at most that of a rate which varies.
type Needs struct {
	Demand

	InFlight  float64 // where every answer takes Response; 0 where there is no Response
	Unbounded float64 // where every request times out
	Most      float64 // the same, bounded by the cap: what the machine must be able to hold
	Opened    float64 // new connections a second
	Closing   float64 // sockets in TIME_WAIT, where the kernel keeps each for its 60 s
	OpenFiles float64
	Memory    float64 // bytes
	Cores     float64 // processors kept busy
}

// What sending costs, measured on a machine with 2 cores against a target in a
// process of its own on loopback, at 500 to 6,000 requests a second (at most 2,000
// where each needs a handshake) and with 6,000 requests in flight, and rounded
// up; the benchmarks of cost_test.go measure it again. At the highest rate a
// request takes about half as much of a processor as at the lowest one, so that
// Cores leans to the safe side.
const (
	coreKept   = 200e-6 // processor seconds of a request on a kept connection: 114 to 197 µs
	coreNew    = 350e-6 // on a new one: 181 to 350 µs
	coreNewTLS = 900e-6 // with a full handshake: 618 to 864 µs

	memoryProcess       = 64e6 // bytes of the process itself
	memoryRequest       = 16e3 // of a request in flight: 12.6 kB
	memoryConnection    = 32e3 // of a connection besides: 25.7 kB
	memoryConnectionTLS = 80e3 // of one with TLS: 62.5 kB

	filesProcess = 32 // files open besides connections
)

// A closed connection's port stays taken while this side remembers the
// connection in TIME_WAIT, which is the lot of the side that closes first.
//
// A kept connection is closed once it was idle for 90 s, or by the target before
// that: hardly ever at a peak, and what is kept is never more than what was in
// flight. A fresh one both sides want to close as soon as the answer is there,
// for the request says "Connection: close". Measured on loopback with a Go
// server, this side was first for 22 to 31 % of the plain connections: counted as
// half. With TLS neither side remembers it (0 of 6,000): the target's
// close_notify meets a closed socket, and the reset that answers it ends the
// connection on both sides. A target that leaves closing to this side makes it all
// of either kind; the reading timeline.Ports tells.
const (
	closesFirst    = 0.5
	timeWait       = time.Minute
	timeWaitReused = time.Second // where the kernel may use such a port again
)

// Needs returns what the load asks for.
func (d Demand) Needs() Needs {
	n := Needs{Demand: d, Opened: d.Peak * d.NewConnections}
	n.InFlight = d.Peak * d.Response.Seconds()
	n.Unbounded = d.Peak * d.Timeout.Seconds()
	n.Most = min(n.Unbounded, float64(d.InFlightCap))
	n.Closing = d.closing(timeWait)
	n.OpenFiles = filesProcess + n.Most
	coreOpening, memoryOpen := coreNew, memoryConnection
	if d.TLS {
		coreOpening, memoryOpen = coreNewTLS, memoryConnectionTLS
	}
	n.Memory = memoryProcess + n.Most*(memoryRequest+memoryOpen)
	n.Cores = n.Opened*coreOpening + (d.Peak-n.Opened)*coreKept
	if d.Inside {
		// The other end of each connection, and the work of answering, which
		// costs about two thirds of that of asking.
		n.OpenFiles += n.Most
		n.Memory += n.Most * memoryOpen
		n.Cores *= 5.0 / 3
	}
	return n
}

// closing is how many connections that this side closed within so long it may
// remember.
func (d Demand) closing(remembered time.Duration) float64 {
	if d.TLS {
		return 0
	}
	requests := min(d.Peak*remembered.Seconds(), d.Minute)
	return requests * d.NewConnections * closesFirst
}

// ports is how many ephemeral ports the load takes toward one address of the
// target.
func (n Needs) ports(m Machine) float64 {
	if m.reuses(n.Loopback) {
		return n.Most + n.closing(timeWaitReused)
	}
	return n.Most + n.Closing
}

// reuses is whether a port in TIME_WAIT may serve a new connection after 1 s.
func (m Machine) reuses(loopback bool) bool {
	return m.Reuse == 1 || m.Reuse == 2 && loopback
}

// String returns the needs in lines for a person, each a name in 17 columns and
// its figures.
func (n Needs) String() string {
	var b strings.Builder
	line := func(name, format string, args ...any) {
		fmt.Fprintf(&b, "%-16s %s\n", name, fmt.Sprintf(format, args...))
	}
	line("in flight", "%s", n.inFlightInWords())
	line("connections", "%s", n.connectionsInWords())
	line("generator", "%s", n.generatorInWords())
	return b.String()
}

func (n Needs) generatorInWords() string {
	return fmt.Sprintf("about %s, %s of memory, %s open files", cores(n.Cores), figure.Bytes(n.Memory), upward(n.OpenFiles))
}

func (n Needs) inFlightInWords() string {
	most := upward(n.Most) + " if all time out"
	if n.Unbounded > n.Most {
		most += fmt.Sprintf(" (capped from %s)", upward(n.Unbounded))
	}
	if n.Response == 0 {
		return most
	}
	return fmt.Sprintf("%s at %s each, %s", upward(n.InFlight), figure.ExactDuration(n.Response), most)
}

func (n Needs) connectionsInWords() string {
	open := upward(n.Most) + " open at most"
	if n.Closing == 0 {
		return open
	}
	return fmt.Sprintf("%s, up to %s more in TIME_WAIT", open, upward(n.Closing))
}

// upward writes a count that is at most so many: 4.5 requests are 5.
func upward(n float64) string { return figure.Scaled(math.Ceil(n - 1e-9)) }

// whole writes such a count exactly, to be held against a limit.
func whole(n float64) string { return figure.Count(int64(math.Ceil(n - 1e-9))) }

// cores writes a number of processors, with a decimal below ten.
func cores(n float64) string {
	n = math.Ceil(n*10-1e-9) / 10
	if n == 1 {
		return "1 processor core"
	}
	return figure.Scaled(n) + " processor cores"
}

// Beyond says in sentences what machine m cannot give, and what to do about it;
// what is unknown of m is not held against it.
func (n Needs) Beyond(m Machine) []string {
	var sentences []string
	for _, f := range n.shortages(m) {
		sentences = append(sentences, fmt.Sprintf("%s (%s)", f.Text, f.ToDo))
	}
	return sentences
}

// machine is what findings about the machine that sends are about.
const machine = "this machine"

// Check holds the needs against machine m.
func (n Needs) Check(m Machine) preflight.Check {
	return preflight.Check{Subject: machine, Look: func(context.Context) []preflight.Finding {
		if short := n.shortages(m); len(short) > 0 {
			return short
		}
		return []preflight.Finding{{Subject: machine, Asked: "enough for the load", Text: n.generatorInWords()}}
	}}
}

// shortages are the needs that machine m, or the cap in flight, does not meet.
func (n Needs) shortages(m Machine) []preflight.Finding {
	var short []preflight.Finding
	about := func(subject, asked, toDo, format string, args ...any) {
		short = append(short, preflight.Finding{
			Subject: subject, Asked: asked, Status: preflight.Warning, Text: fmt.Sprintf(format, args...), ToDo: toDo,
		})
	}
	say := func(asked, toDo, format string, args ...any) { about(machine, asked, toDo, format, args...) }
	if n.InFlight > float64(n.InFlightCap) {
		about("caps", "in flight", "raise caps.in_flight",
			"the peak puts about %s requests in flight where each takes %s; the cap allows %s and what is beyond it is dropped",
			upward(n.InFlight), figure.ExactDuration(n.Response), figure.Count(n.InFlightCap))
	}
	if lacks(m.Cores, n.Cores) {
		say("processor", n.lessWork(), "the peak needs about %s; this machine has %s", cores(n.Cores), figure.Scaled(m.Cores))
	}
	if lacks(m.Memory, n.Memory) {
		say("memory", "use a larger machine, or lower caps.in_flight",
			"%s requests in flight need about %s of memory; this machine has %s left",
			upward(n.Most), figure.Bytes(n.Memory), figure.Bytes(m.Memory))
	}
	if lacks(m.OpenFiles, n.OpenFiles) {
		say("open files", "raise ulimit -n, or lower caps.in_flight",
			"%s requests in flight need about %s open files; this process may have %s",
			upward(n.Most), whole(n.OpenFiles), whole(m.OpenFiles))
	}
	if ports := n.ports(m); lacks(m.Ports, ports) {
		say("ports", n.fewerPorts(m), "connections need up to %s ephemeral ports for one address of the target; this machine has %s",
			whole(ports), whole(m.Ports))
	}
	return short
}

// lacks is whether a machine has less than is needed, as far as is known.
func lacks(has, needs float64) bool { return has > 0 && needs > has }

func (n Needs) lessWork() string {
	if n.NewConnections == 0 {
		return "use a larger machine"
	}
	return "use a larger machine, or lower connections.new"
}

func (n Needs) fewerPorts(m Machine) string {
	ways := []string{"widen net.ipv4.ip_local_port_range"}
	if n.Most > m.Ports {
		return ways[0] + ", or lower caps.in_flight"
	}
	if !m.reuses(n.Loopback) {
		ways = append(ways, "set net.ipv4.tcp_tw_reuse=1")
	}
	return strings.Join(append(ways, "or lower connections.new"), ", ")
}
