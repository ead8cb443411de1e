package load

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"regexp"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// probeOf is the probe of a plan whose target is at address, by whatever names
// lead to.
func probeOf(t *testing.T, address string, names ...string) *probe {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return &probe{
		target: target, userAgent: "onair/test",
		lookup: func(context.Context, string, string) ([]netip.Addr, error) {
			var all []netip.Addr
			for _, n := range names {
				all = append(all, netip.MustParseAddr(n))
			}
			return all, nil
		},
		connect: (&net.Dialer{ControlContext: checkAddress}).DialContext,
	}
}

// row is a finding about the target, its text and way out as patterns where they
// are wanted.
type row struct {
	asked      string
	status     preflight.Status
	text, toDo string
}

// checkRows holds findings against rows.
func checkRows(t *testing.T, got []preflight.Finding, want ...row) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d findings %v; want %d", len(got), got, len(want))
	}
	for i, f := range got {
		w := want[i]
		if f.Subject != "target" || f.Asked != w.asked || f.Status != w.status ||
			!regexp.MustCompile("^(?:"+w.text+")$").MatchString(f.Text) || !regexp.MustCompile(w.toDo).MatchString(f.ToDo) {
			t.Errorf("finding %d = %s %v; want %+v", i, f.Status, f, w)
		}
		if (f.Status != preflight.OK) != (f.ToDo != "") {
			t.Errorf("finding %d = %v; want a way out exactly where something is wrong", i, f)
		}
	}
}

// The whole look costs the target one request, which tells nobody's credentials.
func TestProbeIsOneRequest(t *testing.T) {
	var mu sync.Mutex
	var asked []*http.Request
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, r)
	}))
	defer s.Close()
	target, err := url.Parse(s.URL + "/shop")
	if err != nil {
		t.Fatal(err)
	}
	p := Plan{Target: target, UserAgent: "onair/test", Header: http.Header{"Authorization": {"Bearer s3cr3t"}}}
	checks := p.Checks()
	if len(checks) != 1 || checks[0].Subject != "target" {
		t.Fatalf("Checks() = %+v; want one of the target", checks)
	}
	checkRows(t, checks[0].Look(t.Context()),
		row{asked: "connects", text: "1 address within .*"},
		row{asked: "answers", text: "HEAD /shop: status 200 within .*"},
		row{asked: "clock", text: "within 2 s of this machine's"},
	)
	if len(asked) != 1 {
		t.Fatalf("the target was asked %d times; want once", len(asked))
	}
	r := asked[0]
	if r.Method != http.MethodHead || r.URL.Path != "/shop" || r.UserAgent() != "onair/test" || r.Header.Get("Authorization") != "" {
		t.Errorf("it was asked %s %s by %q, Authorization %q; want HEAD /shop by onair/test without",
			r.Method, r.URL, r.UserAgent(), r.Header.Get("Authorization"))
	}
	p.Door = http.DefaultTransport
	if checks := p.Checks(); len(checks) != 0 {
		t.Errorf("Checks() behind a door = %+v; want none", checks)
	}
}

// status answers everything with one status.
func status(n int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(n) })
}

// wire answers a connection with some bytes, whatever it is asked.
func wire(t *testing.T, answer string) (address string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
				c.Write([]byte(answer))
			}
			c.Close()
		}
	})
	t.Cleanup(func() {
		l.Close()
		serving.Wait()
	})
	return "http://" + l.Addr().String()
}

