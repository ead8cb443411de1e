package load

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// samples are the texts of a run's samples by class.
func (m *memory) samples() map[string]string {
	texts := make(map[string]string)
	for _, e := range m.events {
		if e.Kind == timeline.Sample {
			texts[e.Unit] = e.Text
		}
	}
	return texts
}

// answers is a door that answers the n-th request at once.
type answers struct {
	n  atomic.Int64
	of func(n int64) (status int, body string, err error)
}

func (a *answers) RoundTrip(*http.Request) (*http.Response, error) {
	status, body, err := a.of(a.n.Add(1) - 1)
	if err != nil {
		return nil, err
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestSamples(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(nil, traffic.Flat(10, 10*time.Second))
		p.Start = time.Now()
		p.Door = &answers{of: func(n int64) (int, string, error) {
			switch n % 5 {
			case 1:
				return 503, fmt.Sprintf("<h1>busy</h1>\r\n\x00 try later: hunter2 %d", n), nil
			case 2:
				return 999, "", nil
			case 3:
				return 0, "", errors.New("broken pipe\nof hunter2")
			case 4:
				return 404, strings.Repeat("ä ", 200), nil
			}
			return 200, "hello", nil
		}}
		p.Requests = []Request{{Name: "search", Method: "post", Path: "/find?q={{visit}}&key=hunter2"}}
		p.Mask = func(text string) string { return strings.ReplaceAll(text, "hunter2", "${TOKEN}") }
		_, m := mustRun(t, p)
		const which = "search (POST /find?q={{visit}}&key=${TOKEN}): "
		want := map[string]string{
			"status_503":   which + "answered 503 Service Unavailable: <h1>busy</h1> try later: ${TOKEN} 1",
			"status_other": which + "answered 999",
			"other":        which + "broken pipe of ${TOKEN}",
			"status_404":   which + "answered 404 Not Found: " + strings.Repeat("ä ", 40),
		}
		if diff := cmp.Diff(want, m.samples()); diff != "" {
			t.Errorf("samples (-want +got):\n%s", diff)
		}
		at := make(map[string]timeline.Event)
		for _, e := range m.events {
			e.Text = ""
			at[e.Unit] = e
		}
		first := map[string]time.Duration{"status_503": 150, "status_other": 250, "other": 350, "status_404": 450}
		for class, ms := range first {
			want := timeline.Event{At: timeline.Offset(ms * time.Millisecond), Source: timeline.Generator, Kind: timeline.Sample, Unit: class}
			if diff := cmp.Diff(want, at[class]); diff != "" {
				t.Errorf("event (-want +got):\n%s", diff)
			}
		}
		if len(m.events) != len(want) {
			t.Errorf("%d events; want one for each of %d classes", len(m.events), len(want))
		}
	})
}

// Values of a visit's row are private: they stand in a sample by their column,
// however the target wrote them.
func TestHideRow(t *testing.T) {
	columns := []string{"user", "mail", "plan", "quote"}
	row := []string{"ann", "ann@example.jp", "ann@example.jp.vip", `say "hi" & go`}
	for _, tt := range []struct{ text, want string }{
		{"no such user: ann@example.jp", "no such user: {{mail}}"},
		{"?mail=ann%40example.jp&x", "?mail={{mail}}&x"},
		{"ann@example.jp.vip", "{{plan}}"},
		{`{"quote":"say \"hi\" & go"}`, `{"quote":"{{quote}}"}`},
		{`{"quote":"say \"hi\" \u0026 go"}`, `{"quote":"{{quote}}"}`},
		{`<b>say &#34;hi&#34; &amp; go</b>`, `<b>{{quote}}</b>`},
		{"ann is too short to hide", "ann is too short to hide"},
	} {
		if got := hideRow(tt.text, columns, row); got != tt.want {
			t.Errorf("hideRow(%q) = %q; want %q", tt.text, got, tt.want)
		}
	}
	if got := hideRow("as it is", columns, nil); got != "as it is" {
		t.Errorf("hideRow without a row = %q; want the text", got)
	}
}

func TestSamplesHideTheFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(nil, traffic.Flat(1, time.Second))
		p.Door = &answers{of: func(int64) (int, string, error) { return 409, "taken: ann@example.jp", nil }}
		p.Feed = &Feed{Columns: []string{"mail"}, Rows: [][]string{{"ann@example.jp"}}, Repeat: true}
		_, m := mustRun(t, p)
		if got, want := m.samples()["status_409"], "top (GET /): answered 409 Conflict: taken: {{mail}}"; got != want {
			t.Errorf("sample = %q; want %q", got, want)
		}
	})
}

