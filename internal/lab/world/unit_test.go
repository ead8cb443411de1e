package world

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// start runs a world for the length of a test.
func start(t testing.TB, c Config) *World {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w, err := Start(ctx, c)
	if err != nil {
		t.Fatalf("Start(%+v) = %v", c, err)
	}
	t.Cleanup(func() {
		cancel()
		w.Wait()
	})
	return w
}

// get makes one request through the door.
func get(w *World, ctx context.Context) (status int, unit string, err error) {
	r, _ := http.NewRequestWithContext(ctx, "GET", "http://lab/", nil)
	a, err := w.Door().RoundTrip(r)
	if err != nil {
		return 0, "", err
	}
	io.Copy(io.Discard, a.Body)
	a.Body.Close()
	return a.StatusCode, a.Header.Get(UnitHeader), nil
}

// busy keeps n requests in the world until d has passed and counts the answers within it.
func busy(w *World, n int, d time.Duration) int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	total := 0
	until := time.Now().Add(d)
	for range n {
		wg.Go(func() {
			mine := 0
			for {
				status, _, _ := get(w, context.Background())
				if time.Now().After(until) {
					break
				}
				if status == http.StatusOK {
					mine++
				}
			}
			mu.Lock()
			total += mine
			mu.Unlock()
		})
	}
	wg.Wait()
	return total
}

func TestUnitSaturatesExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{Concurrency: 4, Mean: 50 * time.Millisecond, Distribution: Constant}})
		if got, want := busy(w, 40, 60*time.Second), 80*60; got != want {
			t.Errorf("answers in 60 s = %d; want %d", got, want)
		}
	})
}

func TestUnitSaturatesOnAverage(t *testing.T) {
	for _, distribution := range []string{Exponential, Lognormal} {
		t.Run(distribution, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := start(t, Config{Seed: 1, Service: Service{Distribution: distribution}})
				const seconds = 300
				got := float64(busy(w, 8, seconds*time.Second)) / seconds
				if math.Abs(got-80) > 80*0.02 { // three standard errors of 24,000 services
					t.Errorf("saturation = %.2f/s; want 80/s", got)
				}
			})
		})
	}
}

// The short service is the harder case: a slot that waited for late timers would lose a sixth of it. A busy
// machine can only take from the rate, so the best of three tries counts.
func TestUnitSaturatesInRealTime(t *testing.T) {
	for mean, clients := range map[time.Duration]int{50 * time.Millisecond: 30, 5 * time.Millisecond: 200} {
		t.Run(mean.String(), func(t *testing.T) {
			t.Parallel()
			w := start(t, Config{Service: Service{Concurrency: 4, Mean: mean, Distribution: Constant}})
			want, got := 4/mean.Seconds(), 0.0
			const length = 1500 * time.Millisecond
			for try := 0; try < 3 && got < want*0.97; try++ {
				// Half a service on top is for the last ones of the length, which are told of a little late.
				got = float64(busy(w, clients, length+mean/2)) / length.Seconds()
			}
			if math.Abs(got-want) > want*0.03 {
				t.Errorf("saturation = %.1f/s; want %.1f/s within 3 %%", got, want)
			}
		})
	}
}

func TestQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{Concurrency: 1, Mean: time.Second, Distribution: Constant, Queue: 2}})
		began := time.Now()
		var lines [4]string
		var wg sync.WaitGroup
		for i := range lines {
			wg.Go(func() {
				status, unit, err := get(w, t.Context())
				lines[i] = fmt.Sprintf("%d at %v named=%v err=%v", status, time.Since(began), unit != "", err)
			})
			synctest.Wait() // so that they queue in order
		}
		wg.Wait()
		for i, want := range []string{
			"200 at 1s named=true err=<nil>", "200 at 2s named=true err=<nil>",
			"200 at 3s named=true err=<nil>", "503 at 0s named=true err=<nil>",
		} {
			if lines[i] != want {
				t.Errorf("request %d = %s; want %s", i, lines[i], want)
			}
		}
	})
}

func TestGivenUpRequestLeavesTheQueue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{Concurrency: 1, Mean: time.Second, Distribution: Constant, Queue: 1}})
		go get(w, t.Context())
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		defer cancel()
		if _, _, err := get(w, ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error of a request given up in the queue = %v; want %v", err, context.DeadlineExceeded)
		}
		began := time.Now()
		if status, _, _ := get(w, t.Context()); status != 200 { // its place is free again
			t.Errorf("status of the next = %d; want 200", status)
		}
		if got, want := time.Since(began), 1700*time.Millisecond; got != want {
			t.Errorf("response time of the next = %v; want %v: the one given up takes no slot", got, want)
		}
	})
}

