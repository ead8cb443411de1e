package figure

// Unknown stands wherever a value is not known; it is never 0.
const Unknown = "unknown"

// OrUnknown writes what p points at, or that it is not known.
func OrUnknown[T any](p *T, write func(T) string) string {
	if p == nil {
		return Unknown
	}
	return write(*p)
}

// Interval writes a range of two ends of which either may be unknown.
func Interval[T any](low, high *T, write func(T) string) string {
	switch {
	case low == nil && high == nil:
		return Unknown
	case high == nil:
		return "at least " + write(*low)
	case low == nil:
		return "at most " + write(*high)
	}
	if from, to := write(*low), write(*high); from != to {
		return from + " to " + to
	}
	return write(*low)
}

// Estimate writes a value in the middle of its range, 72/s (66.2/s to 77/s), or
// the bound that is known.
func Estimate[T any](low, mid, high *T, write func(T) string) string {
	ends := Interval(low, high, write)
	if low == nil || mid == nil || high == nil {
		return ends
	}
	if middle := write(*mid); middle != ends {
		return middle + " (" + ends + ")"
	}
	return ends
}
