package quota

import (
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// The room that the quota leaves is told as a number of the fleet it bounds: of 32
// vCPUs 8 are used, and each unit more takes 2 beside the 2 units there are. Nothing
// is where it is not known what a unit takes.
func TestChecksBoundTheFleet(t *testing.T) {
	for _, c := range []struct {
		name string
		set  func(*Options)
		want []preflight.Bound
	}{
		{"known", func(*Options) {}, []preflight.Bound{{Fleet: "asg/web-prod", Units: 2 + (32-8)/2, By: "quota/L-1216C47A"}}},
		{"not known", func(o *Options) { o.Fleet = "hpa/default/web" }, nil},
	} {
		synctest.Test(t, func(t *testing.T) {
			o := newScript().options()
			c.set(&o)
			var got []preflight.Bound
			for _, f := range New(o).Checks()[0].Look(t.Context()) {
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
