package autoscale

import "time"

// Controller does one sync after another as HPA.Decide does, and says no more than the count: a simulation
// does millions. It allocates nothing once its history has grown. Not safe for concurrent use.
type Controller struct {
	Min, Max int // of the HPA; they may be set anew between syncs, as a patch does

	pace       *pace
	tolerances tolerances
	past       History
}

// NewController returns a controller that has just started.
func NewController(h HPA) *Controller {
	return &Controller{Min: h.Min, Max: h.Max, pace: h.pace(), tolerances: h.tolerances()}
}

// Forget makes the controller one that has just started.
func (c *Controller) Forget() {
	c.past.Recommendations, c.past.Changes = c.past.Recommendations[:0], c.past.Changes[:0]
}

// Sync does one sync at now with the current (specified) number of replicas and returns the desired one.
func (c *Controller) Sync(now time.Time, current int, loads []Load) int {
	if len(c.past.Recommendations) == 0 {
		c.past.Recommendations = append(c.past.Recommendations, Recommendation{now, current})
	}
	switch {
	case current == 0:
		return 0
	case current > c.Max:
		return c.change(now, current, c.Max)
	case current < c.Min:
		return c.change(now, current, c.Min)
	}
	recommended, ok := c.recommend(current, loads)
	if !ok {
		return current
	}
	recent := c.past.Recommendations
	stable := c.pace.stable(now, current, recommended, recent)
	c.past.Recommendations = newest(c.pace.remember(now, recommended, recent, recent[:0]))
	low, high := c.pace.bounds(now, current, c.past.Changes)
	return c.change(now, current, min(max(stable, low, c.Min), high, c.Max))
}

// newest returns the recommendations with one in place of the last two where these are the same count: a
// window that reaches the older one reaches the newer one, so an evening on which nothing changes is one.
func newest(all []Recommendation) []Recommendation {
	n := len(all)
	if n < 2 || all[n-1].Replicas != all[n-2].Replicas {
		return all
	}
	all[n-2] = all[n-1]
	return all[:n-1]
}

// recommend returns the highest count any load asks for; ok is false where none is known, or one that is not
// may be what needs the pods.
func (c *Controller) recommend(current int, loads []Load) (best int, ok bool) {
	known := 0
	for _, l := range loads {
		if n, ok := l.replicas(current, c.tolerances); ok {
			best = max(best, n)
			known++
		}
	}
	return best, known > 0 && (known == len(loads) || best >= current)
}

func (c *Controller) change(now time.Time, current, desired int) int {
	if desired != current {
		c.past.Changes = append(c.pace.recent(now, c.past.Changes, c.past.Changes[:0]), Change{now, desired - current})
	}
	return desired
}