// A service whose caller has gone occupies its slot to its end, and then the queue moves on by itself.
func TestGivenUpServiceGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{Concurrency: 1, Mean: time.Second, Distribution: Constant}})
		client := &http.Client{Transport: w.Door(), Timeout: 300 * time.Millisecond}
		go func() {
			if _, err := client.Get("http://lab/"); err == nil {
				t.Error("error past the client's timeout = nil")
			}
		}()
		synctest.Wait()
		began := time.Now()
		get(w, t.Context())
		if got, want := time.Since(began), 2*time.Second; got != want {
			t.Errorf("response time behind a given-up service = %v; want %v", got, want)
		}
	})
}

func TestUnitDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := start(t, Config{Service: Service{Concurrency: 1, Mean: time.Second, Distribution: Constant}}).router.pick()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if got := u.serve(t.Context()); got != served {
					t.Errorf("serve of a draining unit = %v; want %v", got, served)
				}
			})
		}
		synctest.Wait()
		began := time.Now()
		drained := make(chan struct{})
		if u.drain(func() { close(drained) }) {
			t.Fatal("drain with requests inside = true")
		}
		<-drained
		if got, want := time.Since(began), 3*time.Second; got != want {
			t.Errorf("drained after %v; want %v", got, want)
		}
		wg.Wait()
	})
}

func TestUtilisation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, Config{Service: Service{Concurrency: 4, Mean: time.Second, Distribution: Constant}})
		u := w.router.pick()
		from := u.meter()
		for range 6 { // 4 at once, then 2: of 1.5 s x 4 slots, 4 + 2 x 0.5 slot-seconds are busy
			go u.serve(t.Context())
		}
		time.Sleep(1500 * time.Millisecond)
		if got, want := u.utilisation(from, u.meter()), 5.0/6; math.Abs(got-want) > 1e-9 {
			t.Errorf("utilisation = %v; want %v", got, want)
		}
		if got, want := u.rate(from, u.meter()), 4/1.5; math.Abs(got-want) > 1e-9 {
			t.Errorf("rate = %v; want %v", got, want)
		}
		time.Sleep(time.Second)
	})
}

func TestServeHTTP(t *testing.T) {
	w := start(t, Config{Service: Service{Mean: time.Millisecond}})
	server := httptest.NewServer(w)
	defer server.Close()
	a, err := http.Get(server.URL + "/any?path=1")
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	body, _ := io.ReadAll(a.Body)
	s, _ := w.State()
	if a.StatusCode != 200 || string(body) != "ok\n" || a.Header.Get(UnitHeader) != s.Pods[0].Name {
		t.Errorf("answer = %d %q by %q; want 200 \"ok\\n\" by %q", a.StatusCode, body, a.Header.Get(UnitHeader), s.Pods[0].Name)
	}
}

func TestNoUnitIsReady(t *testing.T) {
	w := start(t, Config{Group: &Group{Min: 0, Max: 2, Desired: 1, Boot: time.Hour}})
	w.router.set(nil)
	if status, unit, err := get(w, t.Context()); status != 503 || unit != "" || err != nil {
		t.Errorf("answer = %d by %q, %v; want 503 by nobody", status, unit, err)
	}
}

// BenchmarkDoor measures the path of a request without its service time.
func BenchmarkDoor(b *testing.B) {
	w := start(b, Config{Service: Service{Concurrency: 64, Mean: time.Nanosecond, Distribution: Constant}, Pods: Pods{Start: 10}})
	door := w.Door()
	r, _ := http.NewRequest("GET", "http://lab/", nil)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			a, err := door.RoundTrip(r)
			if err != nil || a.StatusCode != 200 {
				b.Error(a, err)
				return
			}
		}
	})
}

// BenchmarkDoorWaiting is the same with timers: requests that are served for 5 ms, a thousand at a time.
func BenchmarkDoorWaiting(b *testing.B) {
	w := start(b, Config{Service: Service{Concurrency: 128, Mean: 5 * time.Millisecond}, Pods: Pods{Start: 10}})
	door := w.Door()
	r, _ := http.NewRequest("GET", "http://lab/", nil)
	b.ReportAllocs()
	b.SetParallelism(500)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := door.RoundTrip(r); err != nil {
				b.Error(err)
				return
			}
		}
	})
}
