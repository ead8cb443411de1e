package prescale

import (
	"math"
	"strings"
	"testing"
	"time"
)

// in loads a zone, with the tests' tzdata.
func in(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

const sec, minute = time.Second, time.Minute

// Each instant is computed by hand.
func TestTimetable(t *testing.T) {
	const layout = "2006-01-02 15:04:05 MST"
	for _, c := range []struct {
		name                              string
		at, zone                          string
		airing                            Airing
		stages                            Stages
		apply, verify, latestEnd, release string
	}{
		{"the least lead", // 2 + 10 min before; 30 s, then 15 min, rounded up
			"2026-12-01T21:54", "Asia/Tokyo", Airing{Lasts: 30 * sec}, Stages{},
			"2026-12-01 21:42:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 21:54:30 JST", "2026-12-01 22:10:00 JST"},
		{"every stage", // 2 min + 2 x 85 s + 40 s + 50 s + 10 min = 16 min 20 s: 21:37:40
			"2026-12-01T21:54", "Asia/Tokyo", Airing{Lasts: 30 * sec}, Stages{85 * sec, 2, 40 * sec, 50 * sec},
			"2026-12-01 21:37:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 21:54:30 JST", "2026-12-01 22:10:00 JST"},
		{"it may slip an hour", // only the end moves
			"2026-12-01T21:54", "Asia/Tokyo", Airing{Slip: 60 * minute, Lasts: 30 * sec}, Stages{},
			"2026-12-01 21:42:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 22:54:30 JST", "2026-12-01 23:10:00 JST"},
		{"demand outlasts the 15 minutes", // 21:54 + 10 + 31 min
			"2026-12-01T21:54", "Asia/Tokyo", Airing{Slip: 10 * minute, Lasts: 30 * sec, Quiet: 31 * minute}, Stages{},
			"2026-12-01 21:42:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 22:04:30 JST", "2026-12-01 22:35:00 JST"},
		{"demand is over before", // 21:54 + 10 min + 30 s + 15 min
			"2026-12-01T21:54", "Asia/Tokyo", Airing{Slip: 10 * minute, Lasts: 30 * sec, Quiet: 5 * minute}, Stages{},
			"2026-12-01 21:42:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 22:04:30 JST", "2026-12-01 22:20:00 JST"},
		{"seconds are rounded outward",
			"2026-12-01T21:54:20", "Asia/Tokyo", Airing{Lasts: 15 * sec}, Stages{},
			"2026-12-01 21:42:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 21:54:35 JST", "2026-12-01 22:10:00 JST"},
		{"whole minutes stay",
			"2026-12-01T21:54", "Asia/Tokyo", Airing{Lasts: minute}, Stages{Pod: minute},
			"2026-12-01 21:41:00 JST", "2026-12-01 21:49:00 JST", "2026-12-01 21:55:00 JST", "2026-12-01 22:10:00 JST"},
		{"across midnight and the year's end",
			"2026-12-31T23:58", "Europe/London", Airing{Lasts: 30 * sec}, Stages{},
			"2026-12-31 23:46:00 GMT", "2026-12-31 23:53:00 GMT", "2026-12-31 23:58:30 GMT", "2027-01-01 00:14:00 GMT"},
		{"while clocks are put back", // 00:54 EDT + 1 h 15 min is 02:09 EDT, which is 01:09 EST
			"2026-11-01T00:54", "America/New_York", Airing{Slip: 60 * minute}, Stages{},
			"2026-11-01 00:42:00 EDT", "2026-11-01 00:49:00 EDT", "2026-11-01 01:54:00 EDT", "2026-11-01 01:09:00 EST"},
		{"while clocks are put forward", // 01:54 EST + 15 min is 03:09 EDT
			"2026-03-08T01:54", "America/New_York", Airing{}, Stages{},
			"2026-03-08 01:42:00 EST", "2026-03-08 01:49:00 EST", "2026-03-08 01:54:00 EST", "2026-03-08 03:09:00 EDT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := ParseAt(c.at, in(t, c.zone))
			if err != nil {
				t.Fatal(err)
			}
			c.airing.At = at
			got, err := Timetable(c.airing, c.stages)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range []struct {
				name string
				got  time.Time
				want string
			}{{"Apply", got.Apply, c.apply}, {"Verify", got.Verify, c.verify}, {"LatestEnd", got.LatestEnd, c.latestEnd}, {"Release", got.Release, c.release}} {
				if shown := f.got.Format(layout); shown != f.want {
					t.Errorf("Timetable(%+v, %+v).%s = %s; want %s", c.airing, c.stages, f.name, shown, f.want)
				}
			}
			if !got.Air.Equal(at) {
				t.Errorf("Timetable(%+v).Air = %s; want %s", c.airing, got.Air, at)
			}
			if err := got.check(); err != nil {
				t.Errorf("Timetable(%+v) has instants that no change takes: %v", c.airing, err)
			}
		})
	}
}

