//go:build !linux

package load

// waitPrecisely is the timer here: Linux is where load runs.
var waitPrecisely wait = waitByTimer
