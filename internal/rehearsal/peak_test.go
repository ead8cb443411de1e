package rehearsal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/observe"
	"github.com/seed-f864f198/onair/internal/preflight"
	"github.com/seed-f864f198/onair/internal/rehearsal"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// asks400 is a plan of 100/s with a spot of 400/s, before a fleet of pods.
const asks400 = `name: peak
target: {url: "http://127.0.0.1", allow_hosts: [127.0.0.1]}
traffic: {stages: [{to: 100/s, over: 0s}, {hold: 10s}, {to: 400/s, over: 0s}, {hold: 10s}]}
requests: [{get: /}]
objectives: [{p99: 1s}]
`

const watchesPods = "observe: [{hpa: default/web}, {asg: nodes}]\n"

// bounded are findings of a fleet that bound it.
func bounded(fleet string, by ...any) []preflight.Finding {
	var found []preflight.Finding
	for i := 0; i < len(by); i += 2 {
		found = append(found, preflight.Finding{Subject: fleet, Bound: &preflight.Bound{Fleet: fleet, Units: by[i+1].(int), By: by[i].(string)}})
	}
	return found
}

// 400/s are 50/s for each of 8 units, and 100/s for each of 4.
func TestPreflightSharesThePeak(t *testing.T) {
	const web, nodes = "hpa/default/web", "asg/nodes"
	for _, c := range []struct {
		name, scenario string
		found          []preflight.Finding
		want           []string
	}{
		{"at its max", watchesPods, bounded(web, preflight.ItsMax, 8, "room in quotas", 9, "room on nodes", 8),
			[]string{"ok hpa/default/web: the peak of 400/s is 50/s for each of 8 units (its max)"}},
		{"nodes have room for fewer", watchesPods, bounded(web, preflight.ItsMax, 8, "room in quotas", 8, "room on nodes", 4),
			[]string{"ok hpa/default/web: the peak of 400/s is 50/s for each of 8 units (its max), 100/s for each of 4 (room on nodes)"}},
		{"a quota for fewer still", watchesPods, bounded(web, preflight.ItsMax, 8, "room on nodes", 4, "room in quotas", 2, "quota/L-1", 4),
			[]string{"ok hpa/default/web: the peak of 400/s is 50/s for each of 8 units (its max), 100/s for each of 4 (room on nodes), 200/s for each of 2 (room in quotas)"}},
		{"its max is not known", watchesPods, bounded(web, "room in quotas", 1), []string{"ok hpa/default/web: the peak of 400/s is 400/s for each of 1 unit (room in quotas)"}},
		{"nothing is known", watchesPods, nil, nil},
		{"there is room for none", watchesPods, bounded(web, "room in quotas", 0), nil},
		{"instances beneath pods serve nothing", watchesPods, bounded(nodes, preflight.ItsMax, 3), nil},
		{"instances that serve", "observe: [{asg: nodes}]\n", bounded(nodes, preflight.ItsMax, 5, "quota/L-1", 2),
			[]string{"ok asg/nodes: the peak of 400/s is 80/s for each of 5 units (its max), 200/s for each of 2 (quota/L-1)"}},
		{"headroom's peak is larger", watchesPods + "headroom: {peak: 4k/s}\n", bounded(web, preflight.ItsMax, 8),
			[]string{"ok hpa/default/web: the peak of 4k/s is 500/s for each of 8 units (its max)"}},
		{"headroom's peak is smaller", watchesPods + "headroom: {peak: 200/s}\n", bounded(web, preflight.ItsMax, 8),
			[]string{"ok hpa/default/web: the peak of 400/s is 50/s for each of 8 units (its max)"}},
		{"production's size", watchesPods + "headroom: {peak: 4k/s}\nproduction: {hpa/default/web: {start: 12, max: 40}}\n", bounded(web, preflight.ItsMax, 8, "room on nodes", 4),
			[]string{"ok hpa/default/web: the peak of 4k/s is 100/s for each of 40 units (production's max)"}},
		{"a layer below the peak", "headroom: {peak: 4k/s}\nlayers: [{name: db, rate: 3k/s}, {name: cache, rate: 4k/s}]\n", nil,
			[]string{"warning layers: db carries 3k/s, the peak is 4k/s", "ok layers: cache carries 4k/s, the peak is 4k/s"}},
		{"a layer below the peak by a hair", "layers: [{name: db, rate: 399.9/s}]\n", nil, []string{"warning layers: db carries 399.9/s, the peak is 400/s"}},
	} {
		s, err := scenario.Parse("test.yaml", ".", []byte(asks400+c.scenario), scenario.Options{})
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		var got []string
		for _, f := range (rehearsal.Plan{
			Scenario: s, Target: &url.URL{Scheme: "http", Host: "127.0.0.1"}, Door: http.DefaultTransport,
			Observers: []observe.Observer{careful{"seen", func(context.Context) []preflight.Finding { return c.found }}},
		}).Preflight(t.Context()) {
			if f.Asked != "share of the peak" && f.Asked != "carry the peak" {
				continue
			}
			got = append(got, fmt.Sprintf("%s %s: %s", f.Status, f.Subject, f.Text))
			if (f.ToDo == "") != (f.Status == preflight.OK) {
				t.Errorf("%s: to do %q of what is %s; want one where something is to be done", c.name, f.ToDo, f.Status)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
		if most, _ := s.Traffic.Curve.Peak(); s.Peak() != max(most, s.Headroom.Peak) {
			t.Errorf("%s: Peak() = %v; want the larger of %v and %v", c.name, s.Peak(), most, s.Headroom.Peak)
		}
	}
}
