package report

import (
	"bytes"
	"cmp"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	plotdraw "gonum.org/v1/plot/vg/draw"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/typeface"
)

// Pictures are the same on every machine where none of its fonts are used.
func init() { machine = typeface.In() }

const broadcast = "首都圏 夜の広告"

// withJapanese draws with a font that has Japanese letters until the test ends.
func withJapanese(t *testing.T) (file string) {
	t.Helper()
	file = cmp.Or(os.Getenv("ONAIR_FONT"), "/usr/share/fonts/opentype/ipafont-gothic/ipag.ttf")
	if _, err := os.Stat(file); err != nil {
		t.Skipf("no font with Japanese letters (%v): install fonts-ipafont-gothic, or let ONAIR_FONT name one", err)
	}
	restored(t)
	if err := UseFont(file); err != nil {
		t.Fatal(err)
	}
	return file
}

// restored leaves the fonts as they were when the test ends.
func restored(t *testing.T) {
	before := machine
	machine = typeface.In()
	t.Cleanup(func() { machine = before })
}

// drawnText is one text on white, 24 points high, in pixels of 1200/640 points.
func drawnText(t *testing.T, s string, align text.XAlignment) image.Image {
	t.Helper()
	p := picture{height: 48, draw: func(c plotdraw.Canvas) {
		style := letters(24, ink, false)
		style.XAlign = align
		c.FillText(style, vg.Point{X: 320, Y: 16}, printable(s))
	}}
	encoded, err := p.png()
	if err != nil {
		t.Fatal(err)
	}
	drawn, err := png.Decode(bytes.NewReader(encoded))
	if err != nil {
		t.Fatal(err)
	}
	return drawn
}

// dark is how much ink a pixel has, from 0 to 255.
func dark(c color.Color) int { return 255 - int(color.GrayModel.Convert(c).(color.Gray).Y) }

// inkOf is the ink in all of an image, and the columns where it begins and ends.
func inkOf(drawn image.Image) (ink, left, right int) {
	b := drawn.Bounds()
	left = b.Max.X
	for x := b.Min.X; x < b.Max.X; x++ {
		for y := b.Min.Y; y < b.Max.Y; y++ {
			if d := dark(drawn.At(x, y)); d > 0 {
				ink, left, right = ink+d, min(left, x), x+1
			}
		}
	}
	return ink, left, right
}

// With a font that has them the letters of a PNG are that font's own outlines, as
// drawing them with it alone shows; without one they are boxes.
func TestJapaneseLettersAreDrawn(t *testing.T) {
	boxes := drawnText(t, broadcast, text.XLeft)
	file := withJapanese(t)
	got := drawnText(t, broadcast, text.XLeft)
	want := drawnByFont(t, file, broadcast, got.Bounds())
	if differ(boxes, want) < 0.5 {
		t.Errorf("boxes differ from the font's letters in %.2f of the ink; want at least half, or the test proves nothing", differ(boxes, want))
	}
	if off := differ(got, want); off > 0.08 {
		t.Errorf("the picture differs from the font's letters in %.2f of their ink; want at most 0.08", off)
	}
}

// drawnByFont draws a text with a font alone where drawnText does, each letter at
// the sum of the advances before it.
func drawnByFont(t *testing.T, file, s string, bounds image.Rectangle) image.Image {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := opentype.Parse(content)
	if err != nil {
		t.Fatal(err)
	}
	scale := float64(pixelsWide) / 640 // pixels of a point
	face, err := opentype.NewFace(parsed, &opentype.FaceOptions{Size: 24 * scale, DPI: 72})
	if err != nil {
		t.Fatal(err)
	}
	page := image.NewRGBA(bounds)
	draw.Draw(page, bounds, image.White, image.Point{}, draw.Src)
	x := 320 * scale
	// gonum's text stands an em less the ascent above the point it is drawn at.
	line := 48 - (16 + 24 - float64(letters(24, ink, false).FontExtents().Ascent))
	for _, r := range s {
		if r == ' ' { // the pictures' own font has it, 0.278 em wide
			x += 0.278 * 24 * scale
			continue
		}
		d := font.Drawer{Dst: page, Src: image.NewUniform(ink.solid()), Face: face, Dot: fixed.Point26_6{X: fixed.Int26_6(x * 64), Y: fixed.Int26_6(line * scale * 64)}}
		d.DrawString(string(r))
		advance, _ := face.GlyphAdvance(r)
		x += float64(advance) / 64
	}
	return page
}

// differ is the ink that two images do not share, of that of the second.
func differ(a, b image.Image) float64 {
	apart, all := 0.0, 0.0
	for x := range b.Bounds().Dx() {
		for y := range b.Bounds().Dy() {
			da, db := dark(a.At(x, y)), dark(b.At(x, y))
			apart += math.Abs(float64(da - db))
			all += float64(db)
		}
	}
	return apart / all / 2
}

// A text that is centred stands as far left of its place as right of it, whatever
// its letters.
func TestJapaneseIsAligned(t *testing.T) {
	withJapanese(t)
	for _, s := range []string{"本本本本", "HHHHHHHH", "H本本H"} {
		_, left, right := inkOf(drawnText(t, s, text.XCenter))
		if middle := float64(left+right) / 2; math.Abs(middle-600) > 3 {
			t.Errorf("the middle of %q is at pixel %v; want 600", s, middle)
		}
	}
}

