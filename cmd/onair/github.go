package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"unicode"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/report"
)

// GitHub Actions reads what a step writes line by line and obeys two kinds of line:
//
//	::NAME properties::text    at the beginning of a line, spaces aside
//	…##[NAME properties]text   anywhere in it
//
// onair folds the parts of its log by such commands and lets failures and warnings
// be seen at the top of the job. In what else it writes for people no text from
// outside may be one.

// stepLog is the log of a step on GitHub Actions: whatever is written to it is only
// text. Its methods may be called from any goroutine.
type stepLog struct {
	mu   sync.Mutex
	out  io.Writer
	rest []byte // of a line that has not ended
}

// forPeople is where a text for people is written: a stepLog on GitHub Actions, else
// out itself.
func forPeople(out io.Writer) io.Writer {
	if _, ok := out.(*stepLog); ok || os.Getenv("GITHUB_ACTIONS") != "true" {
		return out
	}
	return &stepLog{out: out}
}

// ended writes what is left of a last line without an end.
func ended(out io.Writer) error {
	l, ok := out.(*stepLog)
	if !ok {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end()
}

// Write implements io.Writer. A line is written when it has ended, be it by a
// carriage return alone, which ends one for the runner too.
func (l *stepLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rest = append(l.rest, p...)
	var lines strings.Builder
	for {
		end := bytes.IndexAny(l.rest, "\r\n")
		if end < 0 {
			break
		}
		lines.WriteString(tamed(string(l.rest[:end+1])))
		l.rest = l.rest[end+1:]
	}
	if _, err := io.WriteString(l.out, lines.String()); err != nil {
		return 0, err
	}
	return len(p), nil
}

func (l *stepLog) end() error {
	if len(l.rest) == 0 {
		return nil
	}
	line := tamed(string(l.rest)) + "\n"
	l.rest = nil
	_, err := io.WriteString(l.out, line)
	return err
}

// tamed makes a line harmless that the runner would obey.
func tamed(line string) string {
	text := strings.TrimLeftFunc(line, unicode.IsSpace)
	if strings.HasPrefix(text, "::") {
		line = line[:len(line)-len(text)] + ": :" + text[2:]
	}
	return strings.ReplaceAll(line, "##[", "# #[")
}

// command writes a line for the runner to obey. The log lacks it if it cannot be
// written, which no run should end for.
func (l *stepLog) command(name, title, text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if title != "" {
		name += " title=" + asProperty.Replace(title)
	}
	l.end()
	fmt.Fprintf(l.out, "::%s::%s\n", name, asText.Replace(text))
}

// What GitHub asks to be escaped in the text of a command, and in its properties.
var (
	asText     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##[", "# #[")
	asProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", "##[", "# #[", ":", "%3A", ",", "%2C")
)

// group folds what is written to out until end is called.
func group(out io.Writer, name string) (end func()) {
	l, ok := out.(*stepLog)
	if !ok {
		return func() {}
	}
	l.command("group", "", name)
	return func() { l.command("endgroup", "", "") }
}

// mostAnnotations is how many of a kind GitHub shows of one step.
const mostAnnotations = 10

// annotate lets sentences be seen at the top of the job, as errors or warnings.
func annotate(out io.Writer, kind, title string, sentences []string) {
	l, ok := out.(*stepLog)
	if !ok {
		return
	}
	for _, sentence := range sentences[:min(len(sentences), mostAnnotations)] {
		l.command(kind, title, sentence)
	}
}

// writeResult tells the result of a run: on GitHub Actions the answer first, what
// is wrong with it at the top of the job too, and all else folded.
func writeResult(stdout io.Writer, r *report.Report, colour bool) error {
	out := forPeople(stdout)
	if out == stdout {
		return r.Text(stdout, colour)
	}
	var text strings.Builder
	if err := r.Text(&text, colour); err != nil {
		return err
	}
	answer, rest, _ := strings.Cut(text.String(), "\n\n")
	if _, err := io.WriteString(out, answer+"\n"); err != nil {
		return err
	}
	title := "onair " + cmp.Or(r.Scenario.Name, r.Manifest.Scenario)
	if r.Result.Verdict != capacity.Pass {
		annotate(out, "error", title, r.Result.Reasons)
	}
	annotate(out, "warning", title, r.Result.Warnings)
	defer group(out, "report")()
	_, err := io.WriteString(out, rest)
	return err
}
