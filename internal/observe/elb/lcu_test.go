package elb

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"github.com/seed-f864f198/onair/internal/preflight"
)

func TestReservationsAreHeldAgainstThePeak(t *testing.T) {
	const ready, pending = types.CapacityReservationStateEnumProvisioned, types.CapacityReservationStateEnumPending
	const takes128 = "; the peak's 3.2k/s new connections take 128 by themselves"
	for _, c := range []struct {
		name     string
		standing *elbv2.DescribeCapacityReservationOutput
		kind     types.LoadBalancerTypeEnum
		fresh    float64
		want     string
		toDo     string // its beginning
	}{
		{"enough", reservationOf(128, ready), "application", 3200, "ok app: 128 capacity units are reserved" + takes128, ""},
		{"too few", reservationOf(127, ready), "application", 3200, "warning app: 127 capacity units are reserved" + takes128, "reserve 128 capacity units or more hours before"},
		{"none", reservationOf(0), "application", 3200, "ok app: no capacity units are reserved" + takes128 + ": it grows by itself within minutes, slower than a spot rises, unless that many are reserved (PeakLCUs of the last spot in CloudWatch tells the rest)", ""},
		{"enough, on its way", reservationOf(400, pending), "application", 3200, "warning app: 400 capacity units are asked for and not yet provisioned: pending in a" + takes128, "wait"},
		{"too few, on their way", reservationOf(100, pending), "application", 3200, "warning app: 100 capacity units are asked for and not yet provisioned: pending in a" + takes128, "reserve 128 capacity units"},
		{"of a kind that counts otherwise", reservationOf(1, ready), "network", 3200, "ok app: 1 capacity units are reserved", ""},
		{"of a kind that is not told", reservationOf(1, ready), "", 3200, "ok app: 1 capacity units are reserved", ""},
		{"no peak is known", reservationOf(1, ready), "application", 0, "ok app: 1 capacity units are reserved", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.kind = c.kind
			s.reserved = func(time.Duration) (*elbv2.DescribeCapacityReservationOutput, error) { return c.standing, nil }
			asked := 0
			for _, f := range New(Options{API: s, Name: "web", NewConnections: c.fresh}).Checks()[0].Look(t.Context()) {
				if f.Asked != "capacity reservation" {
					continue
				}
				asked++
				if got := fmt.Sprint(f.Status, " ", f.Text); got != c.want {
					t.Errorf("%s: finding = %q; want %q", c.name, got, c.want)
				}
				if !strings.HasPrefix(f.ToDo, c.toDo) || (f.ToDo == "") != (f.Status == preflight.OK) {
					t.Errorf("%s: to do %q; want %q", c.name, f.ToDo, c.toDo)
				}
			}
			if asked != 1 {
				t.Errorf("%s: %d findings of the reservation; want 1", c.name, asked)
			}
		})
	}
}
