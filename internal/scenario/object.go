package scenario

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/load"
)

// decoder reads a tree by the tables and collects mistakes.
type decoder struct {
	file     string
	dir      string // where relative file names are looked up
	env      func(string) (string, bool)
	origin   map[*yaml.Node]string // nodes that came from the command line: "--set PATH"
	asked    bool                  // nothing is going to be sent: caps and guards are not held against the plan
	refusal  error                 // the first reason to send nothing, for safety
	before   map[*yaml.Node]string // leaves as written, where their variables have been replaced
	values   map[string]string     // of variables, as "${NAME}", as far as they came from the environment
	secrets  map[string]string     // those of them that stand where secrets may, and what is made of them
	filled   []filling             // texts that may have placeholders
	mistakes []Mistake
}

func newDecoder(file, dir string, env func(string) (string, bool)) *decoder {
	return &decoder{
		file: file, dir: dir, env: env,
		origin: map[*yaml.Node]string{}, before: map[*yaml.Node]string{},
		values: map[string]string{}, secrets: map[string]string{},
	}
}

// maskedMistakes returns what was found, without values of the environment that
// came into it by way of something worked out from them.
func (d *decoder) maskedMistakes() []Mistake {
	masker := newMasker(d.values)
	for i := range d.mistakes {
		d.mistakes[i].Text = masker.Replace(d.mistakes[i].Text)
	}
	return d.mistakes
}

// mistake notes that something is wrong at n, a part of the object called in.
func (d *decoder) mistake(n *yaml.Node, in, format string, args ...any) {
	m := Mistake{File: d.file, Line: n.Line, Column: n.Column, Place: in, Text: fmt.Sprintf(format, args...)}
	if from, ok := d.origin[n]; ok {
		m.File, m.Line, m.Column = from, 0, 0
	}
	d.mistakes = append(d.mistakes, m)
}

// refuse notes that n, in the object called in, asks for what is refused for
// safety. Mistakes come first: what is refused is a sound file.
func (d *decoder) refuse(n *yaml.Node, in, format string, args ...any) {
	if d.refusal == nil && d.env != nil {
		where := Mistake{File: d.file, Line: n.Line, Column: n.Column, Place: in, Text: load.ErrRefused.Error()}
		if from, ok := d.origin[n]; ok {
			where.File, where.Line, where.Column = from, 0, 0
		}
		d.refusal = refusal(d.mask(where.Error() + ": " + fmt.Sprintf(format, args...)))
	}
}

// refusal is an error that wraps load.ErrRefused and says no more than it should.
type refusal string

func (r refusal) Error() string { return string(r) }
func (r refusal) Unwrap() error { return load.ErrRefused }

// quote returns a leaf as a mistake quotes it: as written, and not too long.
func (d *decoder) quote(n *yaml.Node) string { return shorten(d.written(n)) }

// mask writes ${NAME} for what came from the environment.
func (d *decoder) mask(text string) string { return newMasker(d.values).Replace(text) }

// field is one field of an object: an entry of its table.
type field[T any] struct {
	name     string         // as written; of a pattern, as people are shown it
	pattern  *regexp.Regexp // of the names it has, where not just one
	doc      string         // what it means, in a sentence
	required bool
	initial  string // the default, as it would be written; "{}" for an object of defaults
	without  string // what holds without it, in words, where no value says it
	example  string // as written
	say      string
	schema   func(defs) *schema
	read     func(d *decoder, key, value *yaml.Node, in string, into *T)
}

// is makes a field called name whose value has the shape s and goes to into.
func is[T, V any](name string, s shape[V], into func(*T) *V, doc string) field[T] {
	return field[T]{
		name: name, doc: doc, say: s.say, schema: s.schema,
		read: func(d *decoder, key, value *yaml.Node, in string, t *T) {
			if v, ok := s.read(d, value, place{in, key.Value}); ok {
				*into(t) = v
			}
		},
	}
}

// need makes the field required.
func (f field[T]) need() field[T] { f.required = true; return f }

// or gives the field a default, written as in a file.
func (f field[T]) or(initial string) field[T] { f.initial = initial; return f }

