package prescale

import (
	"os/exec"
	"strings"
	"testing"
)

// hostile are names that would break out of careless quotes.
var hostile = []string{
	"", "plain", "a b", "it's", "''", "'; touch owned; '", "$(touch owned)", "`touch owned`", "${HOME}", "\\", "\\'", `"`,
	"a\nb", "-rf", "--", "~", "~root", "=ls", "*", "?[a]", "!!", "#not a comment", "a;b&c|d>e<f", "日本語", "\t", "{a,b}", "%s%n", "(", "\x01", "'\\''",
}

// What sh reads of a quoted word is the word, and it runs nothing else: an
// injected command would print, fail or leave a file.
func FuzzQuote(f *testing.F) {
	for _, s := range hostile {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if strings.Contains(s, "\x00") {
			return // no argument of a command can hold it
		}
		folder := t.TempDir()
		run := exec.CommandContext(t.Context(), "sh", "-c", "printf '[%s]' before "+quote(s)+" after")
		run.Dir = folder
		out, err := run.CombinedOutput()
		if want := "[before][" + s + "][after]"; err != nil || string(out) != want {
			t.Errorf("sh reads quote(%q) = %s as %q, %v; want %q", s, quote(s), out, err, want)
		}
		if out, err := exec.CommandContext(t.Context(), "ls", folder).Output(); err != nil || len(out) > 0 {
			t.Errorf("quote(%q) = %s left %q, %v", s, quote(s), out, err)
		}
	})
}

func TestQuoteLeavesPlainWords(t *testing.T) {
	for _, c := range []struct{ s, want string }{
		{"web-prod", "web-prod"}, {"arn:aws:x/y_z.1,2@%+", "arn:aws:x/y_z.1,2@%+"}, {"", "''"}, {"a b", "'a b'"}, {"it's", `'it'\''s'`}, {"a=b", "'a=b'"},
	} {
		if got := quote(c.s); got != c.want {
			t.Errorf("quote(%q) = %s; want %s", c.s, got, c.want)
		}
	}
}

func TestOptionTiesADash(t *testing.T) {
	for _, c := range []struct{ value, want string }{{"web", "--name web"}, {"-web", "--name=-web"}, {"-a b", "--name='-a b'"}, {"", "--name ''"}} {
		if got := option("--name", c.value); got != c.want {
			t.Errorf("option(--name, %q) = %s; want %s", c.value, got, c.want)
		}
	}
}
