package load

import (
	"context"
	"io"
	"log"
	"testing"
	"time"
)

var discard = log.New(io.Discard, "", 0)

func TestWaitPrecisely(t *testing.T) {
	for _, length := range []time.Duration{-time.Second, 0, 100 * time.Microsecond, time.Millisecond, 5 * time.Millisecond} {
		until := time.Now().Add(length)
		if !waitPrecisely(t.Context(), until) {
			t.Errorf("waitPrecisely(%s) = false; want true", length)
		}
		if early := time.Until(until); early > 0 {
			t.Errorf("waitPrecisely(%s) returned %s early", length, early)
		}
	}
}

// The bound is loose because the machine may be busy; without interruption the
// wait would take a minute.
func TestWaitEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var cancelled time.Time
	time.AfterFunc(20*time.Millisecond, func() {
		cancelled = time.Now()
		cancel()
	})
	if waitPrecisely(ctx, time.Now().Add(time.Minute)) {
		t.Error("waitPrecisely = true; want false when cancelled")
	}
	took := time.Since(cancelled)
	t.Logf("stopped %s after the cancel", took)
	if took > time.Second {
		t.Errorf("stopped %s after the cancel; want at once", took)
	}
	if waitPrecisely(ctx, time.Now().Add(-time.Second)) {
		t.Error("waitPrecisely of a past instant = true; want false when cancelled")
	}
}