// orElse says what holds without the field, where that is no fixed value.
func (f field[T]) orElse(words string) field[T] { f.without = words; return f }

// like gives an example, written as in a file.
func (f field[T]) like(example string) field[T] { f.example = example; return f }

func (f field[T]) matches(name string) bool {
	if f.pattern != nil {
		return f.pattern.MatchString(name)
	}
	return f.name == name
}

// object is a group of fields that is read into a T.
type object[T any] struct {
	name   string   // in the schema's $defs
	doc    string   // what it is, in a sentence
	say    string   // how it is written: "a spot such as {at: 2m, peak: 10x}"
	one    []string // exactly one of these fields is given
	fields []field[T]
	// check finds what no single field shows. Fields that are absent or wrong are
	// zero then.
	check func(d *decoder, n *yaml.Node, in string, t *T)
}

// source is where an object stands in the file; embedding it asks for it.
type source struct {
	node  *yaml.Node
	in    string
	sound bool // no mistake was found within
}

func (s *source) standsAt(n *yaml.Node, in string, sound bool) { *s = source{n, in, sound} }

// shape returns the object as a value of a field.
func (o object[T]) shape() shape[T] {
	return shape[T]{
		say:    o.say,
		schema: o.schemaOf,
		accept: func(d *decoder, n *yaml.Node, at place, _ string) (T, bool) {
			return o.decode(d, n, at, at.inside())
		},
	}
}

// shapeOr returns the object as a value that may also be written as one of its
// fields alone; nil where it is absent. In the tree it is written out.
func (o object[T]) shapeOr(name string) shape[*T] {
	return optional(shape[T]{
		say:    o.say,
		schema: func(all defs) *schema { return &schema{AnyOf: []*schema{o.schemaOf(all), text.schema(all)}} },
		accept: func(d *decoder, n *yaml.Node, at place, _ string) (T, bool) {
			if n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
				d.writeOut(n, name)
			}
			return o.decode(d, n, at, at.inside())
		},
	})
}

// writeOut makes a leaf an object with one field, whose value it was.
func (d *decoder) writeOut(n *yaml.Node, name string) {
	key, value := scalar(name), *n
	key.Line, key.Column = n.Line, n.Column
	value.HeadComment, value.LineComment, value.FootComment = "", "", ""
	n.Kind, n.Tag, n.Value, n.Style = yaml.MappingNode, "", "", 0
	n.Content = []*yaml.Node{key, &value}
	if from, ok := d.origin[n]; ok {
		d.claim(n, from)
	}
}

func (o object[T]) decode(d *decoder, n *yaml.Node, at place, in string) (t T, ok bool) {
	if n.Kind != yaml.MappingNode {
		d.wrongKind(n, at, o.say)
		return t, false
	}
	before := len(d.mistakes)
	given := o.readFields(d, n, in, &t)
	o.needed(d, n, in, given, &t)
	if o.check != nil {
		o.check(d, n, in, &t)
	}
	sound := len(d.mistakes) == before
	if l, ok := any(&t).(interface {
		standsAt(*yaml.Node, string, bool)
	}); ok {
		l.standsAt(n, in, sound)
	}
	return t, true
}

// readFields reads what is written and returns the names of the fields given.
func (o object[T]) readFields(d *decoder, n *yaml.Node, in string, t *T) (given []string) {
	for key, value := range d.pairs(n, in) {
		i := slices.IndexFunc(o.fields, func(f field[T]) bool { return f.matches(key.Value) })
		if i < 0 {
			d.mistake(key, in, "unknown field %q (%s)", shorten(key.Value), suggestion(key.Value, o.names()))
			continue
		}
		given = append(given, o.fields[i].name)
		o.fields[i].read(d, key, value, in, t)
	}
	return given
}

