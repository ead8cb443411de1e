package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/santhosh-tekuri/jsonschema/v6"
)

func compiledSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(SummarySchema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("summary.schema.json", document); err != nil {
		t.Fatal(err)
	}
	schema, err := c.Compile("summary.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// summaries are the golden ones and the example's, by file.
func summaries(t *testing.T) map[string]any {
	t.Helper()
	all := map[string]any{}
	for name := range cases() {
		all["testdata/"+name+".json"] = nil
	}
	all["../../reports/example/summary.json"] = nil
	for file := range all {
		text, err := os.ReadFile(filepath.FromSlash(file))
		if err != nil {
			t.Fatal(err)
		}
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		all[file] = document
	}
	for name, r := range map[string]*Report{"with a plan": plannedReport("plan-nodes"), "with a plan refused": plannedReport("plan-refused")} {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(rendered(t, r.JSON)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = document
	}
	return all
}

func TestSummariesAreOfTheSchema(t *testing.T) {
	schema := compiledSchema(t)
	for file, document := range summaries(t) {
		if err := schema.Validate(document); err != nil {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// A summary that lacks any of its keys, or has one more, is not of the schema,
// however deep the key lies.
func TestTheSchemaKnowsEveryKey(t *testing.T) {
	schema := compiledSchema(t)
	removed := map[string]bool{}
	for file, document := range summaries(t) {
		eachObject(document, "", func(path string, object map[string]any) {
			if path == ".load.errors" || path == ".load.error_samples" || path == ".plan.units" {
				return // their keys are classes of errors, and fleets
			}
			object["unheard_of"] = 1
			if schema.Validate(document) == nil {
				t.Errorf("%s: valid with another key in %q", file, path)
			}
			delete(object, "unheard_of")
			for _, key := range slices.Collect(maps.Keys(object)) {
				value := object[key]
				delete(object, key)
				if schema.Validate(document) == nil {
					t.Errorf("%s: valid without %s.%s", file, path, key)
				}
				object[key] = value
				removed[path+"."+key] = true
			}
		})
	}
	if len(removed) < 150 {
		t.Errorf("%d keys were removed; want at least 150, or the test proves too little", len(removed))
	}
}

// eachObject visits every object of a document; of a list, whose elements are of
// one kind, the first.
func eachObject(value any, path string, visit func(path string, object map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		visit(path, v)
		for key, part := range v {
			eachObject(part, path+"."+key, visit)
		}
	case []any:
		if len(v) > 0 {
			eachObject(v[0], path, visit)
		}
	}
}

// node is the part of JSON Schema that summary.schema.json is written in.
type node struct {
	Ref                  string          `json:"$ref"`
	Description          string          `json:"description"`
	Type                 any             `json:"type"`
	Const                any             `json:"const"`
	Properties           map[string]node `json:"properties"`
	Required             []string        `json:"required"`
	Items                *node           `json:"items"`
	AnyOf                []node          `json:"anyOf"`
	AdditionalProperties json.RawMessage `json:"additionalProperties"`
	Defs                 map[string]node `json:"$defs"`
}

// The schema names the keys of the Go structs and no others, each with a
// description, of the type of its field, and null exactly where that is a pointer.
func TestTheSchemaIsThatOfTheStructs(t *testing.T) {
	var root node
	if err := json.Unmarshal(SummarySchema(), &root); err != nil {
		t.Fatal(err)
	}
	h := agreement{t, root.Defs, map[string]bool{}}
	h.object("summary", root, reflect.TypeFor[Summary]())
	if diff := cmp.Diff(slices.Sorted(maps.Keys(root.Defs)), slices.Sorted(maps.Keys(h.used))); diff != "" {
		t.Errorf("definitions (-stated +used):\n%s", diff)
	}
}

// agreement holds a schema against types.
type agreement struct {
	*testing.T
	defs map[string]node
	used map[string]bool
}

func (h agreement) object(path string, n node, of reflect.Type) {
	h.Helper()
	var keys []string
	for i := range of.NumField() {
		field := of.Field(i)
		key, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key == "" || options != "" {
			h.Errorf("%s.%s has the tag %q; want a key that is always there", path, field.Name, field.Tag)
		}
		keys = append(keys, key)
		p, ok := n.Properties[key]
		if !ok {
			h.Errorf("%s lacks %s", path, key)
			continue
		}
		if !strings.HasSuffix(p.Description, ".") {
			h.Errorf("%s.%s is described as %q; want a sentence", path, key, p.Description)
		}
		h.value(path+"."+key, p, field.Type)
	}
	if diff := cmp.Diff(keys, n.Required); diff != "" {
		h.Errorf("%s requires (-fields +required):\n%s", path, diff)
	}
	if len(n.Properties) != len(keys) || string(n.AdditionalProperties) != "false" {
		h.Errorf("%s has %d keys and additionalProperties %s; want %d and false", path, len(n.Properties), n.AdditionalProperties, len(keys))
	}
}

func (h agreement) value(path string, n node, of reflect.Type) {
	h.Helper()
	if of.Kind() == reflect.Pointer {
		n, of = h.known(path, n), of.Elem()
	}
	switch {
	case of == reflect.TypeFor[time.Time]():
		h.typed(path, n, "string")
	case of.Kind() == reflect.Struct:
		name, _ := strings.CutPrefix(n.Ref, "#/$defs/")
		if first := !h.used[name]; first {
			h.used[name] = true
			h.object(name, h.defs[name], of)
		}
	case of.Kind() == reflect.Slice:
		h.typed(path, n, "array")
		h.value(path+"[]", *n.Items, of.Elem())
	case of.Kind() == reflect.Map:
		h.typed(path, n, "object")
		var values node
		if err := json.Unmarshal(n.AdditionalProperties, &values); err != nil {
			h.Fatalf("%s: %v", path, err)
		}
		h.value(path+"{}", values, of.Elem())
	case n.Const != nil:
		if got, want := fmt.Sprint(n.Const), fmt.Sprint(Schema); got != want {
			h.Errorf("%s is always %s; want %s", path, got, want)
		}
	default:
		want, ok := map[reflect.Kind]string{reflect.Int: "integer", reflect.Int64: "integer", reflect.Float64: "number", reflect.String: "string", reflect.Bool: "boolean"}[of.Kind()]
		if !ok {
			h.Fatalf("%s is a %s, of which this test knows nothing", path, of)
		}
		h.typed(path, n, want)
	}
}

// known is what a value that may be null is where it is not.
func (h agreement) known(path string, n node) node {
	h.Helper()
	if len(n.AnyOf) == 2 && n.AnyOf[1].Type == "null" {
		return n.AnyOf[0]
	}
	types, _ := n.Type.([]any)
	if len(types) != 2 || types[1] != "null" {
		h.Errorf("%s is a pointer and of type %v; want one that may be null", path, n.Type)
		return n
	}
	n.Type = types[0]
	return n
}

func (h agreement) typed(path string, n node, want string) {
	h.Helper()
	if n.Type != want {
		h.Errorf("%s is of type %v; want %s", path, n.Type, want)
	}
}
