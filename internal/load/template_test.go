package load

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// received is what a server was sent.
type received struct {
	URI, Host, User, Tag, Length, Body string
}

// record serves, and sends what it receives.
func record(t *testing.T) (*httptest.Server, chan received) {
	got := make(chan received, 1)
	s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Errorf("body: %v", err)
		}
		got <- received{r.RequestURI, r.Host, r.Header.Get("X-User"), r.Header.Get("X-Tag"), r.Header.Get("Content-Length"), string(body)}
	}))
	t.Cleanup(s.Close)
	return s, got
}

// filledPlan has placeholders in all places, and a feed with all that is hard to
// write there.
func filledPlan(target string) Plan {
	p := planFor(target, traffic.Flat(2, time.Second))
	p.UserAgent = "onair/test"
	p.Seed = 4
	p.Header = http.Header{"X-Tag": {"run {{{{}}1}}, visit {{visit}}, arrival {{n}}"}}
	p.Feed = &Feed{
		Columns: []string{"user", "q"},
		Rows:    [][]string{{"ann", "tea"}, {`a/b "c" \ 日本`, "x&y=1+2 %41#?"}},
	}
	typed := func(media string) http.Header {
		return http.Header{"Content-Type": {media}, "X-User": {"{{user}}"}}
	}
	p.Requests = []Request{
		{Name: "page", Path: "/users/{{user}}/日本?q={{q}}&n={{n}} #x", Header: http.Header{"X-User": {"{{user}}"}}},
		{Name: "json", Method: "POST", Path: "/json", Header: typed("application/json; charset=utf-8"), Body: []byte(`{"user":"{{user}}","visit":{{visit}}}`)},
		{Name: "problem", Method: "POST", Path: "/problem", Header: typed("application/problem+json"), Body: []byte(`"{{q}} {{user}}"`)},
		{Name: "form", Method: "POST", Path: "/form", Header: typed("application/x-www-form-urlencoded"), Body: []byte("user={{user}}&q={{q}}")},
		{Name: "text", Method: "PUT", Path: "/text", Header: typed("text/plain"), Body: []byte("{{user}} asks for {{q}}")},
		{Name: "raw", Method: "PUT", Path: "/raw", Header: typed("application/json"), Body: []byte("{{user}} {{nobody}}"), Raw: true},
	}
	return p
}

// send sends arrivals 10 and 11, of visits 0 and 1, of every request.
func send(t *testing.T, p Plan, got chan received) (all []received) {
	t.Helper()
	p, templates, err := p.ready()
	if err != nil {
		t.Fatalf("Check() = %v; want no error", err)
	}
	network := newNetwork(p, func(change) {})
	defer network.close()
	for i := range templates {
		for visit := range uint64(2) {
			answer, err := network.of(0).RoundTrip(templates[i].request(t.Context(), traffic.Arrival{N: 10 + visit, Visit: visit, Request: i}))
			if err != nil {
				t.Fatal(err)
			}
			answer.Body.Close()
			all = append(all, <-got)
		}
	}
	return all
}

// What a server receives over a real connection, byte for byte.
func TestFilledRequestsOnTheWire(t *testing.T) {
	s, got := record(t)
	p := filledPlan(s.URL + "/base?k=1")
	all := send(t, p, got)
	hard := `a/b "c" \ 日本`
	var want []received
	for _, r := range []received{
		{URI: "/base/users/ann/%E6%97%A5%E6%9C%AC?k=1&q=tea&n=10%20%23x"},
		{URI: "/base/users/a%2Fb%20%22c%22%20%5C%20%E6%97%A5%E6%9C%AC/%E6%97%A5%E6%9C%AC?k=1&q=x%26y%3D1%2B2+%2541%23%3F&n=11%20%23x"},
		{URI: "/base/json?k=1", Body: `{"user":"ann","visit":0}`},
		{URI: "/base/json?k=1", Body: `{"user":"a/b \"c\" \\ 日本","visit":1}`},
		{URI: "/base/problem?k=1", Body: `"tea ann"`},
		{URI: "/base/problem?k=1", Body: `"x&y=1+2 %41#? a/b \"c\" \\ 日本"`},
		{URI: "/base/form?k=1", Body: "user=ann&q=tea"},
		{URI: "/base/form?k=1", Body: "user=a%2Fb+%22c%22+%5C+%E6%97%A5%E6%9C%AC&q=x%26y%3D1%2B2+%2541%23%3F"},
		{URI: "/base/text?k=1", Body: "ann asks for tea"},
		{URI: "/base/text?k=1", Body: hard + " asks for x&y=1+2 %41#?"},
		{URI: "/base/raw?k=1", Body: "{{user}} {{nobody}}"},
		{URI: "/base/raw?k=1", Body: "{{user}} {{nobody}}"},
	} {
		r.Host = p.Target.Host
		r.User, r.Tag = "ann", "run {{1}}, visit 0, arrival 10"
		if len(want)%2 == 1 {
			r.User, r.Tag = hard, "run {{1}}, visit 1, arrival 11"
		}
		if r.Body != "" {
			r.Length = fmt.Sprint(len(r.Body))
		}
		want = append(want, r)
	}
	if diff := cmp.Diff(want, all); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}

