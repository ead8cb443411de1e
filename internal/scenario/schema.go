package scenario

import (
	"encoding/json"

	"go.yaml.in/yaml/v3"
)

// schema is the part of JSON Schema 2020-12 that the format needs.
type schema struct {
	Dialect              string             `json:"$schema,omitempty"`
	Title                string             `json:"title,omitempty"`
	Description          string             `json:"description,omitempty"`
	Ref                  string             `json:"$ref,omitempty"`
	Type                 any                `json:"type,omitempty"` // a name or a list of names
	Enum                 []string           `json:"enum,omitempty"`
	Pattern              string             `json:"pattern,omitempty"`
	Minimum              *float64           `json:"minimum,omitempty"`
	Maximum              float64            `json:"maximum,omitempty"`
	Items                *schema            `json:"items,omitempty"`
	MinItems             int                `json:"minItems,omitempty"`
	Properties           map[string]*schema `json:"properties,omitempty"`
	PatternProperties    map[string]*schema `json:"patternProperties,omitempty"`
	AdditionalProperties any                `json:"additionalProperties,omitempty"` // false or a schema
	Required             []string           `json:"required,omitempty"`
	AnyOf                []*schema          `json:"anyOf,omitempty"`
	OneOf                []*schema          `json:"oneOf,omitempty"`
	Not                  *schema            `json:"not,omitempty"`
	PropertyNames        *schema            `json:"propertyNames,omitempty"`
	Default              any                `json:"default,omitempty"`
	Examples             []any              `json:"examples,omitempty"`
	Defs                 defs               `json:"$defs,omitempty"`
}

// defs holds the schemas that have a name.
type defs map[string]*schema

// refer returns a reference to the schema called name, made on first use.
func (all defs) refer(name string, make func() *schema) *schema {
	if _, ok := all[name]; !ok {
		all[name] = nil
		all[name] = make()
	}
	return &schema{Ref: "#/$defs/" + name}
}

// variable is what may stand in place of any single value.
func (all defs) variable() *schema {
	return all.refer("variable", func() *schema {
		return &schema{
			Description: "A value from the environment: ${NAME} or ${NAME:-default}.",
			Type:        "string", Pattern: `\$\{[A-Za-z_][A-Za-z0-9_]*(:-[^}]*)?\}`,
		}
	})
}

// Schema returns the JSON Schema (2020-12) of the format.
func Schema() []byte {
	all := defs{}
	s := fileTable.inline(all)
	s.Dialect = "https://json-schema.org/draft/2020-12/schema"
	s.Title = "onair scenario, version 1"
	s.Defs = all
	text, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		panic(err) // every part is plain JSON by construction
	}
	return append(text, '\n')
}

func (o object[T]) schemaOf(all defs) *schema {
	return all.refer(o.name, func() *schema { return o.inline(all) })
}

func (o object[T]) inline(all defs) *schema {
	s := &schema{Type: "object", Description: o.doc, Properties: map[string]*schema{}, AdditionalProperties: false}
	for _, f := range o.fields {
		if f.pattern != nil {
			s.PatternProperties = map[string]*schema{f.pattern.String(): f.schemaOf(all)}
			continue
		}
		s.Properties[f.name] = f.schemaOf(all)
		if f.required {
			s.Required = append(s.Required, f.name)
		}
	}
	for _, name := range o.one {
		s.OneOf = append(s.OneOf, o.having(name))
	}
	return s
}

// having is the schema of an object that has the field called name.
func (o object[T]) having(name string) *schema {
	for _, f := range o.fields {
		if f.name == name && f.pattern != nil {
			// No keyword asks for a key by pattern, but this does: not every
			// name is one that does not match.
			return &schema{Not: &schema{PropertyNames: &schema{Not: &schema{Pattern: f.pattern.String()}}}}
		}
	}
	return &schema{Required: []string{name}}
}

func (f field[T]) schemaOf(all defs) *schema {
	s := *f.schema(all)
	s.Description = f.doc
	if f.without != "" {
		s.Description += " Default: " + f.without + "."
	}
	if f.initial != "" {
		s.Default = jsonValue(f.initial)
	}
	if f.example != "" {
		s.Examples = []any{jsonValue(f.example)}
	}
	return &s
}

// jsonValue returns what text, written as in a file, is in JSON.
func jsonValue(text string) any {
	var v any
	if err := yaml.Unmarshal([]byte(text), &v); err != nil {
		panic(err) // defaults and examples of the tables are YAML: a test reads them all
	}
	return v
}
