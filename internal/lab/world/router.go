package world

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"slices"
	"sync/atomic"
)

// UnitHeader names the unit in each answer.
const UnitHeader = "X-Unit"

// router spreads requests over the ready units in turn (round robin, the default of an Application Load
// Balancer; a Kubernetes Service spreads about as evenly, at random). It knows nothing of their queues.
type router struct {
	ready  atomic.Pointer[[]*unit]
	turn   atomic.Uint64
	counts counts
}

// pick returns the next unit, nil where none is ready.
func (r *router) pick() *unit {
	units := r.ready.Load()
	if units == nil || len(*units) == 0 {
		return nil
	}
	return (*units)[r.turn.Add(1)%uint64(len(*units))]
}

// set replaces the ready units.
func (r *router) set(units []*unit) { r.ready.Store(&units) }

// members returns the ready units.
func (r *router) members() []*unit {
	if units := r.ready.Load(); units != nil {
		return *units
	}
	return nil
}

func (r *router) add(u *unit) { r.set(append(slices.Clone(r.members()), u)) }

func (r *router) remove(u *unit) {
	r.set(slices.DeleteFunc(slices.Clone(r.members()), func(m *unit) bool { return m == u }))
}

var (
	bodyServed  = []byte("ok\n")
	bodyRefused = []byte("queue full\n")
	bodyNoUnit  = []byte("no unit is ready\n")
	bodyGone    = []byte("request given up\n")
	noUnit      = answerHeader("")
)

func answerHeader(unit string) http.Header {
	h := http.Header{"Content-Type": {"text/plain; charset=utf-8"}}
	if unit != "" {
		h[UnitHeader] = []string{unit}
	}
	return h
}

// ServeHTTP routes a request to a ready unit: 200 when served, 503 where no unit is ready or the unit's
// queue is full. Where the unit crashes meanwhile, the connection is closed without an answer. Path, method and body make no difference.
func (w *World) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	// Read to its end, or the server could not see a client that goes away.
	io.Copy(io.Discard, r.Body)
	u := w.router.pick()
	status, header, body := http.StatusServiceUnavailable, noUnit, bodyNoUnit
	if u != nil {
		header = u.header
		switch w.router.counts.note(u.serve(r.Context())) {
		case served:
			status, body = http.StatusOK, bodyServed
		case refused:
			body = bodyRefused
		case abandoned:
			body = bodyGone
		case cut:
			panic(http.ErrAbortHandler) // closes the connection
		}
	}
	maps.Copy(rw.Header(), header)
	rw.WriteHeader(status)
	rw.Write(body)
}

// Door is the same service without a network: an in-memory RoundTripper, for synctest bubbles. It heeds
// the request's context, and so an http.Client's timeout.
func (w *World) Door() http.RoundTripper { return door{&w.router} }

type door struct{ router *router }

func (d door) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		io.Copy(io.Discard, r.Body)
		r.Body.Close()
	}
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	u := d.router.pick()
	if u == nil {
		return answer(r, http.StatusServiceUnavailable, noUnit, bodyNoUnit), nil
	}
	switch d.router.counts.note(u.serve(r.Context())) {
	case served:
		return answer(r, http.StatusOK, u.header, bodyServed), nil
	case refused:
		return answer(r, http.StatusServiceUnavailable, u.header, bodyRefused), nil
	case cut:
		return nil, io.EOF // as of a connection that was closed
	}
	return nil, r.Context().Err()
}

func answer(r *http.Request, status int, header http.Header, body []byte) *http.Response {
	return &http.Response{
		Status:        statusLine[status],
		StatusCode:    status,
		Proto:         "HTTP/1.1",
		ProtoMajor:    1,
		ProtoMinor:    1,
		Header:        maps.Clone(header),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
		Request:       r,
	}
}

var statusLine = map[int]string{
	http.StatusOK:                 "200 OK",
	http.StatusServiceUnavailable: "503 Service Unavailable",
}
