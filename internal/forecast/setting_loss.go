package forecast

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// How long it takes until what was lost is replaced, unless it is set.
const (
	// Of pods: 40 s until their node is taken for lost (node-monitor-grace-period of the
	// kube-controller-manager, by default 40 s up to Kubernetes 1.31 and 50 s from 1.32 on:
	// kubernetes/kubernetes#126287) and 300 s until they are evicted
	// (default-unreachable-toleration-seconds of the kube-apiserver): 340 s, and 350 s from
	// 1.32 on. Tolerations of their own may be shorter.
	podsNoticed = 40*time.Second + 300*time.Second
	// Of a group's instances, until their health checks have failed: status checks run
	// every minute, those of a load balancer as it is set up.
	instancesNoticed = 180 * time.Second
)

// noticed is how long it takes until what a fleet loses is replaced, as it usually is.
func (d *draft) noticed() time.Duration {
	switch kindOf(*d.fleet) {
	case pods:
		return podsNoticed
	case group:
		return instancesNoticed
	}
	return 0 // nobody replaces it
}

// setReplaced says how long after a loss others are begun in the place of what went.
func (d *draft) setReplaced(after time.Duration) error {
	if len(d.fleet.Losses) == 0 {
		return errors.New("no zone is lost: set zone_lost too, such as zone_lost=1/3@2m")
	}
	d.fleet.Losses = slices.Clone(d.fleet.Losses)
	for i := range d.fleet.Losses {
		d.fleet.Losses[i].Replaced = after
	}
	d.replaced = true
	return nil
}

// sayNoticed says what is taken for how long a loss goes without replacement, where
// that was not set.
func (d *draft) sayNoticed() {
	if !d.lost || d.replaced {
		return
	}
	const wayOut = "replaced=30s sets another time"
	switch kindOf(*d.fleet) {
	case pods:
		d.assume("what a lost zone had is replaced %s later: Kubernetes takes a node for lost after 40 s and evicts its pods 300 s after that, unless their tolerations say otherwise (%s)", figure.Duration(podsNoticed), wayOut)
	case group:
		d.assume("what a lost zone had is replaced %s later, when health checks are taken to have failed (%s)", figure.Duration(instancesNoticed), wayOut)
	}
}

// sayLosses says of a loss that takes all there is, or nothing: a reader expects a
// part. How many there will be then depends on the demand; what is known is how many
// there are at the beginning.
func (d *draft) sayLosses() {
	d.sayNoticed()
	what, of := "unit", d.fleet.Start
	if p := d.fleet.Pods; p != nil && p.Nodes != nil {
		what, of = "node", p.Nodes.Start
	}
	for _, l := range d.fleet.Losses {
		switch l.Takes(of) {
		case 0:
			d.assume("the loss at %s takes nothing: there is no %s at the beginning", figure.Duration(l.At), what)
		case of:
			d.assume("the loss at %s takes %s, unless there are more then than at the beginning: nothing serves %s",
				figure.Duration(l.At), every(of, what), d.until())
		}
	}
}

// every is all of so many in words.
func every(of int, what string) string {
	if of == 1 {
		return "the only " + what
	}
	return fmt.Sprintf("all %s %ss", figure.Count(of), what)
}

// until is how long what was lost is missing.
func (d *draft) until() string {
	if kindOf(*d.fleet) == unscaled {
		return "from then on, for nothing scales the fleet"
	}
	return "until others have come"
}
