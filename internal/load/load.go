// Package load sends every arrival of a Schedule when it is due and measures
// what becomes of it.
//
// vegeta is the engine: its pacer is asked once for every hit, its workers send
// and time them. Everything that makes the load exact lies around it:
//
//	Schedule -> pacer ----> vegeta's workers -> sender -> network -> the target
//	            waits,          |               puts in   kept or brand-new
//	            drops           |               the real  connection, its
//	              |             v               request   address checked
//	              |          results
//	              v             |
//	            flight -----> tally ----------> Sink
//	            due time,     lag, service and response
//	            request       by the second they were due in;
//	                          the first failure of each class
//
// The pacer waits inside Pace, on vegeta's dispatching goroutine, and returns
// at the instant an arrival is due; vegeta's own sleep wakes about a
// millisecond late and cannot be interrupted. An arrival is then either let go
// or dropped, for good:
//
//	due      now
//	 |--------|            now - due <= DropAfter and no cap forbids it: let go
//	 |--------------|      later: dropped and counted
//
// so that after a stall of the generator no more than DropAfter's worth goes out
// at once. One that is held up by the cap on rate alone may wait for room, less
// than 10 ms. A plan that catches up drops nothing for being late; where a cap is
// reached an arrival waits in Pace for room, and those behind it with it:
//
//	due      full   an answer comes
//	 |--------|······|     let go then, late
//
// and what is late by more than 10 ms goes out no faster than the cap on rate,
// but for 10 ms' worth. Under either policy no second has more than that cap
// allows, the cap on duration ends sending, and once the cap on requests is
// reached all that comes due is dropped. Response times begin when a request was
// due, so that they hold the wait.
//
// In flight is what was let go and not yet answered in full, or given up; an
// answer that only waits to be counted here is not.
//
// vegeta numbers hits, not arrivals, so the pacer notes due time and request of
// the hit with number seq before it lets it go; the sender looks the request up
// by that number and the tally the due time. With vegeta's timestamps
//
//	lag = sent - due, service = answered - sent, response = lag + service
//
// and at every instant planned = sent + dropped; once all answers are in,
// sent = succeeded + failed, by second and in all. Answers have until their
// timeout; once the run is stopped they have 2 s, and what is still in flight
// then is cut off: failed, class cancelled.
//
// The HTTP client is this package's own: HTTP/1.1, no proxy, redirects not
// followed, bodies read to the end, counted and thrown away. New connections go
// round all addresses of the target's name, which is resolved again every few
// seconds; when each address first comes and first goes is told, of the first 64
// addresses, and how many requests each got. Where a header of answers names the
// unit they came from, it is told when each of the first 2,000 units first
// answered, and how many requests each did answer. Whatever the target answers,
// the classes of failures, the samples of them, the addresses and the units of a
// run are bounded in number. What the numbers mean for capacity is left to others.
//
// Before a run, Checks look at the target, with one request that is none of the
// Schedule's, and Needs at the machine.
package load

import (
	"net/http"
	"net/url"
	"time"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// Request is one kind of request of the mix.
type Request struct {
	Name   string
	Method string // default GET
	Path   string // with query; joined to the target's; all of these may have placeholders
	Header http.Header
	Body   []byte
	Raw    bool  // Body is sent as it is, without placeholders
	Expect []int // accepted statuses; empty: 200 to 399
}

// Caps are the safety limits of a run. Every one always applies and none may be
// zero; what a cap forbids is dropped and counted.
type Caps struct {
	Rate     float64 // req/s over any one second
	InFlight int
	Requests uint64        // sent in all
	Duration time.Duration // from the start; sending ends there
}

// Plan is everything load needs to know.
type Plan struct {
	Start          time.Time // wall-clock instant of offset 0, usually a little ahead; default now
	Target         *url.URL
	AllowHosts     []string
	Header         http.Header // of every request
	UnitHeader     string      // of answers, that names the unit that answered; empty: none does
	Requests       []Request
	Schedule       *traffic.Schedule
	Timeout        time.Duration // of one request, its connection included; default 10 s
	NewConnections float64       // share of requests on a fresh connection
	Caps           Caps
	UserAgent      string              // default "onair"
	RunID          string              // sent with every request as X-Onair-Run
	LateAfter      time.Duration       // a request sent later than this counts as late; default 20 ms
	DropAfter      time.Duration       // one that would be sent later than this is dropped; default 250 ms
	CatchUp        bool                // instead, late ones are sent however late it is, and those a cap holds back wait for room
	Feed           *Feed               // rows for the placeholders of requests; nil: none
	Visits         uint64              // how many take a row of Feed, counted no further than one more than it has
	Seed           uint64              // of what placeholders draw at random
	Resolve        time.Duration       // how old the addresses of a name may become; default 5 s
	Hits           bool                // every hit goes to Sink.WriteHits
	Mask           func(string) string // takes secrets out of samples and hits; nil: there are none
	Door           http.RoundTripper   // nil: the network; a lab's in-memory door otherwise, which may be in simulated time
}

// Sink keeps what load measures. Safe for concurrent use.
type Sink interface {
	WriteSecond(timeline.Second) error
	WriteReading(timeline.Reading) error
	WriteEvent(timeline.Event) error
	WriteHits(lines []byte) error // of vegeta's JSON results, whole lines
}

// Progress is a cheap snapshot for a person who watches.
type Progress struct {
	Offset                         time.Duration
	Planned, Sent, Dropped, Failed int64
	InFlight                       int           // sent and not answered yet
	Ended                          bool          // sending is over; answers may still come
	Rate                           float64       // sent in the last second, req/s
	P99                            time.Duration // response time of what was answered in the last second; 0 where nothing was
}

// Result is what a whole run came to. Planned = Sent + Dropped and
// Sent = Succeeded + Failed.
type Result struct {
	Planned, Sent, Late, Dropped, Succeeded, Failed int64

	SendingEnded time.Duration // offset after which nothing more was sent
	Interrupted  bool          // ctx or the sink ended sending with arrivals still to come, or cut off requests in flight
	Capped       bool          // the cap on duration did
}
