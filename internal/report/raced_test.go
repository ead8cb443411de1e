//go:build race

package report

// slowedBy is how many times as much processor time a test may take that the race
// detector watches.
const slowedBy = 15
