package capacity

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

func resolved(s float64, kind, address string) timeline.Event {
	return timeline.Event{At: at(s), Source: timeline.Generator, Kind: kind, Unit: address}
}

// shared is a run of 60 s and 100 requests a second, of which each address gets
// its share in every second of its own, and every tenth opens a connection.
func shared(shares func(n int) map[string]int64, events ...timeline.Event) Result {
	return opening(10, shares, events...)
}

// opening is the same where so many open a connection.
func opening(connections int64, shares func(n int) map[string]int64, events ...timeline.Event) Result {
	tl, q := steady([]int64{100, 100, 100, 100, 100, 100}, 350)
	for n := range tl.Seconds {
		tl.Seconds[n].Addresses, tl.Seconds[n].NewConns = shares(n), connections
	}
	tl.Events = append(events, tl.Events...)
	return Analyze(tl, q)
}

func TestAddresses(t *testing.T) {
	r := shared(func(n int) map[string]int64 {
		if n >= 10 && n < 30 {
			return map[string]int64{"10.0.0.1": 60, "10.0.0.2": 40}
		}
		return map[string]int64{"10.0.0.1": 100}
	}, resolved(-0.5, timeline.Resolved, "10.0.0.1"), resolved(9.5, timeline.Resolved, "10.0.0.2"),
		resolved(28, timeline.Unresolved, "10.0.0.2"), resolved(50, timeline.Resolved, "10.0.0.2"), resolved(55, timeline.Resolved, "10.0.0.3"))
	off := func(s float64) *time.Duration { return ptr(time.Duration(s * 1e9)) }
	want := []Address{
		{Address: "10.0.0.1", Requests: 40*100 + 20*60, First: off(0), Last: off(59), Resolved: off(-0.5)},
		{Address: "10.0.0.2", Requests: 20 * 40, First: off(10), Last: off(29), Resolved: off(9.5), Unresolved: off(28)},
		{Address: "10.0.0.3", Resolved: off(55)},
	}
	if diff := cmp.Diff(want, r.Load.Addresses); diff != "" {
		t.Errorf("addresses (-want +got):\n%s", diff)
	}
	if got := addressWarnings(r); len(got) > 0 {
		t.Errorf("warnings = %q; want none", got)
	}
}

func addressWarnings(r Result) []string {
	return slices.DeleteFunc(r.Warnings, func(w string) bool { return !strings.Contains(w, "target's addresses") })
}

func TestAddressWarnings(t *testing.T) {
	halves := func(a, b int64) func(int) map[string]int64 {
		return func(int) map[string]int64 { return map[string]int64{"10.0.0.1": a, "10.0.0.2": b} }
	}
	both := []timeline.Event{resolved(0, timeline.Resolved, "10.0.0.1"), resolved(0, timeline.Resolved, "10.0.0.2")}
	joins := func(s float64, names ...string) []timeline.Event {
		events := slices.Clone(both)
		for i, name := range names {
			events = append(events, resolved(s+float64(i), timeline.Resolved, name))
		}
		return events
	}
	const keptInPlace = " (raise connections.new: kept connections stay where they are)"
	for _, c := range []struct {
		name   string
		shares func(int) map[string]int64
		events []timeline.Event
		want   []string
	}{
		{"even", halves(50, 50), both, nil},
		{"not quite even", halves(66, 34), both, nil},
		{"uneven", halves(70, 30), both, []string{"the target's addresses shared the load unevenly: 10.0.0.1 got 4,200 requests, 10.0.0.2 got 1,800" + keptInPlace}},
		{"all on one", halves(100, 0), both, []string{"the target's addresses shared the load unevenly: 10.0.0.1 got 6,000 requests, 10.0.0.2 got 0" + keptInPlace}},
		{"uneven, but few", halves(12, 3), both, nil},
		{"uneven, for one came late", halves(70, 30), []timeline.Event{both[0], resolved(20, timeline.Resolved, "10.0.0.2")}, nil},
		{"uneven, for one left", halves(70, 30), append(slices.Clone(both), resolved(30, timeline.Unresolved, "10.0.0.2")), nil},
		{"uneven, and nothing known of names", halves(70, 30), nil, nil},
		{"another family that is not reached", halves(50, 50), append(joins(20, "2001:db8::2"), resolved(0, timeline.Resolved, "2001:db8::1")), nil},
		{"joined and left out", halves(50, 50), joins(30, "10.0.0.7"), []string{
			"10.0.0.7 joined the target's addresses at 00:00:30 and got none of the 3,000 requests sent after" + keptInPlace}},
		{"many left out", halves(50, 50), joins(30, "10.0.0.7", "10.0.0.8", "10.0.0.9", "10.0.1.0", "10.0.1.1"), []string{
			"10.0.0.7, 10.0.0.8, 10.0.0.9 and 2 more joined the target's addresses from 00:00:30 on and got none of the requests sent after" + keptInPlace}},
		{"two left out", halves(50, 50), joins(30, "10.0.0.7", "10.0.0.8"), []string{
			"10.0.0.7 and 10.0.0.8 joined the target's addresses from 00:00:30 on and got none of the requests sent after" + keptInPlace}},
		{"joined near the end", halves(50, 50), joins(51, "10.0.0.7"), nil},
		{"joined and left soon", halves(50, 50), append(joins(30, "10.0.0.7"), resolved(39, timeline.Unresolved, "10.0.0.7")), nil},
		{"there from the start", halves(50, 50), joins(4, "10.0.0.7"), []string{
			"the target's addresses shared the load unevenly: 10.0.0.1 got 3,000 requests, 10.0.0.7 got 0" + keptInPlace}},
	} {
		if diff := cmp.Diff(c.want, addressWarnings(shared(c.shares, c.events...)), cmp.Transformer("nil", func(s []string) string { return fmt.Sprint(s) })); diff != "" {
			t.Errorf("%s: warnings (-want +got):\n%s", c.name, diff)
		}
	}
}

