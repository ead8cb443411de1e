package timeline_test

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
)

func ExampleHistogram() {
	var h timeline.Histogram
	for ms := range 100 {
		h.Record(time.Duration(ms+1) * time.Millisecond)
	}
	p99, _ := h.Quantile(0.99)
	fmt.Println(h.Count(), p99.Round(time.Millisecond), h.Over(90*time.Millisecond))
	// Output: 100 99ms 10
}

func ExampleSeries() {
	ready := timeline.Series{{At: timeline.Offset(2 * time.Second), Value: 4}, {At: timeline.Offset(9 * time.Second), Value: 6}}
	value, _ := ready.At(timeline.Offset(5 * time.Second))
	fmt.Println(value, ready.Constant(timeline.Offset(2*time.Second), timeline.Offset(9*time.Second)))
	// Output: 4 true
}

// exact is the nearest-rank quantile of all values.
func exact(values []time.Duration, q float64) time.Duration {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(int(math.Ceil(q*float64(len(sorted))-1e-9)), 1)-1]
}

func TestQuantilesAreWithinATenthOfAPercent(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var h timeline.Histogram
		var values []time.Duration
		scale := math.Exp(random.Float64() * 16) // 1 µs to 9 s
		for range 1 + random.IntN(2000) {
			d := min(time.Duration(scale*math.Exp(random.NormFloat64())*float64(time.Microsecond)), 120*time.Second)
			values = append(values, d)
			h.Record(d)
		}
		for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999, 1} {
			got, ok := h.Quantile(q)
			want := exact(values, q)
			if off := (got - want).Abs(); !ok || off > max(want/1000, time.Microsecond) {
				t.Fatalf("Quantile(%v) of %d values = %v; want %v within 0.1 %% or 1µs", q, len(values), got, want)
			}
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	var h timeline.Histogram
	if _, ok := h.Quantile(0.5); ok || !h.IsZero() {
		t.Error("an empty histogram has a quantile")
	}
	h.Record(-time.Second)
	h.Record(time.Hour)
	low, _ := h.Quantile(0)
	high, _ := h.Quantile(1)
	if low != 0 || (high-120*time.Second).Abs() > 120*time.Millisecond {
		t.Errorf("quantiles of -1s and 1h = %v, %v; want 0s and about 2m0s", low, high)
	}
}

func FuzzHistogramMerge(f *testing.F) {
	f.Add(uint64(1), 3, 5, 7)
	f.Fuzz(func(t *testing.T, seed uint64, a, b, c int) {
		random := rand.New(rand.NewPCG(seed, 0))
		fill := func(n int) (h timeline.Histogram) {
			for range min(max(n, 0), 200) {
				h.Record(time.Duration(random.Int64N(int64(130 * time.Second))))
			}
			return h
		}
		x, y, z := fill(a), fill(b), fill(c)
		left := x.Clone()
		left.Merge(y)
		left.Merge(z)
		right := y.Clone()
		right.Merge(z)
		right.Merge(x)
		l, _ := json.Marshal(left)
		r, _ := json.Marshal(right)
		if string(l) != string(r) || left.Count() != x.Count()+y.Count()+z.Count() {
			t.Errorf("merging in another order gave %s; want %s", r, l)
		}
		var back timeline.Histogram
		if err := json.Unmarshal(l, &back); err != nil {
			t.Fatal(err)
		}
		if again, _ := json.Marshal(back); string(again) != string(l) {
			t.Errorf("JSON read and written again = %s; want %s", again, l)
		}
	})
}

