package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/plan"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// Each text says which way it is, and of two to the same change one is to be run.
func TestWays(t *testing.T) {
	p := &Planned{Plan: &plan.Plan{}}
	add := func(title string, kinds ...string) {
		for _, kind := range kinds {
			p.Texts = append(p.Texts, prescale.Text{Kind: kind, Title: title})
		}
	}
	add("hpa/default/web: at least 5 units", prescale.Kubectl, prescale.KEDA)
	add("hpa/default/keda-hpa-queue: at least 2 units", prescale.KEDA)
	add("asg/nodes: at least 3 units", prescale.AWSCLI, prescale.Terraform)
	add("elb/shop: at least 2 capacity units", prescale.LCU)
	want := []string{
		"1 or 2, never both: kubectl and KEDA are ways to the same change",
		"4 or 5, never both: AWS CLI and Terraform are ways to the same change",
	}
	if diff := cmp.Diff(want, p.choices()); diff != "" {
		t.Errorf("choices (-want +got):\n%s", diff)
	}
	for i, want := range []string{"1 of 6, kubectl: hpa/default/web: ", "2 of 6, KEDA: hpa/default/web: ", "3 of 6, KEDA: hpa/default/keda-hpa-queue: ",
		"4 of 6, AWS CLI: asg/nodes: ", "5 of 6, Terraform: asg/nodes: ", "6 of 6, LCU reservation: elb/shop: "} {
		if got := p.textTitle(i); !strings.HasPrefix(got, want) {
			t.Errorf("title %d = %q; want it to begin with %q", i, got, want)
		}
	}
	p.Texts = p.Texts[5:]
	if all := p.choices(); all != nil {
		t.Errorf("choices of one text = %q; want none", all)
	}
}

// Neither line above the plan's picture is cut: where the hours have no room in the
// title they begin the line below.
func TestPlanPictureSaysAll(t *testing.T) {
	for name, e := range plannings() {
		if name == "plan-hostile" {
			continue // a fleet's name as long as the picture is wide is cut
		}
		p := e.planned()
		svg, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(svg), "…") {
			t.Errorf("%s: a line of the picture is cut:\n%s\n%s", name, p.pictureTitle(), p.pictureNote())
		}
		if title := p.pictureTitle() + " " + p.pictureNote(); p.holding() && !strings.Contains(title, p.pictureHours()) {
			t.Errorf("%s: %q does not say from when to when", name, title)
		}
	}
}
