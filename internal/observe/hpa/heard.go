package hpa

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// hearing is when the API last told anything: a list, a change that a watch
// delivers, the answer to a beat. What was told until then was seen:
//
//	beat       changes          beat?       given up
//	 |----------|--|--|--x-------|-----------X
//	                  |<-------- gap ---------
//
// A refusal, or a page for browsers, tells nothing of the fleet: it may be that of
// a proxy before an API that is down. Safe for concurrent use.
type hearing struct{ last atomic.Pointer[time.Time] }

func (h *hearing) note() {
	now := time.Now()
	h.last.Store(&now)
}

// since is the later of an instant and of when anything was heard.
func (h *hearing) since(at time.Time) time.Time {
	if last := h.last.Load(); last != nil && last.After(at) {
		return *last
	}
	return at
}

// wrap returns a transport that listens to what next brings.
func (h *hearing) wrap(next http.RoundTripper) http.RoundTripper { return &listener{h, next} }

type listener struct {
	hearing *hearing
	next    http.RoundTripper
}

func (l *listener) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := l.next.RoundTrip(r)
	if err == nil && answer.StatusCode == http.StatusOK && strings.HasPrefix(answer.Header.Get("Content-Type"), "application/json") {
		answer.Body = &heardBody{answer.Body, l.hearing}
	}
	return answer, err
}

// WrappedRoundTripper lets the library find the transport beneath.
func (l *listener) WrappedRoundTripper() http.RoundTripper { return l.next }

// CloseIdleConnections passes on what http.Client asks of its transport.
func (l *listener) CloseIdleConnections() {
	if closer, ok := l.next.(interface{ CloseIdleConnections() }); ok {
		closer.CloseIdleConnections()
	}
}

// heardBody takes note of what is read: a watch's answer goes on for as long as
// there is news.
type heardBody struct {
	io.ReadCloser
	hearing *hearing
}

func (b *heardBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if n > 0 {
		b.hearing.note()
	}
	return n, err
}