// needed fills in defaults and says what is missing.
func (o object[T]) needed(d *decoder, n *yaml.Node, in string, given []string, t *T) {
	for _, f := range o.fields {
		switch {
		case slices.Contains(given, f.name):
		case f.required:
			d.mistake(n, in, "%s is missing (%s)", f.name, f.say)
		case f.initial == "{}":
			empty := &yaml.Node{Kind: yaml.MappingNode, Line: n.Line, Column: n.Column}
			f.read(d, scalar(f.name), empty, in, t)
		case f.initial != "":
			f.read(d, scalar(f.name), scalar(f.initial), in, t)
		}
	}
	if len(o.one) == 0 {
		return
	}
	var chosen []string
	for _, name := range o.one {
		if slices.Contains(given, name) {
			chosen = append(chosen, name)
		}
	}
	switch {
	case len(chosen) == 0:
		d.mistake(n, in, "one of %s is missing", strings.Join(o.one, ", "))
	case len(chosen) > 1:
		d.mistake(n, in, "%s cannot go together (one of %s)", strings.Join(chosen, " and "), strings.Join(o.one, ", "))
	}
}

func (o object[T]) names() []string {
	names := make([]string, len(o.fields))
	for i, f := range o.fields {
		names[i] = f.name
	}
	return names
}

// pairs yields the fields of a mapping, each name once.
func (d *decoder) pairs(n *yaml.Node, in string) func(yield func(key, value *yaml.Node) bool) {
	return func(yield func(key, value *yaml.Node) bool) {
		first := map[string]*yaml.Node{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			if key.Kind != yaml.ScalarNode {
				d.mistake(key, in, "a field's name is %s, not a word", kindOf(key))
				continue
			}
			if before, twice := first[key.Value]; twice {
				d.mistake(key, in, "%s is there twice (first in line %d)", shorten(key.Value), before.Line)
				continue
			}
			first[key.Value] = key
			if !yield(key, value) {
				return
			}
		}
	}
}

// list is a list of at least least objects; each is called noun with its number.
func list[T any](noun string, least int, o object[T]) shape[[]T] {
	say := "a list, each item " + o.say
	return shape[[]T]{
		say: say,
		schema: func(all defs) *schema {
			return &schema{Type: "array", Items: o.schemaOf(all), MinItems: least}
		},
		accept: func(d *decoder, n *yaml.Node, at place, say string) ([]T, bool) {
			if n.Kind != yaml.SequenceNode {
				d.wrongKind(n, at, say)
				return nil, false
			}
			if len(n.Content) < least {
				d.mistake(n, at.in, "%s is empty (at least one: %s)", at.field, o.say)
			}
			var items []T
			for i, c := range n.Content {
				in := at.item(noun, i)
				if t, ok := o.decode(d, c, place{in, noun}, in); ok {
					items = append(items, t)
				}
			}
			return items, true
		},
	}
}

// sequence is a list of single values.
func sequence[V any](item shape[V]) shape[[]V] {
	say := "a list, each item " + item.say
	return shape[[]V]{
		say: say,
		schema: func(all defs) *schema {
			return &schema{Type: "array", Items: item.schema(all)}
		},
		accept: func(d *decoder, n *yaml.Node, at place, say string) ([]V, bool) {
			if n.Kind != yaml.SequenceNode {
				d.wrongKind(n, at, say)
				return nil, false
			}
			var items []V
			for i, c := range n.Content {
				if v, ok := item.read(d, c, place{at.in, fmt.Sprintf("%s[%d]", at.field, i)}); ok {
					items = append(items, v)
				}
			}
			return items, true
		},
	}
}

// entry is one value of a mapping whose keys the user chooses.
type entry[V any] struct {
	key, node *yaml.Node // the value's node
	value     V
}

// mapping is a group of values under keys that the user chooses; say describes it.
func mapping[V any](say string, item shape[V]) shape[[]entry[V]] {
	return shape[[]entry[V]]{
		say: say,
		schema: func(all defs) *schema {
			return &schema{Type: "object", AdditionalProperties: item.schema(all)}
		},
		accept: func(d *decoder, n *yaml.Node, at place, say string) ([]entry[V], bool) {
			if n.Kind != yaml.MappingNode {
				d.wrongKind(n, at, say)
				return nil, false
			}
			var entries []entry[V]
			for key, value := range d.pairs(n, at.inside()) {
				if v, ok := item.read(d, value, place{at.inside(), shorten(key.Value)}); ok {
					entries = append(entries, entry[V]{key, value, v})
				}
			}
			return entries, true
		},
	}
}
