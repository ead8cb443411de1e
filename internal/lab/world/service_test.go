package world

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seed-f864f198/onair/internal/truth"
)

// Of bimodal times longer than x there are (1-p) exp(-x/q) + p exp(-x/(k q)), with q = mean / (1 - p + p k).
func TestBimodal(t *testing.T) {
	const mean, share, times, n = 0.05, 0.05, 10.0, 400_000
	s := Service{Mean: 50 * time.Millisecond, Distribution: Bimodal}
	s.complete()
	own := s.draws(1, 1)
	other, random := truth.Bimodal(mean, share, times), rand.New(rand.NewPCG(1, 2))
	q := mean / (1 - share + share*times)
	for name, draw := range map[string]func() float64{
		"world": func() float64 { return time.Duration(own()).Seconds() },
		"truth": func() float64 { return other(random) },
	} {
		drawn := make([]float64, n)
		var sum, squares float64
		for i := range drawn {
			drawn[i] = draw()
			sum += drawn[i]
			squares += drawn[i] * drawn[i]
		}
		deviation := math.Sqrt(squares/n - sum/n*sum/n)
		if got := sum / n; math.Abs(got-mean) > 4*deviation/math.Sqrt(n) {
			t.Errorf("%s: mean of %d times = %v; want %v", name, n, got, mean)
		}
		slices.Sort(drawn)
		for _, x := range []float64{q / 10, q, 3 * q, 10 * q, 30 * q} {
			at, _ := slices.BinarySearch(drawn, x)
			got := 1 - float64(at)/n
			want := (1-share)*math.Exp(-x/q) + share*math.Exp(-x/(times*q))
			if math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/n) {
				t.Errorf("%s: share of times above %.4f s = %.5f; want %.5f", name, x, got, want)
			}
		}
	}
}

// N units of constant times saturate at N g / (1 + a (N-1) + b N (N-1)).
func TestUnitsSaturateByTheLaw(t *testing.T) {
	const seconds, slots, alone = 60, 4, 80.0 // 4 slots of 50 ms
	for _, c := range []struct{ contention, coherence float64 }{{0, 0}, {0.05, 0}, {0, 0.01}, {0.05, 0.01}, {1, 0}} {
		for _, n := range []int{1, 2, 5, 12} {
			t.Run(fmt.Sprintf("%v %v %d", c.contention, c.coherence, n), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := start(t, Config{Pods: Pods{Start: n}, Service: Service{
						Concurrency: slots, Distribution: Constant, Contention: c.contention, Coherence: c.coherence,
					}})
					units := float64(n)
					want := units * alone / (1 + c.contention*(units-1) + c.coherence*units*(units-1)) * seconds
					// What is under way at the end is not counted: one answer of every slot at most.
					if got := float64(busy(w, 3*slots*n, seconds*time.Second)); got > want+1 || got < want-slots*units {
						t.Errorf("answers in %d s = %v; want %v, less at most %v under way", seconds, got, want, slots*units)
					}
				})
			})
		}
	}
}

// Units that come lengthen the services that begin from then on, and no others.
func TestSlowdownCountsUnitsWhenAServiceBegins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{Concurrency: 2, Mean: time.Second, Distribution: Constant, Contention: 0.5}})
		u := w.router.pick()
		took := make([]time.Duration, 2)
		var wg sync.WaitGroup
		for i := range took {
			wg.Go(func() {
				began := time.Now()
				u.serve(t.Context())
				took[i] = time.Since(began)
			})
			time.Sleep(100 * time.Millisecond)
			w.mu.Lock()
			w.router.add(w.newUnit("another"))
			w.mu.Unlock()
		}
		wg.Wait()
		if want := []time.Duration{time.Second, 1500 * time.Millisecond}; !slices.Equal(took, want) {
			t.Errorf("services took %v; want %v: one begun alone, one with another unit", took, want)
		}
	})
}

// answered is the response times of n requests, rate a second and evenly, in order of arrival.
func answered(w *World, rate float64, n int) []float64 {
	took := make([]float64, n)
	var wg sync.WaitGroup
	began := time.Now()
	for k := range n {
		due := began.Add(time.Duration(math.Round(float64(k) / rate * 1e9)))
		time.Sleep(time.Until(due))
		wg.Go(func() {
			get(w, context.Background())
			took[k] = time.Since(due).Seconds()
		})
	}
	wg.Wait()
	return took
}

func fixed(v float64) func(*rand.Rand) float64 { return func(*rand.Rand) float64 { return v } }

// With constant times the world and the simulation answer every request alike, with and without what is
// shared, below saturation and above it.
func TestSharedAnswersAsTheTruth(t *testing.T) {
	const units, slots, own, common = 3, 4, 0.0313, 0.0171 // shared: 2 slots, so 117/s
	for _, rate := range []float64{20, 100.7, 116.3, 131.9} {
		for _, shares := range []bool{true, false} {
			t.Run(fmt.Sprintf("%v/s %v", rate, shares), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := Service{Concurrency: slots, Mean: seconds(own), Distribution: Constant}
					model := truth.Service{Units: units, Concurrency: slots, Queue: 200, Draw: fixed(own)}
					if shares {
						s.Shared = &Shared{Concurrency: 2, Mean: seconds(common), Distribution: Constant}
						model.Shared = &truth.Shared{Concurrency: 2, Draw: fixed(common)}
					}
					const n = 1000
					want := map[float64]float64{}
					for a := range model.Answers(1, truth.Evenly(rate, n)) {
						want[a.Due] = a.At - a.Due
					}
					got := answered(start(t, Config{Pods: Pods{Start: units}, Service: s}), rate, n)
					for k, took := range got {
						if w := want[float64(k)/rate]; math.Abs(took-w) > 1e-5 {
							t.Fatalf("response time of request %d = %.6f s; want %.6f s", k, took, w)
						}
					}
				})
			})
		}
	}
}

