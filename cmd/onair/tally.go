package main

import (
	"fmt"
	"io"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
)

// tally tells a person at a terminal how many airings have been simulated, once
// that takes longer than a moment. How many there will be nobody knows before.
type tally struct {
	out      io.Writer
	terminal bool
	began    time.Time
	next     time.Time // when to tell again
	count    int
	drawn    bool
}

const (
	moment    = time.Second
	tallyOnce = 200 * time.Millisecond // it tells at most so often
)

func newTally(out io.Writer) *tally {
	now := time.Now()
	return &tally{out: out, terminal: isTerminal(out), began: now, next: now.Add(moment)}
}

// played counts one more.
func (t *tally) played() {
	t.count++
	if !t.terminal {
		return
	}
	now := time.Now()
	if now.Before(t.next) {
		return
	}
	t.next, t.drawn = now.Add(tallyOnce), true
	fmt.Fprintf(t.out, "\r\x1b[K%s airings simulated in %s", figure.Count(t.count), figure.Elapsed(now.Sub(t.began)))
}

// done clears the line: what comes next is the answer.
func (t *tally) done() {
	if t.drawn {
		fmt.Fprint(t.out, "\r\x1b[K")
	}
}
