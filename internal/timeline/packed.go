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
	packed := make([]byte, 0, 3*len(h.counts))
	var last bucket
	for _, c := range h.counts {
		packed = binary.AppendUvarint(packed, uint64(c.bucket()-last))
		packed = binary.AppendUvarint(packed, uint64(c.n()))
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
		step, size := binary.Uvarint(rest)
		n, more := binary.Uvarint(rest[size:])
		last += bucket(step)
		counts = append(counts, counted(last, int64(n)))
		rest = rest[size+more:]
	}
	return counts
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
