// Package raced says whether the race detector watches the tests. It makes
// everything some ten times as expensive, and finds in a few draws of a law what
// it finds in a hundred: so tests take a part under it, and all without it.
package raced

// Part is all without the race detector, and few with it. make laws runs the tests
// without.
func Part[T any](all, few T) T {
	if On {
		return few
	}
	return all
}
