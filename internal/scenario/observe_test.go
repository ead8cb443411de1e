package scenario

import (
	"bytes"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/capacity"
)

const watching = minimal + `
observe:
  - {hpa: default/web}
  - {asg: web-prod, region: ap-northeast-1, coverage: 95%}
  - {elb: arn:aws:elasticloadbalancing:ap-northeast-1:1:targetgroup/web/1, region: ap-northeast-1}
  - {quota: L-1216C47A, fleet: asg/web-prod, per_unit: 4, region: ap-northeast-1}
  - {cloudwatch: "AWS/ApplicationELB TargetResponseTime", dimensions: {LoadBalancer: app/web/1}, statistic: p99, name: ALB p99, unit: s, panel: response, region: ap-northeast-1}
  - {cloudwatch: "Shop Queue Depth", period: 5m, region: ap-northeast-1, coverage: 50%}
  - {cloudwatch: "Shop Orders", statistic: Sum}
  - {prometheus: "http://prom.example:9090/team", query: 'sum(queue_depth{env="${STAGE}"})', name: queue depth, headers: {Authorization: "Bearer ${TOKEN}"}}
  - {prometheus: "http://prom.example:9090/team", query: up, name: up, unit: ratio}
`

func TestObserve(t *testing.T) {
	s := mustParse(t, watching, Options{Env: environment})
	prom, _ := url.Parse("http://prom.example:9090/team")
	key := http.Header{"Authorization": {"Bearer s3cret"}}
	const tokyo = "ap-northeast-1"
	want := []Observe{
		{Kind: capacity.HPA, Namespace: "default", Name: "web", Coverage: 0.9},
		{Kind: capacity.ASG, Name: "web-prod", Region: tokyo, Coverage: 0.95},
		{Kind: ELB, Name: "arn:aws:elasticloadbalancing:ap-northeast-1:1:targetgroup/web/1", Region: tokyo, Coverage: 0.9},
		{Kind: Quota, Name: "L-1216C47A", Region: tokyo, Fleet: "asg/web-prod", Service: "ec2", PerUnit: 4},
		{Kind: CloudWatch, Name: "ALB p99", Region: tokyo, Coverage: 0.5, Unit: "s", Panel: "response",
			Metric: Metric{"AWS/ApplicationELB", "TargetResponseTime", map[string]string{"LoadBalancer": "app/web/1"}, "p99", time.Minute}},
		{Kind: CloudWatch, Name: "Queue Depth Average", Region: tokyo, Coverage: 0.5, Unit: "count",
			Metric: Metric{"Shop", "Queue Depth", nil, "Average", 5 * time.Minute}},
		{Kind: CloudWatch, Name: "Orders Sum", Unit: "count", Metric: Metric{"Shop", "Orders", nil, "Sum", time.Minute}},
		{Kind: Prometheus, Name: "queue depth", Unit: "count", URL: prom, Header: key, Query: `sum(queue_depth{env="web"})`},
		{Kind: Prometheus, Name: "up", Unit: "ratio", URL: prom, Header: key, Query: "up"},
	}
	if diff := cmp.Diff(want, s.Observe); diff != "" {
		t.Errorf("Observe (-want +got):\n%s", diff)
	}
	var sources []string
	for _, q := range s.Question().Sources {
		sources = append(sources, q.Name)
	}
	wantSources := []string{"hpa/default/web", "asg/web-prod", "elb/" + want[2].Name, "quota/L-1216C47A", "cloudwatch/ap-northeast-1", "cloudwatch/here", "prometheus/prom.example:9090"}
	if diff := cmp.Diff(wantSources, sources); diff != "" {
		t.Errorf("sources of the question (-want +got):\n%s", diff)
	}
}

// The stored scenario watches the same, but for the header's secret, which it
// does not hold.
func TestObserveIsStoredWithoutSecrets(t *testing.T) {
	s := mustParse(t, watching, Options{Env: environment})
	if strings.Contains(string(s.Resolved), "s3cret") {
		t.Errorf("Resolved holds a header's secret:\n%s", s.Resolved)
	}
	if got := s.Mask("prometheus said s3cret"); got != "prometheus said ${TOKEN}" {
		t.Errorf("Mask = %q; want the variable", got)
	}
	again := mustParse(t, string(s.Resolved), Options{})
	for i := range s.Observe {
		if s.Observe[i].Header != nil {
			s.Observe[i].Header = http.Header{"Authorization": {"Bearer ${TOKEN}"}}
		}
	}
	if diff := cmp.Diff(s.Observe, again.Observe); diff != "" {
		t.Errorf("Observe of the stored scenario (-first +stored):\n%s", diff)
	}
}

// What an example offers in comments is a part of it that works.
func TestExamplesInComments(t *testing.T) {
	text, err := os.ReadFile("../../scenarios/staging-tvcm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Parse("staging-tvcm.yaml", "../../scenarios", bytes.ReplaceAll(text, []byte("  # - {"), []byte("  - {")), Options{Env: func(name string) (string, bool) { return "s3cret", name == "PROMETHEUS_TOKEN" }})
	if err != nil {
		t.Fatal(err)
	}
	kinds := map[string]int{}
	for _, o := range s.Observe {
		kinds[o.Kind]++
	}
	if diff := cmp.Diff(map[string]int{capacity.HPA: 1, capacity.ASG: 1, ELB: 1, Quota: 1, CloudWatch: 2, Prometheus: 1}, kinds); diff != "" {
		t.Errorf("kinds of what staging-tvcm.yaml would watch (-want +got):\n%s", diff)
	}
}
