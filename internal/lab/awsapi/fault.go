package awsapi

import (
	"cmp"
	"context"
	"io"
	"net"
	"net/http"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// present is the state that a call answers from, and how the API answers then;
// empty where all is well. A call that comes while the API hangs waits for the
// end of that; the error is that the caller has waited no longer.
func (s *Server) present(ctx context.Context) (state world.State, how string, err error) {
	for {
		state, _ = s.source.State()
		o := outage(state)
		if o.How != world.Hang {
			return state, o.How, nil
		}
		timer := time.NewTimer(state.Start.Add(o.At + o.For).Sub(state.Now))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return state, "", ctx.Err()
		}
	}
}

// outage is the one in force at the instant of a state; one that is none where
// all is well.
func outage(s world.State) world.Outage {
	if o := world.InForce(s.Config.Faults.AWS, s.Now.Sub(s.Start)); o != nil {
		return world.Outage{At: o.At, For: o.For, How: cmp.Or(o.How, world.Unavailable)}
	}
	return world.Outage{}
}

// spoil does what no protocol of AWS does, and says whether it did.
func spoil(w http.ResponseWriter, how string) bool {
	switch how {
	case world.Reset:
		reset(w)
	case world.HTML:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(http.StatusBadGateway)
		io.WriteString(w, gatewayPage)
	default:
		return false
	}
	return true
}

// gatewayPage is what a proxy between says.
const gatewayPage = `<html>
<head><title>502 Bad Gateway</title></head>
<body>
<center><h1>502 Bad Gateway</h1></center>
</body>
</html>
`

// reset cuts the connection as a peer that has crashed does: by TCP's RST where
// it is TCP.
func reset(w http.ResponseWriter) {
	connection, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	if tcp, ok := connection.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	connection.Close()
}

// refusedBy is the refusal of a call during an outage, nil where it gets
// through. Nobody needs a permission to ask who they are.
func refusedBy(how string, c call) *refusal {
	switch {
	case how == world.Unavailable:
		return refuse(http.StatusServiceUnavailable, "ServiceUnavailable", "Service is unable to handle request.")
	case how == world.Throttled:
		return refuse(http.StatusBadRequest, "Throttling", "Rate exceeded")
	case how == world.Denied && c.service != "sts":
		return refuse(http.StatusForbidden, "AccessDenied",
			"User: %s is not authorized to perform: %s because no identity-based policy allows the %s action", caller, c, c)
	}
	return nil
}
