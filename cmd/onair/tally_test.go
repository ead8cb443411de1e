package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// A second passes without a word, then the line moves five times a second at most,
// and it is gone at the end; where nobody sees it move there is none.
func TestTally(t *testing.T) {
	for _, c := range []struct {
		terminal bool
		lasts    time.Duration
		want     string
	}{
		{true, 900 * time.Millisecond, ""},
		{true, 1500 * time.Millisecond, "\r\x1b[K10 airings simulated in 00:01\r\x1b[K12 airings simulated in 00:01\r\x1b[K14 airings simulated in 00:01\r\x1b[K"},
		{false, 1500 * time.Millisecond, ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var out strings.Builder
			count := newTally(&out)
			count.terminal = c.terminal
			for range c.lasts / (100 * time.Millisecond) {
				time.Sleep(100 * time.Millisecond)
				count.played()
			}
			count.done()
			if got := out.String(); got != c.want {
				t.Errorf("terminal %v, %s: told %q; want %q", c.terminal, c.lasts, got, c.want)
			}
		})
	}
}
