package report

import "gonum.org/v1/plot/vg"

// longestStroke is of how many points a PNG strokes a line at once. The rasteriser
// looks through all it has of a row of pixels for each that it adds, so that a line
// of thousands of points that goes up and down takes seconds as one.
const longestStroke = 64

// Stroke implements vg.Canvas.
func (p pixels) Stroke(path vg.Path) {
	for _, piece := range strokes(path) {
		p.Canvas.Stroke(piece)
	}
}

// strokes cuts a path of straight lines into pieces that begin where the one before
// ended; others stay whole.
func strokes(path vg.Path) []vg.Path {
	for i, c := range path {
		if c.Type != vg.LineComp && (i > 0 || c.Type != vg.MoveComp) {
			return []vg.Path{path}
		}
	}
	var pieces []vg.Path
	for len(path) > longestStroke {
		pieces = append(pieces, path[:longestStroke])
		next := vg.Path{{Type: vg.MoveComp, Pos: path[longestStroke-1].Pos}}
		path = append(next, path[longestStroke:]...)
	}
	return append(pieces, path)
}
