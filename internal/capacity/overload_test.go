package capacity

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// answers are the requests due in one second: so many were answered within times
// from one to another, and so many failed after a while.
type answers struct {
	count    int64
	from, to time.Duration
	failed   int64
	after    time.Duration
}

func (a answers) second(n int) timeline.Second {
	total := a.count + a.failed
	s := timeline.Second{
		Second: n, Planned: total, Sent: total, Succeeded: a.count, Failed: a.failed,
		Response: map[string]timeline.Histogram{}, Failures: map[string]timeline.Histogram{},
	}
	var answered, failures timeline.Histogram
	for i := range a.count {
		took := a.from + (a.to-a.from)*time.Duration(i)/time.Duration(a.count)
		answered.Record(took)
		s.Service.Record(took)
	}
	for range a.failed {
		failures.Record(a.after)
		s.Service.Record(a.after)
	}
	for range total {
		s.Lag.Record(50 * time.Microsecond)
	}
	s.Response["top"], s.Failures["top"] = answered, failures
	return s
}

// A run that is overloaded from its first second on shows constant work by how
// answers slow down within it; where they do not, it is not told what held
// throughput down.
func TestOverloadFromTheStart(t *testing.T) {
	const ms = time.Millisecond
	full := answers{170, 1900 * ms, 2100 * ms, 160, ms}
	quiet := answers{30, 30 * ms, 60 * ms, 0, ms}
	for _, c := range []struct {
		name         string
		quiet        int // seconds
		first, later answers
		want         float64 // saturation of one of 4 units; 0: not known
		no           string
	}{
		{"the queue fills", 0, answers{330, 40 * ms, 1000 * ms, 0, ms}, full, 42.5, "under constant work at 1 number of units (4); the scalability law needs 6"},
		{"it is full within a second", 0, answers{200, 1800 * ms, 2000 * ms, 130, ms}, full, 0, "(begin with 10 s of low load)"},
		{"it is full within a second, after a quiet phase", 11, answers{200, 1800 * ms, 2000 * ms, 130, ms}, full, 42.5, "at 1 number of units (4)"},
		{"most are turned away, and nothing waits", 0, answers{170, 30 * ms, 60 * ms, 160, ms}, answers{170, 30 * ms, 60 * ms, 160, ms}, 0, "(begin with 10 s of low load)"},
		{"the same after a quiet phase", 11, answers{170, 30 * ms, 60 * ms, 160, ms}, answers{170, 30 * ms, 60 * ms, 160, ms}, 0, "never measured under constant work"},
		{"others are given up: units work on those too", 0, answers{330, 40 * ms, 1000 * ms, 0, ms}, answers{170, 1900 * ms, 2100 * ms, 160, 10 * time.Second}, 0, "(begin with 10 s of low load)"},
		{"the same after a quiet phase, too", 11, answers{330, 40 * ms, 1000 * ms, 0, ms}, answers{170, 1900 * ms, 2100 * ms, 160, 10 * time.Second}, 0, "never measured under constant work"},
		{"too few to tell by one second", 0, answers{90, 40 * ms, 1000 * ms, 240, ms}, full, 0, "(begin with 10 s of low load)"},
	} {
		tl := timeline.Timeline{Readings: []timeline.Reading{reading(-1, web, timeline.Ready, 4)}}
		sum := 0.0
		for n := range c.quiet + 40 {
			second := c.later
			switch n - c.quiet {
			case 0:
				second = c.first
			default:
				if n < c.quiet {
					second = quiet
				}
			}
			tl.Seconds = append(tl.Seconds, second.second(n))
			read(&tl, timeline.Answered, n, n, sum)
			if n < c.quiet {
				sum += 30
			} else {
				sum += 170
			}
		}
		read(&tl, timeline.Answered, len(tl.Seconds), len(tl.Seconds), sum)
		q := Question{
			Demand:     traffic.NewCurve(hold(30, c.quiet), hold(330, 40)),
			Objectives: []Objective{p99}, Fleets: []Fleet{{Name: web, Kind: HPA}},
		}
		f := Analyze(tl, q).Fleets[0]
		s := f.PerUnit.Saturation
		if (s == nil) != (c.want == 0) || s != nil && math.Abs(s.Mid-c.want) > 0.5 {
			t.Errorf("%s: saturation = %v; want %v", c.name, bareRange(s), c.want)
		}
		if !strings.Contains(f.NoUSL, c.no) {
			t.Errorf("%s: no law since %q; want %q", c.name, f.NoUSL, c.no)
		}
	}
}

// By hand: 1,600 services whose times vary as much as their mean are off by 1 in
// 40 at one deviation. Parts of 76, 80, 80 and 84 deviate by 3.27, their mean by
// 1.63, and Student's t of three degrees of freedom is 2.353 at 95 %.
func TestSaturationByHand(t *testing.T) {
	one := pressing(1, 80, 120, 20)
	parted := one
	parted.Parts = []float64{76, 80, 80, 84}
	few := one
	few.Parts = []float64{40, 80, 120}
	for name, c := range map[string]struct {
		plateau Plateau
		off     float64
	}{
		"by counting":                  {one, 1.645 / 40},
		"by the spread of parts":       {parted, 2.353 * 1.633 / 80},
		"too few parts to tell spread": {few, 1.645 / 40},
	} {
		got := around(80, []Plateau{c.plateau}, 1)
		if math.Abs(got.Low-80*(1-c.off)) > 0.01 || got.Mid != 80 || math.Abs(got.High-80*(1+c.off)) > 0.01 {
			t.Errorf("%s: around(80) = %v; want ± %.3f %%", name, got, 100*c.off)
		}
	}
}

// The interval contains the truth about as often as it says.
func TestSaturationContainsTheTruth(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	const runs, each = 1000, 80.0
	contains := 0
	for range runs {
		p := pressing(2, each, 120, 12)
		p.Rate = 0
		for range 6 { // parts of 2 s
			served := 0
			for at := random.ExpFloat64(); at < 2*2*each; at += random.ExpFloat64() {
				served++
			}
			p.Parts = append(p.Parts, float64(served)/2)
			p.Rate += float64(served) / 12
		}
		if got := around(p.Rate/2, []Plateau{p}, 1); got.Low <= each && each <= got.High {
			contains++
		}
	}
	if contains < runs*88/100 || contains > runs*98/100 {
		t.Errorf("the 90 %% intervals of saturation contain it in %d of %d runs", contains, runs)
	}
}

// An objective on errors may be kept to a little beyond saturation; nothing is
// sustained there.
func TestSustainedIsNoMoreThanSaturation(t *testing.T) {
	errors := Objective{Name: "errors <= 1%", Errors: 0.01}
	of := func(n int, rate, share float64) trial {
		s := step(n, rate, 4000, share)
		s.breaches[0].Objective = errors
		return s
	}
	u := newPerUnit(web, []Objective{errors}, []trial{of(0, 60, 0), of(1, 84, 0.001), of(2, 95, 0.2)}, []Plateau{pressing(4, 80, 100, 30)}, exponentially)
	if u.Mid == nil || u.Saturation == nil || *u.Mid > u.Saturation.Mid || *u.Low > *u.Mid || *u.High < *u.Mid {
		t.Errorf("one unit = %s, saturation %v; want no more than that", u.Said, bareRange(u.Saturation))
	}
}
