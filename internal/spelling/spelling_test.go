package spelling

import (
	"fmt"
	"testing"
)

func Example() {
	known := []string{"min", "max", "half_life"}
	fmt.Println(Nearest("hafl_life", known))
	fmt.Println(Nearest("colour", known))
	// Output:
	// half_life true
	//  false
}

func TestNearest(t *testing.T) {
	for _, test := range []struct {
		word, want string
		known      []string
	}{
		{"mn", "min", []string{"max", "min"}},
		{"m", "a", []string{"a", "b"}}, // the first of two that are as near
		{"min", "min", []string{"max", "min"}},
		{"abc", "", []string{"xyz"}},
		{"min", "", nil},
		{"min", "", []string{""}},
	} {
		got, ok := Nearest(test.word, test.known)
		if got != test.want || ok != (test.want != "") {
			t.Errorf("Nearest(%q, %q) = %q, %t; want %q", test.word, test.known, got, ok, test.want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, test := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"a", "", 1}, {"hafl_life", "half_life", 1}, {"basline", "baseline", 1}, {"kitten", "sitting", 3}, {"東京", "京東", 1}} {
		if got := distance(test.a, test.b); got != test.want {
			t.Errorf("distance(%q, %q) = %d; want %d", test.a, test.b, got, test.want)
		}
	}
}
