package report

import (
	"bytes"
	"io"
	"testing"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// How a fleet is scaled is kept to be played again: no report shows it.
func TestScalersAreNotShown(t *testing.T) {
	for name, e := range cases() {
		with := e.report()
		for _, at := range []float64{0, 100} {
			with.Timeline.Events = append(with.Timeline.Events, timeline.Event{
				At: timeline.Offset(*after(at)), Source: fleetName(0), Kind: timeline.Scaler, Spec: `{"hpa":{"min":1,"max":8,"metrics":[]}}`})
		}
		without := e.report()
		for form, write := range map[string]func(*Report) func(io.Writer) error{
			"text":     func(r *Report) func(io.Writer) error { return func(w io.Writer) error { return r.Text(w, false) } },
			"json":     func(r *Report) func(io.Writer) error { return r.JSON },
			"markdown": func(r *Report) func(io.Writer) error { return r.Markdown },
			"html":     func(r *Report) func(io.Writer) error { return r.HTML },
		} {
			if !bytes.Equal(rendered(t, write(with)), rendered(t, write(without))) {
				t.Errorf("%s of %s is another with scaler events; want the same", form, name)
			}
		}
	}
}
