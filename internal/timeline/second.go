package timeline

import "maps"

// Second is what became of the requests that were due in one second of the
// run, or a part of it: values add. Always Planned = Sent + Dropped in a
// complete second, and Sent = Succeeded + Failed once all answers are in.
type Second struct {
	Second    int              `json:"second"` // whole seconds from the start, of the due time
	Planned   int64            `json:"planned,omitempty"`
	Sent      int64            `json:"sent,omitempty"`
	Late      int64            `json:"late,omitempty"`      // sent after the due time by more than the tolerance
	Dropped   int64            `json:"dropped,omitempty"`   // never sent
	HeldBack  int64            `json:"held_back,omitempty"` // of Dropped: too many requests were in flight
	Capped    int64            `json:"capped,omitempty"`    // of Dropped: the cap on rate or on requests forbade them
	Queued    int64            `json:"queued,omitempty"`    // of Sent: too many requests were in flight when they were due, and they waited
	Succeeded int64            `json:"succeeded,omitempty"`
	Failed    int64            `json:"failed,omitempty"`
	Errors    map[string]int64 `json:"errors,omitempty"` // failed requests by class; sums to Failed
	BytesIn   int64            `json:"bytes_in,omitempty"`
	BytesOut  int64            `json:"bytes_out,omitempty"`
	NewConns  int64            `json:"new_connections,omitempty"` // requests that opened a connection
	Addresses map[string]int64 `json:"addresses,omitempty"`       // requests that had a connection, by the address it led to
	Units     map[string]int64 `json:"units,omitempty"`           // requests whose answer named the unit it came from, by that name

	Lag      Histogram            `json:"lag,omitzero"`       // sent - due, of every request sent
	Service  Histogram            `json:"service,omitzero"`   // answered - sent, where that is the target's: not of class GeneratorLimit or Cancelled
	Response map[string]Histogram `json:"response,omitempty"` // answered - due, of requests that succeeded, by name
	Failures map[string]Histogram `json:"failures,omitempty"` // the same of requests that failed, where not of these classes
}

// GeneratorLimit is the class of requests that found no port or file left on
// the machine that makes the load: not the target's failures.
const GeneratorLimit = "generator_limit"

// Cancelled is the class of requests that were cut off because the run was
// stopped: nobody's failures.
const Cancelled = "cancelled"

// OtherAddresses is under which Addresses counts what led to an address beyond
// the many that a run tells apart.
const OtherAddresses = "other"

// OtherUnits is under which Units counts the answers of units beyond the many that
// a run tells apart.
const OtherUnits = "other"

// Unanswered returns how many requests were sent and are neither answered nor
// given up.
func (s *Second) Unanswered() int64 { return s.Sent - s.Succeeded - s.Failed }

// Add folds the part o into s; both are of the same second.
func (s *Second) Add(o Second) {
	s.Planned += o.Planned
	s.Sent += o.Sent
	s.Late += o.Late
	s.Dropped += o.Dropped
	s.HeldBack += o.HeldBack
	s.Capped += o.Capped
	s.Queued += o.Queued
	s.Succeeded += o.Succeeded
	s.Failed += o.Failed
	s.BytesIn += o.BytesIn
	s.BytesOut += o.BytesOut
	s.NewConns += o.NewConns
	s.Errors = added(s.Errors, o.Errors)
	s.Addresses = added(s.Addresses, o.Addresses)
	s.Units = added(s.Units, o.Units)
	s.Lag.Merge(o.Lag)
	s.Service.Merge(o.Service)
	s.Response = merged(s.Response, o.Response)
	s.Failures = merged(s.Failures, o.Failures)
}

// added returns the counts of both, by name; neither is changed.
func added(sum, more map[string]int64) map[string]int64 {
	if len(more) == 0 {
		return sum
	}
	total := maps.Clone(sum)
	if total == nil {
		total = make(map[string]int64, len(more))
	}
	for name, n := range more {
		total[name] += n
	}
	return total
}

// merged adds the histograms of more to those of sum, by name.
func merged(sum, more map[string]Histogram) map[string]Histogram {
	if sum == nil && len(more) > 0 {
		sum = make(map[string]Histogram, len(more))
	}
	for name, h := range more {
		total := sum[name]
		total.Merge(h)
		sum[name] = total
	}
	return sum
}

// AllResponses returns the response times of every request that was answered
// or failed.
func (s *Second) AllResponses() Histogram {
	return Merged(func(yield func(Histogram) bool) {
		for _, named := range []map[string]Histogram{s.Response, s.Failures} {
			for _, h := range named {
				if !yield(h) {
					return
				}
			}
		}
	})
}
