// Package awsapi answers AWS read calls about a lab world as AWS answers them,
// so that the SDK, the aws command and onair's observers cannot tell the
// embedded staging from an account with one group, one load balancer and a
// quota.
//
// One endpoint speaks every protocol, and a request tells which it means:
//
//	Action=DescribeWarmPool&Version=2011-01-01             Query: autoscaling,    <…Response>
//	  &AutoScalingGroupName=web                            elbv2, sts,       -->    <…Result>
//	                                                       cloudwatch
//	X-Amz-Target: ServiceQuotasV20190624.GetServiceQuota   JSON: quotas,     -->  {"Quota": …}
//	                                                       cloudwatch
//	/service/…/operation/GetMetricData                     Smithy RPC v2:    -->  CBOR
//	                                                       cloudwatch
//
// In Query, Version names the service and Action the call; a list is numbered
// in a request (Names.member.1=…) and made of <member> elements in an answer. A
// request must be signed, but whoever signed it is let in. Every call answers
// from the state of one instant; there are no writes, and an action that is not
// served is refused as AWS refuses one it does not know.
//
// CloudWatch alone remembers: Run looks at the world every 10 s and keeps what
// it saw by the minute. A point carries the beginning of its period and can be
// read a minute after its end:
//
//	12:54:00   :10   :20   :30   :40   :50   12:55:00            12:56:00
//	   |--------- the point of 12:54 ----------|------ late ------|--> told
//
// What was before Run began is told as an hour of the world at rest. Where the
// world's faults have an outage of the AWS API, calls fail in the form of their
// protocol, or of none; the world goes on.
package awsapi

import (
	"context"
	"net/http"
	"time"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// Source is the world that is told about.
type Source interface {
	// State returns a copy of the present state, and a channel that is closed
	// when anything in it changes.
	State() (world.State, <-chan struct{})
}

// account is the account every caller of the lab belongs to.
const account = "000000000000"

// longestRequest is far above what any read call needs, in bytes.
const longestRequest = 1 << 20

// Server is the AWS endpoint of a world. It may be served under any host and
// path.
type Server struct {
	source  Source
	history history
}

// New returns the endpoint of src's world. Metrics have points for as long as
// Run has measured them.
func New(src Source) *Server { return &Server{source: src} }

// Run measures what CloudWatch tells, until ctx ends. Call it once.
func (s *Server) Run(ctx context.Context) {
	at := time.Now()
	s.rest(at)
	s.measure(at)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		at = nextBeat(at, time.Now())
		timer.Reset(time.Until(at))
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
			s.measure(at)
		}
	}
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, longestRequest)
	asked, refused := read(r)
	state, how, err := s.present(r.Context())
	if err != nil || spoil(w, how) {
		return
	}
	if refused == nil {
		refused = refusedBy(how, asked.call())
	}
	var result any
	if refused == nil {
		result, refused = asked.answer(view{state, &s.history})
	}
	if refused != nil {
		asked.refuse(w, refused)
		return
	}
	asked.write(w, result)
}

// view is what a call answers from.
type view struct {
	world.State
	history *history
}

// call is an action as IAM names it.
type call struct{ service, action string }

func (c call) String() string { return c.service + ":" + c.action }

// exchange is one request in the protocol it came in.
type exchange interface {
	call() call
	answer(view) (any, *refusal)
	write(w http.ResponseWriter, result any)
	refuse(w http.ResponseWriter, r *refusal)
}

// read tells the protocol of a request and reads the request by it, to the end
// of its body. There is an exchange to refuse it by also with a refusal.
func read(r *http.Request) (exchange, *refusal) {
	switch {
	case r.Header.Get("X-Amz-Target") != "":
		return readJSON(r)
	case r.Header.Get("Smithy-Protocol") != "":
		return readCBOR(r)
	}
	q, refused := readQuery(r)
	if q.get("Version") == cloudwatchVersion {
		return metricForm{q}, refused
	}
	return q, refused
}
