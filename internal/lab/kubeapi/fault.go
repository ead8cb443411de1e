package kubeapi

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// outage is the one in force now, nil where there is none.
func (s *Server) outage() *world.Outage {
	return world.InForce(s.faults.Kube, time.Since(s.start))
}

// fail answers as the outage that is in force does. It reports whether it did:
// where there is none, or one was waited for until it ended, the request is still
// to be answered.
func (s *Server) fail(w http.ResponseWriter, r *http.Request) bool {
	for {
		o := s.outage()
		if o == nil {
			return false
		}
		switch o.How {
		case world.Hang:
			s.hang(r, s.start.Add(o.End()))
			continue
		case world.Reset:
			reset(w)
		case world.HTML:
			writePage(w)
		case world.Throttled:
			w.Header().Set("Retry-After", "1")
			writeStatus(w, apierrors.NewTooManyRequests("the server has received too many requests and has asked us to try again later", 1))
		case world.Denied:
			if r.URL.Path == reviewPath {
				return false // who may do nothing may still ask
			}
			writeStatus(w, forbidden(r))
		default:
			writeStatus(w, apierrors.NewServiceUnavailable("the API server of this staging is unavailable"))
		}
		return true
	}
}

// hang waits for an instant. A client that gives up before gets no answer, nor
// does any when the server stops.
func (s *Server) hang(r *http.Request, until time.Time) {
	timer := time.NewTimer(time.Until(until))
	defer timer.Stop()
	select {
	case <-timer.C:
		return
	case <-r.Context().Done():
	case <-s.done:
	}
	panic(http.ErrAbortHandler)
}

// reset ends the connection as a machine does that knows nothing of it.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // HTTP/2 has no connection for one request alone
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		err = tcp.SetLinger(0)
	}
	if err := errors.Join(err, conn.Close()); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// writePage answers as a proxy before the API server does.
func writePage(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(http.StatusBadGateway)
	fmt.Fprint(w, "<html>\n<head><title>502 Bad Gateway</title></head>\n<body>\n<center><h1>502 Bad Gateway</h1></center>\n</body>\n</html>\n")
}

// forbidden says in the original's words what a request may not do.
func forbidden(r *http.Request) error {
	const user = "system:anonymous"
	ask, err := parseAsk(r)
	if err != nil {
		refused := apierrors.NewForbidden(schema.GroupResource{}, "", nil)
		refused.ErrStatus.Message = fmt.Sprintf("forbidden: User %q cannot get path %q", user, r.URL.Path)
		return refused
	}
	where := "at the cluster scope"
	if ask.namespace != "" {
		where = fmt.Sprintf("in the namespace %q", ask.namespace)
	}
	why := fmt.Sprintf("User %q cannot %s resource %q in API group %q %s", user, ask.verb(), ask.resource.plural(), ask.resource.group, where)
	return apierrors.NewForbidden(ask.resource.groupResource(), ask.name, errors.New(why))
}

// untilCut returns a channel that delivers when the next outage begins and cuts
// the watches, and what ends it; nil where none is to come.
func (s *Server) untilCut() (cut <-chan time.Time, stop func()) {
	at, ok := world.NextOutage(s.faults.Kube, time.Since(s.start))
	if !ok {
		return nil, func() {}
	}
	timer := time.NewTimer(time.Until(s.start.Add(at)))
	return timer.C, func() { timer.Stop() }
}

// expireWatches makes the history forget, so that each watch is told and has to
// list again, every so often until ctx ends.
func (s *Server) expireWatches(ctx context.Context) {
	if s.faults.ExpireWatches <= 0 {
		return
	}
	ticks := time.NewTicker(s.faults.ExpireWatches)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticks.C:
			s.history.expire()
		}
	}
}
