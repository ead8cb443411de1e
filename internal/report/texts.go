package report

import (
	"image"
	"image/color"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// lettering is a text as a picture has it.
type lettering struct {
	text string
	face font.Face
}

// texts are all texts of the picture, in the order in which they are drawn.
func (p picture) texts() []lettering {
	l := &listener{height: p.height}
	p.paint(draw.New(l))
	return l.heard
}

// listener is a canvas that keeps texts and draws nothing.
type listener struct {
	height vg.Length
	heard  []lettering
}

var _ vg.CanvasSizer = (*listener)(nil)

// FillString implements vg.Canvas.
func (l *listener) FillString(face font.Face, _ vg.Point, s string) {
	l.heard = append(l.heard, lettering{s, face})
}

// Size implements vg.CanvasSizer.
func (l *listener) Size() (x, y vg.Length) { return pictureWidth, l.height }

// The rest of vg.Canvas is of no interest.

func (l *listener) SetLineWidth(vg.Length)              {}
func (l *listener) SetLineDash([]vg.Length, vg.Length)  {}
func (l *listener) SetColor(color.Color)                {}
func (l *listener) Rotate(float64)                      {}
func (l *listener) Translate(vg.Point)                  {}
func (l *listener) Scale(float64, float64)              {}
func (l *listener) Push()                               {}
func (l *listener) Pop()                                {}
func (l *listener) Stroke(vg.Path)                      {}
func (l *listener) Fill(vg.Path)                        {}
func (l *listener) DrawImage(vg.Rectangle, image.Image) {}
