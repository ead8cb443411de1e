package report

// planView is what the page template reads of a plan.
type planView struct {
	Sentence, Command string
	Holds             []holdRow
	Risk              []riskRow
	Costed            bool
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
	return &planView{
		Sentence: p.sentence(), Command: p.command(), Holds: p.holdRows(), Risk: p.riskRows(mostLines), Costed: p.costed(),
		Replay: replayFacts(p.Model.Replay), Next: p.nextRows(), Assumed: p.assumed(), Warnings: p.Warnings,
	}
}
