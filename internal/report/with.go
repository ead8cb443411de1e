package report

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/rundir"
)

// ErrWith is wrapped by the error of a run that cannot be reported with another.
var ErrWith = errors.New("cannot be reported with the others")

// pooled are the plateaus of other runs against the same staging, by fleet, with
// a sentence on each run. A run that cannot tell of any of the fleets, or that is
// there already, is an error.
func pooled(own *rundir.Dir, fleets []capacity.Fleet, others []*rundir.Dir) (map[string][]capacity.Plateau, []string, error) {
	plateaus := make(map[string][]capacity.Plateau)
	var said []string
	var known []string // runs
	for _, dir := range append([]*rundir.Dir{own}, others...) {
		manifest, err := dir.Manifest()
		if err != nil {
			return nil, nil, err
		}
		if slices.Contains(known, manifest.Run) {
			return nil, nil, fmt.Errorf("%s: %w: run %s is there already and would count twice (leave it out)", dir.Path(), ErrWith, manifest.Run)
		}
		known = append(known, manifest.Run)
		if dir == own {
			continue
		}
		sentence, err := pool(plateaus, own, fleets, dir)
		if err != nil {
			return nil, nil, err
		}
		said = append(said, fmt.Sprintf("run %s of another time is counted in: %s", manifest.Run, sentence))
	}
	return plateaus, said, nil
}

// pool adds the plateaus of one run, and says how many there are.
func pool(plateaus map[string][]capacity.Plateau, own *rundir.Dir, fleets []capacity.Fleet, dir *rundir.Dir) (string, error) {
	s, err := storedScenario(dir)
	if err != nil {
		return "", err
	}
	question := s.Question()
	shared := slices.DeleteFunc(slices.Clone(fleets), func(f capacity.Fleet) bool { return !slices.Contains(fleetNames(question.Fleets), f.Name) })
	if len(shared) == 0 {
		return "", fmt.Errorf("%s: %w: its fleets (%s) are none of those of %s (%s)", dir.Path(), ErrWith, listed(question.Fleets), own.Path(), listed(fleets))
	}
	t, err := dir.Timeline()
	if err != nil {
		return "", err
	}
	found := capacity.Plateaus(t, question)
	var words []string
	for _, f := range shared {
		plateaus[f.Name] = append(plateaus[f.Name], found[f.Name]...)
		words = append(words, fmt.Sprintf("%s stretches of %s under constant work", figure.Count(len(found[f.Name])), f.Name))
	}
	return strings.Join(words, ", "), nil
}

func fleetNames(fleets []capacity.Fleet) []string {
	var names []string
	for _, f := range fleets {
		names = append(names, f.Name)
	}
	return names
}

func listed(fleets []capacity.Fleet) string {
	if len(fleets) == 0 {
		return "none was observed"
	}
	return strings.Join(fleetNames(fleets), ", ")
}
