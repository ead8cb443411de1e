package load

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"math"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

func TestCheckHost(t *testing.T) {
	for _, tt := range []struct {
		host, entry string
		want        bool
	}{
		{"staging.example.jp", "staging.example.jp", true},
		{"Staging.Example.JP.", "staging.example.jp", true},
		{"staging.example.jp", "example.jp", false},
		{"a.example.jp", "*.example.jp", true},
		{"a.b.example.jp", "*.example.jp", true},
		{"example.jp", "*.example.jp", false},
		{"evilexample.jp", "*.example.jp", false},
		{"example.jp", "*", false},
		{"example.jp", "*.", false},
		{"10.0.0.7", "10.0.0.7", true},
		{"10.0.0.7", "*.0.0.7", false},
		{"::1", "[::1]", true},
		{"0:0:0:0:0:0:0:1", "::1", true},
		{"::1", "127.0.0.1", false},
		{"", "", false},
		{"169.254.169.254", "169.254.169.254", false},
		{"[::ffff:169.254.169.254]", "[::ffff:169.254.169.254]", false},
		{"fd00:ec2::254", "fd00:ec2::254", false},
		{"0.0.0.0", "0.0.0.0", false},
	} {
		err := CheckHost(tt.host, []string{"nowhere.test", tt.entry})
		if got := err == nil; got != tt.want {
			t.Errorf("CheckHost(%q, %q) = %v; want allowed %t", tt.host, tt.entry, err, tt.want)
		}
		if err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("CheckHost(%q, %q) = %v; want it to wrap ErrRefused", tt.host, tt.entry, err)
		}
	}
}

func TestForbiddenAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"169.254.169.254":          true,
		"169.254.170.2":            true,
		"::ffff:169.254.169.254":   true,
		"64:ff9b::169.254.169.254": true,
		"fe80::1%eth0":             true,
		"fd00:ec2::254":            true,
		"100.100.100.200":          true,
		"168.63.129.16":            true,
		"0.0.0.0":                  true,
		"::":                       true,
		"224.0.0.1":                true,
		"ff02::1":                  true,
		"255.255.255.255":          true,
		"127.0.0.1":                false,
		"::1":                      false,
		"10.1.2.3":                 false,
		"fd00:ec2::253":            false,
		"203.0.113.9":              false,
		"64:ff9b::203.0.113.9":     false,
	} {
		if got := forbidden(netip.MustParseAddr(address)); (got != "") != want {
			t.Errorf("forbidden(%s) = %q; want refused %t", address, got, want)
		}
	}
}

// The address counts, not the name: the dialer refuses what a name resolves to.
// Written out, such an address is refused before anything is sent.
func TestRefusedAtDialTime(t *testing.T) {
	d := newDialer(time.Second, 5*time.Second, forget)
	defer d.close()
	d.names.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
		return []netip.Addr{netip.MustParseAddr("169.254.169.254")}, nil
	}
	for _, address := range []string{"innocent.test:80", "169.254.169.254:80", "[fe80::1]:80", "0.0.0.0:80"} {
		_, err := d.dial(t.Context(), "tcp", address)
		if !errors.Is(err, ErrRefused) || classify(err, false) != classRefused {
			t.Errorf("dial(%s) = %v; want refused", address, err)
		}
	}
	p := planFor("http://169.254.169.254", traffic.Flat(50, 200*time.Millisecond))
	if _, err := Run(t.Context(), p, newMemory(), nil); !errors.Is(err, ErrRefused) {
		t.Errorf("Run = %v; want a refusal", err)
	}
}

// service is a real server that counts connections.
type service struct {
	*httptest.Server
	opened atomic.Int64
}

func serve(t *testing.T, h http.HandlerFunc) *service {
	s := &service{Server: httptest.NewUnstartedServer(h)}
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			s.opened.Add(1)
		}
	}
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func TestFreshConnections(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	p := planFor(s.URL, traffic.Flat(300, time.Second))
	p.NewConnections = 0.8
	before := runtime.NumGoroutine()
	r, m := mustRun(t, p)
	sum := m.total()
	if r.Succeeded != 300 {
		t.Errorf("succeeded %d: %v; want all 300", r.Succeeded, sum.Errors)
	}
	// The server may see more: a connection opened for a request that another one,
	// just free again, then served is kept for the next.
	if got, most := sum.NewConns, s.opened.Load(); got > most {
		t.Errorf("NewConns = %d; want at most the server's %d", got, most)
	}
	// The chosen share within five standard deviations, and the few that the
	// other requests keep.
	chosen := 0.0
	for n := range uint64(300) {
		if traffic.Uniform(freshSeed, n) < 0.8 {
			chosen++
		}
	}
	if math.Abs(chosen-240) > 5*math.Sqrt(48) {
		t.Errorf("%g of 300 requests chosen for a fresh connection; want about 240", chosen)
	}
	if got := float64(sum.NewConns); got < chosen || got > chosen+50 {
		t.Errorf("%g new connections; want %g and the few that are kept", got, chosen)
	}
	waitForGoroutines(t, before)
}

