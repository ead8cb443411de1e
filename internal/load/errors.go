package load

import (
	"context"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/seed-f864f198/onair/internal/timeline"
)

// Classes of failed requests. Together with timeline.GeneratorLimit and one for
// each status that was not expected ("status_503") they are all there are, so
// that a run of any length reports a bounded number.
const (
	classDNS             = "dns"              // the host's name was not resolved
	classRefused         = "blocked_address"  // its address is never connected to
	classConnectRefused  = "connect_refused"  // nobody listens
	classConnectTimeout  = "connect_timeout"  // no connection within the timeout, handshake included
	classTLS             = "tls"              // the handshake failed
	classReset           = "reset"            // the connection was reset
	classEOF             = "eof"              // it was closed before the whole answer had come
	classResponseTimeout = "response_timeout" // no whole answer within the timeout
	classCancelled       = "cancelled"        // cut off at the end of the run
	classOther           = "other"
)

// class returns the class of a failed hit, and "" for one that succeeded.
func (h *hit) class(expect []int) string {
	switch {
	case h.err != nil:
		return classify(h.err, h.connected)
	case h.status == 0:
		return classOther
	case expected(h.status, expect):
		return ""
	}
	return "status_" + strconv.Itoa(h.status)
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
