package capacity

import (
	"testing"
)

// What is behind a fleet may be what saturates: where more units brought hardly
// more, one saturates at what was seen at least.
func TestHeldDown(t *testing.T) {
	five, six, grown := pressing(5, 31, 50, 8), pressing(6, 26, 42, 30), pressing(6, 31, 42, 30)
	unit := PerUnit{Saturation: &Range{30, 31, 32}}
	for _, c := range []struct {
		name      string
		f         FleetResult
		seen, own []Plateau
		want      string
	}{
		{"no more from 5 to 6", FleetResult{PerUnit: unit}, []Plateau{five}, []Plateau{five, six},
			"throughput hardly grew from 5 to 6 units: something behind them may bind, so that one unit saturates at 30/s or more"},
		{"in proportion", FleetResult{PerUnit: unit}, []Plateau{five}, []Plateau{five, grown}, ""},
		{"a law explains it", FleetResult{PerUnit: unit, USL: &USL{}}, []Plateau{five}, []Plateau{five, six}, ""},
		{"seen at one number of units", FleetResult{PerUnit: unit}, []Plateau{five}, []Plateau{five}, ""},
		{"not seen at all", FleetResult{}, nil, []Plateau{five, six}, ""},
		{"at a ceiling", FleetResult{PerUnit: unit, Ceiling: &Ceiling{From: 5, To: 8}}, []Plateau{five}, []Plateau{five, six},
			"what binds behind its units held them down, so that one unit saturates at 30/s or more"},
		{"below the ceiling", FleetResult{PerUnit: unit, Ceiling: &Ceiling{From: 6, To: 9}}, []Plateau{five}, []Plateau{five}, ""},
	} {
		if got := c.f.heldDown(c.seen, c.own); got != c.want {
			t.Errorf("%s: heldDown = %q; want %q", c.name, got, c.want)
		}
	}
}

func TestTooFew(t *testing.T) {
	of := func(units ...int) (all []Plateau) {
		for _, n := range units {
			all = append(all, Plateau{Units: n})
		}
		return all
	}
	for want, c := range map[string]struct {
		units  []int
		others []Plateau
	}{
		"throughput was never measured under constant work":                                                                                             {nil, nil},
		"throughput was measured under constant work at 1 number of units (2)":                                                                          {nil, of(2, 2)},
		"throughput was measured under constant work at 3 numbers of units (2, 3, 5)":                                                                   {[]int{2, 5}, of(3, 2)},
		"throughput was measured under constant work at 6 numbers of units (1, 2, 3, 4, 5, 6), but at only 4 of them did less come back than was asked": {[]int{1, 2, 3, 4}, of(5, 6)},
	} {
		if got := tooFew(c.units, c.others); got != want {
			t.Errorf("tooFew(%v, %v) = %q; want %q", c.units, c.others, got, want)
		}
	}
}