func TestProbeOfWhatIsThere(t *testing.T) {
	connects := row{asked: "connects", text: "1 address within .*"}
	onTime := row{asked: "clock", text: "within 2 s of this machine's"}
	for name, tt := range map[string]struct {
		handler http.Handler
		raw     string
		want    []row
	}{
		"knows no HEAD":  {status(405), "", []row{connects, {asked: "answers", text: "HEAD /: status 405 within .*"}, onTime}},
		"a redirect":     {status(302), "", []row{connects, {asked: "answers", text: "HEAD /: status 302 within .*"}, onTime}},
		"not made":       {status(501), "", []row{connects, {asked: "answers", text: "HEAD /: status 501 within .*"}, onTime}},
		"nothing behind": {status(503), "", []row{connects, {"answers", preflight.Warning, "HEAD /: status 503 within .*", "service behind it"}, onTime}},
		"closes":         {nil, "", []row{connects, {"answers", preflight.Warning, "HEAD /: .*EOF", "see whether HTTP"}}},
		"no HTTP":        {nil, "SSH-2.0-OpenSSH_9.6\r\n\r\n", []row{connects, {"answers", preflight.Warning, "HEAD /: malformed HTTP .*", "see whether HTTP"}}},
		"no Date":        {nil, "HTTP/1.1 200 OK\r\n\r\n", []row{connects, {asked: "answers", text: "HEAD /: status 200 .*"}, {asked: "clock", text: "not told: .*"}}},
	} {
		t.Run(name, func(t *testing.T) {
			address := ""
			if tt.handler != nil {
				s := httptest.NewServer(tt.handler)
				defer s.Close()
				address = s.URL
			} else {
				address = wire(t, tt.raw)
			}
			checkRows(t, probeOf(t, address).look(t.Context()), tt.want...)
		})
	}
}

// port is the port of a server's address.
func port(t *testing.T, address string) string {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	return u.Port()
}

func TestProbeOfEveryAddress(t *testing.T) {
	s := httptest.NewServer(status(200))
	defer s.Close()
	open := port(t, s.URL)
	answers := []row{{asked: "answers", text: "HEAD /: status 200 .*"}, {asked: "clock", text: "within .*"}}
	resolves := func(text string) row { return row{asked: "resolves", text: "staging.example.jp: " + text} }
	for name, tt := range map[string]struct {
		names []string
		want  []row
	}{
		"one closed": {[]string{"127.0.0.1", "127.0.0.2"}, append([]row{resolves("127.0.0.1, 127.0.0.2"),
			{"connects", preflight.Warning, `1 of 2 addresses take no connection on port \d+: 127.0.0.2 \(connection refused\)`, "take them out"}}, answers...)},
		"told twice": {[]string{"127.0.0.1", "::ffff:127.0.0.1"}, append([]row{resolves("127.0.0.1"), {asked: "connects", text: "1 address within .*"}}, answers...)},
		"one refused": {[]string{"169.254.169.254", "127.0.0.1"}, append([]row{resolves("169.254.169.254, 127.0.0.1"),
			{"connects", preflight.Warning, `1 of 2 .*: 169.254.169.254 \(refused: link-local, .*\)`, "take them out"}}, answers...)},
		"all closed": {[]string{"127.0.0.2", "127.0.0.3"}, []row{resolves("127.0.0.2, 127.0.0.3"),
			{"connects", preflight.Fail, `no connection on port \d+: 127.0.0.2 \(connection refused\), 127.0.0.3 \(connection refused\)`, "firewall"}}},
		"many closed": {[]string{"127.0.0.2", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7"}, []row{resolves(".*, and 2 more"),
			{"connects", preflight.Fail, `no connection on port .*, and 2 more`, "firewall"}}},
		"none": {nil, []row{{"resolves", preflight.Fail, "staging.example.jp: no addresses", "name server"}}},
	} {
		t.Run(name, func(t *testing.T) {
			checkRows(t, probeOf(t, "http://staging.example.jp:"+open, tt.names...).look(t.Context()), tt.want...)
		})
	}
}

// A name that leads only where onair never connects is a refusal, and nothing is
// connected to.
func TestProbeOfRefusedAddresses(t *testing.T) {
	got := probeOf(t, "http://staging.example.jp", "169.254.169.254", "64:ff9b::a9fe:a9fe").look(t.Context())
	checkRows(t, got,
		row{asked: "resolves", text: "staging.example.jp: .*"},
		row{"connects", preflight.Fail, `no connection on port 80: 169.254.169.254 \(refused: link-local, .*`, "staging itself"})
	if err := got[1].Err; !errors.Is(err, ErrRefused) {
		t.Errorf("the cause is %v; want one that wraps ErrRefused", err)
	}
	for _, f := range probeOf(t, "http://staging.example.jp:1", "127.0.0.1", "169.254.169.254").look(t.Context()) {
		if f.Err != nil {
			t.Errorf("%v has the cause %v; want none, for one address may be connected to", f, f.Err)
		}
	}
}

