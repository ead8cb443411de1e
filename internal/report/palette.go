package report

import (
	"fmt"
	"image/color"
	"strings"

	"github.com/seed-f864f198/onair/internal/capacity"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// A paint is a colour with a role. Pictures are drawn in its light colour; in
// the HTML page that colour becomes a CSS variable of the paint's name, so that
// the picture follows the reader's light or dark setting.
type paint struct {
	name        string
	light, dark uint32 // 0xRRGGBB
}

// The palette is that of Okabe and Ito, which people with any colour vision
// can tell apart, its darker hues for light paper and its lighter ones for
// dark. No light colour appears twice: the page tells paints apart by it.
var (
	ink     = paint{"ink", 0x1F2328, 0xE6EDF3}
	muted   = paint{"muted", 0x59636E, 0x9DA7B3}
	grid    = paint{"grid", 0xE4E8EC, 0x2B3138}
	axis    = paint{"axis", 0xAEB6BF, 0x57606A}
	paper   = paint{"paper", 0xFFFFFF, 0x0D1117}
	demand  = paint{"demand", 0x0072B2, 0x6CC3F5} // what is planned, or asked
	able    = paint{"able", 0x008F68, 0x2BC79A}   // bluish green: what can be, or was, served
	trouble = paint{"trouble", 0xD55E00, 0xFF8B4A}
	caution = paint{"caution", 0xB87F00, 0xE9B63C}
	scaling = paint{"scaling", 0xA8518A, 0xDB9CC6}
	pale    = paint{"pale", 0x62AEDB, 0x2F73A3} // of demand: what of it was sent
	violet  = paint{"violet", 0x6A3D9A, 0xB79AE6}
	brown   = paint{"brown", 0x7B4B2A, 0xC99B6F}
	olive   = paint{"olive", 0x6B7A00, 0xB5C334}
)

var palette = []paint{ink, muted, grid, axis, paper, demand, able, trouble, caution, scaling, pale, violet, brown, olive}

// guests are the paints of series that others measured, in turn.
var guests = []paint{violet, brown, olive}

// A stageColour is the paint of what capacity may wait for.
type stageColour struct {
	stage string
	paint paint
}

// stageColours are those of the stages in their order, then of what else the
// critical path may wait for. Pictures and page have them from here.
var stageColours = []stageColour{
	{capacity.WaitsForMetric, pale}, {capacity.WaitsForDecision, scaling},
	{timeline.Create, ink}, {timeline.Place, caution}, {timeline.Start, demand},
	{timeline.UnitReady, able}, {timeline.InService, brown}, {timeline.Serving, violet},
	{capacity.WaitsForLimit, trouble}, {capacity.WaitsForBacklog, muted},
}

// stagePaint is the paint of a stage; what is not known is grey.
func stagePaint(stage string) paint {
	for _, c := range stageColours {
		if c.stage == stage {
			return c.paint
		}
	}
	return axis
}

// stageRules are the CSS rules that give the page's critical path these colours.
func stageRules() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".path i{background:var(--%s)}", axis.name)
	for _, c := range stageColours {
		fmt.Fprintf(&b, "\n.path .%s{background:var(--%s)}", c.stage, c.paint.name)
	}
	return b.String()
}

// solid is the paint at full strength.
func (p paint) solid() color.Color { return p.faded(1) }

// faded lets through what lies beneath; opacity runs from 0 to 1.
func (p paint) faded(opacity float64) color.Color {
	return tint{p.light, uint32(opacity*0xFFFF + 0.5)}
}

// tint is a colour with an opacity of 16 bits. Its channels are rounded up
// where they are multiplied by the opacity: the SVG writer divides them again
// and cuts off, and must arrive at the palette's own colour.
type tint struct{ rgb, alpha uint32 }

// RGBA implements color.Color.
func (t tint) RGBA() (r, g, b, a uint32) {
	of := func(channel uint32) uint32 { return (channel*t.alpha + 254) / 255 }
	return of(t.rgb >> 16 & 0xFF), of(t.rgb >> 8 & 0xFF), of(t.rgb & 0xFF), t.alpha
}

func (p paint) hex() string { return fmt.Sprintf("#%06X", p.light) }

// variables are the palette's CSS declarations for light or for dark pages.
func variables(dark bool) string {
	var b strings.Builder
	for _, p := range palette {
		value := p.light
		if dark {
			value = p.dark
		}
		fmt.Fprintf(&b, "--%s:#%06X;", p.name, value)
	}
	return b.String()
}

// themed replaces the palette's colours in an SVG by the CSS variables.
func themed(svg string) string {
	var pairs []string
	for _, p := range palette {
		pairs = append(pairs, p.hex(), "var(--"+p.name+")")
	}
	return strings.NewReplacer(pairs...).Replace(svg)
}