// The same plan sends the same bytes in every run, and with another seed others.
func TestRunsSendTheSame(t *testing.T) {
	s, got := record(t)
	p := filledPlan(s.URL)
	p.Feed.Random = true
	p.Header.Set("X-Tag", "{{uuid}} {{random 1 1000000}}")
	p.Requests[4].Body = []byte("{{uuid}}")
	first := send(t, p, got)
	if diff := cmp.Diff(first, send(t, p, got)); diff != "" {
		t.Errorf("a second run sends other requests (-first +second):\n%s", diff)
	}
	p.Seed++
	if cmp.Equal(first, send(t, p, got)) {
		t.Error("with another seed the requests are the same; want others")
	}
	seen := map[string]bool{}
	for _, r := range first {
		seen[r.Tag] = true
	}
	if len(seen) != 2 {
		t.Errorf("%d different tags for two arrivals of any request; want 2", len(seen))
	}
}

// A whole run on real connections: what was sent is counted as it was filled.
func TestRunWithFeed(t *testing.T) {
	sent := make(chan string, 20)
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.ContentLength != int64(len(body)) {
			t.Errorf("body %q, Content-Length %d, error %v; want the length right", body, r.ContentLength, err)
		}
		sent <- string(body)
	})
	p := planFor(s.URL, traffic.Flat(100, 200*time.Millisecond))
	p.Feed = &Feed{Columns: []string{"name"}, Rows: [][]string{{"花子"}}, Repeat: true}
	p.Requests[0].Method, p.Requests[0].Body = "POST", []byte("{{name}} is arrival {{n}}")
	r, m := mustRun(t, p)
	close(sent)
	var bytes int64
	seen := map[string]bool{}
	for body := range sent {
		bytes += int64(len(body))
		seen[body] = true
	}
	if r.Succeeded != 20 || len(seen) != 20 || !seen["花子 is arrival 19"] {
		t.Errorf("%d succeeded, bodies %v; want 20 different ones", r.Succeeded, seen)
	}
	if got := m.total().BytesOut; got != bytes {
		t.Errorf("BytesOut = %d; want %d", got, bytes)
	}
}

