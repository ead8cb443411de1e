package load

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// lookupTimeout is how long the resolver may take.
const lookupTimeout = 5 * time.Second

type lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

// names remembers the addresses of host names, and not for long: load balancers
// change theirs while they grow, and new connections must follow. An old answer
// still serves while a new one is fetched, or when none can be had. Safe for
// concurrent use.
type names struct {
	ctx    context.Context // of every lookup; its end ends them
	lookup lookup
	age    time.Duration // at which an answer is old
	tell   func(change)  // is told of each, those of one host in order

	mu       sync.Mutex
	closed   bool
	hosts    map[string]*name
	fetching sync.WaitGroup
}

type name struct {
	addresses []netip.Addr
	err       error         // of the latest lookup
	renewAt   time.Time     // when the answer is old
	fetched   chan struct{} // closed when the lookup under way is done; nil without one
	turn      int           // of the address that the next connection goes to
}

// change is an address that an answer for a host brought, or lacked for the
// first time.
type change struct {
	host    string
	address netip.Addr
	brought bool
}

func newNames(ctx context.Context, l lookup, age time.Duration, tell func(change)) *names {
	return &names{ctx: ctx, lookup: l, age: age, tell: tell, hosts: make(map[string]*name)}
}

// resolve returns the addresses of host, each time beginning with another one.
func (s *names) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if fetched := s.renew(host); fetched != nil {
		if err := await(ctx, host, fetched); err != nil {
			return nil, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.hosts[host]
	switch {
	case len(n.addresses) > 0:
	case n.err != nil:
		return nil, n.err
	default:
		return nil, net.ErrClosed
	}
	n.turn = (n.turn + 1) % len(n.addresses)
	return append(append([]netip.Addr(nil), n.addresses[n.turn:]...), n.addresses[:n.turn]...), nil
}

// await waits for the answer about a host, nine tenths of the time that ctx has
// left: a resolver that hangs is known for the cause before the time for the whole
// request is up.
func await(ctx context.Context, host string, fetched <-chan struct{}) error {
	patience := lookupTimeout
	if until, ok := ctx.Deadline(); ok {
		patience = time.Until(until) * 9 / 10
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-fetched:
		return nil
	case <-timer.C:
		return &net.DNSError{Err: "no answer within " + patience.Round(time.Millisecond).String(), Name: host, IsTimeout: true}
	case <-ctx.Done():
		return ctx.Err()
	}
}

// renew starts a lookup where the answer is old and none is under way. It
// returns what to wait for where there is no answer at all yet.
func (s *names) renew(host string) (fetched <-chan struct{}) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.hosts[host]
	if n == nil {
		n = &name{}
		s.hosts[host] = n
	}
	if n.fetched == nil && !s.closed && !time.Now().Before(n.renewAt) {
		n.fetched = make(chan struct{})
		s.fetching.Go(func() { s.fetch(host, n) })
	}
	if len(n.addresses) > 0 {
		return nil
	}
	return n.fetched
}

// fetch asks for the addresses of host. Those who wait have them before anyone is
// told, and the next lookup begins after that.
func (s *names) fetch(host string, n *name) {
	ctx, cancel := context.WithTimeout(s.ctx, lookupTimeout)
	defer cancel()
	addresses, err := s.lookup(ctx, "ip", host)
	if err == nil && len(addresses) == 0 {
		err = &net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}
	}
	for _, c := range s.renewed(host, n, addresses, err) {
		s.tell(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.fetched = nil
}

// renewed takes the answer of a lookup and returns what it changed.
func (s *names) renewed(host string, n *name, addresses []netip.Addr, err error) []change {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer close(n.fetched)
	n.err, n.renewAt = err, time.Now().Add(s.age)
	if err != nil {
		n.renewAt = time.Now().Add(s.age / 5)
		return nil
	}
	before := n.addresses
	n.addresses = distinct(addresses)
	var changes []change
	for _, a := range n.addresses {
		if !slices.Contains(before, a) {
			changes = append(changes, change{host, a, true})
		}
	}
	for _, a := range before {
		if !slices.Contains(n.addresses, a) {
			changes = append(changes, change{host, a, false})
		}
	}
	return changes
}

// distinct returns the addresses as connections to them name them, each once.
func distinct(addresses []netip.Addr) []netip.Addr {
	var plain []netip.Addr
	for _, a := range addresses {
		if a = a.Unmap(); !slices.Contains(plain, a) {
			plain = append(plain, a)
		}
	}
	return plain
}

// close returns when no lookup is under way any more. None begins from then on.
func (s *names) close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.fetching.Wait()
}

// changes remembers which changes were told: of each address the first that it
// came and the first that it went, and of no more addresses than are counted. A
// name that goes round thousands of them tells no more than that. Safe for
// concurrent use.
type changes struct {
	mu   sync.Mutex
	gone map[netip.Addr]bool // by address that was told
}

// first reports whether c is to be told.
func (t *changes) first(c change) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	gone, known := t.gone[c.address]
	if c.brought && (known || len(t.gone) >= mostAddresses) || !c.brought && (!known || gone) {
		return false
	}
	if t.gone == nil {
		t.gone = make(map[netip.Addr]bool)
	}
	t.gone[c.address] = !c.brought
	return true
}
