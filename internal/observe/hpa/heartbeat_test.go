package hpa

import (
	"context"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/rest"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// tunnel is a net.Listener of connections within the process, which may all fall
// silent and stay open. Safe for concurrent use.
type tunnel struct {
	waiting chan net.Conn
	closed  chan struct{}

	mu     sync.Mutex
	silent bool
}

func (t *tunnel) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case t.waiting <- &muted{far, t}:
		return near, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (t *tunnel) Accept() (net.Conn, error) {
	select {
	case c := <-t.waiting:
		return c, nil
	case <-t.closed:
		return nil, net.ErrClosed
	}
}

func (t *tunnel) Close() error   { close(t.closed); return nil }
func (t *tunnel) Addr() net.Addr { return &net.UnixAddr{Name: "tunnel"} }

func (t *tunnel) set(silent bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.silent = silent
}

// muted is the server's end of a connection of the tunnel.
type muted struct {
	net.Conn
	tunnel *tunnel
}

func (m *muted) Write(p []byte) (int, error) {
	m.tunnel.mu.Lock()
	silent := m.tunnel.silent
	m.tunnel.mu.Unlock()
	if silent {
		return len(p), nil // lost on the way
	}
	return m.Conn.Write(p)
}

// through watches an API through a tunnel within the bubble, until stop.
func through(t *testing.T, a *api) (wire *tunnel, told *facts, stop func()) {
	wire = &tunnel{waiting: make(chan net.Conn), closed: make(chan struct{})}
	server := &http.Server{Handler: a}
	var running sync.WaitGroup
	running.Go(func() { _ = server.Serve(wire) })
	observer, err := New(Options{Config: &rest.Config{Host: "http://api.test", Transport: &http.Transport{DialContext: wire.dial}}, Name: "web"})
	if err != nil {
		t.Fatal(err)
	}
	told = &facts{news: make(chan struct{})}
	ctx, cancel := context.WithCancel(t.Context())
	start := time.Now()
	running.Go(func() { _, _ = observe.Watch(ctx, start, told, observer) })
	return wire, told, func() {
		cancel()
		server.Close()
		running.Wait()
		observer.cluster.http.CloseIdleConnections()
	}
}

// Where nothing comes any more while all connections stay open, the fleet is not
// seen from the last answer until its pods are listed over another connection.
func TestSilenceIsAGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		wire, told, stop := through(t, crowded())
		defer stop()
		time.Sleep(40 * time.Second) // the beat at 30 s is answered, that at 45 s is not
		wire.set(true)
		time.Sleep(time.Minute)
		blind := told.last(timeline.Blind)
		if got := time.Duration(blind.At).Round(time.Second); got != 30*time.Second || !strings.Contains(blind.Text, "hpa default/web: get horizontalpodautoscalers: ") {
			t.Errorf("a minute after silence fell at 40s: blind since %v: %s; want since 30s, as the autoscaler is not read", got, blind.Text)
		}
		if seen := time.Duration(*blind.Seen); seen < 50*time.Second || seen > 60*time.Second {
			t.Errorf("the silence is noticed at %v; want from 50s to 60s", seen)
		}
		wire.set(false)
		time.Sleep(time.Minute)
		if told.blind() != 1 || time.Duration(told.gaps[0].To) < 100*time.Second {
			t.Errorf("gaps = %v; want one that ends after 100s", told.gaps)
		}
		if got := told.values(timeline.Ready); len(got) != 2 {
			t.Errorf("ready = %v; want it once more after the silence", got)
		}
	})
}

// What watches deliver between the last answered beat and the silence was seen: the
// gap begins after it, and what comes into service in the gap is told as missed in
// all of it.
func TestSilenceBeginsAfterTheLastNews(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := crowded()
		wire, told, stop := through(t, a)
		defer stop()
		time.Sleep(36 * time.Second) // the beat at 30 s is answered
		a.put(podsPath, podOf("c"))
		time.Sleep(time.Second)
		wire.set(true)
		time.Sleep(20 * time.Second)
		a.put(slicesPath, slice("s", endpoint("uid-c", "c", "ready")))
		wire.set(false)
		time.Sleep(time.Minute)
		if told.blind() != 1 || time.Duration(told.gaps[0].From).Round(time.Second) != 36*time.Second {
			t.Errorf("gaps = %v; want one, since a pod was seen at 36s", told.gaps)
		}
		if got := told.last("in_service_missed").Text; !strings.Contains(got, "at some instant of the 2") {
			t.Errorf("in service after the silence: %q; want at some instant of 20 s or more", got)
		}
	})
}

// A fleet of which there is nothing new is seen, and so is one whose API has too
// much to do for a while.
func TestNothingNewIsNoGap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := crowded()
		_, told, stop := through(t, a)
		defer stop()
		time.Sleep(5 * time.Minute)
		a.mu.Lock()
		a.answers[hpasPath+"/web"] = refuse(429, metav1.StatusReasonTooManyRequests)
		a.mu.Unlock()
		time.Sleep(5 * time.Minute)
		if blind := told.last(timeline.Blind); blind.Text != "" {
			t.Errorf("blind at %v: %s; want no gap", blind.At.Seconds(), blind.Text)
		}
	})
}
