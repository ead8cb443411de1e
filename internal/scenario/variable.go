package scenario

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// variable matches ${NAME}, ${NAME:-default} and the escape $${.
var variable = regexp.MustCompile(`\$\$\{|\$\{(?:([A-Za-z_][A-Za-z0-9_]*)(:-([^}]*))?\})?`)

// setting returns the text of a leaf whose value is no secret: variables are
// replaced here and, through the node, in Resolved.
func (d *decoder) setting(n *yaml.Node, at place) (string, bool) {
	e, ok := d.expand(n, at)
	if ok && e.text != n.Value {
		d.settle(n, e.text)
	}
	return e.text, ok
}

// settle gives a leaf the text that its variables stand for.
func (d *decoder) settle(n *yaml.Node, text string) {
	d.before[n] = d.written(n)
	n.Value, n.Tag, n.Style = strings.ReplaceAll(text, "${", "$${"), "", 0
}

// written returns a leaf as its author wrote it, with its variables: what
// mistakes quote, so that no value from the environment is shown.
func (d *decoder) written(n *yaml.Node) string {
	if before, ok := d.before[n]; ok {
		return before
	}
	return n.Value
}

// secret returns a leaf whose variables may hold secrets: the node keeps them as
// written and their values are remembered. When a stored scenario is read again
// they are opaque.
func (d *decoder) secret(n *yaml.Node, at place) (expanded, bool) {
	e, ok := d.expand(n, at)
	for _, v := range e.brought {
		d.secrets[v.shown] = d.values[v.shown]
	}
	return e, ok
}

// expanded is a scalar with its variables replaced.
type expanded struct {
	text    string
	brought []brought // in the order of the text
}

// brought is a value that came from the environment: text[from:to].
type brought struct {
	shown    string // "${NAME}"
	from, to int
}

// brings tells, byte by byte, what of the text was brought.
func (e expanded) brings() []bool {
	brings := make([]bool, len(e.text))
	for _, v := range e.brought {
		for i := v.from; i < v.to; i++ {
			brings[i] = true
		}
	}
	return brings
}

// expand replaces the variables in a scalar.
func (d *decoder) expand(n *yaml.Node, at place) (e expanded, ok bool) {
	var text strings.Builder
	ok = true
	end := 0
	for _, m := range variable.FindAllStringIndex(n.Value, -1) {
		text.WriteString(n.Value[end:m[0]])
		end = m[1]
		value, shown, good := d.replacement(n, at, n.Value[m[0]:m[1]])
		ok = ok && good
		if shown != "" {
			e.brought = append(e.brought, brought{shown, text.Len(), text.Len() + len(value)})
		}
		text.WriteString(value)
	}
	text.WriteString(n.Value[end:])
	e.text = text.String()
	if ok && len(e.text) > maxScalar {
		d.mistake(n, at.in, "%s is longer than %d bytes with its variables replaced", at.field, maxScalar)
		ok = false
	}
	return e, ok
}

// replacement returns what stands in the place of a match of variable; shown is
// "${NAME}" where that came from the environment.
func (d *decoder) replacement(n *yaml.Node, at place, match string) (value, shown string, ok bool) {
	if match == "$${" {
		return "${", "", true
	}
	parts := variable.FindStringSubmatch(match)
	name, hasDefault, fallback := parts[1], parts[2] != "", parts[3]
	if name == "" {
		d.mistake(n, at.in, `%s: "${" does not begin a variable (${NAME} or ${NAME:-default}; a plain "${" is written "$${")`, at.field)
		return match, "", false
	}
	if d.env == nil {
		return match, "", true
	}
	value, found := d.env(name)
	switch {
	case found && value != "":
		shown = "${" + name + "}"
		d.values[shown] = value
		return value, shown, true
	case hasDefault:
		return fallback, "", true
	case !found:
		d.mistake(n, at.in, "%s: environment variable %s is not set (set it, or give a default: ${%s:-…})", at.field, name, name)
	}
	return "", "", found
}

const maxScalar = 1 << 20

// opaque reports whether text holds a variable that nobody can replace because
// a stored scenario is being read again.
func (d *decoder) opaque(text string) bool {
	return d.env == nil && strings.Contains(text, "${")
}

// place says where in the scenario a value stands, in a reader's words.
type place struct {
	in    string // the object: "spot 2", "lab.hpa"
	field string // the field within it
}

// inside returns the name of the object that stands at p.
func (p place) inside() string {
	if p.in == top {
		return p.field
	}
	return p.in + "." + p.field
}

// item returns the name of the i-th object of a list that stands at p.
func (p place) item(noun string, i int) string {
	name := fmt.Sprintf("%s %d", noun, i+1)
	if p.in == top || p.in == "traffic" {
		return name
	}
	return p.in + " " + name
}

// top is the place of the scenario's own fields.
const top = "scenario"
