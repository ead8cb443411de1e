package forecast

import (
	"fmt"

	"github.com/seed-f864f198/onair/internal/figure"
)

// sayLosses says of a loss that takes all there is, or nothing: a reader expects a
// part. How many there will be then depends on the demand; what is known is how many
// there are at the beginning.
func (d *draft) sayLosses() {
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
