package load

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// fillText fills a text for one arrival, as a body that is no known type.
func fillText(t *testing.T, written string, seed uint64, f *filling) string {
	t.Helper()
	c := &compiler{columns: []string{"user", "e-mail", "名前"}, seed: seed}
	compiled, err := c.compile(written, asWritten)
	if err != nil {
		t.Fatalf("compile(%q) = %v; want no error", written, err)
	}
	return compiled.string(f)
}

func TestFill(t *testing.T) {
	f := &filling{
		arrival: traffic.Arrival{N: 1234, Visit: 56},
		row:     []string{"ann", "ann@example.jp", "安"},
	}
	for _, tt := range []struct{ written, want string }{
		{"", ""},
		{"nothing to fill", "nothing to fill"},
		{"{{user}}", "ann"},
		{"{{ user }} <{{e-mail}}> {{\t名前\n}}", "ann <ann@example.jp> 安"},
		{"{{user}}{{user}}", "annann"},
		{"arrival {{n}} of visit {{visit}}", "arrival 1234 of visit 56"},
		{"{{random 7 7}}", "7"},
		{"{{random  -3   -3}}", "-3"},
		{`{"a":{"b":{{n}}}}`, `{"a":{"b":1234}}`},
		{`{"a":{"b":{}}}`, `{"a":{"b":{}}}`},
		{"{{{{}}", "{{"},
		{"{{ {{ }}user}}", "{{user}}"},
		{"{{{{}}{{user}}}}", "{{ann}}"},
		{"}} { {", "}} { {"},
	} {
		if got := fillText(t, tt.written, 1, f); got != tt.want {
			t.Errorf("%q is filled as %q; want %q", tt.written, got, tt.want)
		}
	}
}

