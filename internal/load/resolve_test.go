package load

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/dns/dnsmessage"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// nameServer answers for one name, with what it is told to.
type nameServer struct {
	conn net.PacketConn
	done chan struct{}

	mu        sync.Mutex
	addresses []netip.Addr
}

// serveNames makes the process ask a name server of the test's own.
func serveNames(t *testing.T, name string) *nameServer {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &nameServer{conn: conn, done: make(chan struct{})}
	go func() {
		defer close(s.done)
		s.serve(dnsmessage.MustNewName(name + "."))
	}()
	usual := net.DefaultResolver
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		return d.DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
	t.Cleanup(func() {
		net.DefaultResolver = usual
		conn.Close()
		<-s.done
	})
	return s
}

func (s *nameServer) answer(addresses ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.addresses = nil
	for _, a := range addresses {
		s.addresses = append(s.addresses, netip.MustParseAddr(a))
	}
}

func (s *nameServer) serve(name dnsmessage.Name) {
	buffer := make([]byte, 1500)
	for {
		n, from, err := s.conn.ReadFrom(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		var m dnsmessage.Message
		if err != nil || m.Unpack(buffer[:n]) != nil || len(m.Questions) != 1 {
			continue
		}
		s.reply(&m, name)
		if packed, err := m.Pack(); err == nil {
			s.conn.WriteTo(packed, from)
		}
	}
}

// reply turns a question into its answer.
func (s *nameServer) reply(m *dnsmessage.Message, name dnsmessage.Name) {
	m.Response, m.Authoritative, m.RecursionAvailable, m.Additionals = true, true, true, nil
	asked := m.Questions[0]
	if asked.Name != name {
		m.RCode = dnsmessage.RCodeNameError
		return
	}
	if asked.Type != dnsmessage.TypeA {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.addresses {
		m.Answers = append(m.Answers, dnsmessage.Resource{
			Header: dnsmessage.ResourceHeader{Name: name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET, TTL: 60},
			Body:   &dnsmessage.AResource{A: a.As4()},
		})
	}
}

// addressed is one service on the same port of several addresses, which counts the
// requests of each and keeps when the first and the last of them came.
type addressed struct {
	port string

	mu          sync.Mutex
	counts      map[string]int64
	first, last map[string]time.Time
}

func serveAt(t *testing.T, addresses ...string) *addressed {
	t.Helper()
	s := &addressed{port: "0", counts: make(map[string]int64), first: make(map[string]time.Time), last: make(map[string]time.Time)}
	for _, a := range addresses {
		listener, err := net.Listen("tcp", net.JoinHostPort(a, s.port))
		if err != nil {
			t.Skipf("this machine has no second address on its loopback: %v", err)
		}
		_, s.port, _ = net.SplitHostPort(listener.Addr().String())
		server := &httptest.Server{Listener: listener, Config: &http.Server{Handler: s}}
		server.Start()
		t.Cleanup(server.Close)
	}
	return s
}

func (s *addressed) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	host, _, _ := net.SplitHostPort(r.Context().Value(http.LocalAddrContextKey).(net.Addr).String())
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.counts[host]++; s.counts[host] == 1 {
		s.first[host] = time.Now()
	}
	s.last[host] = time.Now()
}

// The target's name leads elsewhere while the run goes on, as that of a load
// balancer does that grows: new connections follow, and what each address got is
// told.
func TestAddressesFollowTheName(t *testing.T) {
	names := serveNames(t, "web.test")
	s := serveAt(t, "127.0.0.2", "127.0.0.3")
	p := planFor("http://web.test:"+s.port, traffic.Flat(200, 2600*time.Millisecond))
	p.NewConnections, p.Resolve = 1, 200*time.Millisecond
	p.Start = time.Now()
	names.answer("127.0.0.2")
	grow, move := p.Start.Add(800*time.Millisecond), p.Start.Add(1600*time.Millisecond)
	defer time.AfterFunc(time.Until(grow), func() { names.answer("127.0.0.2", "127.0.0.3") }).Stop()
	defer time.AfterFunc(time.Until(move), func() { names.answer("127.0.0.3") }).Stop()
	r, m := mustRun(t, p)
	sum := m.total()
	if r.Succeeded != r.Sent {
		t.Fatalf("succeeded %d of %d: %v, %v; want all", r.Succeeded, r.Sent, sum.Errors, m.samples())
	}
	if diff := cmp.Diff(s.counts, sum.Addresses); diff != "" {
		t.Errorf("requests by address (-the servers' own count +run's):\n%s", diff)
	}
	if got := sum.Addresses["127.0.0.2"] + sum.Addresses["127.0.0.3"]; got != r.Sent || len(sum.Addresses) != 2 {
		t.Errorf("addresses %v; want two that add up to %d", sum.Addresses, r.Sent)
	}
	// 160 due before the first change, 160 shared between both, 200 after the
	// second, give or take the age of an answer and a busy machine.
	if sum.Addresses["127.0.0.2"] < 130 || sum.Addresses["127.0.0.3"] < 130 {
		t.Errorf("addresses %v; want about half of %d at each", sum.Addresses, r.Sent)
	}
	if came := s.first["127.0.0.3"]; came.Before(grow) {
		t.Errorf("the first request at the new address came %s before the name led there", grow.Sub(came))
	}
	if after := s.last["127.0.0.2"].Sub(move); after > 900*time.Millisecond {
		t.Errorf("the last request at the old address came %s after the name led there; want the age of an answer, 200ms", after)
	}
	type told struct{ Kind, Unit, Text string }
	var got []told
	at := timeline.Offset(0)
	for _, e := range m.events {
		got = append(got, told{e.Kind, e.Unit, e.Text})
		if e.At < at || e.Source != timeline.Generator {
			t.Errorf("event %+v; want one of the generator, after %s", e, time.Duration(at))
		}
		at = e.At
	}
	want := []told{
		{timeline.Resolved, "127.0.0.2", "web.test leads to 127.0.0.2"},
		{timeline.Resolved, "127.0.0.3", "web.test leads to 127.0.0.3"},
		{timeline.Unresolved, "127.0.0.2", "web.test no longer leads to 127.0.0.2"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}

// A run whose connections are all kept opens none at the new address, and tells
// of it all the same.
func TestKeptConnectionsStayWhereTheyAre(t *testing.T) {
	names := serveNames(t, "web.test")
	s := serveAt(t, "127.0.0.2", "127.0.0.3")
	p := planFor("http://web.test:"+s.port, traffic.Flat(20, 1200*time.Millisecond)) // far apart: requests that overlap take another connection
	p.NewConnections, p.Resolve = 0, 200*time.Millisecond
	p.Start = time.Now().Add(100 * time.Millisecond)
	names.answer("127.0.0.2")
	defer time.AfterFunc(500*time.Millisecond, func() { names.answer("127.0.0.3") }).Stop()
	_, m := mustRun(t, p)
	var came []string
	for _, e := range m.events {
		if e.Kind == timeline.Resolved {
			came = append(came, e.Unit)
		}
	}
	if diff := cmp.Diff([]string{"127.0.0.2", "127.0.0.3"}, came); diff != "" {
		t.Errorf("addresses that came (-want +got):\n%s", diff)
	}
	if got := m.total().Addresses; got["127.0.0.2"] < 20 {
		t.Errorf("addresses %v; want nearly all 24 where the connections are kept", got)
	}
}
