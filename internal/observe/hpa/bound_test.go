package hpa

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// What bounds the fleet is told as numbers too: its max of 10, a quota of 3 pods, and
// a node of 4 cores.
func TestChecksBoundTheFleet(t *testing.T) {
	const web = "hpa/default/web"
	a := healthy()
	q := quota("web", "pods=3", "pods=2")
	small := node("i-1", "cpu=4 memory=16Gi pods=20")
	a.put(quotasPath, &q)
	a.put(nodesPath, &small)
	var got []preflight.Bound
	for _, f := range newObserving(t, a).observer.Checks()[0].Look(t.Context()) {
		if f.Bound != nil {
			got = append(got, *f.Bound)
		}
	}
	want := []preflight.Bound{{Fleet: web, Units: 10, By: preflight.ItsMax}, {Fleet: web, Units: 3, By: "room in quotas"}, {Fleet: web, Units: 4, By: "room on nodes"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("bounds (-want +got):\n%s", diff)
	}
}
