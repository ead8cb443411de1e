package report

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// The fonts of pictures have Latin, Greek and Cyrillic letters and some signs.
// An SVG keeps all others too, for whoever shows it has fonts of his own; in a
// PNG they are question marks.

// drawn reports whether the fonts have a letter.
func drawn(r rune) bool {
	return r < 0x530 || strings.ContainsRune("–—−→↑≤≥×·…●", r)
}

// printable leaves out what has no place in a picture: controls, those of the
// writing direction too, and what XML forbids.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == 0xFFFE || r == 0xFFFF {
			return -1
		}
		return r
	}, s)
}

// plainText measures letters that the fonts do not have as wide as they are
// high, as those of Japanese and Chinese are.
type plainText struct{ text.Handler }

// Box implements text.Handler.
func (h plainText) Box(s string, f font.Font) (width, height, depth vg.Length) {
	known := strings.Map(func(r rune) rune {
		if drawn(r) {
			return r
		}
		return -1
	}, s)
	width, height, depth = h.Handler.Box(known, f)
	others := utf8.RuneCountInString(s) - utf8.RuneCountInString(known)
	return width + vg.Length(others)*f.Size, height, depth
}

// pixels is the canvas of a PNG.
type pixels struct{ *vgimg.Canvas }

// FillString implements vg.Canvas.
func (p pixels) FillString(f font.Face, at vg.Point, s string) {
	p.Canvas.FillString(f, at, strings.Map(func(r rune) rune {
		if drawn(r) {
			return r
		}
		return '?'
	}, s))
}

// undrawn returns the first name in the pictures that a PNG cannot show; empty
// if there is none.
func (r *Report) undrawn() string {
	var names []string
	for _, spot := range r.Scenario.Traffic.Spots {
		names = append(names, spot.Name)
	}
	for _, f := range r.Result.Fleets {
		names = append(names, f.Name)
	}
	for _, w := range r.watchedSeries(r.span()) {
		names = append(names, w.Name)
	}
	for _, name := range names {
		if strings.ContainsFunc(printable(name), func(r rune) bool { return !drawn(r) }) {
			return name
		}
	}
	return ""
}