func TestCheckPlaceholders(t *testing.T) {
	columns := []string{"user", "plan"}
	for _, tt := range []struct {
		columns       []string
		written, want string
	}{
		{columns, "{{usr}}", `unknown placeholder "usr" (a column of the feed, n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{nil, "{{user}}", `unknown placeholder "user" (n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{columns, "{{}}", `unknown placeholder "" (a column of the feed, n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{nil, "{{{n}}", `unknown placeholder "{n" (n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{nil, "{{n 1}}", `unknown placeholder "n 1" (n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{nil, "{{n}} and {{n", "a {{ without }} after it (a plain {{ is written {{{{}})"},
		{nil, "{{" + strings.Repeat("y", 99) + "}}", `unknown placeholder "` + strings.Repeat("y", 59) + `…" (n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{nil, "{{random}}", `placeholder "random" is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart`},
		{nil, "{{random 1 x}}", `placeholder "random 1 x" is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart`},
		{nil, "{{random 1 2 3}}", `placeholder "random 1 2 3" is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart`},
		{nil, "{{random 2 1}}", `placeholder "random 2 1" is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart`},
		{nil, "{{random 0 9007199254740992}}", `placeholder "random 0 9007199254740992" is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart`},
		{nil, "{{random -9223372036854775808 9223372036854775807}}", `placeholder "random -9223372036854775808 9223372036854775807" is not random FROM TO, two whole numbers, the lower one first and less than 2^53 apart`},
		{columns, "{{user}} {{random 0 9007199254740991}} {{{{}}", "<nil>"},
		{nil, "no placeholder }}", "<nil>"},
	} {
		if got := fmt.Sprint(CheckPlaceholders(tt.written, tt.columns)); got != tt.want {
			t.Errorf("CheckPlaceholders(%q, %q) = %s; want %s", tt.written, tt.columns, got, tt.want)
		}
	}
}

// Both ends come up, nothing beyond, all about equally often.
func TestRandom(t *testing.T) {
	const from, to, draws = -2, 7, 10_000
	seen := map[int]int{}
	for n := range uint64(draws) {
		drawn, err := strconv.Atoi(fillText(t, fmt.Sprintf("{{random %d %d}}", from, to), 5, &filling{arrival: traffic.Arrival{N: n}}))
		if err != nil {
			t.Fatal(err)
		}
		seen[drawn]++
	}
	const each = draws / (to - from + 1)
	for k := from; k <= to; k++ {
		if math.Abs(float64(seen[k]-each)) > 5*math.Sqrt(each) {
			t.Errorf("%d came %d times of %d; want about %d", k, seen[k], draws, each)
		}
		delete(seen, k)
	}
	if len(seen) > 0 {
		t.Errorf("%v came; want numbers from %d to %d", seen, from, to)
	}
}

func TestUUIDs(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for n := range uint64(10_000) {
		for seed := range uint64(2) {
			for id := range strings.FieldsSeq(fillText(t, "{{uuid}} {{uuid}}", seed, &filling{arrival: traffic.Arrival{N: n}})) {
				if !form.MatchString(id) {
					t.Fatalf("uuid = %s; want the form of version 4", id)
				}
				seen[id] = true
			}
		}
	}
	if len(seen) != 40_000 {
		t.Errorf("%d different ones of 40000 UUIDs; want all", len(seen))
	}
}

// What is drawn depends on seed, arrival and place alone: a run that is made
// again, tomorrow and elsewhere, sends the same.
func TestDrawsAreTheSameInEveryRun(t *testing.T) {
	const written = "{{random 1 1000000}} {{random 1 1000000}} {{uuid}}"
	for _, tt := range []struct {
		seed, n, visit uint64
		want           string
	}{
		{1, 0, 0, "222539 357220 bf964c27-4310-4fe5-b7c0-62d31ed20ab2"},
		{1, 0, 9, "222539 357220 bf964c27-4310-4fe5-b7c0-62d31ed20ab2"},
		{1, 1, 0, "88301 766824 7567c51b-d951-448a-a1e4-82b12cb06af1"},
		{2, 0, 0, "721432 655738 52cbf0a1-e23a-41bf-84c2-2ce63e108e4a"},
	} {
		if got := fillText(t, written, tt.seed, &filling{arrival: traffic.Arrival{N: tt.n, Visit: tt.visit}}); got != tt.want {
			t.Errorf("seed %d, arrival %d: %s; want %s", tt.seed, tt.n, got, tt.want)
		}
	}
}

// Whatever is written, it is refused or always filled; without braces, as it is.
func FuzzPlaceholders(f *testing.F) {
	for _, written := range []string{"", "{{n}}", "{{ user }}{{{{}}", "{{random 1 100}}", "{{random -9223372036854775808 -9223372036854775807}}",
		"{{", "}}", "{{{{", "{{{{}}}}", "{{a?b}}", "/x?{{n}}={{uuid}}", "{{random 5 1}}"} {
		f.Add(written, "ann", uint64(7))
	}
	f.Fuzz(func(t *testing.T, written, user string, n uint64) {
		err := CheckPlaceholders(written, []string{"user"})
		for _, in := range []form{asWritten, inQuery, inJSON, inFields, inPath} {
			c := &compiler{columns: []string{"user"}, seed: 1}
			compiled, again := c.compile(written, in)
			if err != nil && (again == nil || again.Error() != err.Error()) {
				t.Fatalf("compile(%q) = %v; want %v as CheckPlaceholders found", written, again, err)
			}
			if again != nil {
				continue
			}
			fill := &filling{arrival: traffic.Arrival{N: n}, row: []string{user}}
			first := compiled.string(fill)
			if second := string(compiled.append(nil, fill)); first != second {
				t.Errorf("%q is filled as %q and then as %q; want the same", written, first, second)
			}
		}
		if !strings.Contains(written, "{{") && (err != nil || fillText(t, written, 1, &filling{}) != written) {
			t.Errorf("%q without placeholders is not left as it is: %v", written, err)
		}
	})
}