func TestRequestsThatCannotBeFilled(t *testing.T) {
	for _, tt := range []struct {
		change func(*Plan)
		want   string
	}{
		{func(p *Plan) { p.Requests[1].Body = []byte("{{usr}}") },
			`request json: body: unknown placeholder "usr" (a column of the feed, n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{func(p *Plan) { p.Requests[0].Path = "/{{a?b}}" },
			`request page: path "/{{a?b}}": unknown placeholder "a?b" (a column of the feed, n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{func(p *Plan) { p.Requests[0].Path = "/%{{n}}" },
			`request page: path "/%{{n}}": not a path with an optional query`},
		{func(p *Plan) { p.Requests[0].Path = "/?a=\r\n{{n}}" },
			`request page: path "/?a=\r\n{{n}}": not a path with an optional query`},
		{func(p *Plan) { p.Requests[1].Header.Set("X-User", "{{user") },
			`request json: header X-User: a {{ without }} after it (a plain {{ is written {{{{}})`},
		{func(p *Plan) { p.Header.Set("X-Tag", "{{tag}}") },
			`request page: header X-Tag: unknown placeholder "tag" (a column of the feed, n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
		{func(p *Plan) { p.Header.Set("X-Tag", "a\r\nX-Evil: b") },
			`request page: header X-Tag: a control character, which no header can have`},
		{func(p *Plan) { p.Header.Set("Host", "{{user}}.evil.test") },
			`request page: header Host: it takes no placeholders`},
		{func(p *Plan) { p.Feed.Rows[1][0] = "ann\r\nX-Evil: 1" },
			`request page: header X-User: feed row 2: column 1 has a control character, which no header can have`},
		{func(p *Plan) { p.Feed.Rows[1][0] = "" },
			`request page: path "/users/{{user}}/日本?q={{q}}&n={{n}} #x": feed row 2 gives it an empty segment, or . or .. for one`},
		{func(p *Plan) { p.Feed.Rows[0][0] = ".." },
			`request page: path "/users/{{user}}/日本?q={{q}}&n={{n}} #x": feed row 1 gives it an empty segment, or . or .. for one`},
		{func(p *Plan) { p.Requests[0].Path = "/.{{q}}/x"; p.Feed.Rows[0][1] = "." },
			`request page: path "/.{{q}}/x": feed row 1 gives it an empty segment, or . or .. for one`},
		{func(p *Plan) { p.Feed.Rows[1][1] = "\r\n" }, "<nil>"}, // stands in no header
		{func(p *Plan) { p.Feed.Rows[1][1] = "" }, "<nil>"},     // nor in a path
		{func(p *Plan) { p.Feed = nil },
			`request page: path "/users/{{user}}/日本?q={{q}}&n={{n}} #x": unknown placeholder "user" (n, visit, uuid, random FROM TO; a plain {{ is written {{{{}})`},
	} {
		p := filledPlan("http://lab.test")
		tt.change(&p)
		if got := fmt.Sprint(p.Check()); got != tt.want {
			t.Errorf("Check() = %s; want %s", got, tt.want)
		}
	}
}

// Whatever the feed holds, the request stays on the target, has the path, query
// and header that were meant, and a body that says what the value says; or the
// plan is refused.
func FuzzValuesStayValues(f *testing.F) {
	for _, value := range []string{"ann", "", "..", "//evil.test/", "@evil.test", `","admin":true,"x":"`, "a\r\nHost: evil.test", "%2e%2e", "?a=b#c", "\u2028<&>", "\x00\x7f", "{{n}}"} {
		f.Add(value, uint64(3))
	}
	f.Fuzz(func(t *testing.T, value string, n uint64) {
		p := planFor("http://lab.test/base", traffic.Flat(1, time.Second))
		p.Feed = &Feed{Columns: []string{"v"}, Rows: [][]string{{value}}, Repeat: true}
		p.Requests = []Request{
			{Name: "json", Method: "POST", Path: "/a/{{v}}/b{{v}}?x={{v}}&n={{n}}", Header: http.Header{"Content-Type": {"application/json"}},
				Body: []byte(`{"v":"{{v}}","n":{{n}},"in":"<{{v}}>"}`)},
			{Name: "form", Method: "POST", Path: "/{{v}}", Header: http.Header{"X-V": {"v{{v}}v"}, "Content-Type": {"application/x-www-form-urlencoded"}},
				Body: []byte(`v={{v}}&n={{n}}`)},
		}
		p, templates, err := p.ready()
		if err != nil {
			return
		}
		for i, want := range []string{"/base/a/" + value + "/b" + value, "/base/" + value} {
			r, body := overTheWire(t, templates[i].request(t.Context(), traffic.Arrival{N: n}))
			if r.Host != "lab.test" || r.URL.Host != "" || r.URL.Path != want || strings.Contains(r.RequestURI, "//") {
				t.Errorf("value %q: host %q, URL %q, path %q; want path %q of lab.test", value, r.Host, r.RequestURI, r.URL.Path, want)
			}
			switch i {
			case 0:
				if q := r.URL.Query(); q.Get("x") != value || q.Get("n") != fmt.Sprint(n) || len(q) != 2 {
					t.Errorf("value %q, arrival %d: query %v; want x and n to be these", value, n, q)
				}
				var got map[string]any
				decoder := json.NewDecoder(bytes.NewReader(body))
				decoder.UseNumber()
				if err := decoder.Decode(&got); err != nil || len(got) != 3 || got["v"] != value || got["in"] != "<"+value+">" {
					t.Errorf("value %q: body %s, %v; want JSON with the value", value, body, err)
				}
			case 1:
				if len(r.Header) != 5 || r.Header.Get("X-V") != "v"+value+"v" {
					t.Errorf("value %q: header %q; want five names and the value in X-V", value, r.Header)
				}
				got, err := url.ParseQuery(string(body))
				if diff := cmp.Diff(url.Values{"v": {value}, "n": {fmt.Sprint(n)}}, got); err != nil || diff != "" {
					t.Errorf("value %q: body %s, %v, and fields (-want +got):\n%s", value, body, err, diff)
				}
			}
		}
	})
}

// overTheWire writes a request and reads it as a server does.
func overTheWire(t *testing.T, r *http.Request) (*http.Request, []byte) {
	t.Helper()
	var wire bytes.Buffer
	if err := r.Write(&wire); err != nil {
		t.Fatalf("write %s: %v", r.URL, err)
	}
	reader := bufio.NewReader(&wire)
	got, err := http.ReadRequest(reader)
	if err != nil {
		t.Fatalf("a server reads %s: %v", r.URL, err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil || reader.Buffered() > 0 {
		t.Fatalf("body of %s: %v, and %d bytes behind it; want none", r.URL, err, reader.Buffered())
	}
	return got, body
}

func BenchmarkRequest(b *testing.B) {
	p := filledPlan("http://lab.test")
	p.Header = nil
	p.Requests = []Request{
		{Name: "constant", Path: "/users?q=1"},
		{Name: "filled", Method: "POST", Path: "/users/{{user}}?q={{q}}", Header: http.Header{"Content-Type": {"application/json"}},
			Body: []byte(`{"user":"ann","plan":"free","email":"ann@example.jp","id":"{{uuid}}"}`)},
	}
	p, templates, err := p.ready()
	if err != nil {
		b.Fatal(err)
	}
	for i := range templates {
		b.Run(templates[i].name, func(b *testing.B) {
			b.ReportAllocs()
			n := uint64(0)
			for b.Loop() {
				templates[i].request(b.Context(), traffic.Arrival{N: n, Visit: n % 2})
				n++
			}
		})
	}
}
