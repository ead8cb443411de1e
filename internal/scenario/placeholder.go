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

// plainBraces is how a template writes {{ itself.
const plainBraces = "{{{{}}"

// template returns a text as one that may have placeholders. Only braces that
// were written begin one: a {{ that a variable brought is a plain one. mixed is
// whether a value stands within a placeholder, or ends in a { right before one.
func (e expanded) template() (text string, mixed bool) {
	if len(e.brought) == 0 {
		return e.text, false
	}
	var out strings.Builder
	brought, within := e.brings(), false
	for i := 0; i < len(e.text); i++ {
		mixed = mixed || within && brought[i]
		switch rest := e.text[i:]; {
		case !strings.HasPrefix(rest, "{{"):
			within = within && !strings.HasPrefix(rest, "}}")
			out.WriteByte(e.text[i])
		case !brought[i] && !brought[i+1]:
			within = true
			out.WriteString("{{")
			i++
		case strings.HasPrefix(rest, "{{{") && !brought[i+1] && !brought[i+2]:
			mixed = true // there is no way to write that
			out.WriteByte('{')
		default:
			out.WriteString(plainBraces)
			i++
		}
	}
	return out.String(), mixed
}

// filling is a text that may have placeholders; what they may be is known once
// the whole file is read.
type filling struct {
	node  *yaml.Node
	at    place
	text  string
	mixed bool // a variable's value may be what is wrong with a placeholder
}

func (d *decoder) hasPlaceholders(n *yaml.Node, at place, text string) {
	d.filled = append(d.filled, filling{node: n, at: at, text: text})
}

// templated is any scalar that may have placeholders, and whose variables may
// hold secrets.
var templated = shape[string]{
	say:    "text",
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		if !d.leaf(n, at, say) {
			return "", false
		}
		e, ok := d.secret(n, at)
		text, mixed := e.template()
		if ok {
			d.filled = append(d.filled, filling{n, at, text, mixed})
		}
		return text, ok
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
		err := load.CheckPlaceholders(t.text, columns)
		switch {
		case err == nil:
		case t.mixed: // the error quotes what there is, perhaps a piece of a value
			d.mistake(t.node, t.at.in, "%s %q has a placeholder that is none with its variables replaced (a column of the feed, n, visit, uuid, random FROM TO)",
				t.at.field, d.quote(t.node))
		default:
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
		if match := text[span[0]:span[1]]; match == plainBraces {
			b.WriteString(url.QueryEscape("{{"))
		} else {
			b.WriteString(match)
		}
		from = span[1]
	}
	return b.String() + url.QueryEscape(text[from:])
}
