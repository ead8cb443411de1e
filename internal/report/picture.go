package report

import (
	"bytes"
	"fmt"
	"html"
	"image/color"
	"regexp"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"
)

// A picture is drawn 640 points wide and delivered 1200 pixels wide: letters
// of 13 points are 24 pixels there and still 8 in a page 400 pixels wide.
const (
	pictureWidth = 640 * vg.Length(1)
	pixelsWide   = 1200
)

// columns is the finest detail worth drawing: more points across than this
// fall into one pixel.
const columns = 900

// boldWeight is WeightBold of golang.org/x/image/font, on which gonum's fonts
// stand.
const boldWeight = 3

type picture struct {
	height vg.Length
	about  string // what a reader who cannot see it is told
	draw   func(draw.Canvas)
}

func (p picture) paint(c draw.Canvas) {
	c.FillPolygon(paper.solid(), corners(c.Rectangle))
	p.draw(c)
}

// svg is a document of its own.
func (p picture) svg() ([]byte, error) {
	canvas := vgsvg.New(pictureWidth, p.height)
	p.paint(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("svg: %w", err)
	}
	return withFallbackFonts(b.Bytes()), nil
}

// png is 1200 pixels wide.
func (p picture) png() ([]byte, error) {
	canvas := vgimg.NewWith(vgimg.UseWH(pictureWidth, p.height), vgimg.UseDPI(int(pixelsWide*vg.Inch/pictureWidth)))
	p.paint(draw.New(pixels{canvas}))
	var b bytes.Buffer
	if _, err := (vgimg.PngCanvas{Canvas: canvas}).WriteTo(&b); err != nil {
		return nil, fmt.Errorf("png: %w", err)
	}
	return b.Bytes(), nil
}

// withFallbackFonts names fonts of the same widths for machines that have no
// Liberation fonts.
func withFallbackFonts(svg []byte) []byte {
	return bytes.ReplaceAll(svg, []byte("font-family:Liberation Sans;"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif;"))
}

var svgTag = regexp.MustCompile(`(?s)^.*?<svg [^>]*?(viewBox="[^"]*")[^>]*>`)

// inline is the picture as an element of an HTML page: as wide as its place,
// coloured by the page's variables, with what the page's script is told of it.
func (p picture) inline() (string, *scene, error) {
	canvas := &stage{Canvas: vgsvg.New(pictureWidth, p.height), height: p.height}
	p.paint(draw.New(canvas))
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return "", nil, fmt.Errorf("svg: %w", err)
	}
	document := canvas.named(string(withFallbackFonts(b.Bytes())))
	opening := fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" $1 role="img" aria-label="%s">`,
		strings.ReplaceAll(html.EscapeString(p.about), "$", "$$"))
	return themed(svgTag.ReplaceAllString(document, opening)), canvas.told(), nil
}

// letters is the style of all text in pictures.
func letters(size vg.Length, of paint, bold bool) text.Style {
	face := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	if bold {
		face.Weight = boldWeight
	}
	return text.Style{Color: of.solid(), Font: face, Handler: plainText{plot.DefaultTextHandler}}
}

func stroke(of paint, width vg.Length, dashes ...vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: of.solid(), Width: width, Dashes: dashes}
}

func fadedStroke(of paint, opacity float64, width vg.Length) draw.LineStyle {
	return draw.LineStyle{Color: of.faded(opacity), Width: width}
}

func corners(r vg.Rectangle) []vg.Point {
	return []vg.Point{r.Min, {X: r.Max.X, Y: r.Min.Y}, r.Max, {X: r.Min.X, Y: r.Max.Y}}
}

func box(c draw.Canvas, fill color.Color, x0, x1 vg.Length) {
	c.FillPolygon(fill, []vg.Point{{X: x0, Y: c.Min.Y}, {X: x1, Y: c.Min.Y}, {X: x1, Y: c.Max.Y}, {X: x0, Y: c.Max.Y}})
}