// waitForGoroutines waits until those of closed connections have ended too.
func waitForGoroutines(t *testing.T, before int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > before+5 {
		if time.Now().After(deadline) {
			stacks := make([]byte, 1<<20)
			t.Fatalf("%d goroutines after Run, %d before\n%s", runtime.NumGoroutine(), before, stacks[:runtime.Stack(stacks, true)])
		}
		runtime.Gosched()
	}
}

func TestLagOnARealClock(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") })
	_, m := mustRun(t, planFor(s.URL, traffic.Flat(200, time.Second)))
	sum := m.total()
	p50, _ := sum.Lag.Quantile(0.5)
	p99, _ := sum.Lag.Quantile(0.99)
	t.Logf("lag p50 %s, p99 %s; %d of %d dropped", p50, p99, sum.Dropped, sum.Planned)
	if p50 > 5*time.Millisecond {
		t.Errorf("lag p50 = %s; want below 5ms", p50)
	}
}

func TestWhatIsSent(t *testing.T) {
	got := make(chan *http.Request, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { got <- r.Clone(context.Background()) })
	p := planFor(s.URL+"/base/?k=1", traffic.Flat(1, time.Second))
	p.Start = time.Now().Add(-500 * time.Millisecond)
	p.Target.User = url.UserPassword("me", "secret")
	p.Header = http.Header{"Host": {"www.example.jp"}, "Accept-Language": {"ja"}, "User-Agent": {"hidden"}}
	p.Requests = []Request{{Name: "signup", Method: "post", Path: "/a%2Fb?x=2", Header: http.Header{"Accept-Language": {"en"}}, Body: []byte("{}")}}
	p.UserAgent, p.RunID = "onair/test", "evening"
	if r, m := mustRun(t, p); r.Succeeded != 1 {
		t.Fatalf("succeeded %d: %v; want 1", r.Succeeded, m.total().Errors)
	}
	r := <-got
	want := http.Header{
		"Accept-Encoding": {"gzip"},
		"Accept-Language": {"en"},
		"Authorization":   {"Basic bWU6c2VjcmV0"},
		"Content-Length":  {"2"},
		"User-Agent":      {"onair/test"},
		"X-Onair-Run":     {"evening"},
	}
	if diff := cmp.Diff(want, r.Header); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	if got, want := fmt.Sprint(r.Method, " ", r.Host, r.RequestURI, " ", r.Proto), "POST www.example.jp/base/a%2Fb?k=1&x=2 HTTP/1.1"; got != want {
		t.Errorf("request = %s; want %s", got, want)
	}
}

// A path that looks like another host's address stays a path of the target, also
// when the URL is written and read again.
func FuzzPathsStayOnTheTarget(f *testing.F) {
	for _, path := range []string{"//evil.test/x", "http://evil.test/", "@evil.test/", ":80@evil.test/", "/\\evil.test", "", "?q=1", "/%2f%2fevil.test"} {
		f.Add("", path)
		f.Add("/base/", path)
	}
	f.Fuzz(func(t *testing.T, base, path string) {
		target, err := url.Parse("http://lab.test/" + base)
		if err != nil {
			return
		}
		at, err := newPlace(target, path, &compiler{})
		if err != nil {
			return
		}
		got := at.url(&filling{})
		again, err := url.Parse(got.String())
		if err != nil || got.Host != "lab.test" || again.Host != "lab.test" {
			t.Errorf("path %q below %s = %s, %v; want a URL of lab.test", path, target, got, err)
		}
	})
}

