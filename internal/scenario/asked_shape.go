package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// shapeFields are what a spot's form is made of, and what a usual one has where nothing
// is stated or rehearsed.
var shapeFields = []struct{ name, usual string }{
	{"rise", lengthText(priorRise)}, {"half_life", lengthText(priorHalfLife)}, {"tail", percentText(priorTail)},
}

// usualShape is that of a spot that others take that do not state theirs.
type usualShape struct {
	whose string     // in words
	spot  *yaml.Node // nil: the usual
}

// usualShape is that of the first spot on air of a scenario that was run.
func (s *Scenario) usualShape(tree *yaml.Node) usualShape {
	listed := child(child(tree, "traffic"), "spots")
	if len(s.Traffic.Spots) == 0 || listed == nil || len(listed.Content) != len(s.Traffic.Spots) {
		return usualShape{whose: "a usual spot"}
	}
	first := slices.MinFunc(s.Traffic.Spots, func(a, b Spot) int { return cmp.Compare(a.At, b.At) })
	i := slices.IndexFunc(s.Traffic.Spots, func(spot Spot) bool { return spot.Name == first.Name })
	return usualShape{"the run's " + shorten(first.Name), listed.Content[i]}
}

// complete gives a spot what it leaves out of its form, and says so in a sentence;
// empty where it states all.
func (f usualShape) complete(spot *yaml.Node, flag string) string {
	var without, taken []string
	for _, part := range shapeFields {
		if child(spot, part.name) != nil {
			continue
		}
		value := scalar(part.usual)
		if of := child(f.spot, part.name); of != nil {
			value = copyOf(of)
		}
		setChild(spot, part.name, value)
		without, taken = append(without, part.name), append(taken, part.name+" "+inWords(value))
	}
	if len(without) == 0 {
		return ""
	}
	those := "that of %s is taken"
	if len(without) > 1 {
		those = "those of %s are taken"
	}
	return fmt.Sprintf("%s leaves out %s: "+those+": %s.", flag, listed(without), f.whose, listed(taken))
}

// copyOf is a tree of its own, to be claimed by another.
func copyOf(n *yaml.Node) *yaml.Node {
	c := *n
	c.Content = make([]*yaml.Node, len(n.Content))
	for i, within := range n.Content {
		c.Content[i] = copyOf(within)
	}
	return &c
}

// inWords is a value, or a range, as it is written.
func inWords(n *yaml.Node) string {
	if low, high := child(n, "p50"), child(n, "p95"); low != nil && high != nil {
		return inWords(low) + " to " + inWords(high)
	}
	return strings.ReplaceAll(n.Value, "%", " %")
}

// listed writes "a, b and c".
func listed(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
