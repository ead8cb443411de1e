package load

import (
	"context"
	"fmt"
	"net/http"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// rotating is a name that leads to another address whenever it is asked for.
func rotating() lookup {
	next := netip.MustParseAddr("10.0.0.1")
	return func(context.Context, string, string) ([]netip.Addr, error) {
		now := next
		next = next.Next()
		return []netip.Addr{now}, nil
	}
}

// A name that goes round thousands of addresses tells of the first 64, that they
// came and that they went, and then no more.
func TestChangesToldAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, templates, err := planInside(steady(0), traffic.Flat(1, time.Second)).ready()
		if err != nil {
			t.Fatal(err)
		}
		m := newMemory()
		run := newRun(p, templates, m, nil)
		s := newNames(t.Context(), rotating(), time.Second, run.tellChange)
		for range 2000 {
			s.renew("web.test")
			time.Sleep(time.Second)
		}
		s.close()
		came, went := make(map[string]int), make(map[string]int)
		for _, e := range m.events {
			switch e.Kind {
			case timeline.Resolved:
				came[e.Unit]++
			case timeline.Unresolved:
				went[e.Unit]++
			}
		}
		if len(m.events) != 2*mostAddresses || len(came) != mostAddresses || !cmp.Equal(came, went) || came["10.0.0.64"] != 1 {
			t.Errorf("%d events, came %v, went %v; want the first 64 addresses, once each", len(m.events), came, went)
		}
	})
}

// An address that comes and goes again and again is told once.
func TestChangesAreToldOnce(t *testing.T) {
	one, two := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	var told changes
	for _, tt := range []struct {
		address netip.Addr
		brought bool
		want    bool
	}{
		{one, true, true}, {two, false, false}, {one, false, true}, {one, true, false}, {one, false, false}, {two, true, true}, {two, false, true},
	} {
		if got := told.first(change{"web.test", tt.address, tt.brought}); got != tt.want {
			t.Errorf("first(%s, brought %t) = %t; want %t", tt.address, tt.brought, got, tt.want)
		}
	}
}

// Once names are closed, nobody begins a lookup that outlives the run.
func TestClosedNamesLookNothingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		lookups := 0
		s := newNames(t.Context(), func(context.Context, string, string) ([]netip.Addr, error) {
			lookups++
			return []netip.Addr{netip.MustParseAddr("10.0.0.1")}, nil
		}, time.Second, forget)
		s.renew("web.test")
		s.close()
		time.Sleep(time.Minute)
		s.renew("web.test") // old, and not renewed
		if addresses, err := s.resolve(t.Context(), "new.test"); err == nil {
			t.Errorf("resolve after close = %v; want an error", addresses)
		}
		synctest.Wait()
		if lookups != 1 {
			t.Errorf("%d lookups; want the one before close", lookups)
		}
	})
}

// A resolver that hangs is the cause, not the target's address, however short the
// time for the request is. One that was cut off is neither's.
func TestAHangingResolverIsAFailureOfNames(t *testing.T) {
	for _, tt := range []struct {
		timeout, cut time.Duration
		class        string
		took         time.Duration
		cause        string
	}{
		{time.Second, time.Hour, classDNS, 900 * time.Millisecond, "lookup web.test: no answer within 900ms"},
		{3 * time.Second, time.Hour, classDNS, 2700 * time.Millisecond, "lookup web.test: no answer within 2.7s"},
		{time.Second, 100 * time.Millisecond, classCancelled, 100 * time.Millisecond, "context canceled"},
	} {
		synctest.Test(t, func(t *testing.T) {
			p := planFor("http://web.test", traffic.Flat(1, time.Second))
			p.Timeout = tt.timeout
			p, templates, err := p.ready()
			if err != nil {
				t.Fatal(err)
			}
			run := newRun(p, templates, newMemory(), nil)
			run.network = newNetwork(p, forget)
			defer run.network.close()
			run.network.dialer.names.lookup = func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			ctx, cut := context.WithCancel(t.Context())
			defer cut()
			defer time.AfterFunc(tt.cut, cut).Stop()
			run.flight.start(0, traffic.Arrival{}, time.Now())
			h, began := run.flight.get(0), time.Now()
			request, err := http.NewRequest(http.MethodGet, "http://onair.invalid/", nil)
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("X-Vegeta-Seq", "0")
			answer, err := run.client(ctx).Do(request)
			if err == nil {
				answer.Body.Close()
			}
			if took := time.Since(began); h.class() != tt.class || fmt.Sprint(h.err) != tt.cause || took != tt.took {
				t.Errorf("timeout %s: class %q after %s: %v; want %s after %s: %s", tt.timeout, h.class(), took, h.err, tt.class, tt.took, tt.cause)
			}
		})
	}
}
