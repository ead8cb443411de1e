package plan

import (
	"strings"

	"github.com/seed-f864f198/onair/internal/prescale"
)

// A plan for production is learned from a rehearsal of staging. Its texts have to name
// what production has, and only who asks knows what that is called.

// rehearsed begins the note of a text that names staging's object in a plan for
// production.
const rehearsed = "Names what was rehearsed: put production's own in its place. "

// called is what the texts call a fleet.
func (w *work) called(fleet string) string {
	if name, ok := w.ask.Called[fleet]; ok {
		return name
	}
	return fleet
}

// misnamed says whether a text about a fleet names what was rehearsed in a plan for
// production. Nobody can say what production calls a load balancer, which has no name
// here.
func (w *work) misnamed(fleet string) bool {
	_, known := w.ask.Called[fleet]
	return w.ask.Called != nil && !known
}

// texts is a change or a reservation.
type texts interface {
	Texts() ([]prescale.Text, error)
}

// add adds the texts about a fleet, or of a load balancer about none.
func (w *work) add(fleet string, about texts) {
	all, err := about.Texts()
	if err != nil {
		w.NoTexts = append(w.NoTexts, err.Error())
		return
	}
	if len(all) > 0 && fleet != "" && w.misnamed(fleet) {
		w.unnamed = append(w.unnamed, fleet)
	}
	for _, x := range all {
		if w.misnamed(fleet) {
			x.Note = rehearsed + x.Note
		}
		w.Texts = append(w.Texts, x)
	}
}

// warnNames says once what the notes say of each text.
func (w *work) warnNames() {
	if len(w.unnamed) > 0 {
		w.warnf("%s: the texts name what was rehearsed, with production's counts: put production's own in its place (fleet, with context or region, in the scenario's production names it)",
			strings.Join(w.unnamed, ", "))
	}
}
