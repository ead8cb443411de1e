package compare

import (
	"fmt"
	"math"
	"strings"

	"github.com/seed-f864f198/onair/internal/figure"
)

// written is a difference with its sign: +12.3 %, −4 %, +0.3 points, +2.1 s.
func (m *Measure) written(difference float64) string {
	text, size := "", math.Abs(difference)
	switch {
	case m.Absolute && m.Unit == Seconds:
		text = m.Unit.Write(size)
	case m.Allowed != nil:
		text = figure.ShareAgainst(size, *m.Allowed)
	default:
		text = figure.Share(size)
	}
	if m.Absolute && m.Unit == Share {
		text = strings.TrimSuffix(text, " %") + " points"
	}
	switch {
	case difference > 0:
		return "+" + text
	case difference < 0:
		return "−" + text
	}
	return text
}

// Least writes Found, as a change for the worse.
func (m *Measure) Least() string {
	switch {
	case m.Found == nil:
		return figure.Unknown
	case m.Worse == Lower:
		return m.written(-*m.Found)
	}
	return m.written(*m.Found)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return figure.Count(n) + " " + what + "s"
}

// tooFew says what so few base runs do not tell.
func tooFew(bases int) string {
	return fmt.Sprintf("with %s it cannot be said how much runs differ by chance, so nothing is judged: it takes %d to judge, and 7 to find most losses of a fifth",
		plural(bases, "base run"), Enough)
}
