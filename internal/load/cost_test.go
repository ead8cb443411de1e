package load

import (
	"bufio"
	"encoding/pem"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/procfs"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// The benchmarks here measure the constants of needs.go:
//
//	go test ./internal/load -run '^$' -bench Cost -benchtime 6000x
//
// The target runs in a process of its own, so that what it costs is not counted
// as what sending costs.

// apart says, in the environment of this test's binary, that it is such a
// target, and of what scheme.
const apart = "ONAIR_TEST_TARGET"

func TestMain(m *testing.M) {
	if scheme := os.Getenv(apart); scheme != "" {
		serveApart(scheme)
		return
	}
	os.Exit(m.Run())
}

// serveApart answers 2 kB in the name of one of 50 units, after as long as the query's hold, until its standard
// input ends.
func serveApart(scheme string) {
	var answered atomic.Int64
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if hold, err := time.ParseDuration(r.URL.Query().Get("hold")); err == nil {
			time.Sleep(hold)
		}
		w.Header().Set("X-Unit", fmt.Sprint("web-7d9f4c8b6d-", answered.Add(1)%50))
		w.Write(make([]byte, 2048))
	}))
	if scheme == "https" {
		s.StartTLS()
	} else {
		s.Start()
	}
	fmt.Println(s.URL)
	bufio.NewReader(os.Stdin).ReadByte()
}

// targetApart starts such a target and returns its URL. Its certificate is
// trusted, where this process has not verified another one yet.
func targetApart(b *testing.B, scheme string) string {
	b.Helper()
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), apart+"="+scheme)
	in, err := c.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { in.Close(); c.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	trustTestServers(b)
	return strings.TrimSpace(line)
}

// trustTestServers makes the certificate of httptest's servers one of the
// system's, which are read once.
func trustTestServers(b *testing.B) {
	b.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	file := filepath.Join(os.TempDir(), "onair-test-ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(file, text, 0o600); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { os.Remove(file) })
	b.Setenv("SSL_CERT_FILE", file)
}

// BenchmarkCostOfSending measures processor time for each request, and how many
// of the connections this side had to remember after their end.
func BenchmarkCostOfSending(b *testing.B) {
	for scheme, rate := range map[string]int{"http": 2000, "https": 500} {
		for _, c := range []struct {
			name  string
			share float64
			unit  string
		}{{"kept", 0, ""}, {"new", 1, ""}, {"units", 0, "X-Unit"}} {
			b.Run(scheme+"/"+c.name, func(b *testing.B) {
				target := targetApart(b, scheme)
				p := planFor(target, traffic.Flat(float64(rate), time.Duration(b.N)*time.Second/time.Duration(rate)))
				p.NewConnections, p.UnitHeader = c.share, c.unit
				before := ownTime()
				r, err := Run(b.Context(), p, newMemory(), nil)
				if err != nil || r.Failed > 0 || r.Sent == 0 {
					b.Fatalf("Run = %+v, %v; want every request to succeed", r, err)
				}
				used := ownTime() - before
				b.ReportMetric(used*1e6/float64(r.Sent), "cpu-µs/request")
				b.ReportMetric(float64(closing(b, p.Target.Port()))/float64(r.Sent), "TIME_WAIT/request")
			})
		}
	}
}

// closing counts the connections to a port that this side remembers.
func closing(b *testing.B, port string) (n int) {
	b.Helper()
	const timeWait = 6
	fs, err := procfs.NewDefaultFS()
	if err != nil {
		b.Skip("closed connections cannot be counted:", err)
	}
	//lint:ignore SA1019 a benchmark needs no netlink
	lines, err := fs.NetTCP()
	if err != nil {
		b.Fatal(err)
	}
	for _, l := range lines {
		if l.St == timeWait && fmt.Sprint(l.RemPort) == port {
			n++
		}
	}
	return n
}

// BenchmarkCostOfWaiting measures the memory that requests in flight hold, and
// their connections with them.
func BenchmarkCostOfWaiting(b *testing.B) {
	const n, rate = 6000, 2000
	for _, scheme := range []string{"door", "http", "https"} {
		b.Run(scheme, func(b *testing.B) {
			p := planInside(steady(4*time.Second), traffic.Flat(rate, n*time.Second/rate))
			if scheme != "door" {
				p = planFor(targetApart(b, scheme), traffic.Flat(rate, n*time.Second/rate))
				p.Requests[0].Path = "/?hold=4s"
			}
			p.Timeout = 20 * time.Second
			debug.FreeOSMemory()
			before := resident(b)
			most, flying := before, 0
			r, err := Run(b.Context(), p, newMemory(), func(now Progress) {
				most, flying = max(most, resident(b)), max(flying, now.InFlight)
			})
			if err != nil || r.Failed > 0 {
				b.Fatalf("Run = %+v, %v; want every request to succeed", r, err)
			}
			b.ReportMetric((most-before)/float64(flying), "B/request")
			b.ReportMetric(float64(flying), "in-flight")
		})
	}
}

// resident is the memory this process holds, in bytes.
func resident(b *testing.B) float64 {
	b.Helper()
	bytes := newSystem().resident()
	if math.IsNaN(bytes) {
		b.Skip("memory cannot be read here")
	}
	return bytes
}
