package load

import (
	"net/http"
	"net/netip"
	"time"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// network is the way to the target: one transport that keeps its connections
// and one that opens a connection for each request, as a viewer does who comes
// for the first time. HTTP/1.1 only; proxies of the environment are not used.
type network struct {
	kept, fresh http.RoundTripper
	share       float64 // of requests on a fresh connection
	dialer      *dialer // nil behind a door
}

// newNetwork returns the way to a plan's target; tell is told where its name
// leads.
func newNetwork(p Plan, tell func(change)) *network {
	n := &network{kept: p.Door, fresh: p.Door, share: p.NewConnections}
	if p.Door == nil {
		n.dialer = newDialer(p.Timeout, p.Resolve, tell)
		n.kept = newTransport(n.dialer, p.Caps.InFlight, false)
		n.fresh = newTransport(n.dialer, p.Caps.InFlight, true)
	}
	return n
}

func newTransport(d *dialer, inFlight int, fresh bool) *http.Transport {
	var http1 http.Protocols
	http1.SetHTTP1(true)
	return &http.Transport{
		DialContext:         d.dial,
		DialTLSContext:      d.dialTLS,
		DisableKeepAlives:   fresh,
		DisableCompression:  true, // bodies are counted, not read
		MaxIdleConnsPerHost: inFlight,
		IdleConnTimeout:     90 * time.Second,
		Protocols:           &http1,
	}
}

// freshSeed begins the random numbers that choose fresh connections; they are
// none of those that choose the request.
const freshSeed = 0xc0ec7

// of returns the transport for arrival n, which depends on n alone.
func (n *network) of(arrival uint64) http.RoundTripper {
	if traffic.Uniform(freshSeed, arrival) < n.share {
		return n.fresh
	}
	return n.kept
}

func (n *network) behindDoor() bool { return n.dialer == nil }

// connections returns how many connections are open.
func (n *network) connections() int {
	if n.behindDoor() {
		return 0
	}
	return n.dialer.open()
}

// follow keeps the addresses of a host's name fresh until done, whether or not
// connections are opened: where the name leads is known before the first request
// is due, and when it leads elsewhere.
func (n *network) follow(host string, done <-chan struct{}) {
	if _, err := netip.ParseAddr(host); err == nil || n.behindDoor() {
		return
	}
	// An answer is old a little after its age; look more often than that.
	look := time.NewTicker(n.dialer.names.age / 4)
	defer look.Stop()
	for {
		n.dialer.names.renew(host)
		select {
		case <-look.C:
		case <-done:
			return
		}
	}
}

// close ends every connection and whatever still dials.
func (n *network) close() {
	if !n.behindDoor() {
		n.dialer.close()
	}
}