func TestTimetableRefuses(t *testing.T) {
	at := time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)
	for _, c := range []struct {
		airing Airing
		stages Stages
		want   string
	}{
		{Airing{}, Stages{}, "airing: it has no start"},
		{Airing{At: at, Slip: -minute}, Stages{}, "airing: slip is -1m0s"},
		{Airing{At: at, Lasts: -minute}, Stages{}, "airing: length is -1m0s"},
		{Airing{At: at, Quiet: -minute}, Stages{}, "airing: quiet is -1m0s"},
		{Airing{At: at}, Stages{Node: -sec}, "stages: node is -1s"},
		{Airing{At: at}, Stages{Waves: -1}, "stages: -1 waves"},
		{Airing{At: at}, Stages{Pod: -sec}, "stages: pod is -1s"},
		{Airing{At: at}, Stages{Balancer: -sec}, "stages: load balancer is -1s"},
	} {
		if _, err := Timetable(c.airing, c.stages); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("Timetable(%+v, %+v) = error %v; want %q", c.airing, c.stages, err, c.want)
		}
	}
}

func TestQuiet(t *testing.T) {
	for _, c := range []struct {
		name  string
		upper []float64
		want  time.Duration
		ok    bool
	}{
		{"never above", []float64{1, 2, 3}, 0, true},
		{"above at first", []float64{9, 10, 3, 2}, 20 * sec, true},
		{"just what the minimum sustains is not below", []float64{1, 5, 4.9}, 20 * sec, true},
		{"it comes back", []float64{9, 1, 1, 7, 1}, 40 * sec, true},
		{"a value nobody knows is not below", []float64{1, math.NaN(), 1}, 20 * sec, true},
		{"above to the last", []float64{1, 1, 9}, 30 * sec, false},
		{"nothing known", nil, 0, false},
	} {
		if got, ok := Quiet(c.upper, 10*sec, 5); got != c.want || ok != c.ok {
			t.Errorf("%s: Quiet(%v, 10s, 5) = %s, %t; want %s, %t", c.name, c.upper, got, ok, c.want, c.ok)
		}
	}
}

// What Timetable says of the instants, each by itself: whatever the
// airing, units are asked for early enough and held long enough, and no more
// than a minute of either is rounding.
func FuzzTimetable(f *testing.F) {
	f.Add(int64(1796129640), uint16(3600), uint16(30), uint16(900), uint16(90), uint8(2), uint16(40), uint16(20))
	f.Add(int64(0), uint16(0), uint16(0), uint16(0), uint16(0), uint8(0), uint16(0), uint16(0))
	f.Fuzz(func(t *testing.T, at int64, slip, lasts, quiet, node uint16, waves uint8, pod, balancer uint16) {
		a := Airing{time.Unix(at%(1<<33), 0), seconds(slip), seconds(lasts), seconds(quiet)}
		s := Stages{seconds(node), int(waves), seconds(pod), seconds(balancer)}
		got, err := Timetable(a, s)
		if err != nil {
			t.Fatalf("Timetable(%+v, %+v) = %v", a, s, err)
		}
		chain := got.Apply // when the last unit serves
		for _, d := range []time.Duration{120 * sec, s.Pod, s.Balancer, 10 * minute} {
			chain = chain.Add(d)
		}
		for range s.Waves {
			chain = chain.Add(s.Node)
		}
		if spare := a.At.Sub(chain); spare < 0 || spare >= minute {
			t.Errorf("Timetable(%+v, %+v).Apply leaves %s; want 0 to a minute", a, s, spare)
		}
		afterEnd, afterQuiet := got.Release.Sub(a.At.Add(a.Slip+a.Lasts)), got.Release.Sub(a.At.Add(a.Slip+a.Quiet))
		if afterEnd < 15*minute || afterQuiet < 0 || (afterEnd >= 16*minute && afterQuiet >= minute) {
			t.Errorf("Timetable(%+v, %+v).Release is %s after the latest end and %s after quiet; want the later of 15m and 0", a, s, afterEnd, afterQuiet)
		}
		if v := a.At.Sub(got.Verify); v < 5*minute || v >= 6*minute {
			t.Errorf("Timetable(%+v, %+v).Verify is %s before air; want 5 to 6 minutes", a, s, v)
		}
	})
}

func seconds(n uint16) time.Duration { return time.Duration(n) * time.Second }
