package compare

import (
	"fmt"
	"maps"
	"slices"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/timeline"
)

// errors are the shares of requests that failed, by class: the classes of every
// run, so that what no base run knew is there too. What was nobody's failure is left
// out.
func errors(views []view) []quantity {
	slots := usable(views, 1)
	var all []quantity
	for _, class := range classes(views) {
		q := quantity{id: "errors/" + class, name: "requests that failed: " + class, unit: Share, worse: Higher, scale: shares}
		for _, v := range views {
			q.samples = append(q.samples, v.failed(slots, class))
		}
		all = append(all, q)
	}
	return all
}

func classes(views []view) []string {
	found := make(map[string]bool)
	for _, v := range views {
		for class, n := range v.Result.Load.Errors {
			if n > 0 {
				found[class] = true
			}
		}
	}
	delete(found, timeline.Cancelled)
	delete(found, timeline.GeneratorLimit)
	return slices.Sorted(maps.Keys(found))
}

// failed is the share of a class among what was sent; a count varies at least as
// one of Poisson's does.
func (v view) failed(slots []slot, class string) sample {
	var sent, failed int64
	for _, s := range slots {
		for n := s.from; n < s.to; n++ {
			sent, failed = sent+v.seconds[n].Sent, failed+v.seconds[n].Errors[class]
		}
	}
	if sent == 0 {
		return unknown("there is no window in which the base runs kept within their capacity")
	}
	s := exact(float64(failed) / float64(sent))
	s.noise = 1 / (4 * float64(sent))
	return s
}

// unheardOf tells of classes of errors that no base run had, wherever they came.
func unheardOf(bases []Run, head Run) []string {
	var said []string
	for _, class := range classes([]view{{Run: head}}) {
		had := func(r Run) bool { return r.Result.Load.Errors[class] > 0 }
		if !slices.ContainsFunc(bases, had) {
			n := head.Result.Load.Errors[class]
			said = append(said, fmt.Sprintf("%s of %s requests failed in a way that no base run knew: %s", figure.Count(n), figure.Count(head.Result.Load.Sent), class))
		}
	}
	return said
}
