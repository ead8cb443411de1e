package scenario

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// step is one part of a path: a field's name, or a position in a list.
type step struct {
	field string
	index int // -1 for a field
}

// set changes one field of tree: "traffic.spots[0].peak=12x". Objects and list
// items on the way are made where they are missing; an empty value removes.
func (d *decoder) set(tree *yaml.Node, assignment string) {
	path, text, found := strings.Cut(assignment, "=")
	from := "--set " + shorten(path)
	fail := func(format string, args ...any) {
		d.mistakes = append(d.mistakes, Mistake{File: from, Text: fmt.Sprintf(format, args...)})
	}
	if !found {
		fail("a value is missing (traffic.spots[0].peak=12x)")
		return
	}
	steps, err := parsePath(path)
	if err != nil {
		fail("%s", err)
		return
	}
	value, wrong := setValue(text)
	if wrong != "" {
		fail("%s", wrong)
		return
	}
	if err := d.assign(tree, steps, value, from); err != nil {
		fail("%s", err)
	}
}

// setValue reads the YAML after the equals sign; nil removes the field.
func setValue(text string) (value *yaml.Node, wrong string) {
	if len(text) > maxText {
		return nil, fmt.Sprintf("the value has %d bytes (at most %d)", len(text), maxText)
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	var doc, second yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, ""
	} else if err != nil {
		return nil, fmt.Sprintf("%q is %s", shorten(text), syntaxMistake(err).Text)
	}
	if err := decoder.Decode(&second); !errors.Is(err, io.EOF) {
		return nil, fmt.Sprintf("%q is more than one value", shorten(text))
	}
	value, m := plain(doc.Content[0])
	if m != nil {
		return nil, m.Text
	}
	if value.Tag == "!!null" {
		return nil, ""
	}
	return value, ""
}

var pathStep = regexp.MustCompile(`^(?:\.?([^.\[\]="]+)|\[([0-9]{1,4})\]|\["([^"]+)"\])`)

// parsePath reads a path such as traffic.spots[0].peak; a name with dots in it
// is written ["so.and.so"].
func parsePath(path string) ([]step, error) {
	var steps []step
	for rest := path; rest != ""; {
		m := pathStep.FindStringSubmatch(rest)
		switch {
		case m == nil || (len(steps) == 0) == strings.HasPrefix(rest, ".") && m[1] != "":
			return nil, fmt.Errorf("not a path such as traffic.spots[0].peak")
		case m[2] != "":
			i, _ := strconv.Atoi(m[2])
			steps = append(steps, step{index: i})
		default:
			steps = append(steps, step{field: m[1] + m[3], index: -1})
		}
		rest = rest[len(m[0]):]
	}
	if len(steps) == 0 || len(steps) > maxDepth {
		return nil, fmt.Errorf("not a path such as traffic.spots[0].peak")
	}
	return steps, nil
}

// assign walks steps from n and gives the last one the value.
func (d *decoder) assign(n *yaml.Node, steps []step, value *yaml.Node, from string) error {
	for i, s := range steps {
		if err := become(n, s, steps[:i]); err != nil {
			return err
		}
		last := i == len(steps)-1
		if last && value == nil {
			removeStep(n, s)
			return nil
		}
		next := d.stepInto(n, s, from)
		if last {
			d.claim(value, from)
			*next = value
			return nil
		}
		if *next == nil {
			*next = &yaml.Node{}
			d.origin[*next] = from
		}
		n = *next
	}
	return nil
}

// become makes an empty node the kind that s steps into, and refuses another kind.
func become(n *yaml.Node, s step, before []step) error {
	kind, word := yaml.MappingNode, "a group of fields"
	if s.index >= 0 {
		kind, word = yaml.SequenceNode, "a list"
	}
	if n.Kind == 0 || n.Tag == "!!null" {
		n.Kind, n.Tag, n.Value = kind, "", ""
	}
	if n.Kind != kind {
		return fmt.Errorf("%s is %s, not %s", shorten(pathText(before)), kindOf(n), word)
	}
	if s.index > len(n.Content) {
		return fmt.Errorf("%s has no [%d] (the next one to add is [%d])", shorten(pathText(before)), s.index, len(n.Content))
	}
	return nil
}

// stepInto returns where the value of s hangs in n, made where it is missing.
func (d *decoder) stepInto(n *yaml.Node, s step, from string) **yaml.Node {
	if s.index >= 0 {
		if s.index == len(n.Content) {
			n.Content = append(n.Content, nil)
		}
		return &n.Content[s.index]
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == s.field {
			return &n.Content[i+1]
		}
	}
	key := scalar(s.field)
	d.origin[key] = from
	n.Content = append(n.Content, key, nil)
	return &n.Content[len(n.Content)-1]
}

func removeStep(n *yaml.Node, s step) {
	switch {
	case s.index < 0:
		setChild(n, s.field, nil)
	case s.index < len(n.Content):
		n.Content = append(n.Content[:s.index:s.index], n.Content[s.index+1:]...)
	}
}

// claim remembers that n and all within it came from the command line.
func (d *decoder) claim(n *yaml.Node, from string) {
	d.origin[n] = from
	for _, c := range n.Content {
		d.claim(c, from)
	}
}

func pathText(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		switch {
		case s.index >= 0:
			fmt.Fprintf(&b, "[%d]", s.index)
		case i > 0:
			b.WriteString("." + s.field)
		default:
			b.WriteString(s.field)
		}
	}
	if b.Len() == 0 {
		return top
	}
	return b.String()
}
