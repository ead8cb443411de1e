package report

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Whoever reads only the beginning has the answer: verdict, headroom, what binds,
// and the objectives stand before all that is folded.
func TestMarkdownAnswersFirst(t *testing.T) {
	r := failing.report()
	text := string(rendered(t, r.Markdown))
	at := 0
	for _, want := range []string{
		"## ❌ prime-time: fail\n", "\n**The peak asks 4k/s", "\nBinding layer: hpa/default/web max, 3.46k/s", "\n- p99 &lt;= 800ms was broken",
		"\n### Objectives\n", "\n<details>\n<summary>Warnings (2)</summary>\n\n- asg/web-nodes was not observed", "<summary>Headroom and layers</summary>\n\n### Headroom\n",
	} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("report.md lacks %q after byte %d:\n%s", want, at, text)
		}
		at += i
	}
	if !strings.HasPrefix(text, "## ") {
		t.Errorf("report.md begins %q; want the verdict", text[:20])
	}
}

// That an estimate is wide stands where the headroom is read, on the page and in
// report.md before what is folded.
func TestAWideEstimateIsToldWithTheAnswer(t *testing.T) {
	r := failing.report()
	unit := &r.Result.Fleets[0].PerUnit
	if notes := r.wide(); len(notes) > 0 {
		t.Errorf("notes of a narrow estimate = %q; want none", notes)
	}
	unit.Low, unit.High = number(*unit.Mid*0.8), number(*unit.Mid*1.1)
	unit.Said = "hpa/default/web: one unit sustains 72/s; that is wide, since few rates near it were held for long: a staircase tells more"
	text := string(rendered(t, r.Markdown))
	at, folded := strings.Index(text, "\n- "+unit.Said+"\n"), strings.Index(text, "<details>")
	if at < 0 || at > folded {
		t.Errorf("report.md has the note at byte %d; want it before %d:\n%s", at, folded, text)
	}
	also := r.answer().Also
	if n := len(also); n == 0 || also[n-1] != unit.Said {
		t.Errorf("the page's answer ends %q; want the note", also)
	}
	if reasons := r.Result.Reasons; strings.Contains(strings.Join(reasons, " "), "wide") {
		t.Errorf("reasons = %q; want those of the verdict alone", reasons)
	}
}

// Every report, of hostile texts too, is made of whole parts: what is folded is
// closed, and the rows of a table have as many cells as its head.
func TestMarkdownIsWellFormed(t *testing.T) {
	reports := map[string]*Report{"hostile": hostile(), "huge": huge(200, 3000)}
	for name, e := range cases() {
		reports[name] = e.report()
	}
	for name, r := range reports {
		open, cells := 0, 0
		for number, line := range strings.Split(string(rendered(t, r.Markdown)), "\n") {
			switch {
			case line == "<details>":
				open++
			case line == "</details>":
				open--
			}
			if open < 0 || open > 1 {
				t.Errorf("%s: line %d leaves %d parts open; want none or one", name, number+1, open)
			}
			if !strings.HasPrefix(line, "|") {
				cells = 0
				continue
			}
			got := len(bars.FindAllString(line, -1))
			if cells == 0 {
				cells = got
			}
			if got != cells {
				t.Errorf("%s: line %d has %d bars; want %d, as the head of its table:\n%s", name, number+1, got, cells, line)
			}
		}
		if open != 0 {
			t.Errorf("%s: %d parts are left open", name, open)
		}
	}
}

// bars are those that end a cell: no odd number of backslashes before them.
var bars = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\|`)

// read is what a reader sees of a text in Markdown that holds no markup.
func readMarkdown(t *testing.T, s string) string {
	t.Helper()
	if found := regexp.MustCompile("(?:^|[^\\\\])(?:\\\\\\\\)*[<>|`*_~$\\[\\]]").FindString(s); found != "" {
		t.Errorf("cell has the markup %q: %q", found, s)
	}
	return html.UnescapeString(regexp.MustCompile(`\\([!-/:-@\[-`+"`"+`{-~])`).ReplaceAllString(s, "$1"))
}

// taken is what GitHub makes a mention, a reference or a link of.
var taken = regexp.MustCompile(`@[\p{L}\p{N}]|#\d|GH-\d|://|www\.[\p{L}\p{N}]`)

