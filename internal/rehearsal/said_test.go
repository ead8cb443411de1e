package rehearsal

import "testing"

func TestIsSaid(t *testing.T) {
	before := []string{
		"asg/web, able to scale: AZRebalance is suspended: zones stay as uneven as they become; Launch is suspended: the group adds no instance (resume what is not suspended on purpose)",
		"asg/web, group metrics: group metrics are off: CloudWatch has no history of its sizes (aws autoscaling enable-metrics-collection)",
		"target, certificate: expires in 5 days (renew it before the broadcast)",
	}
	for warning, want := range map[string]bool{
		"asg/web: AZRebalance is suspended: zones stay as uneven as they become":  true,
		"asg/web: Launch is suspended: the group adds no instance":                true,
		"asg/web: group metrics are off: CloudWatch has no history of its sizes":  true,
		"asg/shop: group metrics are off: CloudWatch has no history of its sizes": false, // of another
		"asg/web: Terminate is suspended: the group removes no instance":          false, // since then
		"asg/web: scaling policies were not observed: throttled by AWS":           false,
		"the target's clock is off":                                               false,
		"":                                                                        false,
	} {
		if got := isSaid(before, warning); got != want {
			t.Errorf("isSaid(%q) = %v; want %v", warning, got, want)
		}
	}
}
