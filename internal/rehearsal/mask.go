package rehearsal

import (
	"github.com/seed-f864f198/onair/internal/rundir"
	"github.com/seed-f864f198/onair/internal/scenario"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// maskedSink is the run directory without secrets, whatever brought them there:
// a cluster's own words, an error that quotes a path. Names and numbers pass as
// they are: none of them comes from a place where a secret may stand.
type maskedSink struct {
	*rundir.Writer
	scenario *scenario.Scenario
}

func (s maskedSink) WriteEvent(e timeline.Event) error {
	e.Text, e.Spec = s.scenario.Mask(e.Text), s.scenario.Mask(e.Spec)
	return s.Writer.WriteEvent(e)
}

func (s maskedSink) WriteGap(g timeline.Gap) error {
	g.Cause = s.scenario.Mask(g.Cause)
	return s.Writer.WriteGap(g)
}

func (s maskedSink) WriteWarning(text string) error {
	return s.Writer.WriteWarning(s.scenario.Mask(text))
}

// maskedError is an error in words without secrets.
type maskedError struct {
	text string
	err  error
}

func (e *maskedError) Error() string { return e.text }
func (e *maskedError) Unwrap() error { return e.err }

// maskError returns err without the scenario's secrets; nil where it is nil.
func maskError(s *scenario.Scenario, err error) error {
	if err == nil {
		return nil
	}
	return &maskedError{s.Mask(err.Error()), err}
}
