package scenario

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
)

func TestQuotasOfAFleet(t *testing.T) {
	s := &Scenario{Observe: []Observe{
		{Kind: capacity.ASG, Name: "web"}, {Kind: capacity.ASG, Name: "api"},
		{Kind: Quota, Name: "L-1216C47A", Fleet: "asg/web"}, {Kind: Quota, Name: "L-34B43A08", Fleet: "asg/web"}, {Kind: Quota, Name: "L-1", Fleet: "asg/db"},
	}}
	want := []capacity.Fleet{
		{Name: "asg/web", Kind: capacity.ASG, Quotas: []string{"quota/L-1216C47A", "quota/L-34B43A08"}},
		{Name: "asg/api", Kind: capacity.ASG},
	}
	if diff := cmp.Diff(want, s.Question().Fleets); diff != "" {
		t.Errorf("Question().Fleets (-want +got):\n%s", diff)
	}
}
