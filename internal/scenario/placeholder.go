package scenario

import (
	"net/url"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/load"
)

// placeholder matches {{column}}, {{n}} and so on, and {{{{}}, which is a plain {{.
var placeholder = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// filling is a text that may have placeholders; what they may be is known once
// the whole file is read.
type filling struct {
	node *yaml.Node
	at   place
	text string
}

func (d *decoder) hasPlaceholders(n *yaml.Node, at place, text string) {
	d.filled = append(d.filled, filling{n, at, text})
}

// templated is any scalar that may have placeholders, and whose variables may
// hold secrets.
var templated = shape[string]{
	say:    "text",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		s, ok := private.accept(d, n, at, say)
		if ok {
			d.hasPlaceholders(n, at, s)
		}
		return s, ok
	},
}

// checkPlaceholders says what is wrong with placeholders, where they stand. It
// cannot where the columns are not known: of a feed that could not be read, and
// in a stored scenario.
func (d *decoder) checkPlaceholders(f *file, feed *load.Feed) {
	if d.env == nil || f.feed != nil && feed == nil {
		return
	}
	var columns []string
	if feed != nil {
		columns = feed.Columns
	}
	for _, t := range d.filled {
		if err := load.CheckPlaceholders(t.text, columns); err != nil {
			d.mistake(t.node, t.at.in, "%s: %s", t.at.field, err)
		}
	}
}

// formBody encodes the fields of a form in the order of the file. Placeholders
// stay: what they stand for is encoded when it is known.
func formBody(entries []entry[string]) []byte {
	var fields []string
	for _, e := range entries {
		fields = append(fields, formText(e.key.Value)+"="+formText(e.value))
	}
	return []byte(strings.Join(fields, "&"))
}

func formText(text string) string {
	var b strings.Builder
	from := 0
	for _, span := range placeholder.FindAllStringIndex(text, -1) {
		b.WriteString(url.QueryEscape(text[from:span[0]]))
		if match := text[span[0]:span[1]]; match == "{{{{}}" {
			b.WriteString(url.QueryEscape("{{"))
		} else {
			b.WriteString(match)
		}
		from = span[1]
	}
	return b.String() + url.QueryEscape(text[from:])
}
