package report

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gonum.org/v1/plot/plotter"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// secondsOf are moments of a spot, one a second.
func secondsOf(demand, able []float64) []capacity.Moment {
	var series []capacity.Moment
	for i, d := range demand {
		series = append(series, capacity.Moment{At: time.Duration(i) * time.Second, Rehearsed: true, Demand: d, Mid: &able[i]})
	}
	return series
}

// By hand: the shading begins and ends where the drawn lines cross, or where a step
// of capacity does.
func TestDeficitsKeepToTheLines(t *testing.T) {
	for _, c := range []struct {
		name         string
		demand, able []float64
		want         []string // from - to, and the area
	}{
		{"a hill", []float64{100, 200, 300, 200, 100}, []float64{150, 150, 150, 150, 150}, []string{"1 - 4, 225"}},
		{"capacity comes", []float64{200, 200, 200, 200}, []float64{150, 150, 250, 250}, []string{"0 - 2, 100"}},
		{"capacity goes", []float64{200, 200, 200, 200}, []float64{250, 150, 150, 250}, []string{"1 - 3, 100"}},
		{"capacity grows too little", []float64{200, 200, 200, 200}, []float64{100, 150, 150, 250}, []string{"0 - 3, 200"}},
		{"two hills", []float64{200, 100, 100, 200}, []float64{150, 150, 150, 150}, []string{"0 - 1, 37.5", "3 - 4, 37.5"}},
		{"enough", []float64{100, 140, 100}, []float64{150, 150, 150}, nil},
	} {
		series := secondsOf(c.demand, c.able)
		var got []string
		for _, d := range deficits(series) {
			from, to := d.demand[0].X, d.demand[len(d.demand)-1].X
			got = append(got, fmt.Sprintf("%v - %v, %v", from, to, area(d.demand)-area(d.capacity)))
			if drawn := area(bends(d.demand)) - area(bends(d.capacity)); math.Abs(drawn-(area(d.demand)-area(d.capacity))) > 1e-9 {
				t.Errorf("%s: bends alone span %v; want what all points do", c.name, drawn)
			}
			for i, p := range d.capacity {
				if d.demand[i].X != p.X || d.demand[i].Y < p.Y {
					t.Errorf("%s: demand at %v above capacity at %v; want it above", c.name, d.demand[i], p)
				}
			}
			for i := 1; i < len(d.capacity); i++ { // every run of the lower edge lies on the step of its second
				middle := (d.capacity[i-1].X + d.capacity[i].X) / 2
				if step := c.able[int(math.Ceil(middle))-1]; d.capacity[i-1].X < d.capacity[i].X && d.capacity[i].Y != step {
					t.Errorf("%s: the edge at %v is %v; want the capacity %v", c.name, middle, d.capacity[i].Y, step)
				}
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: shading (-want +got):\n%s", c.name, diff)
		}
	}
}

// area is that under a line, by trapezoids.
func area(points plotter.XYs) (sum float64) {
	for i := 1; i < len(points); i++ {
		sum += (points[i].X - points[i-1].X) * (points[i].Y + points[i-1].Y) / 2
	}
	return sum
}

// By hand: of a rise, a level and a step, one point each is left out.
func TestBends(t *testing.T) {
	points := plotter.XYs{{X: 0, Y: 0}, {X: 0, Y: 0}, {X: 1, Y: 1}, {X: 2, Y: 2}, {X: 3, Y: 2}, {X: 3, Y: 2}, {X: 4, Y: 2}, {X: 4, Y: 3}, {X: 4, Y: 5}, {X: 5, Y: 5}}
	want := plotter.XYs{{X: 0, Y: 0}, {X: 2, Y: 2}, {X: 4, Y: 2}, {X: 4, Y: 5}, {X: 5, Y: 5}}
	if diff := cmp.Diff(want, bends(points)); diff != "" {
		t.Errorf("bends (-want +got):\n%s", diff)
	}
}
