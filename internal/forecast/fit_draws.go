package forecast

// mostDraws is how many replicates a model keeps: quantiles of more are no closer than
// what the rehearsal tells.
const mostDraws = 1000

// drawn are those of the draws that the model keeps, by replicate: so the lists of all
// fleets and of what bounds them have one replicate's in one place. It is nil of a list
// that says nothing.
//
//	replicate    0   1   2   3   4
//	web         40  41   0  43  44    a unit's rate
//	api         90  91  92  93  94
//	behind web 400 410 420   0 440    a ceiling's
//	kept         x   x           x    in which each says anything
func (f *fitting) drawn(draws []float64) []float64 {
	var kept []float64
	for _, i := range f.replicates(len(draws)) {
		if !says(draws[i]) {
			return nil
		}
		kept = append(kept, draws[i])
	}
	return kept
}

// replicates are the numbers of those that the model keeps of so many: in which every
// list of as many says anything, and of these at most mostDraws, evenly taken.
func (f *fitting) replicates(of int) []int {
	lists := f.draws(of)
	var kept []int
	for i := range of {
		if tell(lists, i) {
			kept = append(kept, i)
		}
	}
	if len(kept) <= mostDraws {
		return kept
	}
	some := make([]int, mostDraws)
	for i := range some {
		some[i] = kept[i*len(kept)/mostDraws]
	}
	return some
}

// draws are all lists of so many draws in which any says anything.
func (f *fitting) draws(of int) (lists [][]float64) {
	add := func(draws []float64) {
		for _, d := range draws {
			if len(draws) == of && says(d) {
				lists = append(lists, draws)
				return
			}
		}
	}
	for _, r := range f.r.Fleets {
		if !f.carriesPods(r) {
			add(r.PerUnit.Draws)
		}
		if c := r.Ceiling; c != nil && !c.AtMost {
			add(c.Draws)
		}
	}
	return lists
}

// tell reports whether a replicate says anything in every list.
func tell(lists [][]float64, replicate int) bool {
	for _, draws := range lists {
		if !says(draws[replicate]) {
			return false
		}
	}
	return len(lists) > 0
}

// says reports whether a draw is a rate: a replicate may have none.
func says(draw float64) bool { return draw > 0 && draw < 1e12 }