func TestProbeWithoutIPv6(t *testing.T) {
	s := httptest.NewServer(status(200))
	defer s.Close()
	p := probeOf(t, "http://staging.example.jp:"+port(t, s.URL), "2001:db8::7", "127.0.0.1")
	connect := p.connect
	p.connect = func(ctx context.Context, network, address string) (net.Conn, error) {
		if a := netip.MustParseAddrPort(address); a.Addr().Is6() {
			return nil, &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}
		}
		return connect(ctx, network, address)
	}
	checkRows(t, p.look(t.Context()),
		row{asked: "resolves", text: ".*"},
		row{asked: "connects", text: "1 address within .*; not by IPv6, which this machine does not have"},
		row{asked: "answers", text: ".*"}, row{asked: "clock", text: ".*"})
}

// What does not answer at all is known within the time that a preflight has.
func TestProbeOfWhatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
		p := probeOf(t, "http://staging.example.jp", "192.0.2.7")
		p.connect = func(ctx context.Context, _, _ string) (net.Conn, error) { return nil, hangs(ctx) }
		checkRows(t, p.look(t.Context()),
			row{asked: "resolves", text: ".*"},
			row{"connects", preflight.Fail, `no connection on port 80: 192.0.2.7 \(no answer within 3 s\)`, "VPN"})

		deaf, theirs := net.Pipe()
		defer theirs.Close()
		go http.ReadRequest(bufio.NewReader(theirs))
		p.connect = func(context.Context, string, string) (net.Conn, error) { return deaf, nil }
		began := time.Now()
		checkRows(t, p.look(t.Context()),
			row{asked: "resolves", text: ".*"}, row{asked: "connects", text: ".*"},
			row{"answers", preflight.Warning, `HEAD /: no answer within 2 s`, "HTTP is served"})
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("it took %v; want 2 s at most", took)
		}

		p.lookup = func(ctx context.Context, _, _ string) ([]netip.Addr, error) { return nil, hangs(ctx) }
		checkRows(t, p.look(t.Context()), row{"resolves", preflight.Fail, "staging.example.jp: no answer within 3 s", "name server"})
	})
}

// certified serves by TLS with a certificate of its own making, valid for
// staging.example.jp until then, and returns who trusts it.
func certified(t *testing.T, until time.Time) (s *httptest.Server, trusted *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"staging.example.jp"},
		NotBefore: until.Add(-90 * 24 * time.Hour), NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	made, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	read, err := x509.ParseCertificate(made)
	if err != nil {
		t.Fatal(err)
	}
	trusted = x509.NewCertPool()
	trusted.AddCert(read)
	s = httptest.NewUnstartedServer(status(200))
	s.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{made}, PrivateKey: key}}}
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.StartTLS()
	t.Cleanup(s.Close)
	return s, trusted
}

