package report

import "io"

// NoPlanJSON writes for machines that no plan is made for the traffic of a scenario,
// and why: the document of a plan without one.
func (r *Report) NoPlanJSON(w io.Writer, scenario string, why error) error {
	return indented(w, PlanDocument{PlanSchema, r.Manifest.Run, scenario, nil, stated(why.Error())})
}
