package timeline

import (
	"encoding/binary"
	"unique"
)

// Compact keeps the counts in about an eighth of the memory: a run read back has
// tens of millions of them, and most are a small step and a small number. It
// costs some time when they are next read. Copies made before share nothing with
// h any more.
func (h *Histogram) Compact() {
	if len(h.counts) == 0 {
		return
	}
	packed := make([]byte, 0, len(h.counts)+len(h.counts)/4)
	var last bucket
	for _, c := range h.counts {
		packed = appendPacked(packed, c.bucket()-last, c.n())
		last = c.bucket()
	}
	h.counts, h.packed = nil, string(packed)
}

// all returns the counts, which are read only.
func (h *Histogram) all() []count {
	if h.packed == "" {
		return h.counts
	}
	counts := make([]count, 0, len(h.packed)/2)
	for b, n := range h.each {
		counts = append(counts, counted(b, n))
	}
	return counts
}

// each yields the buckets in order, with their counts, without unpacking them all.
func (h *Histogram) each(yield func(bucket, int64) bool) {
	for _, c := range h.counts {
		if !yield(c.bucket(), c.n()) {
			return
		}
	}
	var last bucket
	for rest := []byte(h.packed); len(rest) > 0; {
		step, n, size := nextPacked(rest)
		if last += step; !yield(last, n) {
			return
		}
		rest = rest[size:]
	}
}

// Most counts are one byte: a far step to a count of 1, as among the few requests
// of one name, or a near step to a small count, as among those of all. Any other
// is a byte that none of these is, and both in full.
//
//	0sssssss   step 1 to 128, count 1
//	1sssnnnn   step 1 to 8, count 2 to 17
//	11111111   step and count follow
const (
	farStep, nearStep = 128, 8
	smallCount        = 17
	inFull            = 0xff
)

func appendPacked(packed []byte, step bucket, n int64) []byte {
	switch {
	case n == 1 && step >= 1 && step <= farStep:
		return append(packed, byte(step-1))
	case n >= 2 && n <= smallCount && step >= 1 && step <= nearStep && !(step == nearStep && n == smallCount):
		return append(packed, 0x80|byte(step-1)<<4|byte(n-2))
	}
	packed = binary.AppendUvarint(append(packed, inFull), uint64(step))
	return binary.AppendUvarint(packed, uint64(n))
}

// nextPacked reads what appendPacked wrote, and how many bytes that took.
func nextPacked(packed []byte) (step bucket, n int64, size int) {
	switch b := packed[0]; {
	case b < 0x80:
		return bucket(b) + 1, 1, 1
	case b != inFull:
		return bucket(b>>4&7) + 1, int64(b&15) + 2, 1
	}
	far, first := binary.Uvarint(packed[1:])
	many, second := binary.Uvarint(packed[1+first:])
	return bucket(far), int64(many), 1 + first + second
}

// Compact keeps s in less memory: its histograms packed (see Histogram.Compact),
// and of the names of units, which are the same in every second, one copy.
func (s *Second) Compact() {
	if len(s.Units) > 0 {
		units := make(map[string]int64, len(s.Units))
		for name, n := range s.Units {
			units[unique.Make(name).Value()] = n
		}
		s.Units = units
	}
	s.Lag.Compact()
	s.Service.Compact()
	for _, named := range []map[string]Histogram{s.Response, s.Failures} {
		for name, h := range named {
			h.Compact()
			named[name] = h
		}
	}
}
