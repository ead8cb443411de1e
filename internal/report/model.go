package report

import "github.com/seed-f864f198/onair/internal/forecast"

// Model is the service as the run showed it.
func (r *Report) Model() (*forecast.Model, error) {
	return forecast.Fit(r.Timeline, r.Scenario.Question(), r.Result)
}
