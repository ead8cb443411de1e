package compare

import (
	"fmt"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
)

// What nobody needs a comparison for: a measure in which no smaller change for the
// worse would have been found is not judged. A length of a few ticks may be many
// times as long before that can be told from where in a tick it fell.
const (
	absurd      = 0.5 // of the mean; of all requests
	absurdTicks = 10  // and more than so many ticks
)

// decide gives a measure that was judged its verdict.
func (m *Measure) decide() {
	switch {
	case m.Adjusted == nil:
		return
	case *m.Adjusted < Level && m.beyond(m.Worse):
		m.Verdict = Worse
	case m.adjustedGood < Level && m.beyond(m.Worse.other()):
		m.Verdict = Better
	case m.within():
		m.Verdict = Same
	case m.hopeless():
		m.silent(m.tooWide())
		return
	default:
		m.Verdict = NotShown
	}
	m.Said = m.inWords()
}

// beyond reports whether the difference itself is larger than allowed.
func (m *Measure) beyond(d Direction) bool {
	if m.apart == nil {
		return true // from a mean of 0 to something
	}
	if d == Lower {
		return -*m.apart > *m.Allowed
	}
	return *m.apart > *m.Allowed
}

// within reports whether all of the difference's interval is allowed, either way.
func (m *Measure) within() bool {
	return m.Between != nil && m.Allowed != nil && -*m.Allowed <= m.Between.Low && m.Between.High <= *m.Allowed
}

// hopeless reports whether not even an absurd change for the worse would have been
// found.
func (m *Measure) hopeless() bool {
	switch {
	case m.impossible():
		return true
	case m.Absolute && m.Unit == Seconds:
		return *m.Found > absurd**m.Mean && *m.Found > absurdTicks*m.tick
	}
	return *m.Found > absurd
}

// impossible reports whether the least change that would have been found is larger
// than any that there can be.
func (m *Measure) impossible() bool {
	const all = 0.9995 // shown as 100 %
	switch {
	case m.Found == nil:
		return true
	case m.Absolute && m.Unit == Share:
		return *m.Mean+*m.Found > all
	}
	return !m.Absolute && m.Worse == Lower && *m.Found > all
}

// tooWide says why a hopeless measure is not judged.
func (m *Measure) tooWide() string {
	if m.impossible() {
		return "against base runs like these no loss at all would have shown"
	}
	return "against base runs like these only " + m.Least() + " would have shown"
}

// inWords is the verdict of a measure that was judged.
func (m *Measure) inWords() string {
	text := fmt.Sprintf("%s%s against %s", m.bounded(), m.Unit.Write(*m.Head), m.Unit.Write(*m.Mean))
	if m.Difference != nil {
		text += " (" + m.Changed() + ")"
	}
	switch {
	case m.Verdict == Same:
		text += ", and " + m.ChangedBetween() + " is within what is allowed"
	case m.Verdict == NotShown && m.Between != nil:
		text += ", but " + m.ChangedBetween() + " reaches beyond what is allowed"
	default:
		text += ", where one more base run would give " + m.Unit.Write(m.Expected.Low) + " to " + m.Unit.Write(m.Expected.High)
	}
	if m.known < m.asked {
		text += fmt.Sprintf("; known of %d of %d base runs", m.known, m.asked)
	}
	return text
}

// conclude sums the measures up.
func (c *Comparison) conclude() {
	worse, better := c.With(Worse), c.With(Better)
	switch {
	case len(worse) > 0:
		c.Verdict = Worse
	case c.Judged() == 0:
		c.Verdict = CannotSay
	case len(c.With(NotShown)) > 0:
		c.Verdict = NotShown
	case len(better) > 0:
		c.Verdict = Better
	default:
		c.Verdict = Same
	}
	told := append(worse, better...)
	if c.Verdict == NotShown {
		told = append(told, c.suspects()...)
	}
	for _, m := range told {
		reason := m.Name + ": " + m.Said
		if m.Verdict != c.Verdict {
			reason = m.Verdict + ": " + reason
		}
		c.Reasons = append(c.Reasons, reason)
	}
	if text := c.inAll(); text != "" {
		c.Reasons = append(c.Reasons, text)
	}
}

// suspects are the measures not shown worse that came out worse by more than the
// tolerance all the same: what a reader looks at first.
func (c *Comparison) suspects() []Measure {
	return slices.DeleteFunc(c.With(NotShown), func(m Measure) bool { return m.apart == nil || !m.beyond(m.Worse) })
}

// inAll says what the verdict means where it is not that something changed.
func (c *Comparison) inAll() string {
	judged, allowed := c.Judged(), figure.ExactShare(c.Tolerance)
	switch {
	case len(c.Bases) < Enough:
		return tooFew(len(c.Bases))
	case judged == 0 && c.Asked > 0:
		return "against base runs like these not even absurd losses would have shown, so no measure could be judged"
	case judged == 0:
		return fmt.Sprintf("no measure is known both of the run and of %d base runs or more", Enough)
	case c.Verdict == NotShown:
		return fmt.Sprintf("of %s nothing is shown to be worse than the base runs by more than %s; shown to be the same: %s",
			plural(judged, "measure"), allowed, figure.Count(len(c.With(Same))))
	case c.Verdict == Same:
		return fmt.Sprintf("of %s each is shown to lie within what is allowed of the base runs, which is %s",
			plural(judged, "measure"), allowed)
	}
	return ""
}

func (m *Measure) bounded() string {
	if m.Bound == Exactly {
		return ""
	}
	return m.Bound.String() + " "
}

func (d Direction) other() Direction {
	if d == Lower {
		return Higher
	}
	return Lower
}
