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

const (
	maxText  = 1 << 20 // of a file a person wrote
	maxAgain = 8 << 20 // of a stored scenario, which holds what its files held
	maxNodes = 200_000 // after aliases are replaced
	maxDepth = 40
)

// readTree parses text and returns its top mapping as a plain tree: aliases and
// merge keys are replaced by copies of what they stand for.
func readTree(text []byte, limit int) (*yaml.Node, *Mistake) {
	if len(text) > limit {
		return nil, &Mistake{Line: 1, Column: 1, Text: fmt.Sprintf("the file has %d bytes (at most %d)", len(text), limit)}
	}
	decoder := yaml.NewDecoder(strings.NewReader(string(text)))
	var doc yaml.Node
	if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
		return nil, &Mistake{Line: 1, Column: 1, Text: "the file is empty (a scenario has at least traffic, requests and objectives)"}
	} else if err != nil {
		return nil, syntaxMistake(err)
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) != 1 {
		return nil, &Mistake{Line: 1, Column: 1, Text: "the file is empty (a scenario has at least traffic, requests and objectives)"}
	}
	var second yaml.Node
	if err := decoder.Decode(&second); err == nil {
		return nil, &Mistake{Line: max(second.Line, 1), Column: max(second.Column, 1), Text: "a second document begins here (one scenario a file)"}
	} else if !errors.Is(err, io.EOF) {
		return nil, syntaxMistake(err)
	}
	tree, err := plain(doc.Content[0])
	if err != nil {
		return nil, err
	}
	if tree.Kind != yaml.MappingNode {
		return nil, &Mistake{Line: tree.Line, Column: tree.Column, Text: fmt.Sprintf("the file is %s (a scenario is fields such as name: and traffic:)", kindOf(tree))}
	}
	tree.HeadComment = strings.TrimSpace(doc.HeadComment + "\n" + tree.HeadComment)
	return tree, nil
}

var (
	syntaxLine = regexp.MustCompile(`^line (\d+): `)
	quotedName = regexp.MustCompile(`[^ ]{60,}`) // an anchor's, or a tag's
)

// syntaxMistake places an error of the YAML parser, which names a line at most.
func syntaxMistake(err error) *Mistake {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 1
	if m := syntaxLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = strings.TrimPrefix(text, m[0])
	}
	return &Mistake{Line: max(line, 1), Column: 1, Text: "not YAML: " + quotedName.ReplaceAllStringFunc(text, shorten)}
}

// plain copies a tree with its aliases and merge keys replaced. Copies keep the
// line and column of what they copy: that is where a mistake is mended.
func plain(n *yaml.Node) (*yaml.Node, *Mistake) {
	p := plainer{open: map[*yaml.Node]bool{}}
	out := p.copy(n, 0)
	return out, p.mistake
}

type plainer struct {
	nodes   int
	open    map[*yaml.Node]bool // anchors being copied
	mistake *Mistake
}

func (p *plainer) fail(n *yaml.Node, format string, args ...any) *yaml.Node {
	if p.mistake == nil {
		p.mistake = &Mistake{Line: max(n.Line, 1), Column: max(n.Column, 1), Text: fmt.Sprintf(format, args...)}
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!null", Line: n.Line, Column: n.Column}
}

func (p *plainer) copy(n *yaml.Node, depth int) *yaml.Node {
	p.nodes++
	switch {
	case p.mistake != nil:
		return p.fail(n, "")
	case depth > maxDepth:
		return p.fail(n, "nested more than %d deep", maxDepth)
	case p.nodes > maxNodes:
		return p.fail(n, "more than %d values once aliases are replaced", maxNodes)
	case n.Kind == yaml.AliasNode:
		return p.alias(n, depth)
	}
	out := *n
	out.Anchor, out.Content = "", nil
	if n.Kind == yaml.MappingNode {
		p.mapping(n, &out, depth)
		return &out
	}
	for _, c := range n.Content {
		out.Content = append(out.Content, p.copy(c, depth+1))
	}
	return &out
}

func (p *plainer) alias(n *yaml.Node, depth int) *yaml.Node {
	if n.Alias == nil || p.open[n.Alias] {
		return p.fail(n, "*%s stands for something that contains it", shorten(n.Value))
	}
	p.open[n.Alias] = true
	defer delete(p.open, n.Alias)
	return p.copy(n.Alias, depth+1)
}

// mapping copies the fields of a mapping; those merged with << come after its
// own and yield to them, and earlier merges win over later ones.
func (p *plainer) mapping(n, out *yaml.Node, depth int) {
	own := map[string]bool{}
	var merges []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.Tag == "!!merge" {
			merges = append(merges, value)
			continue
		}
		own[key.Value] = true
		out.Content = append(out.Content, p.copy(key, depth+1), p.copy(value, depth+1))
	}
	for _, m := range merges {
		p.merge(p.copy(m, depth+1), out, own)
	}
}

func (p *plainer) merge(from, out *yaml.Node, own map[string]bool) {
	switch from.Kind {
	case yaml.SequenceNode:
		for _, c := range from.Content {
			if c.Kind != yaml.MappingNode {
				p.fail(c, "<< merges %s (it takes an alias of fields, or a list of such)", kindOf(c))
				return
			}
			p.merge(c, out, own)
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(from.Content); i += 2 {
			if key := from.Content[i]; !own[key.Value] {
				own[key.Value] = true
				out.Content = append(out.Content, key, from.Content[i+1])
			}
		}
	default:
		p.fail(from, "<< merges %s (it takes an alias of fields, or a list of such)", kindOf(from))
	}
}

// kindOf names what a node is, in a reader's words.
func kindOf(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a group of fields"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null" || n.Kind == 0:
		return "empty"
	default:
		return fmt.Sprintf("%q", shorten(n.Value))
	}
}

// shorten keeps a quoted value from filling the screen.
func shorten(text string) string {
	if runes := []rune(text); len(runes) > 60 {
		return string(runes[:57]) + "…"
	}
	return text
}

// several lists names, the first of them where they are many.
func several(names []string) string {
	const most = 20
	var shown []string
	for _, name := range names[:min(most, len(names))] {
		shown = append(shown, shorten(name))
	}
	if more := len(names) - len(shown); more > 0 {
		shown = append(shown, fmt.Sprintf("and %d more", more))
	}
	return strings.Join(shown, ", ")
}

// child returns the value of a field of a mapping, or nil.
func child(n *yaml.Node, name string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return nil
}

// childOr returns the value of a field where it is given, else the mapping, so
// that a mistake about it has a place either way.
func childOr(n *yaml.Node, name string) *yaml.Node {
	if c := child(n, name); c != nil {
		return c
	}
	return n
}

// setChild gives a field of a mapping a value; nil removes it.
func setChild(n *yaml.Node, name string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != name {
			continue
		}
		if value == nil {
			n.Content = append(n.Content[:i:i], n.Content[i+2:]...)
			return
		}
		n.Content[i+1] = value
		return
	}
	if value != nil {
		n.Content = append(n.Content, scalar(name), value)
	}
}

func scalar(text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Value: text}
}
