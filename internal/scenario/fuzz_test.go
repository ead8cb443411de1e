package scenario

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/simulation"
)

// No input makes Parse panic or hang, mistakes have a place and speak no Go, and
// what is stored parses again to the same plan.
func FuzzParse(f *testing.F) {
	for _, pattern := range []string{"../../scenarios/*.yaml", "testdata/err/*.yaml"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			f.Fatal(err)
		}
		for _, path := range files {
			text, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(text, "traffic.spots[0].peak=12x")
		}
	}
	f.Add([]byte(minimal), `target.headers["a.b"]=[c]`)
	goNames := regexp.MustCompile(`yaml\.|\*?scenario\.[a-z]|interface ?\{|reflect|%!`)
	f.Add([]byte(minimal), `objectives[0].request=GET /?k=${TOKEN}`)
	f.Add([]byte(minimal), `requests[0]={post: /, body: {base64: "${TOKEN}"}}`)
	f.Add([]byte(minimal), `requests[1]={post: /, after: 3s, per_visit: 20%, body: {form: {a: "{{n}} ${TOKEN}"}}}`)
	f.Add([]byte(minimal), `abort=[{in_flight: 5k}, {p50: 1s, for: 3s}, {errors: 1%}]`)
	f.Add([]byte(minimal), `traffic.spots[0]={at: 3s, peak: {p50: 2x, p95: 90x}, rise: {p50: 100ms, p95: 1m}, half_life: {p50: 45s, p95: 30m}, tail: 0}`)
	f.Add([]byte(minimal), `headroom={peak: 9k/s}`)
	f.Add([]byte(minimal), `viewers={patience: 1s, queue: 1}`)
	f.Add([]byte(minimal), `target.auth.basic=a:${TOKEN}`)
	dir := f.TempDir()
	users, err := os.ReadFile("../../scenarios/users.csv")
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, "users.csv"), users, 0o644)
	}
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text []byte, set string) {
		o := Options{Env: environment}
		if set != "" {
			o.Set = []string{set}
		}
		s, err := Parse("x", dir, text, o)
		if mistakes, ok := err.(Mistakes); ok {
			for _, m := range mistakes {
				if m.File == "" || m.Text == "" || m.File == "x" && (m.Line < 1 || m.Column < 1) {
					t.Errorf("mistake without a place: %#v", m)
				}
				if shown := m.Error(); strings.Contains(shown, "s3cret") && !bytes.Contains(text, []byte("s3cret")) && !strings.Contains(set, "s3cret") {
					t.Errorf("mistake shows a value of the environment: %s", shown)
				}
				if goNames.MatchString(m.Text) && !goNames.Match(text) && !goNames.MatchString(set) {
					t.Errorf("mistake speaks Go: %v", m)
				}
			}
		}
		if err != nil {
			return
		}
		if s.Traffic.Curve.Duration() < time.Hour {
			asks(t, s)
		}
		again, err := Parse("stored", dir, s.Resolved, Options{})
		if err != nil {
			t.Fatalf("Parse(Resolved): %v\n%s", err, s.Resolved)
		}
		if diff := compare(s, again); diff != "" {
			t.Errorf("Parse(Resolved) (-first +again):\n%s\n%s", diff, s.Resolved)
		}
	})
}

// asks holds the demand of a scenario against what a simulation takes.
func asks(t *testing.T, s *Scenario) {
	d, err := s.Demand()
	if err != nil {
		if !strings.HasPrefix(err.Error(), "headroom: ") {
			t.Errorf("Demand() = %v; want an error about headroom, or none\n%s", err, s.Resolved)
		}
		return
	}
	fleet := simulation.Fleet{Start: 1, PerUnit: []simulation.Rate{{Sustained: 100}}}
	if _, err := simulation.New(simulation.Service{Waves: d.Waves, Spots: d.Spots, Queue: d.Queue, Fleets: []simulation.Fleet{fleet}}); err != nil {
		t.Errorf("a simulation of Demand() = %v; want none\n%s", err, s.Resolved)
	}
	if lasts := time.Duration(len(d.Waves[0].Requests)) * time.Second; d.Airs < 0 || d.Lasts <= 0 || d.Airs+d.Lasts > lasts {
		t.Errorf("demand airs at %s for %s; want it within the %s it has\n%s", d.Airs, d.Lasts, lasts, s.Resolved)
	}
}
