package forecast_test

import (
	"math"
	"testing"

	"github.com/seed-f864f198/onair/internal/forecast"
	"github.com/seed-f864f198/onair/internal/simulation"
)

// A wave whose size is drawn from 1 to 100 lies between 5 and 95 times itself in 90
// of 100 runs, as its order statistics do; what is certain is added to all alike.
func TestBand(t *testing.T) {
	var times []float64
	for i := range 100 {
		times = append(times, float64(i+1))
	}
	d := forecast.Demand{Waves: []simulation.Wave{{Requests: []float64{10, 10, 10}}, {Requests: []float64{0, 1, 2}, Times: times}}}
	b, err := d.Band(1)
	if err != nil {
		t.Fatal(err)
	}
	for second, size := range []float64{0, 1, 2} {
		for _, c := range []struct {
			name      string
			got, want float64
		}{{"5 %", b.P5[second], 5}, {"50 %", b.P50[second], 50}, {"95 %", b.P95[second], 95}} {
			// Three standard errors of a rank of 200: 3 sqrt(200 p (1-p)) / 2 of 100.
			if math.Abs(c.got-10-c.want*size) > 11*size {
				t.Errorf("second %d: %s = %g; want %g", second, c.name, c.got, 10+c.want*size)
			}
		}
	}
}

func TestBandOfWhatIsCertain(t *testing.T) {
	d := forecast.Demand{Waves: []simulation.Wave{{Requests: []float64{3, 7}}}}
	b, err := d.Band(5)
	if err != nil {
		t.Fatal(err)
	}
	for _, of := range [][]float64{b.P5, b.P50, b.P95} {
		if len(of) != 2 || of[0] != 3 || of[1] != 7 {
			t.Errorf("Band() = %v; want its three lines to be 3, 7", b)
		}
	}
	if _, err := (forecast.Demand{}).Band(1); err == nil {
		t.Error("Band() of no demand: no error; want one")
	}
}
