package autoscale

import "time"

// pace is how fast an HPA may go, with the defaults filled in.
type pace struct {
	behaved              bool // it has a behavior; else up and down are empty
	up, down             Rules
	upWindow, downWindow time.Duration // of stabilization
	longest              time.Duration // period of a policy
}

func (h HPA) pace() *pace {
	p := &pace{behaved: h.Behavior != nil}
	p.upWindow, p.downWindow = h.windows()
	if p.behaved {
		p.up, p.down = h.up(), h.down()
		p.longest = max(longestPeriod(p.up), longestPeriod(p.down))
	}
	return p
}

// stable is the recommendation held against the recent ones.
func (p *pace) stable(now time.Time, current, recommended int, recent []Recommendation) int {
	lowest, highest := recommended, recommended
	upFrom, downFrom := now.Add(-p.upWindow), now.Add(-p.downWindow)
	for _, r := range recent {
		if r.At.After(upFrom) {
			lowest = min(lowest, r.Replicas)
		}
		// Without a behavior the controller counts a recommendation of exactly the window's age, with one it
		// does not.
		if r.At.After(downFrom) || !p.behaved && r.At.Equal(downFrom) {
			highest = max(highest, r.Replicas)
		}
	}
	if !p.behaved {
		return highest
	}
	return min(max(current, lowest), highest)
}

// bounds are the least and the most that the rates let a sync go to.
func (p *pace) bounds(now time.Time, current int, changes []Change) (low, high int) {
	if !p.behaved {
		return 0, max(2*current, 4)
	}
	return min(current, allowed(p.down, now, current, changes, -1)), max(current, allowed(p.up, now, current, changes, +1))
}

// remember appends to kept the recommendations that a window still reaches, and the new one. Kept may be the
// beginning of recent, which is then gone.
func (p *pace) remember(now time.Time, recommended int, recent, kept []Recommendation) []Recommendation {
	from := now.Add(-max(p.upWindow, p.downWindow))
	for _, r := range recent {
		if !r.At.Before(from) {
			kept = append(kept, r)
		}
	}
	return append(kept, Recommendation{now, recommended})
}

// recent appends to kept the changes that a policy may still count, likewise.
func (p *pace) recent(now time.Time, changes, kept []Change) []Change {
	from := now.Add(-p.longest)
	for _, c := range changes {
		if p.behaved && c.At.After(from) {
			kept = append(kept, c)
		}
	}
	return kept
}
