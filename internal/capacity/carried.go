package capacity

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// carried is what something carries, in entrance requests per second. A nil end
// is unknown: low alone means at least, high alone at most.
type carried struct {
	low, mid, high *float64
	draws          []float64 // by number of the bootstrap's replicate; nil where there are none
	bound          *float64  // lowest of the parts that are known from below only
}

// exactly is what carries a known rate.
func exactly(rate float64) carried { return carried{low: &rate, mid: &rate, high: &rate} }

// between is what carries a rate of a known range.
func between(r Range) carried { return carried{low: &r.Low, mid: &r.Mid, high: &r.High} }

// times is what so many of it carry.
func (c carried) times(n float64) carried {
	t := carried{low: scaled(c.low, n), mid: scaled(c.mid, n), high: scaled(c.high, n)}
	for _, d := range c.draws {
		t.draws = append(t.draws, n*d)
	}
	return t
}

// least is what parts carry that every request has to pass: in every draw of
// the bootstrap the lowest of them, and of these draws the 5 %, the 50 % and the
// 95 %. Without draws the ends are the lowest parts' own.
//
// A part of which nothing is known may carry less than all others, so that only
// an upper bound is left. One that is known from below may carry as little as its
// bound; no middle is left where that lies below it.
func least(parts []carried) carried {
	var all carried
	for _, p := range parts {
		all.low, all.mid, all.high = lower(all.low, p.low), lower(all.mid, p.mid), lower(all.high, p.high)
		if p.mid == nil {
			all.bound = lower(all.bound, p.low)
		}
	}
	if len(parts) == 0 || slices.ContainsFunc(parts, func(p carried) bool { return p.low == nil }) {
		return carried{high: all.high}
	}
	if draws := joint(parts); draws != nil {
		low, mid, high := interval(draws)
		all.low, all.mid, all.high = lower(all.bound, &low), &mid, lower(all.high, &high)
		all.draws = draws
	}
	if all.bound != nil && all.mid != nil && *all.bound < *all.mid {
		all.mid, all.draws = nil, nil
	}
	return all
}

// joint is the lowest of the parts in each draw, of those that are known on both
// sides; a part without a range is the same in every draw. It is nil where a
// range has no draws, or draws do not belong together.
func joint(parts []carried) []float64 {
	fixed := math.Inf(1)
	var lowest []float64
	for _, p := range parts {
		switch {
		case p.mid == nil:
		case p.draws == nil && *p.low == *p.high:
			fixed = min(fixed, *p.mid)
		case p.draws == nil || lowest != nil && len(p.draws) != len(lowest) || slices.ContainsFunc(p.draws, math.IsNaN):
			return nil
		case lowest == nil:
			lowest = slices.Clone(p.draws)
		default:
			for i, d := range p.draws {
				lowest[i] = min(lowest[i], d)
			}
		}
	}
	for i := range lowest {
		lowest[i] = min(lowest[i], fixed)
	}
	return lowest
}

// interval is the 5 %, the 50 % and the 95 % of draws.
func interval(draws []float64) (low, mid, high float64) {
	sorted := slices.Sorted(slices.Values(draws))
	at := func(share float64) float64 { return stat.Quantile(share, stat.Empirical, sorted, nil) }
	return at(outside), at(0.5), at(1 - outside)
}

// against holds what is carried against a demand.
func (c carried) against(demand float64) Margin {
	return Margin{
		Demand: demand,
		Low:    over(c.low, demand), Mid: over(c.mid, demand), High: over(c.high, demand),
		Probability: c.probability(demand),
	}
}

// probability is the share of draws that carry the demand; nil without draws, and
// where a part that is known from below only may be what falls short of it.
func (c carried) probability(demand float64) *float64 {
	if c.draws == nil || demand <= 0 || c.bound != nil && *c.bound < demand && *c.bound < slices.Max(c.draws) {
		return nil
	}
	enough := 0
	for _, d := range c.draws {
		if d >= demand {
			enough++
		}
	}
	share := float64(enough) / float64(len(c.draws))
	return &share
}

func over(rate *float64, demand float64) *float64 {
	if rate == nil || demand <= 0 {
		return nil
	}
	ratio := (*rate - demand) / demand // exact where the quotient less one is not
	return &ratio
}

func scaled(v *float64, by float64) *float64 {
	if v == nil {
		return nil
	}
	s := *v * by
	return &s
}

func higher(a, b *float64) *float64 {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

func lower(a, b *float64) *float64 {
	if a == nil || b != nil && *b < *a {
		return b
	}
	return a
}
