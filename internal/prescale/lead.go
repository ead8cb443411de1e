package prescale

import "time"

// Lead is what lies between apply and the airing, part by part. Timetable rounds the sum
// to whole minutes, up.
type Lead struct {
	Scheduler time.Duration // how late it may run what is due
	Nodes     time.Duration // all waves of them; 0 where none is launched
	Unit      time.Duration // from created, or launched, to ready
	Balancer  time.Duration // from ready to in service
	Spare     time.Duration
}

// Lead is what the stages and the margins of a plan make up.
func (s Stages) Lead() Lead {
	return Lead{Scheduler: schedulerLate, Nodes: s.Node * time.Duration(s.Waves), Unit: s.Pod, Balancer: s.Balancer, Spare: spareLead}
}

// Sum is all of it.
func (l Lead) Sum() time.Duration { return l.Scheduler + l.Nodes + l.Unit + l.Balancer + l.Spare }
