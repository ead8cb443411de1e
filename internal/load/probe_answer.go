package load

import (
	"bufio"
	"cmp"
	"context"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// ask sends the one request. A target that takes connections is there, so that
// nothing about its answer is more than a warning: it may not know HEAD, be slow
// to begin with, or have a firewall that knows better.
func (t *probe) ask(ctx context.Context, conn net.Conn) []preflight.Finding {
	const asked = "answers"
	path := cmp.Or(t.target.Path, "/")
	sent := time.Now()
	answer, err := t.head(ctx, conn)
	answered := time.Now()
	switch {
	case err != nil:
		return []preflight.Finding{found(preflight.Warning, asked, "see whether HTTP is served there, and what stands before it",
			"HEAD %s: %s", path, why(err, probeAnswer))}
	case answer.StatusCode >= 500 && answer.StatusCode != http.StatusNotImplemented:
		return []preflight.Finding{found(preflight.Warning, asked, "see whether the service behind it is up",
			"HEAD %s: status %d within %s", path, answer.StatusCode, figure.Duration(answered.Sub(sent))), clock(answer.Header, sent, answered)}
	}
	return []preflight.Finding{
		found(preflight.OK, asked, "", "HEAD %s: status %d within %s", path, answer.StatusCode, figure.Duration(answered.Sub(sent))),
		clock(answer.Header, sent, answered),
	}
}

// head makes the request on a connection of its own, which is closed after it.
func (t *probe) head(ctx context.Context, conn net.Conn) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, probeAnswer)
	defer cancel()
	until, _ := ctx.Deadline()
	if err := conn.SetDeadline(until); err != nil {
		return nil, err
	}
	defer context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })() // where ctx ends before that
	request := (&http.Request{
		Method: http.MethodHead,
		URL:    &url.URL{Scheme: t.target.Scheme, Host: t.target.Host, Path: t.target.Path, RawPath: t.target.RawPath},
		Header: http.Header{"User-Agent": {t.userAgent}},
		Close:  true,
	}).WithContext(ctx)
	if err := request.Write(conn); err != nil {
		return nil, err
	}
	return http.ReadResponse(bufio.NewReader(conn), request)
}

// clockOff is how far the target's clock may be from this machine's before what
// its logs say does not fit the report. Date has whole seconds.
const clockOff = 2 * time.Second

// clock compares the target's clock with this machine's.
func clock(h http.Header, sent, answered time.Time) preflight.Finding {
	const asked = "clock"
	skew, told := preflight.SkewOf(h, sent, answered)
	if !told {
		return found(preflight.OK, asked, "", "not told: the answer has no Date")
	}
	ahead := skew.Middle().Round(time.Second)
	switch {
	case ahead > clockOff:
		return found(preflight.Warning, asked, "have both clocks set by NTP", "%s ahead of this machine's", figure.Duration(ahead))
	case -ahead > clockOff:
		return found(preflight.Warning, asked, "have both clocks set by NTP", "%s behind this machine's", figure.Duration(-ahead))
	}
	return found(preflight.OK, asked, "", "within %s of this machine's", figure.Duration(clockOff))
}
