package elb

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// What is reserved of an Application Load Balancer is held against what the peak's
// new connections take of it by themselves (prescale.Takes). Of Network Load
// Balancers throughput alone is reserved, of which nothing is known here.
//
//	new connections   3,200/s at the peak
//	units             3,200 / 25 = 128 at least

// toReserve says how many to ask for, and where a better figure is.
const toReserve = "reserve %s capacity units or more hours before the broadcast (aws elbv2 modify-capacity-reservation), by PeakLCUs of the last spot in CloudWatch where that is more"

// reservation is how a load balancer's reservation stands to the peak.
func (o *Observer) reservation(f front) preflight.Finding {
	const asked = "capacity reservation"
	text, status, toDo := f.name+": "+f.text, preflight.OK, ""
	if f.pending {
		status, toDo = preflight.Warning, "wait: it takes minutes to hours"
	}
	least := prescale.Takes(o.fresh)
	if !f.application || least <= 0 {
		return o.finding(asked, status, text, toDo)
	}
	text += fmt.Sprintf("; the peak's %s new connections take %s by themselves", figure.Rate(o.fresh), figure.Count(least))
	switch {
	case f.asked == 0:
		text += ": it grows by itself within minutes, slower than a spot rises, unless that many are reserved (PeakLCUs of the last spot in CloudWatch tells the rest)"
	case f.asked < least:
		status, toDo = preflight.Warning, fmt.Sprintf(toReserve, figure.Count(least))
	}
	return o.finding(asked, status, text, toDo)
}
