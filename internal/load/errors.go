package load

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Classes of failed requests. Together with timeline.GeneratorLimit and those of
// statuses that were not expected ("status_503") they are all there are, so that
// a run of any length reports a bounded number.
const (
	classDNS             = "dns"              // the host's name was not resolved
	classRefused         = "blocked_address"  // its address is never connected to
	classConnectRefused  = "connect_refused"  // nobody listens
	classConnectTimeout  = "connect_timeout"  // no connection within the timeout, handshake included
	classTLS             = "tls"              // the handshake failed
	classReset           = "reset"            // the connection was reset
	classEOF             = "eof"              // it was closed before the whole answer had come
	classResponseTimeout = "response_timeout" // no whole answer within the timeout
	classCancelled       = timeline.Cancelled // cut off at the end of the run
	classOther           = "other"
)

// class returns the class of a failed hit, and "" for one that succeeded.
func (h *hit) class() string {
	switch {
	case h.err != nil:
		return classify(h.err, h.connected)
	case h.status == 0:
		return classOther
	}
	return h.refused
}

// A run tells apart at most so many statuses that were not expected; all further
// ones, and those that no service should answer, are of one class.
const (
	mostStatuses     = 24
	classOtherStatus = "status_other"
)

// classes names the classes of statuses and remembers which classes have their
// sample. Safe for concurrent use.
type classes struct {
	mu       sync.Mutex
	statuses map[int]string
	samples  map[string]bool
}

func newClasses() *classes {
	return &classes{statuses: make(map[int]string), samples: make(map[string]bool)}
}

// of returns the class of a status that was not expected.
func (c *classes) of(status int) string {
	if status < 100 || status > 599 {
		return classOtherStatus
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	class, known := c.statuses[status]
	switch {
	case known:
	case len(c.statuses) >= mostStatuses:
		class = classOtherStatus
	default:
		class = "status_" + strconv.Itoa(status)
		c.statuses[status] = class
	}
	return class
}

// sampled tells whether a class has its sample.
func (c *classes) sampled(class string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.samples[class]
}

// sample tells whether this is the class's first failure, which is its sample.
func (c *classes) sample(class string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	first := !c.samples[class]
	c.samples[class] = true
	return first
}

func expected(status int, expect []int) bool {
	if len(expect) == 0 {
		return status >= 200 && status < 400
	}
	return slices.Contains(expect, status)
}

// classify returns the class of a request's error; connected tells whether it
// had a connection by then.
func classify(err error, connected bool) string {
	var dns *net.DNSError
	var handshake *handshakeError
	switch {
	case errors.Is(err, ErrRefused):
		return classRefused
	case errors.As(err, &dns):
		return classDNS
	case errors.Is(err, context.Canceled):
		return classCancelled
	case isTimeout(err):
		if connected {
			return classResponseTimeout
		}
		return classConnectTimeout
	case errors.As(err, &handshake):
		return classTLS
	case errors.Is(err, syscall.ECONNREFUSED):
		return classConnectRefused
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return classReset
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return timeline.GeneratorLimit
	case isEOF(err):
		return classEOF
	}
	return classOther
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout()
}

// isEOF also knows net/http's word for a kept connection that the server closed
// just when it was used, which is no exported value.
func isEOF(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "server closed idle connection")
}
