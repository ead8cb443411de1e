package report

import (
	"io"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// What is not known is said in every format, and why.
func TestRefusalsAreToldInEveryFormat(t *testing.T) {
	r := passing.report()
	r.Result.Little, r.Result.NoLittle = nil, "nothing was in flight"
	f := &r.Result.Fleets[0]
	f.USL, f.NoUSL = nil, f.Name+": units never had work"
	f.PerUnit.Held = "something behind them may bind"
	s := r.Summary()
	if s.LittlesLaw != nil || s.LittlesLawRefused == nil || *s.LittlesLawRefused != "nothing was in flight" {
		t.Errorf("littles_law %v, refused %v; want null and the reason", s.LittlesLaw, s.LittlesLawRefused)
	}
	for name, text := range map[string]string{
		"text": string(rendered(t, func(w io.Writer) error { return r.Text(w, false) })), "Markdown": string(rendered(t, r.Markdown)), "HTML": string(rendered(t, r.HTML)),
	} {
		for _, want := range []string{"not held against the counts: nothing was in flight", "units never had work", "something behind them may bind"} {
			if n := strings.Count(strings.ReplaceAll(text, "&#39;", "'"), want); n != 1 {
				t.Errorf("%s says %q %d times; want once", name, want, n)
			}
		}
	}
	r.Result.Little = &capacity.Little{InFlight: 52, Product: 51, Off: 0.02, Windows: 3}
	if s := r.Summary(); s.LittlesLaw == nil || s.LittlesLawRefused != nil {
		t.Errorf("littles_law %v, refused %v; want the first alone", s.LittlesLaw, s.LittlesLawRefused)
	}
}

// One unit of a fleet that was held down is known from below only, in words as in
// numbers.
func TestHeldDownIsAtLeast(t *testing.T) {
	for _, c := range []struct {
		name                string
		held                string
		ceiling             *capacity.Ceiling
		sustains, saturates string
		said                string
	}{
		{"nothing held it down", "", nil, "72/s (66.2/s to 77/s)", "80/s (76.8/s to 83.2/s)", "it saturates at 80/s (76.8/s to 83.2/s)"},
		{"something may have", "may bind", nil, "72/s (66.2/s to 77/s)", "at least 76.8/s", "it saturates at 76.8/s or more"},
		{"a ceiling did", "binds", &capacity.Ceiling{From: 4, To: 8}, "at least 66.2/s", "at least 76.8/s", "one unit sustains at least 66.2/s; it saturates at 76.8/s or more"},
	} {
		r := passing.report()
		f := &r.Result.Fleets[0]
		f.PerUnit.Held, f.Ceiling = c.held, c.ceiling
		row, u := r.fleetRows()[0], r.Summary().Fleets[0].PerUnit
		if row.PerUnit != c.sustains || row.Saturation != c.saturates {
			t.Errorf("%s: sustains %s, saturates at %s; want %s and %s", c.name, row.PerUnit, row.Saturation, c.sustains, c.saturates)
		}
		if (u.Mid == nil) != (c.ceiling != nil) || (u.Saturation == nil) != (c.held != "") || u.Low == nil || u.SaturationLow == nil {
			t.Errorf("%s: per_unit = %+v; want what is known of it", c.name, u)
		}
		text := strings.Join(strings.Fields(string(rendered(t, func(w io.Writer) error { return r.Text(w, false) }))), " ")
		if !strings.Contains(text, c.said) {
			t.Errorf("%s: the text lacks %q", c.name, c.said)
		}
	}
}
