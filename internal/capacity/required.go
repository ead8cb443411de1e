package capacity

// Against says whether the headroom is shown to be what is required (Held), is
// shown not to be (Failed), or neither (Undecided).
func (h Headroom) Against(r Required) string {
	switch {
	case h.belowRequired(r):
		return Failed
	case h.Low != nil && *h.Low >= r.AtLeast:
		return Held
	}
	return Undecided
}
