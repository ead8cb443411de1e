package load

import (
	"context"
	"crypto/tls"
	"net"
	"net/netip"
	"sync"
	"time"
)

// dialer opens connections: it spreads them over all addresses of a name and
// has each address checked at the moment it is connected to. Safe for concurrent
// use.
type dialer struct {
	connect func(ctx context.Context, network, address string) (net.Conn, error) // to one address
	timeout time.Duration                                                        // of all addresses together, and again of the handshake
	names   *names

	ctx     context.Context // ends with close
	end     context.CancelFunc
	dialing sync.WaitGroup

	mu     sync.Mutex
	closed bool
	conns  map[*conn]struct{} // open ones
}

// newDialer returns a dialer whose answers for names grow no older than age;
// tell is told how they change.
func newDialer(timeout, age time.Duration, tell func(change)) *dialer {
	ctx, end := context.WithCancel(context.Background())
	// Control sees the address that the system's connect is called with, so
	// nothing between a check and the connection can exchange it.
	checked := &net.Dialer{ControlContext: checkAddress}
	return &dialer{
		connect: checked.DialContext,
		timeout: timeout,
		names:   newNames(ctx, net.DefaultResolver.LookupNetIP, age, tell),
		ctx:     ctx,
		end:     end,
		conns:   make(map[*conn]struct{}),
	}
}

// dial connects to the next address of a name, or, where that one fails, to
// those after it. Each has an equal share of the time that is left, so that one
// from which nothing comes back leaves some to the others.
func (d *dialer) dial(ctx context.Context, network, address string) (net.Conn, error) {
	if !d.begin() {
		return nil, net.ErrClosed
	}
	defer d.dialing.Done()
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	defer context.AfterFunc(d.ctx, cancel)()

	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	addresses, err := d.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	for i, a := range addresses {
		var opened net.Conn
		opened, err = d.attempt(ctx, len(addresses)-i, network, net.JoinHostPort(a.String(), port))
		if err == nil {
			return d.keep(opened), nil
		}
	}
	return nil, err
}

// attempt connects to the first of n addresses within its share of the time
// that ctx has left.
func (d *dialer) attempt(ctx context.Context, n int, network, address string) (net.Conn, error) {
	until, _ := ctx.Deadline()
	ctx, cancel := context.WithTimeout(ctx, time.Until(until)/time.Duration(n))
	defer cancel()
	return d.connect(ctx, network, address)
}

// begin counts a dial that close will wait for; false after close, when a
// transport may still try for a request that has long timed out.
func (d *dialer) begin() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.closed {
		d.dialing.Add(1)
	}
	return !d.closed
}

func (d *dialer) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	if address, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{address}, nil
	}
	return d.names.resolve(ctx, host)
}

// handshakeError is a TLS handshake that failed.
type handshakeError struct{ err error }

func (e *handshakeError) Error() string { return "tls handshake: " + e.err.Error() }
func (e *handshakeError) Unwrap() error { return e.err }

// dialTLS is dial with a handshake, always a full one: a new visitor has no
// session to resume.
func (d *dialer) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	plain, err := d.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, d.timeout)
	defer cancel()
	secured := tls.Client(plain, &tls.Config{ServerName: host})
	if err := secured.HandshakeContext(ctx); err != nil {
		plain.Close()
		return nil, &handshakeError{err}
	}
	return secured, nil
}

// conn is an open connection that its dialer counts.
type conn struct {
	net.Conn
	dialer *dialer
}

func (d *dialer) keep(c net.Conn) net.Conn {
	kept := &conn{c, d}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.conns[kept] = struct{}{}
	return kept
}

func (c *conn) Close() error {
	c.dialer.mu.Lock()
	delete(c.dialer.conns, c)
	c.dialer.mu.Unlock()
	return c.Conn.Close()
}

func (d *dialer) open() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.conns)
}

// close ends what still dials or resolves and closes every connection, idle or
// not. Nobody can dial any more.
func (d *dialer) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.end()
	d.dialing.Wait()
	d.names.close()
	d.mu.Lock()
	defer d.mu.Unlock()
	for c := range d.conns {
		c.Conn.Close()
	}
	clear(d.conns)
}
