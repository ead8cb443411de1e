package scenario

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/figure"
)

// aboutDemand are the fields of a file that say what is asked. Those of a run that
// it does not give stay the run's, but for traffic and headroom, which belong
// together, and zone: what a file says without one is UTC's.
var aboutDemand = []string{"name", "zone", "traffic", "headroom", "production", "unit_cost", "viewers", "layers"}

// aboutService are those that say of a service what only the run can: what the file
// has there is left out, with a word.
var aboutService = []string{"connections", "objectives", "observe", "lab"}

// WithTrafficOf returns s with the traffic, headroom, name and zone of the scenario
// file at path, whose visits make that file's own requests where it has any, and with
// its production, unit costs, viewers and layers where it gives them. Times that the
// file does not write are those of its zone, or of the run's where it states none.
// Errors are those of Load.
func (s *Scenario) WithTrafficOf(path string, env func(string) (string, bool)) (*Scenario, error) {
	text, err := readFile(path, maxAgain)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	other, wrong := readTree(text, maxAgain)
	if wrong != nil {
		wrong.File = path
		return nil, Mistakes{*wrong}
	}
	d := newDecoder(path, filepath.Dir(path), env)
	own, err := s.stored(d)
	if err != nil {
		return nil, err
	}
	visits := child(other, "requests")
	d.resolveSteps(visits)
	alike, assumed := same(visits, child(own, "requests")), s.notTaken(other, own)
	asked, err := s.ask(d, s.joined(d, other, own), visits)
	if err != nil {
		return nil, err
	}
	if visits != nil && !alike {
		asked.assumed = append(asked.assumed, asked.visitsInWords())
	}
	asked.assumed = append(asked.assumed, assumed...)
	asked.assumed = append(asked.assumed, asked.atLeast()...)
	if child(other, "name") == nil {
		asked.Name = filepath.Base(path)
	}
	if child(other, "zone") == nil {
		asked.Zone = s.Zone
	}
	return asked, nil
}

// joined is the tree of a file with what is the run's of it.
func (s *Scenario) joined(d *decoder, other, own *yaml.Node) *yaml.Node {
	s.fixLayers(own)
	asked := &yaml.Node{Kind: yaml.MappingNode, Line: other.Line, Column: other.Column}
	for key, value := range d.pairs(other, top) {
		if slices.Contains(aboutDemand, key.Value) || !slices.Contains(fileTable.names(), key.Value) {
			d.resolve(value, place{top, key.Value})
			asked.Content = append(asked.Content, key, value)
		}
	}
	joinLayers(child(asked, "layers"), child(own, "layers"))
	for i := 0; i+1 < len(own.Content); i += 2 {
		name := own.Content[i].Value
		if child(asked, name) == nil && !slices.Contains([]string{"traffic", "headroom", "zone"}, name) {
			asked.Content = append(asked.Content, own.Content[i], own.Content[i+1])
		}
	}
	return asked
}

// resolve replaces the variables of all settings within n.
func (d *decoder) resolve(n *yaml.Node, at place) {
	if n.Kind == yaml.ScalarNode {
		d.setting(n, at)
	}
	for i, c := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			d.resolve(c, at)
		}
	}
}

// resolveSteps replaces the variables of what says how visits make requests. What is
// sent with them may be a secret that nobody has here, and is not sent.
func (d *decoder) resolveSteps(requests *yaml.Node) {
	if requests == nil {
		return
	}
	for i, r := range requests.Content {
		for _, field := range []string{"weight", "after", "per_visit"} {
			if n := child(r, field); n != nil {
				d.resolve(n, place{place{top, "requests"}.item("request", i), field})
			}
		}
	}
}

// visitFields are the requests of which visits consist, and where they stand.
type visitFields struct {
	node     *yaml.Node
	requests []requestFields
}

// visitsOf reads requests that only say what visits consist of.
func (d *decoder) visitsOf(n *yaml.Node) *visitFields {
	filled := d.filled
	all, _ := list("request", 1, requestTable).read(d, n, place{top, "requests"})
	d.filled = filled // their placeholders are filled by nobody
	return &visitFields{n, all}
}

// visiting are the requests of which visits consist.
func (f *file) visiting() visitFields {
	if f.visits != nil {
		return *f.visits
	}
	return visitFields{child(f.node, "requests"), f.requests}
}

// fixLayers writes the run's layers with the rates that they have there: 20x would be
// of another baseline in what is asked.
func (s *Scenario) fixLayers(own *yaml.Node) {
	layers := child(own, "layers")
	for i, l := range s.Layers {
		if layers != nil && i < len(layers.Content) {
			setChild(layers.Content[i], "rate", scalar(strconv.FormatFloat(l.Rate, 'f', -1, 64)+"/s"))
		}
	}
}

// joinLayers puts those of the run behind a file's, but for those that it names too.
func joinLayers(layers, own *yaml.Node) {
	if layers == nil || layers.Kind != yaml.SequenceNode || own == nil {
		return
	}
	kept := slices.DeleteFunc(slices.Clone(own.Content), func(l *yaml.Node) bool {
		return slices.ContainsFunc(layers.Content, func(other *yaml.Node) bool { return same(child(l, "name"), child(other, "name")) })
	})
	layers.Content = slices.Concat(layers.Content, kept)
}

// visitsInWords says how requests are played that are not those of the run.
func (s *Scenario) visitsInWords() string {
	making := ""
	if each := figure.Scaled(s.Plan().PerVisit()); each != "1" {
		making = ", " + each + " a visit"
	}
	return "The requests are the file's" + making + ": each is taken to weigh what one of the run's does."
}

// notTaken says what a file has that is not asked about, and what is taken that it
// leaves out.
func (s *Scenario) notTaken(other, own *yaml.Node) []string {
	var said, left []string
	for _, name := range aboutService {
		if n := child(other, name); n != nil && !same(n, child(own, name)) {
			left = append(left, name)
		}
	}
	if left != nil {
		said = append(said, fmt.Sprintf("Not taken from the file: %s. Those of the run hold.", listed(left)))
	}
	replay := child(child(other, "traffic"), "replay")
	if z := s.Zone; z != nil && z != time.UTC && child(other, "zone") == nil && (isClock(child(replay, "from")) || isClock(child(replay, "to"))) {
		said = append(said, "The file states no zone: the clock times of its replay are taken as UTC's.")
	}
	return said
}

// atLeast says that the headroom that is asked for decides nothing.
func (s *Scenario) atLeast() []string {
	if s.Headroom.AtLeast == 0 {
		return nil
	}
	return []string{fmt.Sprintf("The file's headroom.at_least of %s is not held against anything: what is asked goes by the requests served, and at_least is what a run must show.",
		figure.ExactShare(s.Headroom.AtLeast))}
}

// isClock reports whether a moment is a clock time, of some zone.
func isClock(n *yaml.Node) bool {
	if n == nil {
		return false
	}
	m, ok := clock.read(newDecoder("", "", nil), n, place{})
	return ok && m.instant.IsZero()
}

// same reports whether two trees say the same, however they are written.
func same(a, b *yaml.Node) bool {
	if a == nil || b == nil || a.Kind != b.Kind || len(a.Content) != len(b.Content) {
		return false
	}
	if a.Kind != yaml.MappingNode {
		return a.Value == b.Value && slices.EqualFunc(a.Content, b.Content, same)
	}
	for i := 0; i+1 < len(a.Content); i += 2 {
		if !same(a.Content[i+1], child(b, a.Content[i].Value)) {
			return false
		}
	}
	return true
}