// Stopped in the middle on real connections, with answers still to come.
func TestCancelOnRealConnections(t *testing.T) {
	s := serve(t, func(http.ResponseWriter, *http.Request) { time.Sleep(100 * time.Millisecond) })
	p := planFor(s.URL, traffic.Flat(200, time.Hour))
	p.NewConnections = 0.5
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	time.AfterFunc(400*time.Millisecond, cancel)
	m := newMemory()
	r, err := Run(ctx, p, m, nil)
	if err != nil {
		t.Fatal(err)
	}
	checkEquations(t, r, m)
	if r.Sent == 0 || r.Succeeded != r.Sent {
		t.Errorf("sent %d, succeeded %d (%v); want some, and all of them", r.Sent, r.Succeeded, m.total().Errors)
	}
	waitForGoroutines(t, before)
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var followed atomic.Int64
	other := serve(t, func(http.ResponseWriter, *http.Request) { followed.Add(1) })
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		to := other.URL
		if r.URL.Path == "/broken" {
			to = "http://%zz"
		}
		w.Header().Set("Location", to)
		w.WriteHeader(http.StatusFound)
	})
	for _, path := range []string{"/", "/broken"} {
		p := planFor(s.URL, traffic.Flat(100, 100*time.Millisecond))
		p.Requests[0].Path = path
		r, m := mustRun(t, p)
		if r.Succeeded != 10 || followed.Load() != 0 {
			t.Errorf("%s: succeeded %d (%v), followed %d; want 10, 0", path, r.Succeeded, m.total().Errors, followed.Load())
		}
		p = planFor(s.URL, traffic.Flat(100, 100*time.Millisecond))
		p.Requests[0].Path, p.Requests[0].Expect = path, []int{200}
		if _, m := mustRun(t, p); m.total().Errors["status_302"] != 10 {
			t.Errorf("%s: errors %v; want 10 of status_302", path, m.total().Errors)
		}
	}
}

func TestErrorClasses(t *testing.T) {
	closed := serve(t, func(http.ResponseWriter, *http.Request) {})
	closed.Close()
	cut := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "hello")
		panic(http.ErrAbortHandler)
	})
	slow := serve(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	drip := serve(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "hello")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	})
	strange := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	strange.Config.ErrorLog = discard
	strange.StartTLS()
	defer strange.Close()
	mute, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	for _, tt := range []struct {
		target  string
		timeout time.Duration
		want    string
	}{
		{closed.URL, 5 * time.Second, "connect_refused"},
		{cut.URL, 5 * time.Second, "eof"},
		{slow.URL, 300 * time.Millisecond, "response_timeout"},
		{drip.URL, 300 * time.Millisecond, "response_timeout"},
		{strange.URL, 5 * time.Second, "tls"},
		{"https://" + mute.Addr().String(), 300 * time.Millisecond, "connect_timeout"},
	} {
		p := planFor(tt.target, traffic.Flat(20, 100*time.Millisecond))
		p.Timeout = tt.timeout
		_, m := mustRun(t, p)
		if diff := cmp.Diff(map[string]int64{tt.want: 2}, m.total().Errors); diff != "" {
			t.Errorf("%s: errors (-want +got):\n%s", tt.target, diff)
		}
	}
}

// A target that changes to another protocol, which nobody asked for, has answered;
// the connection it would keep for ever is not waited for.
func TestSwitchedProtocols(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		fmt.Fprint(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
		conn.Read(make([]byte, 1)) // until the other side is gone
	})
	_, m := mustRun(t, planFor(s.URL, traffic.Flat(100, 100*time.Millisecond)))
	if diff := cmp.Diff(map[string]int64{"status_101": 10}, m.total().Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
}

func TestClassify(t *testing.T) {
	for _, tt := range []struct {
		err  error
		want string
	}{
		{&net.OpError{Op: "read", Err: syscall.ECONNRESET}, "reset"},
		{fmt.Errorf("write: %w", syscall.EPIPE), "reset"},
		{&net.OpError{Op: "dial", Err: syscall.EMFILE}, "generator_limit"},
		{&net.OpError{Op: "dial", Err: syscall.EADDRNOTAVAIL}, "generator_limit"},
		{&handshakeError{x509.UnknownAuthorityError{}}, "tls"},
		{&handshakeError{context.DeadlineExceeded}, "connect_timeout"},
		{&net.DNSError{IsTimeout: true}, "dns"},
		{&net.OpError{Op: "dial", Err: &net.DNSError{IsNotFound: true}}, "dns"},
		{fmt.Errorf("get: %w", context.Canceled), "cancelled"},
		{errors.New("http: server closed idle connection"), "eof"},
		{errors.New("something new"), "other"},
	} {
		if got := classify(tt.err, false); got != tt.want {
			t.Errorf("classify(%v) = %s; want %s", tt.err, got, tt.want)
		}
	}
}

