package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// key says what the colours of areas are, in as many lines as it takes.
//
//	■ decision  ■ place  ■ start
type key []keyEntry

type keyEntry struct {
	name  string
	paint paint
}

const (
	keySquare = vg.Length(8)
	keyRow    = vg.Length(15)
)

// places are where the entries begin, from the first one's place.
func (k key) places() []vg.Point {
	var at vg.Point
	places := make([]vg.Point, len(k))
	for i, e := range k {
		width := keySquare + 4 + letters(markSize, ink, false).Width(e.name)
		if at.X > 0 && at.X+width > pictureWidth-28 {
			at = vg.Point{Y: at.Y - keyRow}
		}
		places[i] = at
		at.X += width + 14
	}
	return places
}

func (k key) height() vg.Length {
	if len(k) == 0 {
		return 0
	}
	return keyRow - k.places()[len(k)-1].Y
}

// draw writes the key; at is the foot of its first line's letters.
func (k key) draw(c draw.Canvas, at vg.Point) {
	for i, place := range k.places() {
		place = place.Add(at)
		square := draw.Canvas{Canvas: c.Canvas, Rectangle: vg.Rectangle{Min: vg.Point{Y: place.Y}, Max: vg.Point{Y: place.Y + keySquare}}}
		box(square, k[i].paint.solid(), place.X, place.X+keySquare)
		c.FillText(letters(markSize, ink, false), vg.Point{X: place.X + keySquare + 4, Y: place.Y}, k[i].name)
	}
}

// writeTitle writes the answer that a picture gives, and below what it shows.
func writeTitle(c draw.Canvas, title, note string) {
	c.FillText(letters(titleSize, ink, true), vg.Point{X: c.Min.X + 14, Y: c.Max.Y - 22}, fitTitle(title))
	c.FillText(letters(tickSize, muted, false), vg.Point{X: c.Min.X + 14, Y: c.Max.Y - 38}, fit(note, tickSize, pictureWidth-28))
}

// fitTitle shortens a title to the picture's width; bold letters are a little wider.
func fitTitle(title string) string { return fit(title, titleSize*1.06, pictureWidth-28) }

// fitsTitle reports whether a title need not be shortened.
func fitsTitle(title string) bool { return fitTitle(title) == printable(title) }

// fitEnd shortens s from its beginning until it is no wider than room: names of
// units begin alike.
func fitEnd(s string, size, room vg.Length) string {
	style := letters(size, ink, false)
	cut := []rune(printable(s))
	if style.Width(string(cut)) <= room {
		return string(cut)
	}
	for len(cut) > 0 && style.Width("…"+string(cut)) > room {
		cut = cut[1:]
	}
	return "…" + string(cut)
}
