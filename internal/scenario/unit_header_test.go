package scenario

import (
	"strings"
	"testing"
)

// The embedded lab names its units; another target does where the scenario says
// so.
func TestUnitHeader(t *testing.T) {
	const target = `target: {url: "https://staging.example.jp", allow_hosts: [staging.example.jp]}`
	for change, want := range map[string]string{
		target: "",
		strings.Replace(target, "{url", "{unit_header: x-pod, url", 1): "X-Pod",
		"lab: {}": "X-Unit",
		"lab: {}\ntarget: {unit_header: X-Other}": "X-Other",
		"lab: {}\n" + target:                      "",
	} {
		s, err := Parse("x.yaml", ".", []byte(strings.Replace(minimal, target, change, 1)), Options{Env: environment})
		if err != nil {
			t.Fatalf("Parse with %q = %v", change, err)
		}
		if s.Target.UnitHeader != want || s.Question().UnitHeader != want {
			t.Errorf("with %q unit header = %q, of the question %q; want %q", change, s.Target.UnitHeader, s.Question().UnitHeader, want)
		}
	}
}
