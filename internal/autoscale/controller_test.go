package autoscale_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/seed-f864f198/onair/internal/autoscale"
)

// counted is the load that a metric's pods amount to.
func counted(m autoscale.Metric) autoscale.Load {
	l := autoscale.Load{Target: m.Target, Utilisation: m.Utilisation}
	for _, p := range m.Pods {
		switch {
		case p.Ready && p.Measured:
			l.Measured++
			l.Sum += p.Value
		case p.Ready:
			l.Missing++
		default:
			l.Unready++
		}
	}
	return l
}

// ExampleController follows the load of ExampleHPA_Decide, without a word.
func ExampleController() {
	c := autoscale.NewController(autoscale.HPA{Min: 2, Max: 40})
	units := 3
	for sync := range 5 {
		load := autoscale.Load{Target: 100, Measured: units, Sum: 4500}
		units = c.Sync(noon.Add(time.Duration(sync)*15*time.Second), units, []autoscale.Load{load})
		fmt.Println(units)
	}
	// Output:
	// 6
	// 12
	// 24
	// 40
	// 40
}

// FuzzController holds the controller against Decide, sync for sync: with and without a behavior, with pods
// that are not ready or not measured, with a second metric that is sometimes not known.
func FuzzController(f *testing.F) {
	f.Add(uint8(0), []byte{30, 2, 9, 0, 30, 0, 200, 3, 5, 1, 1, 7, 0, 0, 0, 9})
	f.Add(uint8(1), []byte{30, 2, 9, 0, 30, 0, 200, 3, 5, 1, 1, 7, 0, 0, 0, 9})
	f.Add(uint8(3), []byte{255, 14, 1, 1, 4, 14, 1, 1, 4, 14, 1, 1, 4, 200, 1, 1})
	f.Add(uint8(6), []byte{255, 14, 4, 0, 250, 14, 9, 5, 240, 14, 1, 1, 4, 200, 1, 1})
	f.Fuzz(func(t *testing.T, kind uint8, bytes []byte) {
		h := autoscale.HPA{Min: 2, Max: 60}
		minute, half := time.Minute, 0.5
		if kind&1 != 0 {
			h.Behavior = &autoscale.Behavior{}
		}
		if kind&2 != 0 {
			h.Behavior = &autoscale.Behavior{
				ScaleUp:   &autoscale.Rules{Stabilization: &minute, Tolerance: &half},
				ScaleDown: &autoscale.Rules{Select: autoscale.SelectMin, Policies: []autoscale.Policy{{Type: autoscale.Pods, Value: 3, Period: minute}, {Type: autoscale.Percent, Value: 20, Period: minute}}},
			}
		}
		c := autoscale.NewController(h)
		for range 2 { // the second time after Forget
			c.Forget()
			now, current, past := noon, 1+int(kind>>3), autoscale.History{}
			for b := bytes; len(b) >= 4; b = b[4:] {
				now = now.Add(time.Duration(b[1]) * time.Second)
				first := autoscale.Metric{Name: "first", Target: 50, Utilisation: kind&4 != 0, Pods: pods(current, float64(b[0]))}
				for i := range int(b[2]) % 8 {
					if i < len(first.Pods) {
						first.Pods[i] = autoscale.Pod{Ready: i%2 == 0}
					}
				}
				metrics := []autoscale.Metric{first}
				if b[3]%3 > 0 {
					second := autoscale.Metric{Name: "second", Target: 10}
					if b[3]%3 > 1 {
						second.Pods = pods(current, float64(b[3]%32))
					}
					metrics = append(metrics, second)
				}
				loads := []autoscale.Load{}
				for _, m := range metrics {
					loads = append(loads, counted(m))
				}
				var want autoscale.Decision
				want, past = h.Decide(now, current, metrics, past)
				got := c.Sync(now, current, loads)
				if got != want.Desired {
					t.Fatalf("Sync(%v, %d, %+v) = %d; want Decide's %d", now, current, loads, got, want.Desired)
				}
				current = got
			}
		}
	})
}

func TestControllerAllocatesNothing(t *testing.T) {
	c := autoscale.NewController(autoscale.HPA{Min: 1, Max: 50, Behavior: &autoscale.Behavior{}})
	now, units, loads := noon, 1, []autoscale.Load{{Target: 1}}
	sync := func() {
		now = now.Add(15 * time.Second)
		loads[0].Measured, loads[0].Sum = units, float64(now.Unix()/60%40)
		units = c.Sync(now, units, loads)
	}
	for range 100 {
		sync()
	}
	if n := testing.AllocsPerRun(1000, sync); n != 0 {
		t.Errorf("a sync allocates %v times; want 0", n)
	}
}

func BenchmarkController(b *testing.B) {
	for _, h := range []struct {
		name string
		hpa  autoscale.HPA
	}{{"no behavior", autoscale.HPA{Min: 1, Max: 50}}, {"behavior", autoscale.HPA{Min: 1, Max: 50, Behavior: &autoscale.Behavior{}}}} {
		b.Run(h.name, func(b *testing.B) {
			c := autoscale.NewController(h.hpa)
			now, units, loads := noon, 1, []autoscale.Load{{Target: 1}}
			b.ReportAllocs()
			for b.Loop() {
				now = now.Add(15 * time.Second)
				loads[0].Measured, loads[0].Sum = units, float64(now.Unix()/60%40)
				units = c.Sync(now, units, loads)
			}
		})
	}
}
