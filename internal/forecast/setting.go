package forecast

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/seed-f864f198/onair/internal/spelling"
)

// Setting is one thing that is otherwise than in the model.
//
//	hpa/default/web.target.cpu=50%
//	─────Fleet───── ───Key──── Value
//
// Of every fleet:
//
//	start=12             units at the beginning
//	capacity=1.2x        what one unit sustains, at the same CPU
//	zone_lost=1/3@2m     so many of the units go 2 min after the demand begins, or of
//	                     the nodes they stand on; to the nearest, and at least one
//	                     (simulation.Loss.Takes)
//
// Of what scales (an HPA or a group):
//
//	min=20, max=80       limits, which have long held when the demand begins
//	metric=cpu:60%       instead of what scales it; also requests:50/s, of one unit,
//	                     total:50/s (of an HPA: all requests over this are units),
//	                     schedule:20 (units all the time) and schedule:20@-10m..30m
//	target=50%           of its metric; target.cpu=50% of one of several
//	boot=45s, boot=0.5x  launched to in service: instances, or the nodes of pods
//	cold=30s             a new unit serves so much later than it is ready
//	replaced=30s         what zone_lost takes is missed so much later, and others begun;
//	                     else 340 s later of an HPA's pods, 180 s of a group's instances
//
// Of an HPA alone:
//
//	up=100%/15s+4/15s    policies of its behavior
//	up.stabilization=0s  window
//	up.select=min        or max, or disabled
//	up.tolerance=5%      in this direction; down likewise
//	tolerance=5%, sync=15s
//	ready=10s            scheduled to serving, each time; ready=0.5x: of what was measured
//	nodes=6              at the beginning
//	nodes.min=4          limits of their group, likewise
//	nodes.max=10
//
// The group that pods stand on takes min, max, start and boot, which are those of its
// nodes: asg/web-nodes.max=10.
//
// Of a group alone: warmup=60s, and cooldown=2m, for which every decision waits here.
//
// Quantities are written as in a scenario. Offsets count from the beginning of
// the demand.
type Setting struct {
	Fleet string // empty: the first one
	Key   string
	Value string
}

// String writes a setting as ParseSettings reads it.
func (s Setting) String() string {
	if s.Fleet == "" {
		return s.Key + "=" + s.Value
	}
	return s.Fleet + "." + s.Key + "=" + s.Value
}

// Describe says settings in words for a table: "min 20, target 50 %".
func Describe(settings []Setting) string {
	words := make([]string, len(settings))
	for i, s := range settings {
		words[i] = s.words()
	}
	return strings.Join(words, ", ")
}

func (s Setting) words() string {
	text := strings.ReplaceAll(s.Value, "%", " %")
	if k, ok := keyed(s.Key); ok && k.words != nil {
		text = k.words(text)
	} else {
		text = s.Key + " " + text
	}
	if s.Fleet != "" {
		return s.Fleet + ": " + text
	}
	return text
}

// ParseSettings reads what is changed together: "min=20,target=50%", and with a
// fleet "hpa/default/web.min=20". The error names the setting and what would be
// accepted.
func ParseSettings(text string) ([]Setting, error) {
	var all []Setting
	var mistakes []error
	for i, part := range strings.Split(text, ",") {
		s, err := parseSetting(part)
		if err != nil {
			mistakes = append(mistakes, fmt.Errorf("setting %d: %w", i+1, err))
		}
		all = append(all, s)
	}
	if len(mistakes) > 0 {
		return nil, errors.Join(mistakes...)
	}
	return all, nil
}

func parseSetting(text string) (Setting, error) {
	path, value, found := strings.Cut(text, "=")
	path, value = strings.TrimSpace(path), strings.TrimSpace(value)
	switch {
	case strings.ContainsFunc(text, func(r rune) bool { return !unicode.IsPrint(r) }):
		return Setting{}, fmt.Errorf("%.60q has a character that cannot be printed", text)
	case path == "":
		return Setting{}, fmt.Errorf("%.60q names nothing (min=20)", text)
	case !found || value == "":
		return Setting{}, fmt.Errorf("%.60q has no value (min=20)", path)
	}
	s, ok := splitPath(path)
	if !ok {
		return Setting{}, unknownKey(path)
	}
	s.Value = value
	k, _ := keyed(s.Key)
	if _, err := k.read(value); err != nil {
		return Setting{}, fmt.Errorf("%.60s %w", s.Key, err)
	}
	return s, nil
}

