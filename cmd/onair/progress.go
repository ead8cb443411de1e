package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/term"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/scenario"
)

// plainEvery is how often a line is written where nobody sees it move.
const plainEvery = 5 * time.Second

// progress tells a person how far the run is: one line that moves on a
// terminal, a line every few seconds elsewhere.
type progress struct {
	ctx      context.Context // its end stops sending
	out      io.Writer
	terminal bool
	s        *scenario.Scenario
	next     time.Duration
	drawn    bool
}

func newProgress(ctx context.Context, out io.Writer, s *scenario.Scenario) *progress {
	return &progress{ctx: ctx, out: out, terminal: isTerminal(out), s: s}
}

func isTerminal(out io.Writer) bool {
	file, ok := out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
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
		return "starting in " + figure.Duration((-now.Offset).Round(time.Second))
	}
	line := fmt.Sprintf("%s of %s  %7s  p99 %-7s  in flight %s  sent %s",
		figure.Elapsed(now.Offset), figure.Elapsed(whole), figure.Rate(now.Rate), p99(now),
		figure.Count(now.InFlight), figure.Count(now.Sent))
	if now.Failed > 0 {
		line += "  failed " + figure.Count(now.Failed)
	}
	if now.Dropped > 0 {
		line += "  dropped " + figure.Count(now.Dropped)
	}
	switch {
	case p.ctx.Err() != nil:
		line += "  (stopping; again to quit)"
	case now.Offset > whole:
		line += "  (waiting for the last answers)"
	}
	return line
}

// p99 is unknown while nothing is answered.
func p99(now load.Progress) string {
	if now.P99 == 0 {
		return figure.Unknown
	}
	return figure.Duration(now.P99)
}
