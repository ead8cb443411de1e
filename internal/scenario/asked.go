package scenario

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// What is asked of the service of a run is a scenario again: the run's own, with
// the traffic of somebody else. It is read as any file is, so that a mistake in
// what is asked is found and placed as one in a file. Nothing is going to be sent:
// caps and guards are not held against it.

// WithSpots returns s with other spots over the baseline of its own demand, each
// written as "peak=12x,rise=20s" with the fields of a spot, and besides them
// baseline. A range is written 8x..16x. What a spot leaves out of its form (rise,
// half_life, tail) is that of the first spot on air of s, or of a usual one; the
// demand's Assumed says so. Where there is one
// spot only, it need not say at; the mistakes of the n-th begin with "--spot n: ".
func (s *Scenario) WithSpots(spots []string) (*Scenario, error) {
	d := newDecoder("--spot", ".", nil)
	own, err := s.stored(d)
	if err != nil {
		return nil, err
	}
	setChild(own, "headroom", nil) // else what is asked would be scaled to it
	s.fixLayers(own)
	traffic, assumed := d.spotsAsked(spots, s.ownBaseline(), s.usualShape(own))
	setChild(own, "traffic", traffic)
	asked, err := s.ask(d, own, nil)
	if mistakes, ok := err.(Mistakes); ok {
		return nil, byFlag(mistakes)
	} else if err != nil {
		return nil, err
	}
	asked.assumed = assumed
	return asked, nil
}

// byFlag sorts what is wrong with flags by their number, which says as well as its
// place in the scenario where it is.
func byFlag(m Mistakes) Mistakes {
	for i := range m {
		if strings.HasPrefix(m[i].File, "--spot") {
			m[i].Place = ""
		}
	}
	slices.SortStableFunc(m, func(a, b Mistake) int {
		return cmp.Or(cmp.Compare(len(a.File), len(b.File)), cmp.Compare(a.File, b.File))
	})
	return m
}

// ownBaseline is the baseline of the scenario's demand, visits/s; 0 where there is
// none.
func (s *Scenario) ownBaseline() float64 {
	d, err := s.Demand()
	if err != nil {
		return s.Traffic.Baseline / s.Plan().PerVisit()
	}
	return d.Baseline / s.Plan().PerVisit()
}

// spotsAsked is the field traffic that the spots amount to, with what was taken that
// they leave out.
func (d *decoder) spotsAsked(texts []string, baseline float64, usual usualShape) (traffic *yaml.Node, assumed []string) {
	var spots []*yaml.Node
	stated := "" // the flag that states the baseline
	asked := fieldsOf()
	if baseline > 0 {
		setChild(asked, "baseline", scalar(rateText(baseline)))
	}
	d.origin[asked] = "--spot"
	lasts := time.Duration(0)
	for i, text := range texts {
		flag := fmt.Sprintf("--spot %d", i+1)
		spot := d.spotAsked(text, flag)
		if n := child(spot, "baseline"); n != nil {
			if before := child(asked, "baseline"); stated != "" && before.Value != n.Value {
				d.mistake(n, "", "baseline %q is not that of %s, %q (all spots have the same)", shorten(n.Value), stated, shorten(before.Value))
			}
			setChild(spot, "baseline", nil)
			setChild(asked, "baseline", n)
			stated = flag
		}
		if child(spot, "at") == nil {
			if len(texts) > 1 {
				d.mistake(spot, "", "at is missing: only a lone spot may leave it out (at=2m, from the beginning as in a scenario)")
			}
			setChild(spot, "at", scalar(lengthText(leadIn)))
		}
		if taken := usual.complete(spot, flag); taken != "" {
			assumed = append(assumed, taken)
		}
		d.claim(spot, flag)
		spots = append(spots, spot)
		lasts = max(lasts, startOf(child(spot, "at")))
	}
	if child(asked, "baseline") == nil {
		setChild(asked, "baseline", scalar("1/s")) // so that all else is judged too
		d.mistake(asked, "", "baseline is missing: the run's scenario has none either (baseline=400/s says it)")
	}
	setChild(asked, "duration", scalar(lengthText(min(lasts+10*time.Minute, maxRun))))
	setChild(asked, "spots", &yaml.Node{Kind: yaml.SequenceNode, Content: spots})
	for _, n := range asked.Content {
		d.claimRest(n, "--spot")
	}
	return asked, assumed
}

