package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/typeface"
)

// The fonts of pictures have Latin, Greek, Cyrillic and Hebrew letters and some
// signs. An SVG keeps all others as text, for whoever shows it has fonts of his
// own. A PNG has them drawn with fonts of this machine, letter by letter:
//
//	CM 首都圏 朝   ->   "CM "  首  都  圏  " "  朝
//	                  own    ^---^---^--------^ what machine has, else a box
//
// Widths are those of the fonts that draw a PNG.

// machine has the fonts for letters that the pictures' own lack.
var machine = typeface.System()

// UseFont draws letters that the pictures' own fonts lack with those of a TrueType
// or OpenType file, in every report made from now on; what the file lacks too is
// looked for among the fonts of this machine.
func UseFont(file string) error { return machine.Use(file) }

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

// piece is a part of a text that is drawn as one.
type piece struct {
	text  string
	face  font.Face
	width vg.Length
	boxed bool // no font has its letter
}

// wideSpace is the space of Japanese and Chinese, as wide as their letters are.
const wideSpace = '\u3000'

// split divides a text into what the pictures' own font has, in pieces as long as
// can be, and all other letters one by one.
func split(s string, own font.Face) []piece {
	var pieces []piece
	from := 0
	ours := func(to int) {
		if from < to {
			pieces = append(pieces, piece{text: s[from:to], face: own, width: own.Width(s[from:to])})
		}
	}
	var buffer sfnt.Buffer
	for at, r := range s {
		if glyph, err := own.Face.GlyphIndex(&buffer, r); err == nil && glyph != 0 {
			continue
		}
		ours(at)
		from = at + len(string(r))
		if !invisible(r) {
			pieces = append(pieces, stranger(r, own))
		}
	}
	ours(len(s))
	return pieces
}

// invisible reports whether a letter only tells how others are to be shown.
func invisible(r rune) bool { return unicode.In(r, unicode.Cf, unicode.Variation_Selector) }

// stranger is a letter that the pictures' own font lacks.
func stranger(r rune, own font.Face) piece {
	p := piece{text: string(r), face: font.Face{Font: own.Font}, width: own.Font.Size}
	if r == wideSpace {
		p.text = ""
		return p
	}
	p.face.Face = machine.For(r)
	if p.face.Face == nil {
		p.boxed = true
		return p
	}
	if advance, err := typeface.Advance(p.face.Face, r); err == nil {
		p.width = vg.Length(advance) * own.Font.Size
	}
	return p
}

// plainText measures every letter with the font that draws it.
type plainText struct{ text.Handler }

// Box implements text.Handler.
func (h plainText) Box(s string, f font.Font) (width, height, depth vg.Length) {
	_, height, depth = h.Handler.Box("", f)
	for _, p := range split(s, h.Cache().Lookup(f, f.Size)) {
		width += p.width
	}
	return width, height, depth
}

// Draw implements text.Handler. The handler beneath aligns a text by the width that
// its own font would give it.
func (h plainText) Draw(c vg.Canvas, s string, style text.Style, at vg.Point) {
	width, _, _ := h.Box(s, style.Font)
	believed, _, _ := h.Handler.Box(s, style.Font)
	shift := vg.Length(style.XAlign) * (width - believed)
	at.X += shift * vg.Length(math.Cos(style.Rotation))
	at.Y += shift * vg.Length(math.Sin(style.Rotation))
	h.Handler.Draw(c, s, style, at)
}

// pixels is the canvas of a PNG.
type pixels struct{ *vgimg.Canvas }

// FillString implements vg.Canvas.
func (c pixels) FillString(own font.Face, at vg.Point, s string) {
	for _, p := range split(s, own) {
		switch {
		case p.boxed:
			c.hollow(at, own.Font.Size)
		case p.text != "":
			c.Canvas.FillString(p.face, at, p.text)
		}
		at.X += p.width
	}
}

// hollow draws the box of a letter that no font has, standing on the line as
// capitals do.
func (c pixels) hollow(at vg.Point, em vg.Length) {
	c.SetLineWidth(em / 12)
	c.SetLineDash(nil, 0)
	var outline vg.Path
	outline.Move(vg.Point{X: at.X + em*0.1, Y: at.Y})
	outline.Line(vg.Point{X: at.X + em*0.9, Y: at.Y})
	outline.Line(vg.Point{X: at.X + em*0.9, Y: at.Y + em*0.75})
	outline.Line(vg.Point{X: at.X + em*0.1, Y: at.Y + em*0.75})
	outline.Close()
	c.Stroke(outline)
}

// boxed returns the first text in pictures of which a PNG can show letters only as
// boxes, and these letters; empty if there is none.
func boxed(plates []plate) (text, letters string) {
	for _, p := range plates {
		for _, t := range p.texts() {
			for _, piece := range split(t.text, t.face) {
				if piece.boxed && !strings.Contains(letters, piece.text) {
					letters += piece.text
				}
			}
			if letters != "" {
				return t.text, letters
			}
		}
	}
	return "", ""
}

// boxesOf tells of a picture by itself, whose SVG is beside it; empty where no letter
// is a box.
func boxesOf(name string, p picture) string {
	text, letters := boxed([]plate{{name, p}})
	if letters == "" {
		return ""
	}
	return fmt.Sprintf("no font of this machine draws %s of %q: %s.png shows boxes, %s.svg the letters (install one, for Japanese the package fonts-noto-cjk or fonts-ipafont-gothic, or name one: --font FILE)", letters, text, name, name)
}

// mayHaveStrangers reports whether a text from outside may have letters that the
// pictures' own fonts lack; drawing only to find none would cost every report some
// 30 ms. In YAML and JSON a backslash may stand for any letter.
func (r *Report) mayHaveStrangers() bool {
	strange := func(s string) bool {
		return strings.ContainsFunc(s, func(r rune) bool { return r == '\\' || r >= 0x370 })
	}
	return strange(string(r.Scenario.Resolved)) || strange(r.Manifest.Scenario) ||
		slices.ContainsFunc(r.Timeline.Events, func(e timeline.Event) bool { return strange(e.Text) || strange(e.Source) }) ||
		slices.ContainsFunc(r.Timeline.Gaps, func(g timeline.Gap) bool { return strange(g.Cause) || strange(g.Source) })
}

// warnOfBoxes adds to the warnings what a PNG can show only boxes of, and the way
// out.
func (r *Report) warnOfBoxes() {
	if !r.mayHaveStrangers() {
		return
	}
	if text, letters := boxed(r.plates()); text != "" {
		r.Result.Warnings = append(r.Result.Warnings, fmt.Sprintf("no font of this machine draws %s of %q: the PNG pictures show boxes, report.html and the SVG pictures the letters (install one, for Japanese the package fonts-noto-cjk or fonts-ipafont-gothic, or name one: onair report RUN --font FILE)", letters, text))
	}
}
