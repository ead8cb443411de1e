package world

import (
	"fmt"
	"testing"
	"time"
)

func ExampleInForce() {
	outages := []Outage{
		{At: 60 * time.Second, For: 30 * time.Second, How: Hang},
		{At: 80 * time.Second, For: 20 * time.Second, How: Denied},
	}
	for _, at := range []time.Duration{59 * time.Second, 60 * time.Second, 85 * time.Second, 90 * time.Second, 100 * time.Second} {
		if o := InForce(outages, at); o != nil {
			fmt.Println(at, o.How, "until", o.End())
		} else {
			fmt.Println(at, "none")
		}
	}
	// Output:
	// 59s none
	// 1m0s hang until 1m30s
	// 1m25s hang until 1m30s
	// 1m30s denied until 1m40s
	// 1m40s none
}

func TestNextOutage(t *testing.T) {
	outages := []Outage{{At: 90 * time.Second}, {At: 0}, {At: 60 * time.Second}}
	for _, c := range []struct {
		after, want time.Duration
		ok          bool
	}{{-1, 0, true}, {0, time.Minute, true}, {61 * time.Second, 90 * time.Second, true}, {90 * time.Second, 0, false}} {
		if got, ok := NextOutage(outages, c.after); got != c.want || ok != c.ok {
			t.Errorf("NextOutage(%v) = %v, %t; want %v, %t", c.after, got, ok, c.want, c.ok)
		}
	}
}
