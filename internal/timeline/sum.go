package timeline

import (
	"iter"
	"sync"
)

// Merged returns the sum of many histograms, in time that grows with what they
// hold and not with how many they are. What Merge would do again and again is
// done once, in a dense histogram.
func Merged(histograms iter.Seq[Histogram]) Histogram {
	sum := sums.Get().(*dense)
	defer sums.Put(sum)
	for h := range histograms {
		sum.add(h)
	}
	return sum.take()
}

// AddUp returns the sum of seconds.
func AddUp(seconds []Second) (total Second) {
	for _, s := range seconds {
		s.Lag, s.Service, s.Response, s.Failures, s.Units = Histogram{}, Histogram{}, nil, nil, nil
		total.Add(s)
	}
	total.Units = unitsOf(seconds)
	total.Lag = mergedOf(seconds, func(s *Second) Histogram { return s.Lag })
	total.Service = mergedOf(seconds, func(s *Second) Histogram { return s.Service })
	total.Response = mergedByName(seconds, func(s *Second) map[string]Histogram { return s.Response })
	total.Failures = mergedByName(seconds, func(s *Second) map[string]Histogram { return s.Failures })
	return total
}

// unitsOf adds up what units answered in one map: there may be 2,000 of them in
// every second.
func unitsOf(seconds []Second) map[string]int64 {
	var total map[string]int64
	for i := range seconds {
		for name, n := range seconds[i].Units {
			if total == nil {
				total = make(map[string]int64)
			}
			total[name] += n
		}
	}
	return total
}

func mergedOf(seconds []Second, of func(*Second) Histogram) Histogram {
	return Merged(func(yield func(Histogram) bool) {
		for i := range seconds {
			if !yield(of(&seconds[i])) {
				return
			}
		}
	})
}

func mergedByName(seconds []Second, of func(*Second) map[string]Histogram) (byName map[string]Histogram) {
	for i := range seconds {
		for name := range of(&seconds[i]) {
			if byName == nil {
				byName = make(map[string]Histogram)
			}
			byName[name] = Histogram{}
		}
	}
	for name := range byName {
		byName[name] = mergedOf(seconds, func(s *Second) Histogram { return of(s)[name] })
	}
	return byName
}

// dense has a place for every bucket, about 150 kB, so that there is only one for
// each sum that is being made.
type dense struct {
	counts   [lastBucket + 1]int64
	from, to bucket // only counts[from:to] may not be 0
}

const lastBucket = 18_215 // bucketOf(longest)

var sums = sync.Pool{New: func() any { return new(dense) }}

func (d *dense) add(h Histogram) {
	for b, n := range h.each {
		if d.to == 0 {
			d.from = b
		}
		d.from, d.to = min(d.from, b), max(d.to, b+1)
		d.counts[b] = min(d.counts[b]+n, mostCounted)
	}
}

// take returns the sum and empties d.
func (d *dense) take() (h Histogram) {
	used := 0
	for _, n := range d.counts[d.from:d.to] {
		if n > 0 {
			used++
		}
	}
	if used > 0 {
		h.counts = make([]count, 0, used)
	}
	for b := d.from; b < d.to; b++ {
		if n := d.counts[b]; n > 0 {
			h.counts = append(h.counts, counted(b, n))
		}
		d.counts[b] = 0
	}
	d.from, d.to = 0, 0
	return h
}
