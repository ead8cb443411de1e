package capacity

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// Containers that end and are started again make a start longer where it had not
// come to its end, and take a ready unit away where it had:
//
//	placed  started     ready          placed  started  ready
//	  |--x--x---|---------|              |-------|--------|---x  |
//	     while starting                                 in use

// restarted is the observer's word for a container that ended and was started again.
const restarted = "restarted"

// restartText takes how often and how from the observer's words.
var restartText = regexp.MustCompile(`was started again(?: (\d+) times, at last)?: (.+)$`)

// restarts sum up those of a fleet's containers before, or after, their units were
// ready.
type restarts struct {
	units []string
	times int
	ends  []string // how the containers ended, each once
}

func (s *restarts) add(e timeline.Event) {
	times := 1
	if words := restartText.FindStringSubmatch(e.Text); words != nil {
		if n, err := strconv.Atoi(words[1]); err == nil {
			times = n
		}
		if !slices.Contains(s.ends, words[2]) {
			s.ends = append(s.ends, words[2])
		}
	}
	s.times += times
	if !slices.Contains(s.units, e.Unit) {
		s.units = append(s.units, e.Unit)
	}
}

// inWords is empty where there are none.
func (s restarts) inWords(f Fleet, when string) string {
	if s.times == 0 {
		return ""
	}
	units, times := figure.Count(len(s.units))+" units", figure.Count(s.times)+" times"
	if len(s.units) == 1 {
		units = "1 unit"
	}
	if s.times == 1 {
		times = "once"
	}
	text := fmt.Sprintf("%s: containers of %s were started again %s %s", f.Name, units, times, when)
	if len(s.ends) > 0 {
		text += " (" + strings.Join(s.ends, "; ") + ")"
	}
	return text
}

// restartsOf tells those of units that had not been ready from those of units that
// had, or were there before the run.
func (r run) restartsOf(fleet Fleet) (starting, inUse restarts) {
	units := r.units(fleet)
	for _, e := range r.Events {
		if e.Source != fleet.Name || e.Kind != restarted || time.Duration(e.At) >= r.end() {
			continue
		}
		coming := func(u *unit) bool {
			up, ok := u.ended[fleet.up()] // by the source's own account, as the end of a container is
			return u.name == e.Unit && (!ok || up.at > time.Duration(e.At))
		}
		if slices.ContainsFunc(units, coming) {
			starting.add(e)
		} else {
			inUse.add(e)
		}
	}
	return starting, inUse
}

// restartWarnings tell, for each fleet, of containers that were started again.
func (r run) restartWarnings(q Question) []string {
	var warn []string
	for _, f := range q.Fleets {
		starting, inUse := r.restartsOf(f)
		if text := starting.inWords(f, "before the units were ready"); text != "" {
			if took := longest(r.ways(f, r.growths(f)), timeline.Start); took > 0 {
				text += "; start took up to " + figure.Duration(took)
			}
			warn = append(warn, text)
		}
		if text := inUse.inWords(f, "after the units had been ready"); text != "" {
			warn = append(warn, text)
		}
	}
	return warn
}