// spotAsked reads "peak=12x,rise=20s".
func (d *decoder) spotAsked(text, flag string) *yaml.Node {
	spot := fieldsOf()
	d.claim(spot, flag)
	for pair := range strings.SplitSeq(text, ",") {
		name, value, found := strings.Cut(pair, "=")
		name = strings.TrimSpace(name)
		switch {
		case !found:
			d.mistake(spot, "", "%q has no value (peak=12x,rise=20s)", shorten(pair))
		case child(spot, name) != nil:
			d.mistake(spot, "", "%s is there twice", shorten(name))
		default:
			setChild(spot, name, rangeAsked(strings.TrimSpace(value)))
		}
	}
	d.claim(spot, flag)
	return spot
}

// rangeAsked is a value, or the range that 8x..16x stands for.
func rangeAsked(text string) *yaml.Node {
	low, high, found := strings.Cut(text, "..")
	if !found {
		return scalar(text)
	}
	spread := fieldsOf()
	setChild(spread, "p50", scalar(low))
	setChild(spread, "p95", scalar(high))
	return spread
}

func fieldsOf() *yaml.Node { return &yaml.Node{Kind: yaml.MappingNode} }

// startOf is the start of a spot that says it; 0 where it does not, or wrongly.
func startOf(at *yaml.Node) time.Duration {
	if at == nil {
		return 0
	}
	start, _ := duration.read(newDecoder("", "", nil), at, place{})
	return start
}

// claimRest claims what is within n and was not claimed yet.
func (d *decoder) claimRest(n *yaml.Node, from string) {
	if _, claimed := d.origin[n]; claimed {
		return
	}
	d.origin[n] = from
	for _, c := range n.Content {
		d.claimRest(c, from)
	}
}

// stored is the tree of a scenario that was run, whose mistakes are placed there.
func (s *Scenario) stored(d *decoder) (*yaml.Node, error) {
	tree, wrong := readTree(s.Resolved, maxAgain)
	if wrong != nil {
		wrong.File = storedName
		return nil, Mistakes{*wrong}
	}
	d.claim(tree, storedName)
	return tree, nil
}

// storedName is the file of a run directory that holds the scenario.
const storedName = "scenario.yaml"

// ask reads what is asked; visits are the requests of which its visits consist, nil:
// those of tree.
func (s *Scenario) ask(d *decoder, tree, visits *yaml.Node) (*Scenario, error) {
	d.env, d.asked = nil, true // what is a variable still is one of the stored scenario
	before := d.mistakes
	f, _ := fileTable.decode(d, tree, place{top, top}, top)
	if visits != nil {
		f.visits = d.visitsOf(visits)
	}
	asked := d.compile(&f)
	d.mistakes = slices.Concat(before, slices.DeleteFunc(d.mistakes[len(before):], func(m Mistake) bool {
		return slices.ContainsFunc(before, m.isOf)
	}))
	if len(d.mistakes) > 0 {
		return nil, inOrder(d.maskedMistakes())
	}
	asked.Secrets, asked.masker = s.Secrets, s.masker
	resolved, err := encode(tree)
	if err != nil {
		return nil, err
	}
	asked.Resolved = resolved
	return asked, nil
}

// isOf reports whether a mistake is of a value in which there was one before,
// such as a variable that is not set.
func (m Mistake) isOf(before Mistake) bool {
	return m.Line > 0 && m.Line == before.Line && m.Column == before.Column
}