// Where few connections were opened, chance alone may have left an address out,
// and the warning says so.
func TestFewNewConnectionsProveLittle(t *testing.T) {
	for _, c := range []struct {
		opened int64 // in the 30 s since the address joined
		want   string
	}{
		{0, "got none of the 3,000 requests sent after, and no new connection was opened since ("},
		{1, "got none of the 3,000 requests sent after, and only 1 new connection was opened since ("},
		{14, "got none of the 3,000 requests sent after, and only 14 new connections were opened since ("},
		{15, "got none of the 3,000 requests sent after ("}, // five for each of the three
	} {
		tl, q := steady([]int64{100, 100, 100, 100, 100, 100}, 350)
		for n := range tl.Seconds {
			tl.Seconds[n].Addresses, tl.Seconds[n].NewConns = map[string]int64{"10.0.0.1": 50, "10.0.0.2": 50}, 20
			if n >= 30 {
				tl.Seconds[n].NewConns = 0
			}
		}
		tl.Seconds[40].NewConns = c.opened
		tl.Events = append(tl.Events, resolved(0, timeline.Resolved, "10.0.0.1"), resolved(0, timeline.Resolved, "10.0.0.2"),
			resolved(0, timeline.Resolved, "10.0.0.3"), resolved(20, timeline.Unresolved, "10.0.0.3"),
			resolved(30, timeline.Resolved, "10.0.0.7"))
		got := addressWarnings(Analyze(tl, q))
		if len(got) != 1 || !strings.Contains(got[0], c.want) {
			t.Errorf("%d new connections: warnings = %q; want one that says %q", c.opened, got, c.want)
		}
	}
}

// Addresses beyond those that are counted one by one may have got any share.
func TestUncountedAddressesProveNothing(t *testing.T) {
	share := func(other int64) func(int) map[string]int64 {
		return func(n int) map[string]int64 {
			shares := map[string]int64{"10.0.0.1": 80 - other, "10.0.0.2": 20}
			if other > 0 && n == 50 {
				shares["other"] = other
			}
			return shares
		}
	}
	events := []timeline.Event{resolved(0, timeline.Resolved, "10.0.0.1"), resolved(0, timeline.Resolved, "10.0.0.2"),
		resolved(30, timeline.Resolved, "10.0.0.7")}
	if got := addressWarnings(shared(share(0), events...)); len(got) != 2 {
		t.Errorf("all counted: warnings = %q; want one of 10.0.0.7 and one of uneven shares", got)
	}
	if got := addressWarnings(shared(share(1), events...)); len(got) > 0 {
		t.Errorf("some uncounted: warnings = %q; want none", got)
	}
}

func TestTheFirstSampleOfAClassWins(t *testing.T) {
	sample := func(s float64, class, text string) timeline.Event {
		return timeline.Event{At: at(s), Source: timeline.Generator, Kind: timeline.Sample, Unit: class, Text: text}
	}
	r := shared(func(int) map[string]int64 { return nil },
		sample(1, "status_503", "top: answered 503"), sample(2, "status_503", "later"), sample(3, "eof", "signup: closed"))
	want := map[string]string{"status_503": "top: answered 503", "eof": "signup: closed"}
	if diff := cmp.Diff(want, r.Load.Samples); diff != "" {
		t.Errorf("samples (-want +got):\n%s", diff)
	}
}
