package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/figure"
)

// Beyond says that a column has more units in bad airings than what was measured of one
// can be told of.
type Beyond struct {
	Fleet string
	Units int
	Text  string // begins with the number of units
}

func (b Beyond) sentence() string { return b.Fleet + ": " + b.Text }

// extrapolated says of which fleets a column has so many.
func (r *Report) extrapolated(fleets []string, c Column) []Beyond {
	var all []Beyond
	for i, name := range fleets {
		units := c.units(i, bad)
		if text := capacity.Extrapolated(r.Result.Fleets, name, units); text != "" {
			all = append(all, Beyond{name, units, text})
		}
	}
	return all
}

// assumed is all that a column assumes and the model as it is does not say.
func (c Column) assumed() []string {
	all := slices.Clone(c.Assumed)
	for _, b := range c.Beyond {
		all = append(all, b.sentence())
	}
	return all
}

// caveat is what some columns assume alike.
type caveat struct {
	kind    string // of which there is one: the sentence, or the fleet that is beyond
	columns []string
	text    string
	units   []int // of the columns, where it is that so many are beyond
	largest Beyond
}

// words say whose it is: the only column's name, or of how many columns.
func (c caveat) words(of int) string {
	if len(c.columns) == 1 {
		return c.columns[0] + ": " + c.text
	}
	text := c.text
	if len(c.units) > 0 && slices.Min(c.units) < slices.Max(c.units) {
		text = c.largest.Fleet + ": up to " + c.largest.Text
	}
	return fmt.Sprintf("%s (%s of %s columns)", strings.TrimSuffix(text, "."), figure.Count(len(c.columns)), figure.Count(of))
}

// caveats are those of the columns, each once.
func (w *WhatIf) caveats() []caveat {
	var all []caveat
	of := func(kind string, c Column) *caveat {
		i := slices.IndexFunc(all, func(one caveat) bool { return one.kind == kind })
		if i < 0 {
			i, all = len(all), append(all, caveat{kind: kind})
		}
		all[i].columns = append(all[i].columns, c.title())
		return &all[i]
	}
	for _, c := range w.Columns {
		for _, text := range c.Assumed {
			of(text, c).text = text
		}
		for _, b := range c.Beyond {
			one := of("beyond "+b.Fleet, c)
			if one.units = append(one.units, b.Units); b.Units > one.largest.Units {
				one.largest, one.text = b, b.sentence()
			}
		}
	}
	return all
}

// assumptions are what the columns rest on besides: what one column alone assumes, what
// several do, then what all of them share.
func (w *WhatIf) assumptions() []string {
	var own, several []string
	for _, c := range w.caveats() {
		if text := c.words(len(w.Columns)); len(c.columns) == 1 {
			own = append(own, text)
		} else {
			several = append(several, text)
		}
	}
	return slices.Concat(own, several, w.Assumed, w.Demand.Assumed)
}
