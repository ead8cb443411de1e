package load

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// How long the steps of a probe may take; together less than a preflight may.
const (
	probeResolve = 3 * time.Second
	probeConnect = 3 * time.Second // handshake included
	probeAnswer  = 2 * time.Second
)

// Checks look at the target from where the load will come. What they find to be
// refused for safety has a cause that wraps ErrRefused. Behind a door there is
// nothing to look at.
func (p Plan) Checks() []preflight.Check {
	if p.Door != nil || p.Target == nil {
		return nil
	}
	probe := &probe{
		target:    p.Target,
		userAgent: cmp.Or(p.UserAgent, "onair"),
		lookup:    net.DefaultResolver.LookupNetIP,
		connect:   (&net.Dialer{ControlContext: checkAddress}).DialContext,
	}
	return []preflight.Check{{Subject: targetSubject, Look: probe.look}}
}

const targetSubject = "target"

// probe is one look at the target, a step at a time:
//
//	name --> its addresses --> a connection to each --> a handshake on each
//	                                                          |
//	               status, clock <-- HEAD of the target's path on the first
//
// The one request is without a body and without the scenario's headers, which
// may have credentials; like all of them it has onair's User-Agent. Whatever its
// answer, the target is there.
type probe struct {
	target    *url.URL
	userAgent string
	lookup    lookup
	connect   func(ctx context.Context, network, address string) (net.Conn, error) // to one address, after its check
	trusted   *x509.CertPool                                                       // nil: the system's
}

// way is the way to one address of the target, as far as it goes.
type way struct {
	address   netip.Addr
	conn      net.Conn // nil: there is none
	took      time.Duration
	failed    error // to connect
	handshake error
}

// found is a finding about the target.
func found(status preflight.Status, asked, toDo, format string, args ...any) preflight.Finding {
	return preflight.Finding{Subject: targetSubject, Asked: asked, Status: status, Text: fmt.Sprintf(format, args...), ToDo: toDo}
}

func (t *probe) look(ctx context.Context) []preflight.Finding {
	addresses, all := t.resolve(ctx)
	if len(addresses) == 0 {
		return all
	}
	ways := t.open(ctx, addresses)
	defer func() {
		for _, w := range ways {
			if w.conn != nil {
				w.conn.Close()
			}
		}
	}()
	all = append(all, t.connected(ways))
	if t.target.Scheme == "https" {
		all = append(all, t.secured(ways)...)
	}
	for _, w := range ways {
		if w.conn != nil && w.handshake == nil {
			return append(all, t.ask(ctx, w.conn)...)
		}
	}
	return all
}

// resolve returns the addresses of the target; an address that stands for itself
// needs no finding.
func (t *probe) resolve(ctx context.Context) ([]netip.Addr, []preflight.Finding) {
	host := t.target.Hostname()
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, probeResolve)
	defer cancel()
	addresses, err := t.lookup(ctx, "ip", host)
	addresses = distinct(addresses)
	if len(addresses) == 0 {
		const toDo = "check target.url, and whether this machine's name server knows the name (VPN?)"
		return nil, []preflight.Finding{found(preflight.Fail, "resolves", toDo, "%s: %s", host, why(err, probeResolve))}
	}
	return addresses[:min(len(addresses), mostAddresses)], []preflight.Finding{
		found(preflight.OK, "resolves", "", "%s: %s", host, listed(addresses, netip.Addr.String)),
	}
}

// open connects to all addresses at the same time, handshake included.
func (t *probe) open(ctx context.Context, addresses []netip.Addr) []way {
	ctx, cancel := context.WithTimeout(ctx, probeConnect)
	defer cancel()
	ways := make([]way, len(addresses))
	var opening sync.WaitGroup
	for i, a := range addresses {
		opening.Go(func() { ways[i] = t.connectTo(ctx, a) })
	}
	opening.Wait()
	return ways
}

func (t *probe) connectTo(ctx context.Context, a netip.Addr) way {
	w := way{address: a}
	began := time.Now()
	w.conn, w.failed = t.connect(ctx, "tcp", net.JoinHostPort(a.String(), t.port()))
	w.took = time.Since(began)
	if w.failed == nil && t.target.Scheme == "https" {
		secured := tls.Client(w.conn, &tls.Config{ServerName: t.target.Hostname(), RootCAs: t.trusted})
		w.conn, w.handshake = secured, secured.HandshakeContext(ctx)
	}
	return w
}

func (t *probe) port() string {
	if t.target.Scheme == "https" {
		return cmp.Or(t.target.Port(), "443")
	}
	return cmp.Or(t.target.Port(), "80")
}

// connected says which addresses take connections. Requests go round all of
// them, and past those that take none.
func (t *probe) connected(ways []way) preflight.Finding {
	const asked = "connects"
	var slowest time.Duration
	var closed, elsewhere []way
	for _, w := range ways {
		switch {
		case w.failed == nil:
			slowest = max(slowest, w.took)
		case errors.Is(w.failed, syscall.ENETUNREACH) && w.address.Is6():
			elsewhere = append(elsewhere, w)
		default:
			closed = append(closed, w)
		}
	}
	open := len(ways) - len(closed) - len(elsewhere)
	switch {
	case open == 0:
		return t.unreachable(ways)
	case len(closed) > 0:
		return found(preflight.Warning, asked, "mend these or take them out of the name's addresses: new connections go round all",
			"%d of %d addresses take no connection on port %s: %s", len(closed), len(ways), t.port(), listed(closed, way.why))
	case len(elsewhere) > 0:
		return found(preflight.OK, asked, "", "%s within %s; not by IPv6, which this machine does not have", addresses(open), figure.Duration(slowest))
	}
	return found(preflight.OK, asked, "", "%s within %s", addresses(open), figure.Duration(slowest))
}

// unreachable says why no address takes connections. Where that is for none may
// be connected to, it is a refusal.
func (t *probe) unreachable(ways []way) preflight.Finding {
	f := found(preflight.Fail, "connects", "see whether the service listens there, and whether a firewall or a missing VPN stands between",
		"no connection on port %s: %s", t.port(), listed(ways, way.why))
	for _, w := range ways {
		if !errors.Is(w.failed, ErrRefused) {
			return f
		}
	}
	f.ToDo, f.Err = "point target.url at the staging itself", ways[0].failed
	return f
}

func addresses(n int) string {
	if n == 1 {
		return "1 address"
	}
	return figure.Count(n) + " addresses"
}

// why says why an address takes no connection.
func (w way) why() string { return fmt.Sprintf("%s (%s)", w.address, why(w.failed, probeConnect)) }

// why is an error of the network in words, without what the reader knows.
func why(err error, within time.Duration) string {
	var refused *refusedAddress
	var dns *net.DNSError
	var call syscall.Errno
	switch {
	case err == nil:
		return "no addresses"
	case errors.As(err, &refused):
		return "refused: " + refused.reason
	case isTimeout(err):
		return "no answer within " + figure.Duration(within)
	case errors.As(err, &dns):
		return dns.Err
	case errors.As(err, &call):
		return call.Error()
	}
	return err.Error()
}

// listed writes a few of many.
func listed[T any](all []T, write func(T) string) string {
	const few = 4
	var words []string
	for _, one := range all[:min(len(all), few)] {
		words = append(words, write(one))
	}
	if more := len(all) - few; more > 0 {
		words = append(words, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(words, ", ")
}
