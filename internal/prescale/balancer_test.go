package prescale

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// Four of five of 4,000/s are 3,200 new connections a second; so many units carry
// them, and one fewer does not.
func ExampleTakes() {
	for _, newConnections := range []float64{4000 * 0.8, 0.1, 25, 25.1, 0} {
		fmt.Println(newConnections, Takes(newConnections))
	}
	// Output:
	// 3200 128
	// 0.1 1
	// 25 1
	// 25.1 2
	// 0 0
}

func FuzzTakes(f *testing.F) {
	f.Add(3200.0)
	f.Add(0.3)
	f.Fuzz(func(t *testing.T, newConnections float64) {
		if !(newConnections > 0 && newConnections < 1e9) {
			t.Skip("no rate that a peak has")
		}
		n := float64(Takes(newConnections))
		if n*25 < newConnections*(1-1e-9) || (n-1)*25 >= newConnections {
			t.Errorf("Takes(%v) = %v; want the fewest units of 25/s each that carry it", newConnections, n)
		}
	})
}

// AWS reserves 100 capacity units or more, so that fewer are raised to that, and what
// the demand takes is said; a text never asks for fewer than are reserved.
func TestTheFewestThatAWSReserves(t *testing.T) {
	for _, c := range []struct {
		takes, reserved, want int // 0: no text
	}{
		{2, 0, 100}, {99, 0, 100}, {100, 0, 100}, {101, 0, 101}, {120, 110, 120}, {120, 120, 0}, {32, 110, 0},
	} {
		r := Reservation{Balancer: "web", Units: c.takes, Reserved: &c.reserved, Instants: evening(t)}
		all, err := r.Texts()
		if err != nil || (len(all) == 0) != (c.want == 0) {
			t.Fatalf("Texts of %+v = %v, %v; want %d units", c, all, err, c.want)
		}
		if c.want == 0 {
			continue
		}
		if apply := all[0].Apply; !strings.HasSuffix(apply, fmt.Sprintf("CapacityUnits=%d", c.want)) || !strings.Contains(all[0].Title, fmt.Sprintf("at least %d capacity units", c.want)) {
			t.Errorf("apply of %+v = %s, %s; want %d units", c, all[0].Title, apply, c.want)
		}
		raised := strings.Contains(all[0].Note, fmt.Sprintf("The demand takes %d by its new connections alone; 100 are the fewest", c.takes))
		if raised != (c.takes < 100) || !strings.Contains(all[0].Note, "L-8A66D0E6") {
			t.Errorf("note of %+v = %q; want the quota, and that it was raised: %v", c, all[0].Note, c.takes < 100)
		}
	}
}

// What is kept of a load balancer is read back; unknown stays unknown.
func TestBalancerIsReadBack(t *testing.T) {
	for text, b := range map[string]Balancer{
		`{"name":"shop","application":true,"reserved":400}`:   {"shop", true, new(400)},
		`{"name":"shop","application":true,"reserved":0}`:     {"shop", true, new(0)},
		`{"name":"gate","application":false,"reserved":null}`: {"gate", false, nil},
	} {
		if got := b.String(); got != text {
			t.Errorf("String() = %s; want %s", got, text)
		}
		got, err := ParseBalancer(text)
		if err != nil {
			t.Error(err)
		}
		if diff := cmp.Diff(b, got); diff != "" {
			t.Errorf("ParseBalancer(%s) (-want +got):\n%s", text, diff)
		}
	}
	if b, err := ParseBalancer("shop"); err == nil {
		t.Errorf("ParseBalancer(shop) = %v; want an error", b)
	}
}
