package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
)

// On GitHub Actions groups and annotations are commands; everything else is text.
func Example_stepLog() {
	log := &stepLog{out: os.Stdout}
	end := group(log, "preflight")
	fmt.Fprintln(log, "warning: 3 % of 100")
	fmt.Fprintln(log, "::error::not from onair")
	end()
	annotate(log, "error", "onair prime-time", []string{"p99 <= 800ms was broken for 10 % of it\nat 21:54"})
	// Output:
	// ::group::preflight
	// warning: 3 % of 100
	// : :error::not from onair
	// ::endgroup::
	// ::error title=onair prime-time::p99 <= 800ms was broken for 10 %25 of it%0Aat 21:54
}

func TestForPeople(t *testing.T) {
	var out strings.Builder
	if got := forPeople(&out); got != &out {
		t.Errorf("forPeople(out) = %T; want out itself", got)
	}
	t.Setenv("GITHUB_ACTIONS", "true")
	log := forPeople(&out)
	if _, ok := log.(*stepLog); !ok || forPeople(log) != log {
		t.Errorf("forPeople(out) on GitHub Actions = %T; want a stepLog, and it once", log)
	}
}

func TestCommandsEscapeWhatTheyCarry(t *testing.T) {
	var out strings.Builder
	log := &stepLog{out: &out}
	fmt.Fprint(log, "half a line")
	annotate(log, "warning", "a: b, c%\n", []string{"50 %\r\n::error::x", strings.Repeat("x", 3)})
	want := "half a line\n::warning title=a%3A b%2C c%25%0A::50 %25%0D%0A::error::x\n::warning title=a%3A b%2C c%25%0A::xxx\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	out.Reset()
	annotate(log, "error", "", strings.Fields(strings.Repeat("x ", 50)))
	if got := strings.Count(out.String(), "\n"); got != mostAnnotations {
		t.Errorf("%d errors were annotated; want %d, which is all that GitHub shows", got, mostAnnotations)
	}
	out.Reset()
	group(&out, "report")()
	annotate(&out, "error", "", []string{"x"})
	if out.Len() > 0 {
		t.Errorf("elsewhere than on GitHub Actions %q was written; want nothing", out.String())
	}
}

// obeyed reports whether GitHub's runner takes a line for a command: one that
// begins with :: after spaces, or has ##[ anywhere.
func obeyed(line string) bool {
	return strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") || strings.Contains(line, "##[")
}

// FuzzStepLog: however a text is cut when it is written, no line of it is obeyed,
// and nothing but what would make it so is changed.
func FuzzStepLog(f *testing.F) {
	for _, s := range []string{"plain\n", "::error::x", " \t::add-mask::x\r\n", "a\r::set-output name=x::y", "x ##[error]y", "####[[", "::\n::", "a:: b\n", "\u00a0::x", ":::x", "\xff::"} {
		f.Add(s, 1)
	}
	f.Fuzz(func(t *testing.T, s string, at int) {
		var out strings.Builder
		log := &stepLog{out: &out}
		at = min(max(at, 0), len(s))
		for _, part := range []string{s[:at], s[at:]} {
			if n, err := log.Write([]byte(part)); n != len(part) || err != nil {
				t.Fatalf("Write(%q) = %d, %v", part, n, err)
			}
		}
		if err := ended(log); err != nil {
			t.Fatal(err)
		}
		got := out.String()
		for _, line := range strings.FieldsFunc(got, func(r rune) bool { return r == '\n' || r == '\r' }) {
			if obeyed(line) {
				t.Errorf("%q is written as %q, of which the runner obeys %q", s, got, line)
			}
		}
		plain := func(s string) string { return strings.NewReplacer(" ", "", "\n", "").Replace(s) }
		if plain(got) != plain(s) {
			t.Errorf("%q is written as %q; want the same but for spaces", s, got)
		}
	})
}
