package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// plainEvery is how often a line is written where nobody sees it move.
const plainEvery = 5 * time.Second

// progress tells a person how far the run is: one line that moves on a
// terminal, a line every few seconds elsewhere.
type progress struct {
	out      io.Writer
	terminal bool
	s        *scenario.Scenario
	next     time.Duration
	drawn    bool
}

func newProgress(out io.Writer, s *scenario.Scenario) *progress {
	file, ok := out.(*os.File)
	return &progress{out: out, terminal: ok && term.IsTerminal(int(file.Fd())), s: s}
}

func (p *progress) show(now load.Progress) {
	if p.terminal {
		fmt.Fprintf(p.out, "\r\x1b[K%s", p.line(now))
		p.drawn = true
		return
	}
	if now.Offset >= p.next {
		fmt.Fprintln(p.out, p.line(now))
		p.next = now.Offset.Truncate(plainEvery) + plainEvery
	}
}

// done leaves the terminal's cursor on a line of its own.
func (p *progress) done() {
	if p.drawn {
		fmt.Fprintln(p.out)
	}
}

func (p *progress) line(now load.Progress) string {
	whole := p.s.Traffic.Curve.Duration()
	if now.Offset < 0 {
		return fmt.Sprintf("starting in %.0f s", (-now.Offset).Seconds())
	}
	line := fmt.Sprintf("%s of %s  %4.0f/s  p99 %v  in flight %d  sent %d",
		minutes(now.Offset), minutes(whole), now.Rate, now.P99.Round(time.Millisecond), now.InFlight, now.Sent)
	if now.Failed > 0 {
		line += fmt.Sprintf("  failed %d", now.Failed)
	}
	if now.Dropped > 0 {
		line += fmt.Sprintf("  dropped %d", now.Dropped)
	}
	if now.Offset > whole {
		line += "  (waiting for the last answers)"
	}
	return line
}

func minutes(d time.Duration) string {
	s := int(d.Seconds())
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
