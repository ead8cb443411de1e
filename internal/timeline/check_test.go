package timeline

import (
	"fmt"
	"testing"
)

func TestCheckOfUnits(t *testing.T) {
	for n, want := range map[int64]string{
		0: "<nil>", 12: "<nil>",
		-1:                `units: "web-0" is -1, which is no count of requests`,
		mostInASecond + 1: `units: "web-0" is 1000000000001, which is no count of requests`,
	} {
		s := Second{Second: 3, Units: map[string]int64{"web-0": n}}
		if got := fmt.Sprint(s.Check()); got != want {
			t.Errorf("Check with %d answers of a unit = %s; want %s", n, got, want)
		}
	}
}
