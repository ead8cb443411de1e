package load

import (
	"context"
	"net"
	"net/netip"
	"sync"
	"time"
)

// resolveEvery is how old an answer of the resolver may become: load balancers
// change their addresses while they grow, and new connections must follow.
const resolveEvery = 5 * time.Second

type lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)

// names remembers the addresses of host names. An old answer still serves while
// a new one is fetched, or when none can be had. Safe for concurrent use.
type names struct {
	ctx    context.Context // of every lookup; its end ends them
	lookup lookup

	mu       sync.Mutex
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

func newNames(ctx context.Context, l lookup) *names {
	return &names{ctx: ctx, lookup: l, hosts: make(map[string]*name)}
}

// resolve returns the addresses of host, each time beginning with another one.
func (s *names) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if fetched := s.renew(host); fetched != nil {
		select {
		case <-fetched:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.hosts[host]
	if len(n.addresses) == 0 {
		return nil, n.err
	}
	n.turn = (n.turn + 1) % len(n.addresses)
	return append(append([]netip.Addr(nil), n.addresses[n.turn:]...), n.addresses[:n.turn]...), nil
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
	if n.fetched == nil && !time.Now().Before(n.renewAt) {
		n.fetched = make(chan struct{})
		s.fetching.Go(func() { s.fetch(host, n) })
	}
	if len(n.addresses) > 0 {
		return nil
	}
	return n.fetched
}

func (s *names) fetch(host string, n *name) {
	ctx, cancel := context.WithTimeout(s.ctx, resolveEvery)
	defer cancel()
	addresses, err := s.lookup(ctx, "ip", host)
	if err == nil && len(addresses) == 0 {
		err = &net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n.err, n.renewAt = err, time.Now().Add(resolveEvery)
	if err != nil {
		n.renewAt = time.Now().Add(resolveEvery / 5)
	}
	if len(addresses) > 0 {
		n.addresses = addresses
	}
	close(n.fetched)
	n.fetched = nil
}

// wait returns when no lookup is under way any more.
func (s *names) wait() { s.fetching.Wait() }
