package report

import (
	"math"
	"testing"

	"gonum.org/v1/plot/vg"
)

// Put together again, the pieces are the line; whatever is not a line of one piece
// stays as it is.
func TestStrokes(t *testing.T) {
	for _, n := range []int{1, 2, 63, 64, 65, 127, 128, 5000} {
		var path vg.Path
		path.Move(vg.Point{})
		for i := 1; i < n; i++ {
			path.Line(vg.Point{X: vg.Length(i), Y: vg.Length(math.Sin(float64(i)))})
		}
		var joined vg.Path
		for _, piece := range strokes(path) {
			if len(piece) > longestStroke || piece[0].Type != vg.MoveComp {
				t.Fatalf("%d points: a piece has %d and begins with a %v; want at most %d behind a move", n, len(piece), piece[0].Type, longestStroke)
			}
			if len(joined) > 0 {
				if piece[0].Pos != joined[len(joined)-1].Pos {
					t.Fatalf("%d points: a piece begins at %v; want where the last one ended, %v", n, piece[0].Pos, joined[len(joined)-1].Pos)
				}
				piece = piece[1:]
			}
			joined = append(joined, piece...)
		}
		if len(joined) != len(path) {
			t.Fatalf("%d points: the pieces have %d", n, len(joined))
		}
		for i := range path {
			if joined[i].Type != path[i].Type || joined[i].Pos != path[i].Pos {
				t.Fatalf("%d points: point %d is %v; want %v", n, i, joined[i], path[i])
			}
		}
	}
	if got := strokes(circle(vg.Point{}, 3)); len(got) != 1 {
		t.Errorf("a circle is stroked in %d pieces; want one", len(got))
	}
}
