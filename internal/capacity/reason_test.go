package capacity

import (
	"testing"
	"time"
)

func TestWorstWindowInWords(t *testing.T) {
	slow, errors := Objective{Quantile: 0.99, Limit: 9 * time.Second}, Objective{Errors: 0.01}
	for want, c := range map[string]struct {
		o Objective
		w Window
	}{
		"1,250 of 1,250 requests slower than 9 s":                                    {slow, Window{Total: 1250, Over: 1250}},
		"240 of 240 requests failed":                                                 {slow, Window{Total: 240, Over: 240, Failed: 240}},
		"2,347 of 3,300 requests failed, and none of the others was slower than 9 s": {slow, Window{Total: 3300, Over: 2347, Failed: 2347}},
		"20 of 100 requests slower than 9 s or failed, 8 of them failed":             {slow, Window{Total: 100, Over: 20, Failed: 8}},
		"100 of 100 requests never sent since too many others were waiting":          {slow, Window{Total: 100, Over: 100, HeldBack: 100}},
		"20 of 100 requests slower than 9 s, failed or never sent, 8 of them failed, 5 of them never sent since too many others were waiting":          {slow, Window{Total: 100, Over: 20, Failed: 8, HeldBack: 5}},
		"13 of 100 requests failed or never sent, 5 of them never sent since too many others were waiting, and none of the others was slower than 9 s": {slow, Window{Total: 100, Over: 13, Failed: 8, HeldBack: 5}},
		"13 of 100 requests failed": {errors, Window{Total: 100, Over: 13, Failed: 13}},
		"13 of 100 requests failed or never sent, 5 of them never sent since too many others were waiting": {errors, Window{Total: 100, Over: 13, Failed: 8, HeldBack: 5}},
	} {
		if got := (Judged{Objective: c.o}).inWords(c.w); got != want {
			t.Errorf("inWords(%+v) = %q; want %q", c.w, got, want)
		}
	}
}
