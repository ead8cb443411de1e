package load

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// named is a service in memory that says by X-Unit who answers request n; empty:
// nobody says so.
type named func(n int) (unit string, status int)

// answered wraps a service so that it names units. It is asked by one request after
// the other.
func (name named) door(service time.Duration) http.RoundTripper {
	n := -1
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		n++
		unit, status := name(n)
		time.Sleep(service) // in simulated time
		h := http.Header{}
		if unit != "" {
			h.Set("X-Unit", unit)
		}
		return &http.Response{StatusCode: status, Header: h, Body: io.NopCloser(strings.NewReader("hello"))}, nil
	})
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// runNamed sends 10 requests a second to a service that names units.
func runNamed(t *testing.T, seconds int, header string, name named, change func(*Plan)) *memory {
	t.Helper()
	m := newMemory()
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(0), traffic.Flat(10, time.Duration(seconds)*time.Second))
		p.Door, p.UnitHeader = name.door(20*time.Millisecond), header
		if change != nil {
			change(&p)
		}
		if _, err := Run(t.Context(), p, m, nil); err != nil {
			t.Fatal(err)
		}
	})
	return m
}

// serving are the events that tell when units first answered.
func (m *memory) serving() (events []timeline.Event) {
	for _, e := range m.events {
		if e.Kind == timeline.Serving {
			events = append(events, e)
		}
	}
	return events
}

func TestUnitsAreCountedAndToldOnce(t *testing.T) {
	m := runNamed(t, 3, "x-unit", func(n int) (string, int) {
		switch {
		case n == 3:
			return "", 503 // by whom, nobody says
		case n >= 15 && n%2 == 1:
			return "web-new", 503
		}
		return "web-old", 200
	}, func(p *Plan) { p.Hits = true })
	for second, want := range []map[string]int64{{"web-old": 9}, {"web-old": 7, "web-new": 3}, {"web-old": 5, "web-new": 5}} {
		if diff := cmp.Diff(want, m.seconds[second].Units); diff != "" {
			t.Errorf("units of second %d (-want +got):\n%s", second, diff)
		}
	}
	at := func(due time.Duration) timeline.Offset { return timeline.Offset(due + 20*time.Millisecond) }
	want := []timeline.Event{
		{At: at(50 * time.Millisecond), Source: "target", Kind: timeline.Serving, Unit: "web-old", Text: "first answer"},
		{At: at(1550 * time.Millisecond), Source: "target", Kind: timeline.Serving, Unit: "web-new", Text: "first answer"},
	}
	if diff := cmp.Diff(want, m.serving()); diff != "" {
		t.Errorf("serving (-want +got):\n%s", diff)
	}
	var units []string
	for _, line := range hitLines(t, m.hits)[:5] {
		units = append(units, line.Unit)
	}
	if diff := cmp.Diff([]string{"web-old", "web-old", "web-old", "", "web-old"}, units); diff != "" {
		t.Errorf("units of the first hits (-want +got):\n%s", diff)
	}
}

// Without a header's name nothing is read, whatever answers say.
func TestNoUnitsWithoutTheirHeader(t *testing.T) {
	m := runNamed(t, 1, "", func(int) (string, int) { return "web-old", 200 }, nil)
	if u := m.total().Units; u != nil || len(m.serving()) > 0 {
		t.Errorf("units %v, serving %v; want none", u, m.serving())
	}
}

// A header that names no unit makes no run grow, and shows nothing private.
func TestUnitNamesAreFromOutside(t *testing.T) {
	m := runNamed(t, 250, "X-Unit", func(n int) (string, int) {
		switch n {
		case 0:
			return "pod-of-s3cret\x1b[31m", 200
		case 1:
			return strings.Repeat("x", longestUnit+1), 200
		}
		return fmt.Sprint("request-", n), 200
	}, func(p *Plan) {
		p.Mask = func(text string) string { return strings.ReplaceAll(text, "s3cret", "${TOKEN}") }
	})
	total := m.total().Units
	if len(total) != mostUnits+1 || len(m.serving()) != mostUnits {
		t.Errorf("%d names counted, %d told; want %d, one more counted as others", len(total), len(m.serving()), mostUnits)
	}
	if got, want := total[timeline.OtherUnits], int64(2500-mostUnits); got != want {
		t.Errorf("other units answered %d; want %d", got, want)
	}
	if total["pod-of-${TOKEN} [31m"] != 1 {
		t.Errorf("units %.200v; want the first shown without its secret and what would steer a terminal", total)
	}
}
