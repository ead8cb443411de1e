package report

// planView is what the page template reads of a plan.
type planView struct {
	Sentence, Command string // no command: there is nothing to make so
	Holds             []holdRow
	Risk              []riskRow
	Costed            string // what the costs are; empty: none is known
	Replay            []fact
	Next              []layerRow
	Assumed, Warnings []string
}

// planView is nil where no plan was made.
func (r *Report) planView() *planView {
	p := r.Plan
	if p == nil {
		return nil
	}
	view := &planView{
		Sentence: p.sentence(), Holds: p.holdRows(), Risk: p.riskRows(mostLines),
		Replay: replayFacts(p.Model.Replay), Next: p.nextRows(), Assumed: p.assumed(), Warnings: p.Warnings,
	}
	if p.costed() {
		view.Costed = p.costNote()
	}
	if p.holding() {
		view.Command = p.command()
	}
	return view
}
