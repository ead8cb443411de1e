package timeline

import "encoding/binary"

// Compact keeps the counts in about a quarter of the memory: a run read back has
// tens of millions of them, and most are a small step and a small number. It
// costs some time when they are next read. Copies made before share nothing with
// h any more.
func (h *Histogram) Compact() {
	if len(h.counts) == 0 {
		return
	}
	packed := make([]byte, 0, 2*len(h.counts))
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
	rest := []byte(h.packed)
	counts := make([]count, 0, len(rest)/2)
	var last bucket
	for len(rest) > 0 {
		step, n, size := nextPacked(rest)
		last += step
		counts = append(counts, counted(last, n))
		rest = rest[size:]
	}
	return counts
}

// A step from 1 to 15 with a count from 1 to 16 is one byte; any other is a byte
// that none of these is, and both in full.
const inFull = 0xff

func appendPacked(packed []byte, step bucket, n int64) []byte {
	if step >= 1 && step <= 15 && n <= 16 {
		return append(packed, byte(step-1)<<4|byte(n-1))
	}
	packed = binary.AppendUvarint(append(packed, inFull), uint64(step))
	return binary.AppendUvarint(packed, uint64(n))
}

// nextPacked reads what appendPacked wrote, and how many bytes that took.
func nextPacked(packed []byte) (step bucket, n int64, size int) {
	if b := packed[0]; b != inFull {
		return bucket(b>>4) + 1, int64(b&15) + 1, 1
	}
	far, first := binary.Uvarint(packed[1:])
	many, second := binary.Uvarint(packed[1+first:])
	return bucket(far), int64(many), 1 + first + second
}

// Compact keeps the histograms of s in less memory; see Histogram.Compact.
func (s *Second) Compact() {
	s.Lag.Compact()
	s.Service.Compact()
	for _, named := range []map[string]Histogram{s.Response, s.Failures} {
		for name, h := range named {
			h.Compact()
			named[name] = h
		}
	}
}
