package capacity

import "gonum.org/v1/gonum/stat/distuv"

// significance of the one-sided bounds by which windows are judged.
const significance = 0.05

// judge says what over breaches among total requests prove about the condition
// "at most the share allowed may breach", by one-sided 95 % binomial bounds:
// held when so few would be seen in at most 5 % of windows whose true share is
// just allowed, failed when so many would.
//
// Of 300 requests with 1 % allowed, 0 breaches hold and 7 fail; of 3,000, 20
// hold and 40 fail.
func judge(total, over int64, allowed float64) string {
	if total == 0 {
		return Undecided
	}
	if allowed <= 0 {
		if over > 0 {
			return Failed
		}
		return Held
	}
	if (distuv.Binomial{N: float64(total), P: allowed}).CDF(float64(over)) <= significance {
		return Held
	}
	if chance(total, over, allowed) <= significance {
		return Failed
	}
	return Undecided
}

// chance is how likely so many breaches, or more, are where the true share is
// just the one allowed.
func chance(total, over int64, allowed float64) float64 {
	switch {
	case over <= 0:
		return 1
	case allowed <= 0:
		return 0
	}
	return 1 - distuv.Binomial{N: float64(total), P: allowed}.CDF(float64(over-1))
}