// Without a font each letter is a box as wide as the em: lines in ink, nothing
// within.
func TestLettersWithoutAFontAreBoxes(t *testing.T) {
	drawn := drawnText(t, "本", text.XLeft)
	_, left, right := inkOf(drawn)
	scale := float64(pixelsWide) / 640
	if got, want := float64(right-left), 0.8*24*scale+2*scale; math.Abs(got-want) > 3 {
		t.Errorf("the box is %v pixels wide; want about %v", got, want)
	}
	if d := dark(drawn.At((left+right)/2, int((48-16-8)*scale))); d != 0 {
		t.Errorf("the middle of the box has ink (%d); want none", d)
	}
}

func TestWidthsAreThoseOfTheFontThatDraws(t *testing.T) {
	style := letters(10, ink, false)
	latin := style.Width("ab")
	if got, want := style.Width("本a編b"), latin+20; math.Abs(float64(got-want)) > 0.01 {
		t.Errorf("width of a, b and two boxes = %v; want %v", got, want)
	}
	if got, want := fit("本編本編本編", 10, 45), "本編本…"; got != want {
		t.Errorf("fit(6 letters of 10, 45) = %q; want %q", got, want)
	}
	withJapanese(t)
	if got, want := style.Width("ｱｱ本"), vg.Length(20); got != want { // half an em, half an em, an em
		t.Errorf("width of ｱｱ本 = %v; want %v", got, want)
	}
}

// Letters of every kind of script, lone marks, signs that only join others, and
// what is no letter at all are drawn or left out.
func TestNoLetterStopsAPicture(t *testing.T) {
	texts := []string{"مرحبا بالعالم", "עברית", "ภาษาไทย", "हिन्दी क्ष", "e\u0301 \u0301", "👩‍👩‍👧‍👦 📺️", "🇯🇵", "\U0010FFFF\uE000", "\xff\xfe", "\u200d", "", "　全角　"}
	check := func(with string) {
		for _, s := range texts {
			drawnText(t, s, text.XCenter)
			if w := letters(10, ink, false).Width(printable(s)); w < 0 || math.IsNaN(float64(w)) {
				t.Errorf("%s: width of %q = %v; want a length", with, s, w)
			}
		}
	}
	check("without fonts")
	restored(t)
	machine = typeface.System()
	check("with the system's fonts")
}

// An SVG keeps the text, with a font and without.
func TestSVGKeepsTheText(t *testing.T) {
	r := passing.report()
	r.Scenario.Traffic.Spots[0].Name = broadcast + "\u202e\ufffe"
	svg, err := r.headroomPicture().svg()
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, "headroom", svg)
	if !strings.Contains(string(svg), ">"+broadcast+"<") {
		t.Error("headroom.svg lacks the spot's name")
	}
}

// The first text of which a PNG has only boxes is named with the way out, and
// none where a font has its letters.
func TestReadWarnsOfBoxes(t *testing.T) {
	read := func(spot string) []string {
		r, err := Read(recordAs(t, passing, strings.Replace(stored, "CM 1", spot, 1)))
		if err != nil {
			t.Fatal(err)
		}
		return slices.DeleteFunc(r.Result.Warnings, func(w string) bool { return !strings.Contains(w, "PNG") })
	}
	for _, spot := range []string{"CM 1", "CM → 1 Ä Ж", "שלום"} {
		if got := read(spot); len(got) > 0 {
			t.Errorf("warnings of a spot called %s = %q; want none", spot, got)
		}
	}
	const want = `no font of this machine draws 首都圏夜の広告 of "首都圏 夜の広告": the PNG pictures show boxes, report.html and the SVG pictures the letters (install one, for Japanese the package fonts-noto-cjk or fonts-ipafont-gothic, or name one: onair report RUN --font FILE)`
	for _, spot := range []string{broadcast, `"\u9996\u90fd\u570f 夜の広告"`} {
		if got := read(spot); len(got) != 1 || got[0] != want {
			t.Errorf("warnings of a spot called %s = %q; want %q", spot, got, want)
		}
	}
	withJapanese(t)
	if got := read(broadcast); len(got) > 0 {
		t.Errorf("warnings with a font = %q; want none", got)
	}
	if got := read(broadcast + " 📺📺"); len(got) != 1 || !strings.HasPrefix(got[0], `no font of this machine draws 📺 of "首都圏 夜の広告 📺📺": `) {
		t.Errorf("warnings with a font that has no emoji = %q; want one of 📺 alone", got)
	}
}

// A plain run does not pay for letters: no font is looked for, no picture drawn
// twice.
func TestPlainRunsLookForNoFont(t *testing.T) {
	r := failing.report()
	if r.mayHaveStrangers() {
		t.Error("mayHaveStrangers() of a plain run; want false")
	}
	for _, p := range r.plates() {
		for _, text := range p.texts() {
			for _, piece := range split(text.text, text.face) {
				if piece.face.Face != text.face.Face {
					t.Errorf("%s: %q of %q is not drawn with the pictures' own font", p.name, piece.text, text.text)
				}
			}
		}
	}
	r.Timeline.Events = append(r.Timeline.Events, timeline.Event{Text: "台数を増やしました"})
	if !r.mayHaveStrangers() {
		t.Error("mayHaveStrangers() with a Japanese event = false; want true")
	}
}
