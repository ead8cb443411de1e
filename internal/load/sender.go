package load

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"
)

// sender is the http.RoundTripper under vegeta's client. It exchanges vegeta's
// placeholder for the request that the hit is really about (so none of vegeta's
// own headers are sent) and notes at the hit what became of it.
type sender struct {
	ctx       context.Context // of every request; its end cuts them off
	timeout   time.Duration   // of one request, from its connection to the last byte of its answer
	templates []template
	flight    *flight
	network   *network
	classes   *classes
	unit      string // canonical name of the header that names the unit; empty: there is none
}

func (s *sender) RoundTrip(placeholder *http.Request) (*http.Response, error) {
	seq, err := strconv.ParseUint(placeholder.Header.Get("X-Vegeta-Seq"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("vegeta's number of the hit: %w", err)
	}
	h := s.flight.get(seq)
	h.connected = s.network.behindDoor() // where there is nothing to connect
	t := &s.templates[h.arrival.Request]
	ctx, release := context.WithTimeout(s.ctx, s.timeout)
	traced := httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{GotConn: h.gotConn})
	request := t.request(traced, h.arrival)
	answer, err := s.network.of(h.arrival.N).RoundTrip(request)
	if h.connected || err == nil {
		h.bytesOut = request.ContentLength
	}
	if err != nil {
		release()
		h.err = err
		s.flight.land(h)
		return nil, err
	}
	h.status = answer.StatusCode
	if s.unit != "" {
		h.unit = first(answer.Header[s.unit])
	}
	if !expected(h.status, t.expect) {
		h.refused = s.classes.of(h.status)
		if !s.classes.sampled(h.refused) {
			h.excerpt = &excerpt{encoding: answer.Header.Get("Content-Encoding")}
		}
	}
	if h.status == http.StatusSwitchingProtocols {
		// What follows is no answer any more, and would outlive the request's time.
		answer.Body.Close()
		answer.Body = http.NoBody
	}
	answer.Body = &body{ReadCloser: answer.Body, hit: h, over: func() {
		release()
		s.flight.land(h)
	}}
	return answer, nil
}

// first is the first of a header's values; empty where it has none.
func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

// gotConn notes the connection that a hit was given.
func (h *hit) gotConn(c httptrace.GotConnInfo) {
	h.connected = true
	h.opened = !c.Reused
	if tcp, ok := c.Conn.RemoteAddr().(*net.TCPAddr); ok {
		h.address = tcp.AddrPort().Addr().Unmap()
	}
}

// body counts an answer's body as it is read, and notes how it ended. Closing it
// ends the request.
type body struct {
	io.ReadCloser
	hit  *hit
	over func() // is told then
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hit.bytesIn += int64(n)
	if b.hit.excerpt != nil {
		b.hit.excerpt.add(p[:n])
	}
	if err != nil && err != io.EOF {
		b.hit.err = err
	}
	return n, err
}

func (b *body) Close() error {
	defer b.over()
	return b.ReadCloser.Close()
}