// splitPath finds the key at the end of a path. A fleet's name may have dots, as
// a key has: the longest key it can be is meant.
func splitPath(path string) (Setting, bool) {
	if _, ok := keyed(path); ok {
		return Setting{Key: path}, true
	}
	for i, r := range path {
		if r != '.' || i == 0 {
			continue
		}
		if _, ok := keyed(path[i+1:]); ok {
			return Setting{Fleet: path[:i], Key: path[i+1:]}, true
		}
	}
	return Setting{}, false
}

// unknownKey says which key the end of a path most likely meant.
func unknownKey(path string) error {
	word := path
	if slash := strings.LastIndexByte(path, '/'); slash >= 0 {
		_, after, found := strings.Cut(path[slash:], ".")
		if !found {
			return fmt.Errorf("%.60q names no setting (%.60s.min=20)", path, path)
		}
		word = after
	}
	if near, ok := spelling.Nearest(word, keyNames(everyKind)); ok {
		return fmt.Errorf("unknown setting %.60q (did you mean %s?)", word, near)
	}
	return fmt.Errorf("unknown setting %.60q (known: %s)", word, strings.Join(keyNames(everyKind), ", "))
}

// With returns the model with settings; m is not changed. A setting that makes no
// sense for its fleet is an error. Their order does not matter.
//
// What is set has long been so when the demand begins: with min=20 there are 20
// units, on as many nodes as they need. A target or metric leaves the units at the
// beginning as they are, for how many there would be depends on the demand.
func (m *Model) With(settings []Setting) (*Model, error) {
	with := m.clone()
	drafts := make([]draft, len(with.Service.Fleets))
	for i := range drafts {
		drafts[i] = draft{model: with, fleet: &with.Service.Fleets[i], known: &with.Fleets[i]}
	}
	changes, err := m.changes(settings)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		if err := c.apply(&drafts[c.fleet]); err != nil {
			return nil, c.mistake(err)
		}
	}
	for _, c := range changes {
		if err := drafts[c.fleet].settle(); err != nil {
			return nil, c.mistake(err)
		}
	}
	for i := range drafts {
		drafts[i].sayLosses()
	}
	return with, nil
}

// change is a setting that was understood.
type change struct {
	Setting
	meant              string // the key that it is of its fleet
	number, fleet, key int
	apply              apply
}

func (c change) mistake(err error) error {
	return fmt.Errorf("setting %d: %.80s: %w", c.number, c.Setting, err)
}

// changes are the settings in the order in which they are applied: that of the
// keys, so that a metric is there before its target is set.
func (m *Model) changes(settings []Setting) ([]change, error) {
	type what struct {
		fleet int
		key   string
	}
	first := map[what]int{}
	var all []change
	for i, s := range settings {
		meant, err := m.understand(change{Setting: s, number: i + 1})
		if err != nil {
			return nil, err
		}
		for _, c := range meant {
			if before, twice := first[what{c.fleet, c.meant}]; twice {
				return nil, c.mistake(fmt.Errorf("setting %d says it already", before))
			}
			first[what{c.fleet, c.meant}] = c.number
		}
		all = append(all, meant...)
	}
	slices.SortStableFunc(all, func(a, b change) int { return a.key - b.key })
	return all, nil
}

// understand returns what a setting changes: one fleet, or each that stands on a group
// of nodes.
func (m *Model) understand(c change) ([]change, error) {
	if _, ok := keyed(c.Key); !ok {
		return nil, c.mistake(unknownKey(c.Key))
	}
	fleets, meant, err := m.meant(c.Setting)
	if err != nil {
		return nil, c.mistake(err)
	}
	k, _ := keyed(meant)
	c.key, c.meant = k.order, meant
	if c.apply, err = k.read(c.Value); err != nil {
		return nil, c.mistake(fmt.Errorf("%.60s %w", c.Key, err))
	}
	var all []change
	for _, c.fleet = range fleets {
		f := m.Service.Fleets[c.fleet]
		if kind := kindOf(f); k.of&kind == 0 {
			return nil, c.mistake(fmt.Errorf("%s is %s: %s", f.Name, kind, k.instead(kind)))
		}
		all = append(all, c)
	}
	return all, nil
}

// named is the number of a fleet.
func (m *Model) named(name string) (int, error) {
	for i, f := range m.Service.Fleets {
		if f.Name == name || name == "" {
			return i, nil
		}
	}
	return 0, m.unknownFleet(name)
}
