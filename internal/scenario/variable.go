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
	text, _, ok := d.expand(n, at)
	if ok && text != n.Value {
		d.settle(n, text)
	}
	return text, ok
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

// secret returns the text of a leaf whose variables may hold secrets: the node
// keeps them as written and their values are remembered. When a stored scenario
// is read again they are opaque.
func (d *decoder) secret(n *yaml.Node, at place) (string, bool) {
	text, shown, ok := d.expand(n, at)
	for _, s := range shown {
		d.secrets[s] = d.values[s]
	}
	return text, ok
}

// expand replaces the variables in a scalar and returns those whose values came
// from the environment, as "${NAME}".
func (d *decoder) expand(n *yaml.Node, at place) (text string, shown []string, ok bool) {
	ok = true
	text = variable.ReplaceAllStringFunc(n.Value, func(match string) string {
		if match == "$${" {
			return "${"
		}
		parts := variable.FindStringSubmatch(match)
		name, hasDefault, fallback := parts[1], parts[2] != "", parts[3]
		if name == "" {
			d.mistake(n, at.in, `%s: "${" does not begin a variable (${NAME} or ${NAME:-default}; a plain "${" is written "$${")`, at.field)
			ok = false
			return match
		}
		if d.env == nil {
			return match
		}
		if value, found := d.env(name); found && (value != "" || !hasDefault) {
			if value != "" {
				shown = append(shown, "${"+name+"}")
				d.values["${"+name+"}"] = value
			}
			return value
		}
		if !hasDefault {
			d.mistake(n, at.in, "%s: environment variable %s is not set (set it, or give a default: ${%s:-…})", at.field, name, name)
			ok = false
		}
		return fallback
	})
	if ok && len(text) > maxScalar {
		d.mistake(n, at.in, "%s is longer than %d bytes with its variables replaced", at.field, maxScalar)
		ok = false
	}
	return text, shown, ok
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
