package main

import (
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"time"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// needsOf is what a scenario's load asks of the machine that sends it.
func needsOf(s *scenario.Scenario) load.Needs {
	inside := s.Target.URL == nil
	return load.Demand{
		Peak:           s.Outline().Most,
		Minute:         s.Most(busiestMinute(s.Traffic.Curve), time.Minute),
		NewConnections: s.Connections.New,
		TLS:            !inside && s.Target.URL.Scheme == "https",
		Loopback:       inside || isLoopback(s.Target.URL.Hostname()),
		Inside:         inside,
		Response:       slowest(s),
		Timeout:        s.Target.Timeout,
		InFlightCap:    s.Caps.InFlight,
	}.Needs()
}

// busiestMinute returns the most arrivals in 60 s that begin on a whole second.
func busiestMinute(c traffic.Curve) (most float64) {
	for from := time.Duration(0); from < c.Duration(); from += time.Second {
		most = max(most, c.Arrivals(from+time.Minute)-c.Arrivals(from))
	}
	return most
}

// nearlyAll is the least quantile that tells how long nearly every request may
// take. Half of them may take far longer than a p50 allows.
const nearlyAll = 0.9

// slowest is how long requests take in a service that only just keeps to its
// objectives: the highest limit for nearly all requests, or where none is for
// those, the lowest of what there is; 0 where none speaks of time.
func slowest(s *scenario.Scenario) (limit time.Duration) {
	var lowest time.Duration
	for _, o := range s.Objectives {
		switch {
		case o.Quantile == 0:
			continue
		case o.Quantile >= nearlyAll && o.Request == "":
			limit = max(limit, o.Limit)
		}
		if lowest == 0 || o.Limit < lowest {
			lowest = o.Limit
		}
	}
	return cmp.Or(limit, lowest)
}

// isLoopback is whether a host is this machine, without asking for its address.
func isLoopback(host string) bool {
	address, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && address.IsLoopback()
}

// writeWarnings prints each on a line of its own.
func writeWarnings(out io.Writer, warnings []string) error {
	for _, text := range warnings {
		if _, err := fmt.Fprintf(out, "warning: %s\n", text); err != nil {
			return err
		}
	}
	return nil
}