// A body is compressed on its way, and its bytes are counted as they come.
func TestCompressedAnswers(t *testing.T) {
	var wire bytes.Buffer
	zip := gzip.NewWriter(&wire)
	fmt.Fprint(zip, "the pool is empty ", strings.Repeat("and empty ", 5000))
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("Accept-Encoding = %q; want gzip, as a browser asks", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(http.StatusServiceUnavailable)
		w.Write(wire.Bytes())
	})
	r, m := mustRun(t, planFor(s.URL, traffic.Flat(100, 100*time.Millisecond)))
	if got, want := m.total().BytesIn, r.Sent*int64(wire.Len()); got != want {
		t.Errorf("BytesIn = %d; want %d, %d compressed bytes each", got, want, wire.Len())
	}
	want := "top (GET /): answered 503 Service Unavailable: the pool is empty and empty "
	if got := m.samples()["status_503"]; !strings.HasPrefix(got, want) {
		t.Errorf("sample = %q; want the body's words", got)
	}
}

// A beginning that is cut anywhere, or is not what it says, is no mistake.
func FuzzExcerpt(f *testing.F) {
	var zipped bytes.Buffer
	zip := gzip.NewWriter(&zipped)
	fmt.Fprint(zip, strings.Repeat("hello ", 1000))
	zip.Close()
	f.Add("gzip", zipped.Bytes())
	f.Add("GZIP", zipped.Bytes()[:20])
	f.Add("br", []byte("\xff\xfe\u202eevil\n"))
	f.Add("", []byte(strings.Repeat("日本", 100)))
	p := planInside(nil, traffic.Flat(1, time.Second))
	p, templates, err := p.ready()
	if err != nil {
		f.Fatal(err)
	}
	r := newRun(p, templates, newMemory(), nil)
	f.Fuzz(func(t *testing.T, encoding string, body []byte) {
		e := &excerpt{encoding: encoding}
		for len(body) > 0 {
			n := min(len(body), 700)
			e.add(body[:n])
			body = body[n:]
		}
		if len(e.begin) > excerptKept {
			t.Errorf("%d bytes kept; want at most %d", len(e.begin), excerptKept)
		}
		got := r.plain(&hit{}, e.text(), excerptShown)
		if len(got) > excerptShown || !utf8.ValidString(got) || strings.ContainsFunc(got, func(c rune) bool { return !unicode.IsPrint(c) }) {
			t.Errorf("plain = %q; want at most %d printable bytes", got, excerptShown)
		}
	})
}

// A hostile target answers with every number there is: a run tells 24 of them
// apart, each with one sample, and no more.
func TestClassesAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(nil, traffic.Flat(500, 10*time.Second))
		p.Door = &answers{of: func(n int64) (int, string, error) {
			if n%7 == 0 {
				return 0, "", fmt.Errorf("error number %d", n)
			}
			return int(400 + n), fmt.Sprint("/never/the/same/", n), nil
		}}
		r, m := mustRun(t, p)
		sum := m.total()
		if got, want := len(sum.Errors), mostStatuses+len([]string{"status_other", "other"}); got != want || r.Failed != 5000 {
			t.Errorf("%d classes of %d failures: %v; want %d of 5000", got, r.Failed, sum.Errors, want)
		}
		if got := len(m.samples()); got != len(sum.Errors) || len(m.events) != got {
			t.Errorf("%d events, samples of %d classes; want one of each of %d", len(m.events), got, len(sum.Errors))
		}
	})
}

func TestStatusClasses(t *testing.T) {
	c := newClasses()
	for status, want := range map[int]string{100: "status_100", 599: "status_599", 99: "status_other", 600: "status_other", -1: "status_other", 999: "status_other"} {
		if got := c.of(status); got != want {
			t.Errorf("of(%d) = %s; want %s", status, got, want)
		}
	}
}

func TestAddressesAreBounded(t *testing.T) {
	tl := newTally()
	address := netip.MustParseAddr("10.0.0.1")
	for range 1000 {
		tl.answer(&hit{address: address}, answer{})
		address = address.Next()
	}
	tl.answer(&hit{address: netip.MustParseAddr("10.0.0.1")}, answer{})
	tl.answer(&hit{}, answer{}) // no connection
	parts, _ := tl.take()
	got := parts[0].Addresses
	if len(got) != mostAddresses+1 || got["10.0.0.1"] != 2 || got["10.0.0.64"] != 1 || got[timeline.OtherAddresses] != 1000-mostAddresses {
		t.Errorf("addresses %v; want 64, the first with 2 requests, and %d others", got, 1000-mostAddresses)
	}
}