// FuzzCell: what a reader sees is the text itself, and nothing in it is taken for
// more.
func FuzzCell(f *testing.F) {
	for _, s := range []string{
		"plain", "<script>alert(1)</script>", "<img src=x onerror=y>", "a|b", `a\|b`, `\`, "`x`", "**b** _i_ ~~s~~ $x^2$", "[t](javascript:x)", "![i](https://x.example/i.png)",
		"@octocat and @org/team", "#123 GH-123 o/r#1", "https://evil.example/?a=b&c", "www.evil.example", "mailto:a@b.example", "<!-- x", "&lt;b&gt; &#64;name", "</details>", "- [ ] x", "1. x", "a\nb\r\n## c",
		"首都圏 夜の広告", "\xff\x00\x1b[31m", "high-load", strings.Repeat("<", 2000),
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for name, write := range map[string]func(string) string{"cell": cell, "item": item} {
			got := write(s)
			if strings.ContainsAny(got, "\n\r\x1b") {
				t.Errorf("%s(%q) = %q; want one line without controls", name, s, got)
			}
			seen := readMarkdown(t, got)
			if found := taken.FindString(seen); found != "" {
				t.Errorf("%s(%q) is read as %q, of which %q is taken for more than text", name, s, seen, found)
			}
			plain := func(s string) string { return strings.ReplaceAll(strings.TrimSpace(s), "\u200b", "") }
			if want := shortened(clean(s)); plain(seen) != plain(want) {
				t.Errorf("%s(%q) is read as %q; want %q", name, s, seen, want)
			}
		}
	})
}

func TestItemOpensNothing(t *testing.T) {
	for text, want := range map[string]string{
		"- x": `\- x`, "+ x": `\+ x`, "1. x": `1\. x`, "12) x": `12\) x`, "---": `\---`, "=": `\=`, "  - x": `\- x`, "* x": `\* x`, "2.5 s": `2\.5 s`, "p99 of 5": "p99 of 5",
	} {
		if got := item(text); got != want {
			t.Errorf("item(%q) = %q; want %q", text, got, want)
		}
	}
}

// huge is a report with many of all that there may be many of.
func huge(many, letters int) *Report {
	r := failing.report()
	long := strings.Repeat("<é@", letters/3)
	r.Result.Warnings, r.Result.Reasons, r.Result.Load.Addresses = nil, nil, nil
	r.Result.Load.Errors, r.Result.Load.Samples = map[string]int64{}, map[string]string{}
	for i := range many {
		name := fmt.Sprintf("%d %s", i, long)
		r.Result.Warnings = append(r.Result.Warnings, name)
		r.Result.Reasons = append(r.Result.Reasons, name)
		r.Result.Load.Errors[name], r.Result.Load.Samples[name] = int64(i), name
		r.Result.Load.Addresses = append(r.Result.Load.Addresses, capacity.Address{Address: name, Requests: int64(i)})
		r.Result.Objectives = append(r.Result.Objectives, capacity.Judged{Objective: capacity.Objective{Name: name, Quantile: 0.99, Limit: time.Second}, Verdict: capacity.Held})
		r.Timeline.Gaps = append(r.Timeline.Gaps, timeline.Gap{Source: name, Cause: name})
	}
	return r
}

// GitHub refuses a job summary of more than 1 MiB and a comment of more than
// 65,536 letters.
func TestMarkdownFitsGitHub(t *testing.T) {
	usual := failing.report()
	for i := range 50 {
		usual.Result.Warnings = append(usual.Result.Warnings, fmt.Sprintf("request %d: %s", i, strings.Repeat("a sentence of a usual warning ", 5)))
	}
	for i := range 20 {
		name := fmt.Sprintf("p99 of request %d <= 800ms", i)
		usual.Result.Objectives = append(usual.Result.Objectives, capacity.Judged{Objective: capacity.Objective{Name: name, Quantile: 0.99, Limit: 800 * time.Millisecond}, Verdict: capacity.Held, Worst: number(0.4)})
	}
	text := string(rendered(t, usual.Markdown))
	if got := utf8.RuneCountInString(text); got > 65_536 {
		t.Errorf("report.md of 20 requests and 50 warnings has %d letters; want at most 65,536", got)
	}
	if strings.Contains(text, "see report.html") {
		t.Error("report.md of 20 requests and 50 warnings leaves parts out; want all of them")
	}
	text = string(rendered(t, huge(5000, 20_000).Markdown))
	if len(text) > 1<<20 {
		t.Errorf("report.md of 5,000 of everything has %d bytes; want at most 1 MiB", len(text))
	}
	for _, want := range []string{"and 4,950 more in report.html", "Load, times, errors: see report.html"} {
		if !strings.Contains(text, want) {
			t.Errorf("report.md of 5,000 of everything lacks %q", want)
		}
	}
}
