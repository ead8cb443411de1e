package asg

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// What bounds the group is told as a number too, whether or not it is there already.
// One that launches nothing has what it has: the one in service.
func TestChecksBoundTheGroup(t *testing.T) {
	max8 := []preflight.Bound{{Fleet: "asg/web-prod", Units: 8, By: preflight.ItsMax}}
	for _, c := range []struct {
		name         string
		desired, max *int32
		suspended    string
		want         []preflight.Bound
	}{
		{"it may grow", aws.Int32(1), aws.Int32(8), "AZRebalance", max8},
		{"it is there", aws.Int32(8), aws.Int32(8), "Terminate", max8},
		{"it launches nothing", aws.Int32(3), aws.Int32(8), "Launch", []preflight.Bound{{Fleet: "asg/web-prod", Units: 1, By: "Launch is suspended"}}},
		{"AWS does not tell", aws.Int32(1), nil, "Launch", nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScript()
			s.group = func(time.Duration) (*types.AutoScalingGroup, error) {
				g := sound()
				g.DesiredCapacity, g.MaxSize = c.desired, c.max
				g.SuspendedProcesses = []types.SuspendedProcess{{ProcessName: &c.suspended}}
				return g, nil
			}
			var got []preflight.Bound
			for _, f := range New(Options{API: s, Name: "web-prod", Region: "ap-northeast-1"}).Checks()[0].Look(t.Context()) {
				if f.Bound != nil {
					got = append(got, *f.Bound)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: bounds (-want +got):\n%s", c.name, diff)
			}
		})
	}
}