func FuzzHistogramJSON(f *testing.F) {
	f.Add([]byte(`{"5":1,"99999999999999":2,"-3":4,"7":0}`))
	f.Add([]byte(`{"7":-1}`))
	f.Add([]byte(`{"1":9223372036854775807,"2":9223372036854775807}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		var h timeline.Histogram
		if json.Unmarshal(text, &h) == nil && h.Count() < 0 {
			t.Errorf("Unmarshal(%s) counts %d; want no negative count", text, h.Count())
		}
	})
}

func TestSecondsAdd(t *testing.T) {
	part := func(class string, took time.Duration) timeline.Second {
		s := timeline.Second{Second: 7, Planned: 3, Sent: 2, Late: 1, Dropped: 1, Succeeded: 1, Failed: 1,
			Errors: map[string]int64{class: 1}, BytesIn: 10, BytesOut: 5, NewConns: 1, Response: map[string]timeline.Histogram{}}
		var h timeline.Histogram
		h.Record(took)
		s.Response["top"] = h
		return s
	}
	first := part("reset", time.Millisecond)
	sum := timeline.Second{Second: 7}
	sum.Add(first)
	sum.Add(part("eof", 3*time.Millisecond))
	sum.Add(part("reset", 2*time.Millisecond))
	if sum.Planned != sum.Sent+sum.Dropped || sum.Sent != sum.Succeeded+sum.Failed || sum.Sent != 6 {
		t.Errorf("sum = %+v; want 6 sent, and both equations to hold", sum)
	}
	if diff := cmp.Diff(map[string]int64{"reset": 2, "eof": 1}, sum.Errors); diff != "" {
		t.Errorf("errors (-want +got):\n%s", diff)
	}
	all := sum.AllResponses()
	if got, _ := all.Quantile(0.5); got.Round(time.Millisecond/100) != 2*time.Millisecond {
		t.Errorf("median of 1, 2 and 3 ms = %v; want 2ms", got)
	}
	if n := first.AllResponses(); n.Count() != 1 || first.Errors["reset"] != 1 {
		t.Error("adding changed the part that was added")
	}
}

func TestOffsetJSON(t *testing.T) {
	for text, want := range map[string]timeline.Offset{
		"0": 0, "1.5": timeline.Offset(1500 * time.Millisecond), "-0.000001": timeline.Offset(-time.Microsecond),
		"1.821362": timeline.Offset(1821362 * time.Microsecond),
	} {
		var got timeline.Offset
		if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
			t.Errorf("Unmarshal(%s) = %v, %v; want %v", text, time.Duration(got), err, time.Duration(want))
		}
		if back, err := json.Marshal(want); err != nil || (string(back) != text && string(back) != "-1e-06") {
			t.Errorf("Marshal(%v) = %s, %v; want %s", time.Duration(want), back, err, text)
		}
	}
}

func TestOffsetsBeyondADurationAreErrors(t *testing.T) {
	for _, text := range []string{"1e10", "-1e10", "9223372036.854776", "1e308", "1e999", `"5"`} {
		var got timeline.Offset
		if err := json.Unmarshal([]byte(text), &got); err == nil {
			t.Errorf("Unmarshal(%s) = %v; want an error", text, time.Duration(got))
		}
	}
	var longAgo timeline.Offset
	if err := json.Unmarshal([]byte("-31536000"), &longAgo); err != nil || longAgo != timeline.Offset(-365*24*time.Hour) {
		t.Errorf("Unmarshal(a year before) = %v, %v; want it as it is", time.Duration(longAgo), err)
	}
}

func TestSeriesAtSteps(t *testing.T) {
	at := func(s float64) timeline.Offset { return timeline.Offset(s * float64(time.Second)) }
	tl := timeline.Timeline{Readings: []timeline.Reading{
		{At: at(3), Source: "a", Name: "ready", Value: 2}, {At: at(1), Source: "a", Name: "ready", Value: 1},
		{At: at(2), Source: "b", Name: "ready", Value: 9}, {At: at(3), Source: "a", Name: "ready", Value: 5},
	}}
	s := tl.Series("a", "ready")
	for _, c := range []struct {
		at   float64
		want float64
		ok   bool
	}{{0.9, 0, false}, {1, 1, true}, {2.9, 1, true}, {3, 5, true}, {99, 5, true}} {
		if got, ok := s.At(at(c.at)); got != c.want || ok != c.ok {
			t.Errorf("At(%vs) = %v, %v; want %v, %v", c.at, got, ok, c.want, c.ok)
		}
	}
	if s.Constant(at(0), at(2)) || s.Constant(at(1), at(4)) || !s.Constant(at(1), at(3)) {
		t.Error("Constant: want unknown before 1s, a change at 3s and none between")
	}
}
