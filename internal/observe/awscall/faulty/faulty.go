// Package faulty answers as AWS and the way to it do on a bad day, so that tests
// show each observer live through it.
package faulty

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
)

// Form writes an error as one of AWS's protocols does.
type Form func(w http.ResponseWriter, status int, code, message string)

// Query is the form of Auto Scaling and Elastic Load Balancing.
func Query(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "text/xml")
	w.WriteHeader(status)
	fmt.Fprintf(w, "<ErrorResponse><Error><Type>Sender</Type><Code>%s</Code><Message>%s</Message></Error><RequestId>1</RequestId></ErrorResponse>", code, message)
}

// JSON is the form of Service Quotas.
func JSON(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"__type":%q,"message":%q}`, code, message)
}

// Fault is one way in which AWS does not answer what it was asked.
type Fault struct {
	Name  string
	Serve http.HandlerFunc
	Cause string // what awscall makes of it, or a part
	Ends  bool   // asking again will not mend it
}

// All are the faults of a service that writes errors in a form and is asked one
// action, as IAM names it ("autoscaling:DescribePolicies"), with a deadline that
// is written so ("200 ms").
func All(form Form, action, deadline string) []Fault {
	_, call, _ := strings.Cut(action, ":")
	refused := func(status int, code, message string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { form(w, status, code, message) }
	}
	return []Fault{
		{"throttled", refused(400, "Throttling", "Rate exceeded"), "throttled by AWS (" + action + ")", false},
		{"denied", refused(403, "AccessDenied", "not authorized"), "access denied (needs " + action + ")", true},
		{"denied by a JSON service", refused(400, "AccessDeniedException", "not authorized"), "access denied (needs " + action + ")", true},
		{"expired token", refused(403, "ExpiredToken", "The security token is expired"), "credentials refused (ExpiredToken: The security token is expired)", true},
		{"internal error", refused(500, "InternalFailure", "oops"), call + ": InternalFailure: oops", false},
		{"unavailable without words", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(503) }, call + ": HTTP 503 ", false},
		{"a proxy's page", page(502), call + ": HTTP 502 ", false},
		{"a portal's page", page(200), call + ": HTTP 200 with an answer that is not AWS's", false},
		{"cut off", cutOff, call + ": HTTP 200, cut off within the answer", false},
		{"reset", reset, call + ": ", false},
		{"no answer", hang, call + ": no answer within " + deadline, false},
	}
}

// page is what somebody between onair and AWS answers instead.
func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		fmt.Fprint(w, "<!DOCTYPE html><html><body><p>Sign in<br>to go on</body></html>")
	}
}

// cutOff ends the connection within the answer.
func cutOff(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Length", "1000")
	fmt.Fprint(w, "<Desc")
}

// reset answers with a TCP reset.
func reset(w http.ResponseWriter, r *http.Request) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// hang answers when nobody waits any more.
func hang(w http.ResponseWriter, r *http.Request) {
	io.Copy(io.Discard, r.Body) // the server notices who leaves only after the request was read
	<-r.Context().Done()
}
