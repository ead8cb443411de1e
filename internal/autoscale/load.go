package autoscale

import "math"

// Load is a Metric whose pods are counted, and their values added up: all that the algorithm needs of them.
type Load struct {
	Target      float64 // of the mean over pods, above 0
	Utilisation bool    // as of Metric
	Measured    int     // pods that are ready and measured
	Missing     int     // ready, but the metrics API has nothing on them yet
	Unready     int
	Sum         float64 // of the values of those measured
}

// load counts the metric's pods.
func (m Metric) load() Load {
	l := Load{Target: m.Target, Utilisation: m.Utilisation}
	for _, p := range m.Pods {
		switch {
		case !p.Ready:
			l.Unready++
		case !p.Measured:
			l.Missing++
		default:
			l.Measured++
			l.Sum += p.Value
		}
	}
	return l
}

// replicas is the count this load alone asks for; ok is false where no ready pod is measured.
func (l Load) replicas(current int, t tolerances) (n int, ok bool) {
	if l.Measured == 0 {
		return 0, false
	}
	ratio := l.ratio(l.Sum, l.Measured)
	if (l.Unready == 0 || ratio <= 1) && l.Missing == 0 {
		if t.within(ratio) {
			return current, true
		}
		return ceil(ratio * float64(l.Measured)), true
	}
	sum, counted := l.Sum, l.Measured+l.Missing
	if ratio < 1 {
		sum += float64(l.Missing) * l.fallback()
	}
	if ratio > 1 {
		counted += l.Unready
	}
	return l.cautious(current, ratio, sum, counted, t), true
}

// cautious recomputes the ratio with the pods that were filled in, and keeps the current count where
// they would turn the direction round.
func (l Load) cautious(current int, ratio, sum float64, counted int, t tolerances) int {
	again := l.ratio(sum, counted)
	if t.within(again) || (ratio < 1) != (again < 1) {
		return current
	}
	n := ceil(again * float64(counted))
	if again < 1 && n > current || again > 1 && n < current {
		return current
	}
	return n
}

// ratio is the mean over the target.
func (l Load) ratio(sum float64, pods int) float64 {
	mean := sum / float64(pods)
	if l.Utilisation {
		mean = float64(WholePercent(mean)) / 100
	}
	return mean / l.Target
}

// WholePercent is a utilisation, a ratio of what is requested, as the controller has it: in percent, the
// rest cut off (GetResourceUtilizationRatio in pkg/controller/podautoscaler/metrics/utilization.go divides
// integers). It decides by that, and publishes it as averageUtilization: 33.9 % are 33 % to it, which is
// within a tenth of a target of 30 %.
func WholePercent(ratio float64) int {
	const bits = 1e-9 // 0.29 x 100 is a last bit less than 29
	return int(math.Floor(min(ratio*100, math.MaxInt32) + bits))
}

func (l Load) fallback() float64 {
	if l.Utilisation {
		return max(1, l.Target)
	}
	return l.Target
}
