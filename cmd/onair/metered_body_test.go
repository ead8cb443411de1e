package main

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// written notes whether the body it is to send would write itself.
type written struct{ itself bool }

func (w *written) Do(r *http.Request) (*http.Response, error) {
	_, w.itself = r.Body.(io.WriterTo)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// A body that writes itself fails a request whose answer was fast.
func TestBodiesAreOnlyRead(t *testing.T) {
	var client written
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://127.0.0.1", struct {
		io.Reader
		io.WriterTo
		io.Closer
	}{strings.NewReader("x"), strings.NewReader("x"), http.NoBody})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := asTransport{&client}.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if client.itself {
		t.Error("the body that is sent writes itself; want one that is read")
	}
}
