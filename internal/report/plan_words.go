package report

import (
	"cmp"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/plan"
)

// sentence is what is read out.
func (p *Planned) sentence() string {
	switch {
	case p.refused():
		return sentenceOf(p.Refused) + fmt.Sprintf(" As things are, all but %s of requests are served in %s.",
			figure.ExactShare(plan.Unserved), p.airings(p.Without))
	case p.Enough:
		return fmt.Sprintf("Hold nothing more than there is: with today's minimum all but %s of requests are served in %s%s; as things are, in %s.",
			figure.ExactShare(plan.Unserved), p.airings(p.Held), p.alone(), chance(p.Without))
	}
	return fmt.Sprintf("Hold %s %s: all but %s of requests are then served in %s%s; as things are, in %s.",
		p.units(), p.hours(), figure.ExactShare(plan.Unserved), p.airings(p.Held), p.alone(), chance(p.Without))
}

// alone says how much the plan counts on what is added to what is held; nothing where
// that shows no difference.
func (p *Planned) alone() string {
	if chance(p.Alone) == chance(p.Held) {
		return ""
	}
	return ", in " + chance(p.Alone) + " where nothing is added in time"
}

// units are what is held, in words: those that are there already are left out.
func (p *Planned) units() string {
	var words []string
	for _, h := range p.Holds {
		if h.Min != nil && h.Units <= *h.Min {
			continue
		}
		word := figure.Count(h.Units) + " of " + h.Fleet
		if len(words) == 0 {
			word = figure.Count(h.Units) + " units of " + h.Fleet
		}
		words = append(words, word)
	}
	if len(words) < 2 {
		return strings.Join(words, "")
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}

// airings is a chance with its error, of simulated airings.
func (p *Planned) airings(c plan.Chance) string {
	return fmt.Sprintf("%s of simulated airings (± %s)", chance(c), figure.Share(figure.Significant(c.Error, 1)))
}

// chance is the share of simulated airings in which enough is served, on its true
// side of what is asked for.
func chance(c plan.Chance) string { return figure.ShareAgainst(c.Probability, plan.Sure) }

// hours is from when to when units are held.
func (p *Planned) hours() string {
	if i := p.Instants; i != nil {
		return "from " + between(i.Apply, i.Release, " to ")
	}
	return fmt.Sprintf("from %s before the airing to %s after its latest start", figure.Duration(p.Lead), figure.Duration(p.After))
}

// between writes two instants to the minute, in the zone of the first: date and zone
// once where both share them, no date where it is one day's.
func between(from, to time.Time, word string) string {
	const clock, date = "15:04", "2006-01-02 15:04"
	to = to.In(from.Location())
	before, _ := from.Zone()
	after, _ := to.Zone()
	switch {
	case before != after:
		return from.Format(date+" MST") + word + to.Format(date+" MST")
	case from.Format(time.DateOnly) != to.Format(time.DateOnly):
		return from.Format(date) + word + to.Format(date+" MST")
	}
	return from.Format(clock) + word + to.Format(clock+" MST")
}

// subject is what airs, when, and from which run that was learned.
func (p *Planned) subject() string {
	words := "For " + p.airs()
	if i := p.Instants; i != nil {
		words += p.begins() + i.Air.Format("2006-01-02 15:04 MST")
		if p.Slip > 0 {
			words += " or up to " + figure.Duration(p.Slip) + " later"
		}
	}
	words += ": up to " + figure.Rate(p.Peak.P50)
	if low, high := figure.Rate(p.Peak.P5), figure.Rate(p.Peak.P95); low != high {
		words += fmt.Sprintf(" (%s to %s in 9 of 10 airings)", low, high)
	}
	return words + ". Learned from run " + p.Run + "."
}

// airs is what does: a demand without a spot has the name of a scenario, which is none
// of something on air.
func (p *Planned) airs() string {
	if len(p.Demand.Spots) == 0 {
		return "the traffic as a whole, which has no spot"
	}
	return cmp.Or(p.Demand.Name, p.Scenario)
}

// begins leads to when it airs.
func (p *Planned) begins() string {
	switch len(p.Demand.Spots) {
	case 0:
		return ", from "
	case 1:
		return ", on air at "
	}
	return ", the first on air at "
}

// unchanged says what onair did not do.
const unchanged = "onair has changed nothing: the texts are for a person to review and to run."

// command writes the texts.
func (p *Planned) command() string {
	return "onair plan " + shown(p.Path, p.Run) + " --at TIME"
}

// shown is a path as one word of a shell, or what stands for it.
func shown(path, run string) string {
	path = clean(cmp.Or(path, run))
	if strings.ContainsFunc(path, func(r rune) bool { return !strings.ContainsRune(plainLetters, r) }) {
		return "'" + strings.ReplaceAll(path, "'", `'\''`) + "'"
	}
	return filepath.ToSlash(path)
}

const plainLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=+"
