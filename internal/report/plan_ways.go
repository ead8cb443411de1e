package report

import (
	"fmt"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/prescale"
)

// ways are what people call the kinds of text.
var ways = map[string]string{
	prescale.Kubectl:   "kubectl",
	prescale.KEDA:      "KEDA",
	prescale.AWSCLI:    "AWS CLI",
	prescale.Terraform: "Terraform",
	prescale.LCU:       "LCU reservation",
}

// whichToRun heads the choices between texts.
const whichToRun = "Which to run"

// withoutText heads the holds that no text makes, and why.
const withoutText = "Without a text"

// textTitle heads the i-th text: which of how many, which way it is, and what it
// makes hold.
func (p *Planned) textTitle(i int) string {
	return fmt.Sprintf("%s of %s, %s: %s", figure.Count(i+1), figure.Count(len(p.Texts)), ways[p.Texts[i].Kind], clean(p.Texts[i].Title))
}

// choices say which texts are ways to the same change, so that nobody runs both:
// those that make the same hold.
func (p *Planned) choices() []string {
	var all []string
	for from := 0; from < len(p.Texts); {
		to := from + 1
		for to < len(p.Texts) && p.Texts[to].Title == p.Texts[from].Title {
			to++
		}
		if to-from > 1 {
			var numbers, names []string
			for i := from; i < to; i++ {
				numbers, names = append(numbers, figure.Count(i+1)), append(names, ways[p.Texts[i].Kind])
			}
			all = append(all, fmt.Sprintf("%s, never both: %s are ways to the same change", strings.Join(numbers, " or "), strings.Join(names, " and ")))
		}
		from = to
	}
	return all
}
