package preflight

import (
	"net/http"
	"strconv"
	"time"
)

// Skew is by how much a server's clock is ahead of this machine's, between two
// bounds; negative where it is behind. The Date of an answer is cut to the second
// and was true at some time between sending and answering:
//
//	here    sent |-----------------| answered
//	there        Date <= its clock < Date + 1 s      and so long ago as Age says
//
//	least = Date - answered          most = Date + 1 s - sent
type Skew struct{ least, most time.Duration }

// SkewOf returns the skew of the clock of who sent these headers; ok is false where
// they do not tell the time.
func SkewOf(h http.Header, sent, answered time.Time) (s Skew, ok bool) {
	date, err := http.ParseTime(h.Get("Date"))
	if err != nil {
		return Skew{}, false
	}
	age, err := strconv.ParseUint(h.Get("Age"), 10, 16) // seconds that the answer lay in a cache
	if err != nil {
		age = 0
	}
	date = date.Add(time.Duration(age) * time.Second)
	return Skew{least: date.Sub(answered), most: date.Add(time.Second).Sub(sent)}, true
}

// Middle is the best estimate.
func (s Skew) Middle() time.Duration { return s.least + (s.most-s.least)/2 }

// AtLeast is the skew nearest to none that explains the answer, for whatever the
// way and the second of the Date explain is none.
func (s Skew) AtLeast() time.Duration {
	switch {
	case s.least > 0:
		return s.least
	case s.most < 0:
		return s.most
	}
	return 0
}
