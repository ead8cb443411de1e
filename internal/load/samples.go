package load

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// A sample shows at most so many bytes of an answer's body, or of an error.
const (
	excerptShown = 120
	errorShown   = 300
)

// excerpt is the beginning of an answer's body. It is longer than what is shown,
// so that a secret that begins in there is known as a whole.
type excerpt struct {
	encoding string // of the body, as its answer says
	begin    []byte
}

const excerptKept = 2048

func (e *excerpt) add(p []byte) {
	e.begin = append(e.begin, p[:min(len(p), excerptKept-len(e.begin))]...)
}

// text returns the beginning of the body in words; empty where it has none.
func (e *excerpt) text() string {
	if !strings.EqualFold(e.encoding, "gzip") {
		return string(e.begin)
	}
	plain, err := gzip.NewReader(bytes.NewReader(e.begin))
	if err != nil {
		return ""
	}
	// It ends in the middle: what can be read by then counts.
	text, _ := io.ReadAll(io.LimitReader(plain, excerptKept))
	return string(text)
}

// sample tells of a failed hit, the first of its class: which request it was, as
// the scenario writes it, and what became of it. Values of its visit's row stand
// in there by their columns' names.
func (r *run) sample(h *hit, class string) timeline.Event {
	return timeline.Event{
		At:     timeline.Offset(h.arrival.Due),
		Source: timeline.Generator,
		Kind:   timeline.Sample,
		Unit:   class,
		Text:   inFull(r.plan.Requests[h.arrival.Request]) + ": " + r.cause(h, class),
	}
}

// inFull names a request with its method and path, where its name is not just
// these.
func inFull(kind Request) string {
	call := cmp.Or(strings.ToUpper(kind.Method), http.MethodGet) + " " + kind.Path
	if kind.Name == call {
		return call
	}
	return fmt.Sprintf("%s (%s)", kind.Name, call)
}

// cause says why a hit failed.
func (r *run) cause(h *hit, class string) string {
	switch {
	case class == classCancelled:
		return fmt.Sprintf("cut off %s after the run was stopped", grace)
	case class == classConnectTimeout:
		return fmt.Sprintf("no connection within %s", r.plan.Timeout)
	case class == classResponseTimeout:
		return fmt.Sprintf("no whole answer within %s", r.plan.Timeout)
	case h.err != nil:
		return r.plain(h, h.err.Error(), errorShown)
	}
	text := strings.TrimSpace(fmt.Sprintf("answered %d %s", h.status, http.StatusText(h.status)))
	if h.excerpt == nil {
		return text
	}
	if words := r.plain(h, h.excerpt.text(), excerptShown); words != "" {
		text += ": " + words
	}
	return text
}

// plain returns the printable part of a text from outside, without what is
// private and at most so many bytes of it. It is cut last: half a secret would
// not be known for one.
func (r *run) plain(h *hit, text string, most int) string {
	text = r.plan.Feed.hide(text, r.plan.Seed, h.arrival.Visit)
	text = printable(r.plan.Mask(text))
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}

// printable writes a text on one line, of characters that can be seen.
func printable(text string) string {
	text = strings.Map(func(c rune) rune {
		if c == utf8.RuneError || !unicode.IsPrint(c) {
			return ' '
		}
		return c
	}, text)
	return strings.Join(strings.Fields(text), " ")
}

// shortestHidden is how long a value must be to be hidden: shorter ones stand by
// chance in any text.
const shortestHidden = 4

// hide puts {{column}} in place of every value of a visit's row.
func (f *Feed) hide(text string, seed, visit uint64) string {
	if f == nil {
		return text
	}
	return hideRow(text, f.Columns, f.row(seed, visit))
}

// hideRow puts {{column}} in place of every value of a row, plain or as it
// stands in a URL, in JSON or in HTML.
func hideRow(text string, columns, row []string) string {
	type form struct{ shown, name string }
	var forms []form
	for i, value := range row[:min(len(row), len(columns))] {
		if utf8.RuneCountInString(value) < shortestHidden {
			continue
		}
		for _, shown := range writtenAs(value) {
			if strings.Contains(text, shown) {
				forms = append(forms, form{shown, "{{" + columns[i] + "}}"})
			}
		}
	}
	if len(forms) == 0 {
		return text // nearly always, and without the cost of a Replacer
	}
	// The longest first: a value may be part of another.
	slices.SortStableFunc(forms, func(a, b form) int { return cmp.Compare(len(b.shown), len(a.shown)) })
	var pairs []string
	for _, f := range forms {
		pairs = append(pairs, f.shown, f.name)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// writtenAs returns the ways in which a value is commonly written.
func writtenAs(value string) []string {
	quoted := strconv.Quote(value)
	forms := []string{value, quoted[1 : len(quoted)-1], url.QueryEscape(value), url.PathEscape(value), html.EscapeString(value)}
	if encoded, err := json.Marshal(value); err == nil {
		forms = append(forms, string(encoded[1:len(encoded)-1]))
	}
	return forms
}
