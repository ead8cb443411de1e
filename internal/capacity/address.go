package capacity

import (
	"cmp"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A load balancer that grows adds addresses to its name, and kept connections
// never see them: only new ones, spread over all addresses, lead there. A few
// new ones may miss an address by chance, and the warning says how few they were;
// five for each address all miss one in less than 1 % of cases.
const (
	settled        = 5 * time.Second // what is resolved this early belongs to the start
	followsFor     = 10 * time.Second
	followsWith    = 200  // requests
	enoughNew      = 5    // connections for each address in the name
	busiestAtLeast = 1000 // requests
	keptInPlace    = "raise connections.new: kept connections stay where they are"
)

// addresses are all that were resolved or connected to, by requests.
func (r run) addresses() []Address {
	byName := make(map[string]*Address)
	of := func(name string) *Address {
		if byName[name] == nil {
			byName[name] = &Address{Address: name}
		}
		return byName[name]
	}
	for n, s := range r.seconds {
		for name, requests := range s.Addresses {
			a, at := of(name), second(n)
			a.Requests += requests
			a.First, a.Last = cmp.Or(a.First, &at), &at
		}
	}
	for _, e := range r.Events {
		at := time.Duration(e.At)
		switch e.Kind {
		case timeline.Resolved:
			a := of(e.Unit)
			a.Resolved = cmp.Or(a.Resolved, &at)
		case timeline.Unresolved:
			a := of(e.Unit)
			a.Unresolved = cmp.Or(a.Unresolved, &at)
		}
	}
	var all []Address
	for _, a := range byName {
		all = append(all, *a)
	}
	slices.SortFunc(all, func(a, b Address) int {
		return cmp.Or(cmp.Compare(b.Requests, a.Requests), cmp.Compare(a.Address, b.Address))
	})
	return all
}

// addressWarnings tells of addresses that got no share of the load, or little.
// Those of a family that got nothing at all are not this machine's to reach. Where
// there were too many to count each, nobody knows which got how much.
func (r run) addressWarnings(all []Address) []string {
	if slices.ContainsFunc(all, func(a Address) bool { return a.Address == timeline.OtherAddresses }) {
		return nil
	}
	var warn []string
	for _, sixth := range []bool{false, true} {
		var family []Address
		reached := false
		for _, a := range all {
			if ip, err := netip.ParseAddr(a.Address); err == nil && ip.Unmap().Is6() == sixth {
				family = append(family, a)
				reached = reached || a.Requests > 0
			}
		}
		if reached {
			warn = append(warn, r.leftOut(family)...)
			warn = append(warn, uneven(family)...)
		}
	}
	return warn
}

// leftOut warns of addresses that joined during the run and got nothing of what
// was sent from then on.
func (r run) leftOut(all []Address) []string {
	var names []string
	var since Span // of the first that joined
	for _, a := range all {
		if a.Requests > 0 || a.Resolved == nil || *a.Resolved <= settled {
			continue
		}
		known := Span{*a.Resolved, r.end()}
		if a.Unresolved != nil {
			known.To = min(known.To, *a.Unresolved)
		}
		if known.length() < followsFor || r.sentIn(known) < followsWith {
			continue
		}
		if len(names) == 0 || known.From < since.From {
			since = known
		}
		names = append(names, a.Address)
	}
	chance := r.byChance(all, since)
	switch len(names) {
	case 0:
		return nil
	case 1:
		return []string{fmt.Sprintf("%s joined the target's addresses at %s and got none of the %s requests sent after%s (%s)",
			names[0], r.clock(since.From), figure.Count(r.sentIn(since)), chance, keptInPlace)}
	}
	return []string{fmt.Sprintf("%s joined the target's addresses from %s on and got none of the requests sent after%s (%s)",
		few(names), r.clock(since.From), chance, keptInPlace)}
}

// sentIn is how many requests of a span were sent.
func (r run) sentIn(span Span) (sent int64) {
	for _, s := range r.seconds[r.first(span):r.last(span)] {
		sent += s.Sent
	}
	return sent
}

// byChance says so where too few connections were opened in a span to lead to
// every address that the name had; empty if there were enough.
func (r run) byChance(all []Address, span Span) string {
	var opened, inName int64
	for _, s := range r.seconds[r.first(span):r.last(span)] {
		opened += s.NewConns
	}
	for _, a := range all {
		if a.Resolved != nil && *a.Resolved < span.To && (a.Unresolved == nil || *a.Unresolved > span.From) {
			inName++
		}
	}
	switch {
	case opened >= enoughNew*inName:
		return ""
	case opened == 0:
		return ", and no new connection was opened since"
	case opened == 1:
		return ", and only 1 new connection was opened since"
	}
	return fmt.Sprintf(", and only %s new connections were opened since", figure.Count(opened))
}

// few lists the first names, and how many more there are.
func few(names []string) string {
	const most = 3
	if len(names) <= most {
		return listed(names)
	}
	return fmt.Sprintf("%s and %s more", strings.Join(names[:most], ", "), figure.Count(len(names)-most))
}

// uneven warns where of addresses that were there all the time one got more
// than twice the requests of another.
func uneven(all []Address) []string {
	stayed := slices.DeleteFunc(slices.Clone(all), func(a Address) bool {
		return a.Resolved == nil || *a.Resolved > settled || a.Unresolved != nil
	})
	if len(stayed) < 2 {
		return nil
	}
	busiest, least := stayed[0], stayed[len(stayed)-1]
	if busiest.Requests < busiestAtLeast || busiest.Requests <= 2*least.Requests {
		return nil
	}
	return []string{fmt.Sprintf("the target's addresses shared the load unevenly: %s got %s requests, %s got %s (%s)",
		busiest.Address, figure.Count(busiest.Requests), least.Address, figure.Count(least.Requests), keptInPlace)}
}
