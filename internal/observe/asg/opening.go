package asg

import (
	"context"
	"errors"

	"github.com/seed-f864f198/onair/internal/observe/awscall"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// opening is the first of several checks, for whose end the others wait.
type opening struct {
	ended chan struct{}
	err   error // how the call ended; only to be read then
}

func newOpening() *opening { return &opening{ended: make(chan struct{})} }

// end lets the others go on. It is called once.
func (f *opening) end(err error) {
	f.err = err
	close(f.ended)
}

// then is a look that begins when the first check has ended. There is none where that
// told all there is to tell, or never ended.
func (f *opening) then(look func(context.Context) []preflight.Finding) func(context.Context) []preflight.Finding {
	return func(ctx context.Context) []preflight.Finding {
		select {
		case <-f.ended:
		case <-ctx.Done():
			return nil
		}
		if tellsAll(f.err) {
			return nil
		}
		return look(ctx)
	}
}

// tellsAll reports whether an error of one call is that of every other about the
// same group. What is denied is so action by action.
func tellsAll(err error) bool {
	return errors.Is(err, errNoGroup) || awscall.Refused(err) || awscall.Unanswered(err) || awscall.Unknown(err) || awscall.Strange(err)
}