// With random times it is the share of slow answers that is alike.
func TestSharedIsAsSlowAsTheTruth(t *testing.T) {
	for _, c := range []struct {
		distribution string
		limit        float64
		draw         func(mean float64) func(*rand.Rand) float64
	}{
		{Exponential, 0.15, truth.Exponential},
		{Bimodal, 0.15, func(mean float64) func(*rand.Rand) float64 { return truth.Bimodal(mean, 0.05, 10) }},
		{Lognormal, 0.1, func(mean float64) func(*rand.Rand) float64 { return truth.Lognormal(mean, 0.5) }},
	} {
		t.Run(c.distribution, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const units, slots, rate, n = 3, 4, 80.0, 40_000
				w := start(t, Config{Seed: 3, Pods: Pods{Start: units}, Service: Service{
					Concurrency: slots, Mean: 30 * time.Millisecond, Distribution: c.distribution,
					Shared: &Shared{Concurrency: 2, Mean: 20 * time.Millisecond, Distribution: c.distribution},
				}})
				slow := 0.0
				for _, took := range answered(w, rate, n) {
					if took > c.limit {
						slow++
					}
				}
				got := slow / n
				want := truth.Service{
					Units: units, Concurrency: slots, Queue: 200, Draw: c.draw(0.03),
					Shared: &truth.Shared{Concurrency: 2, Draw: c.draw(0.02)},
				}.Slow(rate, c.limit, 10*n)
				// Slow answers come in bursts, so that n of them tell as much as a tenth of n single ones.
				if math.Abs(got-want) > 4*math.Sqrt(want*(1-want)/(n/10)) || want < 0.005 {
					t.Errorf("share of answers above %v s = %.4f; want %.4f, and not too few to tell", c.limit, got, want)
				}
			})
		})
	}
}

// What is shared bounds all units together, however many there are.
func TestSharedSaturates(t *testing.T) {
	for _, units := range []int{1, 4, 16} {
		synctest.Test(t, func(t *testing.T) {
			w := start(t, Config{Pods: Pods{Start: units}, Service: Service{
				Concurrency: 4, Mean: 10 * time.Millisecond, Distribution: Constant,
				Shared: &Shared{Concurrency: 2, Mean: 40 * time.Millisecond, Distribution: Constant},
			}})
			const want = 60 * 2 / 0.04
			if got := float64(busy(w, 12*units, time.Minute)); math.Abs(got-want) > 8 {
				t.Errorf("answers of %d units in 60 s = %v; want %v", units, got, want)
			}
		})
	}
}

// A slot is busy while its request waits for what is shared: of the first half second of 4 slots, 4 requests
// that take 100 ms one after the other and 20 ms of their own hold 120 + 220 + 320 + 420 ms.
func TestWaitingForTheSharedIsUtilisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{
			Concurrency: 4, Mean: 20 * time.Millisecond, Distribution: Constant,
			Shared: &Shared{Concurrency: 1, Mean: 100 * time.Millisecond, Distribution: Constant},
		}})
		u := w.router.pick()
		from := u.meter()
		for range 4 {
			go u.serve(t.Context())
		}
		time.Sleep(250 * time.Millisecond)
		if got, want := u.utilisation(from, u.meter()), (0.12+0.22+0.25+0.25)/1; math.Abs(got-want) > 1e-9 {
			t.Errorf("utilisation of the first quarter second = %v; want %v", got, want)
		}
		time.Sleep(250 * time.Millisecond)
		if got, want := u.utilisation(from, u.meter()), (0.12+0.22+0.32+0.42)/2; math.Abs(got-want) > 1e-9 {
			t.Errorf("utilisation of half a second = %v; want %v", got, want)
		}
	})
}

// FuzzShared holds the closed form against one that keeps whole lists: of requests that come in order, each
// begins when it has come and fewer than all slots are taken.
func FuzzShared(f *testing.F) {
	f.Add(uint64(1), 1)
	f.Add(uint64(2), 3)
	f.Fuzz(func(t *testing.T, seed uint64, slots int) {
		slots = 1 + (slots&0x7fffffff)%8
		random := rand.New(rand.NewPCG(seed, 0))
		var length int64
		s := &shared{draw: func() int64 { return length }, free: make([]int64, slots)}
		var ends []int64
		at := int64(0)
		for range 200 {
			at += random.Int64N(100)
			length = random.Int64N(300)
			got := s.take(at)
			began := at
			if len(ends) >= slots { // the earliest instant at which all but slots-1 of those before are done
				sorted := slices.Sorted(slices.Values(ends))
				began = max(at, sorted[len(sorted)-slots])
			}
			if want := began + length; got != want {
				t.Fatalf("take(%d) of %d slots = %d; want %d", at, slots, got, want)
			}
			ends = append(ends, got)
		}
	})
}

func seconds(v float64) time.Duration { return time.Duration(math.Round(v * 1e9)) }
