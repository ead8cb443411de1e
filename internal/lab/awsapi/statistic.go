package awsapi

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// statistic makes one value of the samples of a period; nil for one that is not
// served.
//
// The samples of a percentile stand in a row by value, each as often as it was
// seen, and it is the first at which that share of the row is reached.
func statistic(name string) func([]sample) float64 {
	switch name {
	case "SampleCount":
		return sampleCount
	case "Sum":
		return sum
	case "Average":
		return func(s []sample) float64 { return sum(s) / sampleCount(s) }
	case "Minimum":
		return func(s []sample) float64 { return slices.MinFunc(s, byValue).value }
	case "Maximum":
		return func(s []sample) float64 { return slices.MaxFunc(s, byValue).value }
	}
	digits, ok := strings.CutPrefix(name, "p")
	p, err := strconv.ParseFloat(digits, 64)
	if !ok || err != nil || !(p >= 0 && p <= 100) {
		return nil
	}
	return func(s []sample) float64 { return percentile(s, p/100) }
}

func byValue(a, b sample) int { return cmp.Compare(a.value, b.value) }

func sampleCount(all []sample) float64 {
	n := 0.0
	for _, s := range all {
		n += s.times
	}
	return n
}

func sum(all []sample) float64 {
	total := 0.0
	for _, s := range all {
		total += s.value * s.times
	}
	return total
}

func percentile(all []sample, share float64) float64 {
	row := slices.SortedFunc(slices.Values(all), byValue)
	rank, passed := share*sampleCount(row), 0.0
	for _, s := range row {
		if passed += s.times; passed >= rank {
			return s.value
		}
	}
	return row[len(row)-1].value
}
