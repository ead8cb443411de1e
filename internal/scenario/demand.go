package scenario

import "github.com/seed-f864f198/onair/internal/forecast"

// Demand is the scenario's traffic as a forecast plays it: scaled to the peak that
// headroom names, where it names one.
func (s *Scenario) Demand() (forecast.Demand, error) { panic("not yet") }
