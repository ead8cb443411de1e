package report

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// Staging's context and region go with staging's names and with no other.
func TestPlaces(t *testing.T) {
	s := &scenario.Scenario{Observe: []scenario.Observe{
		{Kind: capacity.HPA, Namespace: "default", Name: "web", Context: "staging"},
		{Kind: capacity.HPA, Namespace: "default", Name: "api", Context: "staging"},
		{Kind: capacity.ASG, Name: "nodes", Region: "eu-west-1"},
	}}
	called, context, region := places(s)
	staging := map[string]string{"hpa/default/web": "staging", "hpa/default/api": "staging"}
	if diff := cmp.Diff([]map[string]string{nil, staging, {"asg/nodes": "eu-west-1"}}, []map[string]string{called, context, region}); diff != "" {
		t.Errorf("places of what was rehearsed (-want +got):\n%s", diff)
	}
	s.Production = map[string]capacity.Production{"hpa/default/web": {Start: 12, Max: 60}, "hpa/default/api": {Start: 2, Max: 6}, "asg/nodes": {Start: 3, Max: 20}}
	s.Places = map[string]scenario.Place{
		"hpa/default/web": {Fleet: "hpa/prod/shop", Context: "prod"},
		"asg/nodes":       {Fleet: "asg/pool"},
	}
	called, context, region = places(s)
	want := []map[string]string{
		{"hpa/default/web": "hpa/prod/shop", "asg/nodes": "asg/pool"},
		{"hpa/default/web": "prod", "hpa/default/api": "staging"},
		{"asg/nodes": ""},
	}
	if diff := cmp.Diff(want, []map[string]string{called, context, region}); diff != "" {
		t.Errorf("places of production (-want +got):\n%s", diff)
	}
}
