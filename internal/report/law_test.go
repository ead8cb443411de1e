package report

import (
	"math"
	"strings"
	"testing"

	"github.com/seed-f864f198/onair/internal/capacity"
)

// A run of units that hinder each other, off by up to 3 %, as it is read: the chart
// has the law, its interval, and where throughput is highest.
func TestLawChartOfARun(t *testing.T) {
	truth := func(n float64) float64 { return 80 * n / (1 + 0.02*(n-1) + 0.002*n*(n-1)) }
	serves := func(n int) int { return int(truth(float64(n)) * (1 + 0.03*math.Sin(float64(n*n)))) }
	r, err := Read(outrunBy(t, "retrograde", "default/web", serves, 1, 2, 3, 5, 7, 10, 13, 16, 20, 24, 28, 32))
	if err != nil {
		t.Fatal(err)
	}
	f := r.Result.Fleets[0]
	if f.USL == nil || f.USL.PeakUnits == nil || len(f.Plateaus) != 12 {
		t.Fatalf("law = %+v of %d plateaus (%s); want one with a peak of 12", f.USL, len(f.Plateaus), f.NoUSL)
	}
	v := lawView{f}
	line, low, high := v.curve(1, v.most())
	for i, p := range line {
		if p.Y < low[i].Y || p.Y > high[i].Y || math.Abs(p.Y-truth(p.X)) > 0.06*truth(p.X) {
			t.Errorf("the law says %v of %v units, between %v and %v; it is %v", p.Y, p.X, low[i].Y, high[i].Y, truth(p.X))
		}
	}
	svg := drawnPlate(t, r, "law")
	for _, want := range []string{">highest<", ">fitted law<", ">in proportion<"} {
		if !strings.Contains(svg, want) {
			t.Errorf("the chart lacks %s", want)
		}
	}
	golden(t, "retrograde-law.svg", []byte(svg))
}

func TestLawInWords(t *testing.T) {
	peak := &capacity.Range{Low: 82, Mid: 99.9, High: 119}
	for _, c := range []struct {
		usl  capacity.USL
		want string
	}{
		{capacity.USL{Model: capacity.Linear, Gamma: capacity.Range{Mid: 80}, Largest: 8}, "Throughput grows with the units, 80/s each, up to 8"},
		{capacity.USL{Model: capacity.Amdahl, Largest: 1200}, "Throughput grows with the units up to 1,200, each serves less the more there are"},
		{capacity.USL{Model: capacity.Universal, PeakUnits: peak, PeakRate: number(4317), Largest: 120}, "Throughput is highest at 100 (82 to 119) units: 4.32k/s"},
		{capacity.USL{Model: capacity.Universal, PeakUnits: peak, PeakRate: number(4317), Largest: 40}, "Throughput is highest at 100 (82 to 119) units: 4.32k/s, by extrapolation"},
	} {
		if got := (lawView{capacity.FleetResult{USL: &c.usl}}).says(); got != c.want {
			t.Errorf("says() = %q; want %q", got, c.want)
		}
	}
}
