package world

import "time"

// A metrics pipeline measures what each pod uses over usageWindow, anew every
// usageEvery:
//
//	   read      read      read      read
//	───┬─────────┬─────────┬─────────┬──> time
//	   |<-- window of the 3rd ->|
//	             |<-- window of the 4th ->|
const (
	usageEvery  = 15 * time.Second
	usageWindow = 2 * usageEvery
)

// pipeline is the metrics pipeline at work.
type pipeline struct {
	before, last map[*unit]meter // the ready units two readings ago, and one
	measured     *Usage          // never written to once it is here
}

// measureUse reads what the ready units have done so far. It moves no queue on, so
// that a world is the same whether it is measured or not.
func (w *World) measureUse() {
	now := map[*unit]meter{}
	usage := &Usage{At: w.now, Window: usageWindow}
	for _, p := range w.pods {
		if p.unit == nil || p.going() {
			continue
		}
		read := p.unit.peek()
		now[p.unit] = read
		if from, whole := w.use.before[p.unit]; whole {
			usage.Pods = append(usage.Pods, PodUsage{Name: p.Name, Share: p.unit.utilisation(from, read)})
		}
	}
	w.use = pipeline{before: w.use.last, last: now, measured: usage}
}