// Of three addresses the first two swallow whatever is sent to them.
func TestSilentAddressesLeaveTimeToTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDialer(9*time.Second, 5*time.Second, forget)
		defer d.close()
		d.names.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("10.0.0.3"), netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}, nil
		}
		var tried []string
		answering, other := net.Pipe()
		defer other.Close()
		d.connect = func(ctx context.Context, _, address string) (net.Conn, error) {
			tried = append(tried, address)
			if address == "10.0.0.3:80" {
				return answering, nil
			}
			<-ctx.Done()
			return nil, ctx.Err()
		}
		began := time.Now()
		c, err := d.dial(t.Context(), "tcp", "web.test:80")
		if err != nil {
			t.Fatalf("dial = %v after trying %v; want a connection to the last address", err, tried)
		}
		defer c.Close()
		if took := time.Since(began); took != 6*time.Second {
			t.Errorf("dial took %s; want two thirds of the timeout", took)
		}
		d.names.lookup = func(context.Context, string, string) ([]netip.Addr, error) {
			return []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")}, nil
		}
		began = time.Now()
		if _, err := d.dial(t.Context(), "tcp", "silent.test:80"); classify(err, false) != classConnectTimeout {
			t.Errorf("dial = %v; want a timeout", err)
		}
		if took := time.Since(began); took != 9*time.Second {
			t.Errorf("dial took %s; want the whole timeout", took)
		}
	})
}

func TestHandshakes(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	s.Config.ErrorLog = discard
	s.StartTLS()
	defer s.Close()
	d := newDialer(time.Second, 5*time.Second, forget)
	defer d.close()
	_, err := d.dialTLS(t.Context(), "tcp", s.Listener.Addr().String())
	var unknown *tls.CertificateVerificationError
	if !errors.As(err, &unknown) {
		t.Errorf("dialTLS = %v; want a certificate that is not trusted", err)
	}
	if got := d.open(); got != 0 {
		t.Errorf("open() = %d after a failed handshake; want 0", got)
	}
}

// forget is for names whose changes nobody wants to know.
func forget(change) {}

func TestNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const age = 5 * time.Second
		var told []string
		one, two, three := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("10.0.0.3")
		answer, failure := []netip.Addr{one, two}, error(nil)
		lookups := 0
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		s := newNames(ctx, func(context.Context, string, string) ([]netip.Addr, error) {
			lookups++
			time.Sleep(10 * time.Millisecond)
			return answer, failure
		}, age, func(c change) { told = append(told, fmt.Sprint(c.host, " ", c.address, " ", c.brought)) })
		first := func() netip.Addr {
			addresses, err := s.resolve(t.Context(), "web.test")
			if err != nil {
				t.Fatalf("resolve = %v; want addresses", err)
			}
			return addresses[0]
		}
		var together sync.WaitGroup
		for range 5 {
			together.Go(func() { s.resolve(t.Context(), "web.test") })
		}
		together.Wait()
		if lookups != 1 {
			t.Errorf("%d lookups for five connections at once; want 1", lookups)
		}
		if got := []netip.Addr{first(), first(), first(), first()}; slices.Equal(got[:2], got[1:3]) || got[0] != got[2] {
			t.Errorf("connections go to %v; want them to take turns", got)
		}
		answer = []netip.Addr{three}
		time.Sleep(age)
		if got := first(); got == three {
			t.Errorf("resolve = %s; want the old answer while the new one is fetched", got)
		}
		time.Sleep(20 * time.Millisecond)
		if got := first(); got != three || lookups != 2 {
			t.Errorf("resolve = %s after %d lookups; want %s after 2", got, lookups, three)
		}
		answer, failure = nil, errors.New("no answer")
		time.Sleep(age)
		first()
		time.Sleep(20 * time.Millisecond)
		if got := first(); got != three {
			t.Errorf("resolve = %s; want the old answer where no new one can be had", got)
		}
		if _, err := s.resolve(t.Context(), "other.test"); !errors.Is(err, failure) {
			t.Errorf("resolve = %v; want %v", err, failure)
		}
		s.close()
		want := []string{
			"web.test 10.0.0.1 true", "web.test 10.0.0.2 true",
			"web.test 10.0.0.3 true", "web.test 10.0.0.1 false", "web.test 10.0.0.2 false",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("told of changes (-want +got):\n%s", diff)
		}
	})
}
