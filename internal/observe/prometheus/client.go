package prometheus

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	client "github.com/prometheus/client_golang/api"
	api "github.com/prometheus/client_golang/api/prometheus/v1"
)

// NewClient returns a client of the server at address that sends the headers with
// every request, by way of next (nil: http.DefaultTransport). It follows no
// redirect, for the headers may hold a secret that is meant for nobody else.
func NewClient(address *url.URL, header http.Header, next http.RoundTripper) (API, error) {
	if next == nil {
		next = http.DefaultTransport
	}
	c, err := client.NewClient(client.Config{Address: address.String(), Client: &http.Client{
		Transport:     &transport{header, next},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}})
	if err != nil {
		return nil, err
	}
	return api.NewAPI(c), nil
}

// transport adds headers, and keeps answers from filling the memory.
type transport struct {
	header http.Header
	next   http.RoundTripper
}

func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("User-Agent", "onair")
	for name, values := range t.header {
		r.Header[name] = values
	}
	if host := t.header.Get("Host"); host != "" {
		r.Host = host
	}
	answer, err := t.next.RoundTrip(r)
	if answer != nil && answer.Body != nil {
		answer.Body = &bounded{answer.Body, largest}
	}
	return answer, err
}

// largest is how long an answer may be, in bytes: one series of 10,000 stamps has
// a third of a megabyte.
const largest = 8 << 20

var errTooLong = errors.New("the answer has more than 8 MB (a query has to give one series)")

// bounded fails a read beyond what is left.
type bounded struct {
	io.ReadCloser
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if b.left -= n; b.left < 0 {
		return 0, errTooLong
	}
	return n, err
}
