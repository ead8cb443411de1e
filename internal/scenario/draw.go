package scenario

import (
	"math"
	"strings"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Draw returns a picture of a curve for a terminal, width columns wide and with
// height rows of plot, spots marked below:
//
//	4k/s ┤      ▂█▅▂
//	     │     ▁████▇▄▂
//	2k/s ┤     █████████▅▃▁
//	     │▄▄▄▄▅██████████████▆▅▄
//	   0 ┼────────┬────────┬────
//	     00:00   02:00    04:00
//	         ▲ CM 1
func Draw(c traffic.Curve, spots []Spot, width, height int) string {
	height = max(height, 2)
	peak, _ := c.Peak()
	step := niceStep(peak, max(height/3, 1))
	full := step * math.Max(math.Ceil(peak/step), 1)
	margin := labelWidth(step, full)
	columns := max(width-margin-2, 10)

	var rows []string
	levels := columnPeaks(c, columns)
	for row := range height {
		rows = append(rows, yLabel(row, height, step, full, margin)+plotRow(levels, full, row, height))
	}
	axis, labels := timeAxis(c.Duration(), columns)
	rows = append(rows, padLeft("0", margin)+" ┼"+axis, strings.Repeat(" ", margin+1)+labels)
	for _, marks := range spotRows(spots, c.Duration(), columns) {
		rows = append(rows, strings.Repeat(" ", margin+2)+marks)
	}
	for i := range rows {
		rows[i] = strings.TrimRight(rows[i], " ")
	}
	return strings.Join(rows, "\n") + "\n"
}

// niceStep returns a round distance of which about parts make up value.
func niceStep(value float64, parts int) float64 {
	if value <= 0 {
		return 1
	}
	rough := value / float64(parts)
	unit := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*unit >= rough*0.999 {
			return m * unit
		}
	}
	return 10 * unit
}

func labelWidth(step, full float64) int {
	widest := 1
	for v := step; v <= full*1.001; v += step {
		widest = max(widest, len(figure.Rate(v)))
	}
	return widest + 1
}

// yLabel returns what stands left of a row: the rate at the row's upper edge
// where that is a multiple of step.
func yLabel(row, height int, step, full float64, margin int) string {
	edge := float64(height - row)
	for v := step; v <= full*1.001; v += step {
		if math.Round(v/full*float64(height)) == edge {
			return padLeft(figure.Rate(v), margin) + " ┤"
		}
	}
	return padLeft("", margin) + " │"
}

func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(width-len(text), 0)) + text
}

// columnPeaks returns the highest rate within each column's stretch of time, so
// that no peak falls between two columns.
func columnPeaks(c traffic.Curve, columns int) []float64 {
	levels := make([]float64, columns)
	total := float64(c.Duration())
	column := func(t time.Duration) int {
		return min(max(int(float64(t)/total*float64(columns)), 0), columns-1)
	}
	for i := range levels {
		levels[i] = c.Rate(time.Duration(float64(i) / float64(columns) * total))
	}
	var start time.Duration
	for _, s := range c.Segments() {
		first, last := column(start), column(start+s.Length-1)
		levels[first] = math.Max(levels[first], s.From)
		levels[last] = math.Max(levels[last], s.To)
		start += s.Length
	}
	return levels
}

var eighths = []rune(" ▁▂▃▄▅▆▇█")

func plotRow(levels []float64, full float64, row, height int) string {
	var b strings.Builder
	for _, v := range levels {
		filled := math.Round(v / full * float64(height) * 8)
		if v > 0 {
			filled = math.Max(filled, 1)
		}
		b.WriteRune(eighths[int(min(max(filled-float64(8*(height-1-row)), 0), 8))])
	}
	return b.String()
}

// timeSteps are the round distances between labels of the time axis.
var timeSteps = []time.Duration{
	time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 15 * time.Second, 30 * time.Second,
	time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 6 * time.Hour,
}

// timeAxis returns the axis with its ticks, and the labels below it; a label is
// centred under its tick, the first begins under the corner.
func timeAxis(lasts time.Duration, columns int) (axis, labels string) {
	const apart = 11 // columns between labels, at least
	step := timeSteps[len(timeSteps)-1]
	for _, s := range timeSteps {
		if float64(s)/float64(lasts)*float64(columns) >= apart {
			step = s
			break
		}
	}
	line := []rune(strings.Repeat("─", columns))
	text := newCells(columns + 8)
	text.put(0, figure.Elapsed(0))
	for t := step; t < lasts; t += step {
		at := int(float64(t) / float64(lasts) * float64(columns))
		label := figure.Elapsed(t)
		if at+1+len(label)-len(label)/2 > columns+3 {
			break
		}
		line[at] = '┬'
		text.put(at+1-len(label)/2, label)
	}
	return string(line), text.String()
}

// spotRows returns the lines that mark spots: an arrow under each start with
// its name, on as few lines as keep names apart.
func spotRows(spots []Spot, lasts time.Duration, columns int) []string {
	var lines []*cells
	for _, s := range spots {
		at := min(int(float64(s.At)/float64(lasts)*float64(columns)), columns-1)
		mark := "▲ " + shorten(s.Name)
		wide := displayWidth(mark)
		if at+wide > columns {
			mark = shorten(s.Name) + " ▲"
			at = max(at-wide+1, 0)
		}
		placed := false
		for _, line := range lines {
			if placed = line.free(at-1, wide+2); placed {
				line.put(at, mark)
				break
			}
		}
		if !placed {
			line := newCells(columns + wide)
			line.put(at, mark)
			lines = append(lines, line)
		}
	}
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = l.String()
	}
	return out
}

// cells is a line of terminal cells; a wide character takes two.
type cells struct{ runes []rune }

func newCells(n int) *cells {
	return &cells{[]rune(strings.Repeat(" ", n))}
}

// covered marks the second cell of a wide character.
const covered = -1

func (c *cells) put(at int, text string) {
	for _, r := range text {
		if at < 0 || at+runeWidth(r) > len(c.runes) {
			return
		}
		c.runes[at] = r
		if runeWidth(r) == 2 {
			c.runes[at+1] = covered
		}
		at += runeWidth(r)
	}
}

func (c *cells) free(at, n int) bool {
	for i := max(at, 0); i < at+n && i < len(c.runes); i++ {
		if c.runes[i] != ' ' {
			return false
		}
	}
	return true
}

func (c *cells) String() string {
	var b strings.Builder
	for _, r := range c.runes {
		if r != covered {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func displayWidth(text string) int {
	n := 0
	for _, r := range text {
		n += runeWidth(r)
	}
	return n
}

// runeWidth is 2 for East Asian wide characters and 1 for all others.
func runeWidth(r rune) int {
	switch {
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60, r >= 0x1f300 && r <= 0x1faff:
		return 2
	}
	return 1
}