func TestProbeByTLS(t *testing.T) {
	const day = 24 * time.Hour
	before := []row{{asked: "resolves", text: ".*"}, {asked: "connects", text: ".*"}}
	after := []row{{asked: "answers", text: "HEAD /: status 200 .*"}, {asked: "clock", text: ".*"}}
	good := row{asked: "TLS", text: "TLS 1.3, certificate valid for staging.example.jp"}
	for name, tt := range map[string]struct {
		left  time.Duration
		host  string
		trust bool
		want  []row
		ends  bool // nothing is asked after that
	}{
		"good":        {60*day + time.Hour, "staging.example.jp", true, []row{good, {asked: "certificate", text: "60 days left"}}, false},
		"ends soon":   {5*day + time.Hour, "staging.example.jp", true, []row{good, {"certificate", preflight.Warning, "expires in 5 days", "renew it"}}, false},
		"ends at six": {20 * time.Hour, "staging.example.jp", true, []row{good, {"certificate", preflight.Warning, "expires in 20h", "renew it"}}, false},
		"expired":     {-day, "staging.example.jp", true, []row{{"TLS", preflight.Fail, "1 of 1: 127.0.0.1 .*expired.*", "renew the certificate"}}, true},
		"other name":  {60 * day, "www.example.jp", true, []row{{"TLS", preflight.Fail, "1 of 1: 127.0.0.1 .*valid for staging.example.jp, not www.example.jp.*", "use a name"}}, true},
		"not trusted": {60 * day, "staging.example.jp", false, []row{{"TLS", preflight.Fail, "1 of 1: 127.0.0.1 .*unknown authority.*", "SSL_CERT_FILE"}}, true},
	} {
		t.Run(name, func(t *testing.T) {
			s, trusted := certified(t, time.Now().Add(tt.left))
			p := probeOf(t, "https://"+tt.host+":"+port(t, s.URL), "127.0.0.1")
			p.trusted = x509.NewCertPool()
			if tt.trust {
				p.trusted = trusted
			}
			want := append(append([]row(nil), before...), tt.want...)
			if !tt.ends {
				want = append(want, after...)
			}
			checkRows(t, p.look(t.Context()), want...)
		})
	}
	plain := httptest.NewServer(status(200))
	defer plain.Close()
	checkRows(t, probeOf(t, "https://staging.example.jp:"+port(t, plain.URL), "127.0.0.1").look(t.Context()),
		append(before, row{"TLS", preflight.Fail, "1 of 1: 127.0.0.1 .*does not look like a TLS handshake.*", "speaks TLS"})...)
}

func TestClock(t *testing.T) {
	sent := time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)
	answered := sent.Add(200 * time.Millisecond)
	date := func(d time.Duration) http.Header {
		return http.Header{"Date": {sent.Add(d).Format(http.TimeFormat)}}
	}
	cached := date(-10 * time.Minute)
	cached.Set("Age", "600")
	absurd := date(0)
	absurd.Set("Age", "99999999999999999999")
	for name, tt := range map[string]struct {
		header http.Header
		status preflight.Status
		text   string
	}{
		"the same second":      {date(0), preflight.OK, "within 2 s of this machine's"},
		"the second before":    {date(-time.Second), preflight.OK, "within 2 s of this machine's"},
		"ahead":                {date(12 * time.Second), preflight.Warning, "12 s ahead of this machine's"},
		"behind":               {date(-time.Hour), preflight.Warning, "1h behind this machine's"},
		"from a cache":         {cached, preflight.OK, "within 2 s of this machine's"},
		"from an absurd cache": {absurd, preflight.OK, "within 2 s of this machine's"},
		"no words":             {http.Header{"Date": {"yesterday"}}, preflight.OK, "not told: the answer has no Date"},
	} {
		got := clock(tt.header, sent, answered)
		if got.Status != tt.status || got.Text != tt.text {
			t.Errorf("%s: clock = %s %q; want %s %q", name, got.Status, got.Text, tt.status, tt.text)
		}
	}
}

func TestMachineIsHeldAgainstNeeds(t *testing.T) {
	needs := Demand{Peak: 2000, Minute: 120_000, Timeout: 10 * time.Second, InFlightCap: 10_000}.Needs()
	got := needs.Check(Machine{Cores: 8}).Look(t.Context())
	want := []preflight.Finding{{Subject: "this machine", Asked: "enough for the load", Text: "about 0.4 processor cores, 544 MB of memory, 10k open files"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check of an ample machine (-want +got):\n%s", diff)
	}
	got = needs.Check(Machine{Cores: 8, OpenFiles: 1024, Memory: 100e6}).Look(t.Context())
	want = []preflight.Finding{
		{Subject: "this machine", Asked: "memory", Status: preflight.Warning,
			Text: "10k requests in flight need about 544 MB of memory; this machine has 100 MB left", ToDo: "use a larger machine, or lower caps.in_flight"},
		{Subject: "this machine", Asked: "open files", Status: preflight.Warning,
			Text: "10k requests in flight need about 10,032 open files; this process may have 1,024", ToDo: "raise ulimit -n, or lower caps.in_flight"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Check of a small machine (-want +got):\n%s", diff)
	}
}
