package prescale

import (
	"fmt"
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
