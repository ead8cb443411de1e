package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// instance returns a YAML text as the JSON value that an editor validates.
func instance(t *testing.T, text []byte) any {
	t.Helper()
	var v any
	if err := yaml.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	encoded, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	out, err := jsonschema.UnmarshalJSON(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSchemaFile(t *testing.T) {
	golden(t, "../../scenarios/schema.json", string(Schema()))
}

// Every scenario is accepted by Parse and by the schema, as written and as
// stored, and names the schema.
func TestScenarios(t *testing.T) {
	s := compileSchema(t)
	files, err := filepath.Glob("../../scenarios/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no scenarios (%v)", err)
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.HasPrefix(text, []byte("# yaml-language-server: $schema=schema.json\n")) {
			t.Errorf("%s does not begin with a line that names its schema", path)
		}
		if err := s.Validate(instance(t, text)); err != nil {
			t.Errorf("%s against the schema: %v", path, err)
		}
		parsed, err := Load(path, Options{Env: noEnv})
		if err != nil {
			t.Errorf("Load: %v", err)
			continue
		}
		if err := s.Validate(instance(t, parsed.Resolved)); err != nil {
			t.Errorf("%s as stored against the schema: %v", path, err)
		}
		again, err := Parse("scenario.yaml", t.TempDir(), parsed.Resolved, Options{})
		if err != nil {
			t.Errorf("%s as stored: %v", path, err)
		} else if diff := compare(parsed, again); diff != "" {
			t.Errorf("%s as stored (-first +again):\n%s", path, diff)
		}
	}
}

// The schema finds the mistakes of structure too.
func TestSchemaRejects(t *testing.T) {
	s := compileSchema(t)
	for _, name := range []string{"unknown", "kinds", "values", "missing", "lists", "bases", "lab", "nothing", "scalar", "steps", "feed", "feed-list", "auth-both", "late", "late-empty", "abort", "ranges", "forecast"} {
		text, err := os.ReadFile("testdata/err/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var v any
		if err := yaml.Unmarshal(text, &v); err != nil {
			t.Fatal(err)
		}
		if name == "values" { // .nan is no JSON
			text = bytes.ReplaceAll(text, []byte(".nan"), []byte("1"))
		}
		if err := s.Validate(instance(t, text)); err == nil {
			t.Errorf("the schema accepts %s.yaml", name)
		}
	}
}

// Each line breaks the minimal scenario in one place that both must find.
func TestSchemaAndParseRejectAlike(t *testing.T) {
	s := compileSchema(t)
	for _, change := range [][2]string{
		{"name: smoke", "name: 'a b'"}, {"name: smoke", "name: smoke\nextra: 1"}, {"duration: 12m", "duration: 12"}, {"400/s", "400"},
		{"400/s", "1x"}, {"peak: 10x", "peak: ten"}, {"peak: 10x", "peak: 10x, tail: 150"}, {"at: 2m, ", ""}, {"{get: /}", "{get: /, put: /}"},
		{"{get: /}", "{get: [/]}"}, {"{get: /}", ""}, {"p99: 800ms", "p999: 1s"}, {"p99: 800ms", "during: spots"},
		{"p99: 800ms", "p99: 1s, errors: 1%"}, {"p99: 800ms", "p99: 1s, during: now"}, {", spots", ", stages: [{hold: 1s}], spots"},
		{"objectives: [{p99: 800ms}]", ""},
	} {
		text := []byte(strings.Replace(minimal, change[0], change[1], 1))
		if _, err := Parse("x.yaml", ".", text, Options{Env: noEnv}); err == nil {
			t.Errorf("Parse accepts %q for %q", change[1], change[0])
		}
		if err := s.Validate(instance(t, text)); err == nil {
			t.Errorf("the schema accepts %q for %q", change[1], change[0])
		}
	}
}

// section is what a table says, for the reference.
type section struct {
	object, doc string
	place       string      // where in a file it stands
	rows        [][5]string // field, meaning, value, default, example
	check       func(t *testing.T)
}

func sectionOf[T any](place string, o object[T]) section {
	s := section{object: o.name, doc: o.doc, place: place}
	for _, f := range o.fields {
		initial := ""
		switch {
		case f.required:
			initial = "required"
		case f.without != "":
			initial = f.without
		case f.initial == "{}":
			initial = "all defaults"
		case f.initial != "":
			initial = "`" + f.initial + "`"
		}
		example := f.example
		if example == "" && f.initial != "{}" {
			example = f.initial
		}
		if example != "" {
			example = "`" + example + "`"
		}
		s.rows = append(s.rows, [5]string{"`" + f.name + "`", f.doc, f.say, initial, example})
	}
	s.check = func(t *testing.T) { checkExamples(t, o) }
	return s
}

// checkExamples reads each field's example and default through its own shape.
func checkExamples[T any](t *testing.T, o object[T]) {
	for _, f := range o.fields {
		if f.doc == "" || !strings.HasSuffix(f.doc, ".") {
			t.Errorf("%s.%s: doc %q is not a sentence", o.name, f.name, f.doc)
		}
		for _, text := range []string{f.example, f.initial} {
			var doc yaml.Node
			if text == "" || text == "{}" || f.name == "file" {
				continue
			}
			if err := yaml.Unmarshal([]byte(text), &doc); err != nil {
				t.Errorf("%s.%s: %q: %v", o.name, f.name, text, err)
				continue
			}
			d := newDecoder("", "", nil)
			var into T
			f.read(d, scalar(f.name), doc.Content[0], o.name, &into)
			for _, m := range d.mistakes {
				t.Errorf("%s.%s: example or default %s: %v", o.name, f.name, text, m)
			}
		}
	}
}

func sections() []section {
	return []section{
		sectionOf("The file", fileTable),
		sectionOf("target", targetTable),
		sectionOf("target.auth", authTable),
		sectionOf("connections", connectionsTable),
		sectionOf("traffic", trafficTable),
		sectionOf("traffic.stages, each", stageTable),
		sectionOf("traffic.replay", replayTable),
		sectionOf("traffic.replay.bins", binsTable),
		sectionOf("traffic.spots, each", spotTable),
		sectionOf("traffic.spots, each: a range of peak", amountSpreadTable),
		sectionOf("traffic.spots, each: a range of rise or half_life", lengthSpreadTable),
		sectionOf("requests, each", requestTable),
		sectionOf("requests, each: body", bodyTable),
		sectionOf("feed", feedTable),
		sectionOf("late", lateTable),
		sectionOf("objectives, each", objectiveTable),
		sectionOf("abort, each", guardTable),
		sectionOf("observe, each", observeTable),
		sectionOf("production, each fleet", productionTable),
		sectionOf("viewers", viewersTable),
		sectionOf("layers, each", layerTable),
		sectionOf("headroom", headroomTable),
		sectionOf("caps", capsTable),
		sectionOf("lab", labTable),
		sectionOf("lab.service", labServiceTable),
		sectionOf("lab.service.shared", labSharedTable),
		sectionOf("lab.pods", labPodsTable),
		sectionOf("lab.hpa", labHPATable),
		sectionOf("lab.hpa.behavior", labBehaviorTable),
		sectionOf("lab.hpa.behavior.scale_up and scale_down", labRulesTable),
		sectionOf("lab.hpa.behavior, each of policies", labPolicyTable),
		sectionOf("lab.asg", labGroupTable),
		sectionOf("lab.balancer", labBalancerTable),
		sectionOf("lab.quotas", labQuotasTable),
		sectionOf("lab.faults", labFaultsTable),
		sectionOf("lab.faults, each of kube and aws", labOutageTable),
	}
}

func TestTables(t *testing.T) {
	for _, s := range sections() {
		s.check(t)
	}
}

// The schema has the fields of every table, and no object that is no table.
func TestSchemaHasTheTables(t *testing.T) {
	var doc schema
	if err := json.Unmarshal(Schema(), &doc); err != nil {
		t.Fatal(err)
	}
	objects := map[string]*schema{"scenario": &doc}
	for name, s := range doc.Defs {
		if s.Properties != nil {
			objects[name] = s
		}
	}
	for _, s := range sections() {
		o := objects[s.object]
		if o == nil {
			t.Errorf("the schema has no object %s", s.object)
			continue
		}
		delete(objects, s.object)
		var fields []string
		for _, row := range s.rows {
			fields = append(fields, strings.Trim(row[0], "`"))
		}
		for name := range o.Properties {
			if !slices.Contains(fields, name) {
				t.Errorf("the schema's %s has %s; its table has not", s.object, name)
			}
		}
		if got := len(o.Properties) + len(o.PatternProperties); got != len(fields) {
			t.Errorf("the schema's %s has %d fields; its table has %d", s.object, got, len(fields))
		}
	}
	for name := range objects {
		t.Errorf("the schema's %s is no table of the reference", name)
	}
}

const (
	generatedFrom = "<!-- fields: made from the tables of internal/scenario; go test ./internal/scenario -update rewrites -->\n"
	generatedTo   = "<!-- end of fields -->\n"
)

// The reference in scenarios/README.md has the tables as they are.
func TestReference(t *testing.T) {
	const path = "../../scenarios/README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok1 := strings.Cut(string(text), generatedFrom)
	_, after, ok2 := strings.Cut(rest, generatedTo)
	if !ok1 || !ok2 {
		t.Fatalf("%s lacks the marks that the tables go between", path)
	}
	golden(t, path, before+generatedFrom+reference()+generatedTo+after)
}

func reference() string {
	var b strings.Builder
	for _, s := range sections() {
		fmt.Fprintf(&b, "\n### %s\n\n%s\n\n| Field | Meaning | Value | Default | Example |\n|---|---|---|---|---|\n", s.place, s.doc)
		for _, row := range s.rows {
			for i := range row {
				row[i] = strings.ReplaceAll(row[i], "|", `\|`)
			}
			fmt.Fprintf(&b, "| %s |\n", strings.Join(row[:], " | "))
		}
	}
	b.WriteString("\n")
	return b.String()
}
