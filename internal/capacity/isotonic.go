package capacity

import (
	"cmp"
	"slices"
)

// trial is one window of constant units: did it break an objective at this
// rate?
type trial struct {
	rate   float64 // req/s per ready unit
	failed float64 // 1 or 0
	units  int
}

// isotonic fits P(fail) against the rate, never falling, by pooling adjacent
// violators (Barlow et al., 1972). It sorts the trials by rate and returns the
// fitted probability of each; trials of the same rate get the same one.
func isotonic(trials []trial) []float64 {
	slices.SortStableFunc(trials, func(a, b trial) int {
		return cmp.Or(cmp.Compare(a.rate, b.rate), cmp.Compare(b.failed, a.failed))
	})
	type block struct {
		sum   float64
		count int
	}
	var blocks []block
	for _, t := range trials {
		blocks = append(blocks, block{t.failed, 1})
		for n := len(blocks); n > 1; n = len(blocks) {
			a, b := blocks[n-2], blocks[n-1]
			if a.sum*float64(b.count) < b.sum*float64(a.count) {
				break
			}
			blocks = append(blocks[:n-2], block{a.sum + b.sum, a.count + b.count})
		}
	}
	fitted := make([]float64, 0, len(trials))
	for _, b := range blocks {
		for range b.count {
			fitted = append(fitted, b.sum/float64(b.count))
		}
	}
	return fitted
}

// turn is where held turns to failed: low is the highest rate at which the fit
// still says held, high the lowest at which it says failed, mid where the fit
// crosses one half. A side that was never seen is nil, and mid with it.
func turn(trials []trial) (low, mid, high *float64) {
	const sure = significance
	fitted := isotonic(trials)
	var below, above *float64 // the trials on either side of one half
	var pBelow, pAbove float64
	for i, p := range fitted {
		rate := trials[i].rate
		if p <= sure {
			low = &rate
		}
		if p <= 0.5 {
			below, pBelow = &rate, p
		}
		if p >= 1-sure && high == nil {
			high = &rate
		}
		if p > 0.5 && above == nil {
			above, pAbove = &rate, p
		}
	}
	if low == nil || high == nil {
		return low, nil, high
	}
	crossing := *below + (*above-*below)*(0.5-pBelow)/(pAbove-pBelow)
	return low, &crossing, high
}
