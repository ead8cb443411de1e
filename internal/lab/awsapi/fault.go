package awsapi

import (
	"io"
	"net"
	"net/http"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// outage is how the AWS API answers at the instant of a state, by the latest
// stated outage that it lies in; empty where all is well.
func outage(s world.State) string {
	since, how := s.Now.Sub(s.Start), ""
	for _, o := range s.Config.Faults.AWS {
		if since < o.At || since >= o.At+o.For {
			continue
		}
		if how = o.How; how == "" {
			how = world.Unavailable
		}
	}
	return how
}

// spoil does what no protocol of AWS does, and says whether it did.
func spoil(w http.ResponseWriter, r *http.Request, how string) bool {
	switch how {
	case world.Reset:
		reset(w)
	case world.Hang:
		// A server notices that a client has gone once the body is read.
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	case world.HTML:
		w.Header().Set("Content-Type", "text/html")
		io.WriteString(w, "<!DOCTYPE html>\n<html><head><title>Maintenance</title></head><body>We will be back soon.</body></html>\n")
	default:
		return false
	}
	return true
}

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
