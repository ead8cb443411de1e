package load

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/raced"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Whatever is asked for and when, there is room for exactly as many as the cap
// allows within any span, and roomAt tells when there is again.
func TestWindow(t *testing.T) {
	for _, tt := range []struct {
		rate float64
		most int
		span time.Duration
	}{
		{1, 1, time.Second},
		{10, 10, time.Second},
		{1000, 1000, time.Second},
		{2.5, 3, 1200 * time.Millisecond},
		{0.5, 1, 2 * time.Second},
		{1e12, 1<<31 - 1, time.Second},
		{1e-12, 1, 1e9 * time.Second},
	} {
		w := newWindow(tt.rate)
		if w.most != tt.most || w.span != tt.span {
			t.Errorf("newWindow(%g) allows %d in %s; want %d in %s", tt.rate, w.most, w.span, tt.most, tt.span)
		}
		var taken []time.Duration
		random := rand.New(rand.NewPCG(1, 2))
		for now := time.Duration(0); len(taken) < 3000; {
			now += time.Duration(random.ExpFloat64() * float64(tt.span) / float64(2*tt.most))
			within := 0
			for _, at := range slices.Backward(taken) {
				if now-at >= tt.span || within == tt.most {
					break
				}
				within++
			}
			room := w.roomAt(now)
			if fits := within < tt.most; fits != (room <= now) {
				t.Fatalf("rate %g: %d of %d were sent by %s, and roomAt = %s", tt.rate, within, tt.most, now, room)
			}
			if room-now > time.Hour {
				break
			}
			now = max(now, room)
			w.take(now)
			taken = append(taken, now)
		}
		if len(w.sent) > tt.most {
			t.Errorf("rate %g: %d instants are kept; want at most %d", tt.rate, len(w.sent), tt.most)
		}
	}
}

// wakingLate waits up to so much too long.
func wakingLate(most time.Duration) wait {
	random := rand.New(rand.NewPCG(3, 4))
	return func(ctx context.Context, until time.Time) bool {
		if !time.Now().Before(until) {
			return waitByTimer(ctx, until)
		}
		return waitByTimer(ctx, until.Add(time.Duration(random.Int64N(int64(most)))))
	}
}

// Even arrivals at exactly the cap's rate are all sent, though none wakes up on
// time; and no second has more than the cap.
func TestEvenArrivalsAtTheCap(t *testing.T) {
	for _, rate := range []float64{1, 10, 33.3, 100, 1000} {
		over := raced.Part(20*time.Second, 5*time.Second)
		for _, catchUp := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var s sends
				p := planInside(s.door(start, time.Millisecond), traffic.Flat(rate, over))
				p.Start, p.Caps.Rate, p.CatchUp = start, rate, catchUp
				r, _ := runWith(t, p, wakingLate(300*time.Microsecond))
				if r.Dropped != 0 || r.Late != 0 || r.Capped {
					t.Errorf("%g/s, catch up %t: result %+v; want none dropped, none late", rate, catchUp, r)
				}
				if w := newWindow(rate); s.most(w.span) > w.most {
					t.Errorf("%g/s, catch up %t: %d sent within %s; want at most %d", rate, catchUp, s.most(w.span), w.span, w.most)
				}
			})
		}
	}
}

// However the generator stands still, what catches up is spread over the time the
// cap's rate takes for it.
func TestBacklogIsSpread(t *testing.T) {
	for _, rate := range []float64{10, 120, 500} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var s sends
			p := planInside(s.door(start, time.Millisecond), traffic.Flat(8, 30*time.Second))
			p.Start, p.Caps.Rate, p.CatchUp = start, rate, true
			r, _ := runWith(t, p, pauseOnce(start, 2*time.Second, 10*time.Second))
			if r.Dropped != 0 || r.Late < 78 {
				t.Fatalf("%g/s: result %+v; want the 80 of the stall sent late", rate, r)
			}
			for _, span := range []time.Duration{10 * time.Millisecond, 100 * time.Millisecond, time.Second} {
				// What is late by the cap's rate, 10 ms' worth, the one that begins
				// the span, and those that are on time.
				most := int((span+10*time.Millisecond).Seconds()*rate) + 1 + int(span.Seconds()*8) + 1
				if got := s.most(span); got > most {
					t.Errorf("%g/s: %d sent within %s; want at most %d", rate, got, span, most)
				}
			}
		})
	}
}
