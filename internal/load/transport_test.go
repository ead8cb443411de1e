package load

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestTransportChecksAddresses(t *testing.T) {
	here := httptest.NewServer(http.NotFoundHandler())
	defer here.Close()
	transport := Transport()
	transport.Proxy = nil
	defer transport.CloseIdleConnections()
	for url, refused := range map[string]bool{here.URL: false, "http://169.254.169.254/latest/": true, "http://[fe80::1]/": true} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := transport.RoundTrip(r)
		if answer != nil {
			_, _ = io.Copy(io.Discard, answer.Body)
			answer.Body.Close()
		}
		if errors.Is(err, ErrRefused) != refused || !refused && err != nil {
			t.Errorf("GET %s = %v; want it refused: %v", url, err, refused)
		}
	}
}
