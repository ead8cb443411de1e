//go:build race

package raced

// On is true where the race detector watches.
const On = true
