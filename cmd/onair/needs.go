package main

import (
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
		Peak:           s.Outline().Peak,
		Minute:         busiestMinute(s.Traffic.Curve),
		NewConnections: s.Connections.New,
		TLS:            !inside && s.Target.URL.Scheme == "https",
		Loopback:       inside || isLoopback(s.Target.URL.Hostname()),
		Inside:         inside,
		Response:       tightestLimit(s),
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

// tightestLimit is the shortest response time that an objective demands; 0 where
// none speaks of it.
func tightestLimit(s *scenario.Scenario) (limit time.Duration) {
	for _, o := range s.Objectives {
		if o.Quantile > 0 && (limit == 0 || o.Limit < limit) {
			limit = o.Limit
		}
	}
	return limit
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
