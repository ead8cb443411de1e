package observe

import (
	"math"
	"time"
)

// Points tells the points of series that somebody else keeps and that are asked
// for again and again: each stamp of a series once, and once more whenever its
// value has changed, for the keeper may have got more of it meanwhile. Of several
// readings that were true at one instant the last is the one to believe.
//
//	asked at 12:03  12:00=7  12:01=9             tells 7, 9
//	asked at 12:04           12:01=11  12:02=8   tells 11, 8
//
// It must not be used from two goroutines at a time. The zero value is ready.
type Points struct {
	told map[string]map[int64]float64 // by series and stamp, in nanoseconds
}

// Tell records a point as a reading that was true at its stamp, unless that has
// been told. What is no number is no reading.
func (p *Points) Tell(rec *Recorder, series string, stamp time.Time, value float64) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return
	}
	if before, told := p.told[series][stamp.UnixNano()]; told && before == value {
		return
	}
	if p.told == nil {
		p.told = map[string]map[int64]float64{}
	}
	if p.told[series] == nil {
		p.told[series] = map[int64]float64{}
	}
	p.told[series][stamp.UnixNano()] = value
	rec.Read(series, value, stamp)
}

// Told reports whether a point of the series with that stamp was told.
func (p *Points) Told(series string, stamp time.Time) bool {
	_, told := p.told[series][stamp.UnixNano()]
	return told
}

// None reports whether no point of the series was ever told.
func (p *Points) None(series string) bool { return len(p.told[series]) == 0 }
