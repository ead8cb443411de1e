package load

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
)

// sender is the http.RoundTripper under vegeta's client. It exchanges vegeta's
// placeholder for the request that the hit is really about (so none of vegeta's
// own headers are sent) and notes at the hit what became of it.
type sender struct {
	templates []template
	flight    *flight
	network   *network
}

func (s *sender) RoundTrip(placeholder *http.Request) (*http.Response, error) {
	seq, err := strconv.ParseUint(placeholder.Header.Get("X-Vegeta-Seq"), 10, 64)
	if err != nil {
		return nil, fmt.Errorf("vegeta's number of the hit: %w", err)
	}
	h := s.flight.get(seq)
	h.connected = s.network.behindDoor() // where there is nothing to connect
	t := &s.templates[h.arrival.Request]
	ctx := httptrace.WithClientTrace(placeholder.Context(), &httptrace.ClientTrace{
		GotConn: func(c httptrace.GotConnInfo) {
			h.connected = true
			h.opened = !c.Reused
			h.address = c.Conn.RemoteAddr().String()
		},
	})
	request := t.request(ctx, h.arrival)
	answer, err := s.network.of(h.arrival.N).RoundTrip(request)
	if h.connected || err == nil {
		h.bytesOut = request.ContentLength
	}
	if err != nil {
		h.err = err
		return nil, err
	}
	h.status = answer.StatusCode
	answer.Body = &body{ReadCloser: answer.Body, hit: h}
	return answer, nil
}

// body counts an answer's body as it is read, and notes how it ended.
type body struct {
	io.ReadCloser
	hit *hit
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.hit.bytesIn += int64(n)
	if err != nil && err != io.EOF {
		b.hit.err = err
	}
	return n, err
}
