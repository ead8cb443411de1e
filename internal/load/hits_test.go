package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// hitLine is a line as another program would read it.
type hitLine struct {
	Attack        string    `json:"attack"`
	Seq           uint64    `json:"seq"`
	Code          int       `json:"code"`
	Timestamp     time.Time `json:"timestamp"`
	Latency       int64     `json:"latency"`
	BytesOut      int64     `json:"bytes_out"`
	BytesIn       int64     `json:"bytes_in"`
	Error         string    `json:"error"`
	Method        string    `json:"method"`
	URL           string    `json:"url"`
	Request       string    `json:"request"`
	Due           float64   `json:"due"`
	Lag           int64     `json:"lag"`
	Response      int64     `json:"response"`
	Visit         uint64    `json:"visit"`
	Class         string    `json:"class"`
	Address       string    `json:"address"`
	Unit          string    `json:"unit"`
	NewConnection bool      `json:"new_connection"`
}

// hitLines reads lines strictly: every field is known.
func hitLines(t *testing.T, text []byte) []hitLine {
	t.Helper()
	var all []hitLine
	lines := json.NewDecoder(bytes.NewReader(text))
	lines.DisallowUnknownFields()
	for {
		var line hitLine
		if err := lines.Decode(&line); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatalf("line %d: %v", len(all)+1, err)
		}
		all = append(all, line)
	}
}

// vegetaResults reads lines as vegeta's commands do.
func vegetaResults(t *testing.T, text []byte) []vegeta.Result {
	t.Helper()
	var all []vegeta.Result
	decode := vegeta.NewJSONDecoder(bytes.NewReader(text))
	for {
		var result vegeta.Result
		if err := decode(&result); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatalf("vegeta, line %d: %v", len(all)+1, err)
		}
		all = append(all, result)
	}
}

// The very lines of four requests: one that is answered, one that is late and
// answered with an error, one that is cut off by its timeout, one that is not
// expected.
func TestTheLinesOfHits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		answers := []struct {
			service time.Duration
			status  int
		}{{30 * time.Millisecond, 200}, {time.Millisecond, 503}, {time.Minute, 200}, {time.Millisecond, 204}}
		p := planInside(func(n int64, _ *http.Request) (time.Duration, int) {
			return answers[n].service, answers[n].status
		}, traffic.Flat(4, time.Second))
		p.Start = time.Now()
		p.Timeout = 2 * time.Second
		p.Target.Host = "user.lab.test"
		p.Target.User = url.UserPassword("me", "hunter-two")
		p.AllowHosts = []string{"user.lab.test"}
		p.Requests = []Request{{Name: "buy \"it\"", Method: "post", Path: "/buy?id=1&key=hunter-two", Body: []byte("{}"), Expect: []int{200}}}
		p.Hits = true
		p.Mask = strings.NewReplacer("hunter-two", "${PASS}").Replace
		p, templates, err := p.ready()
		if err != nil {
			t.Fatal(err)
		}
		m := newMemory()
		run := newRun(p, templates, m, nil)
		run.wait = func(_ context.Context, until time.Time) bool {
			if until.Sub(p.Start) == 375*time.Millisecond {
				until = until.Add(50*time.Millisecond + time.Nanosecond)
			}
			time.Sleep(time.Until(until))
			return true
		}
		if _, err := run.do(t.Context()); err != nil {
			t.Fatal(err)
		}
		const shared = `,"method":"POST","url":"http://user.lab.test/buy?id=1&key=${PASS}","request":"buy \"it\""`
		want := `{"attack":"onair","seq":0,"code":200,"timestamp":"2000-01-01T00:00:00.125Z","latency":30000000,"bytes_out":2,"bytes_in":5,"error":""` +
			shared + `,"due":0.125,"lag":0,"response":30000000,"visit":0,"new_connection":false}
{"attack":"onair","seq":1,"code":503,"timestamp":"2000-01-01T00:00:00.425000001Z","latency":1000000,"bytes_out":2,"bytes_in":5,"error":"503 Service Unavailable"` +
			shared + `,"due":0.375,"lag":50000001,"response":51000001,"visit":1,"class":"status_503","new_connection":false}
{"attack":"onair","seq":3,"code":204,"timestamp":"2000-01-01T00:00:00.875Z","latency":1000000,"bytes_out":2,"bytes_in":5,"error":"204 No Content"` +
			shared + `,"due":0.875,"lag":0,"response":1000000,"visit":3,"class":"status_204","new_connection":false}
{"attack":"onair","seq":2,"code":0,"timestamp":"2000-01-01T00:00:00.625Z","latency":2000000000,"bytes_out":2,"bytes_in":0,"error":"context deadline exceeded"` +
			shared + `,"due":0.625,"lag":0,"response":2000000000,"visit":2,"class":"response_timeout","new_connection":false}
`
		if diff := cmp.Diff(want, string(m.hits)); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
	})
}

// The sums over the lines, by onair's reading and by vegeta's, are the run's own.
func TestHitsAddUpToTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(func(n int64, _ *http.Request) (time.Duration, int) {
			switch n % 7 {
			case 0:
				return time.Minute, 200
			case 1, 2:
				return time.Duration(n) * time.Millisecond, 503
			}
			return time.Duration(n) * time.Millisecond, 302
		}, traffic.Flat(100, 10*time.Second))
		p.Start, p.Hits = time.Now(), true
		p.Caps.InFlight = 100
		result, m := mustRun(t, p)
		sum := m.total()
		var got timeline.Second
		seen := make(map[uint64]bool)
		for _, line := range hitLines(t, m.hits) {
			got.Sent++
			got.BytesIn += line.BytesIn
			got.BytesOut += line.BytesOut
			got.Lag.Record(time.Duration(line.Lag))
			got.Service.Record(time.Duration(line.Latency))
			responses := &got.Response
			if line.Class == "" {
				got.Succeeded++
			} else {
				got.Failed++
				responses = &got.Failures
				if got.Errors == nil {
					got.Errors = make(map[string]int64)
				}
				got.Errors[line.Class]++
			}
			if *responses == nil {
				*responses = make(map[string]timeline.Histogram)
			}
			h := (*responses)[line.Request]
			h.Record(time.Duration(line.Response))
			(*responses)[line.Request] = h
			seen[line.Seq] = true
			due := p.Start.Add(time.Duration(line.Due*1e9 + 0.5))
			if sent := due.Add(time.Duration(line.Lag)); !sent.Equal(line.Timestamp) {
				t.Errorf("seq %d: timestamp %v; want start + due + lag = %v", line.Seq, line.Timestamp, sent)
			}
		}
		got.Planned, got.Dropped, got.HeldBack, got.Late = sum.Planned, sum.Dropped, sum.HeldBack, sum.Late
		want, text := jsonOf(t, sum), jsonOf(t, got)
		if diff := cmp.Diff(want, text); diff != "" {
			t.Errorf("sum of lines (-seconds +lines):\n%s", diff)
		}
		for seq := range uint64(result.Sent) {
			if !seen[seq] {
				t.Errorf("no line of seq %d; want 0 to %d", seq, result.Sent-1)
			}
		}
		var metrics vegeta.Metrics
		for _, r := range vegetaResults(t, m.hits) {
			metrics.Add(&r)
		}
		metrics.Close()
		codes := map[string]int{"0": int(sum.Errors["response_timeout"]), "503": int(sum.Errors["status_503"]), "302": int(sum.Succeeded)}
		if diff := cmp.Diff(codes, metrics.StatusCodes); diff != "" || metrics.Requests != uint64(sum.Sent) {
			t.Errorf("vegeta: %d requests of %d, codes (-want +got):\n%s", metrics.Requests, sum.Sent, diff)
		}
	})
}

func jsonOf(t *testing.T, value any) string {
	t.Helper()
	text, err := json.MarshalIndent(value, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// slowDisk is a memory that takes its time over hits.
type slowDisk struct {
	*memory
	calls   []int // bytes of each
	at      []time.Duration
	began   time.Time
	writing time.Duration
	err     error
}

func (s *slowDisk) WriteHits(lines []byte) error {
	s.at = append(s.at, time.Since(s.began))
	s.calls = append(s.calls, len(lines))
	time.Sleep(s.writing)
	if s.err != nil {
		return s.err
	}
	return s.memory.WriteHits(lines)
}

// Lines are handed on every second, and sooner where many gather; a disk that
// stands still delays neither requests nor seconds.
func TestHitsAreHandedOnEverySecond(t *testing.T) {
	for _, tt := range []struct {
		name    string
		rate    float64
		writing time.Duration
		calls   func(at []time.Duration, bytes []int) bool
		want    string
	}{
		{"few", 10, 0, func(at []time.Duration, _ []int) bool { return len(at) == 5 && at[3] == 4*time.Second }, "5, one a second and the last"},
		{"many", 5000, 0, func(at []time.Duration, bytes []int) bool {
			return len(at) > 20 && at[2] < time.Second && bytes[0] >= enoughLines && bytes[0] < enoughLines+1000
		}, "more than 20 of 256 kB"},
		{"slow disk", 5000, time.Minute, func(at []time.Duration, _ []int) bool { return len(at) >= 16 }, "all, in its own time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				p := planInside(steady(time.Millisecond), traffic.Flat(tt.rate, 5*time.Second))
				p.Start, p.Hits = time.Now(), true
				disk := &slowDisk{memory: newMemory(), began: p.Start, writing: tt.writing}
				var last Progress
				r, err := Run(t.Context(), p, disk, func(at Progress) {
					last = at
				})
				if err != nil {
					t.Fatal(err)
				}
				checkEquations(t, r, disk.memory)
				if n := len(vegetaResults(t, disk.hits)); int64(n) != r.Sent || r.Sent != int64(5*tt.rate) || r.Late != 0 {
					t.Errorf("%d lines of %d sent, %d late; want %v and none", n, r.Sent, r.Late, 5*tt.rate)
				}
				if last.Offset > 6*time.Second || last.Sent != r.Sent {
					t.Errorf("progress ended at %s with %d sent; want %d by 6s", last.Offset, last.Sent, r.Sent)
				}
				if !tt.calls(disk.at, disk.calls) {
					t.Errorf("handed on %d times at %v: %v bytes; want %s", len(disk.at), disk.at, disk.calls, tt.want)
				}
			})
		})
	}
}

func TestHitsThatCannotBeKeptEndTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(steady(time.Millisecond), traffic.Flat(10, time.Hour))
		p.Hits = true
		full := errors.New("disk full")
		r, err := Run(t.Context(), p, &slowDisk{memory: newMemory(), err: full}, nil)
		if !errors.Is(err, full) || r.SendingEnded > 10*time.Second {
			t.Errorf("Run = %v after %s; want %v within 10s", err, r.SendingEnded, full)
		}
	})
	l := newHitLog(Plan{Hits: true, Target: &url.URL{Scheme: "http", Host: "lab.test"}, Requests: []Request{{Name: "top"}}})
	for range cap(l.out) {
		l.out <- nil
	}
	l.lines = make([]byte, mostLines-1, mostLines+4096)
	gathered := 0
	for range 3 {
		if err := l.add(&vegeta.Result{}, &hit{status: 200}, ""); err != errHitsBehind {
			t.Errorf("add with 128 MB that wait = %v; want %v", err, errHitsBehind)
		}
		if gathered > 0 && len(l.lines) > gathered {
			t.Errorf("%d bytes wait, more than the %d when they were too many", len(l.lines), gathered)
		}
		gathered = len(l.lines)
	}
}

// An error may quote what the target said, and that what it was sent: the values
// of the visit's own row are hidden, whichever visit had the same error before.
func TestHitsHideTheFeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := planInside(nil, traffic.Flat(2, time.Second))
		p.Door = &answers{of: func(int64) (int, string, error) {
			return 0, "", errors.New(`malformed answer "no ann@example.jp but bob@example.jp"`)
		}}
		p.Feed = &Feed{Columns: []string{"mail"}, Rows: [][]string{{"ann@example.jp"}, {"bob@example.jp"}}}
		p.Hits = true
		_, m := mustRun(t, p)
		var got []string
		for _, line := range hitLines(t, m.hits) {
			got = append(got, line.Error)
		}
		want := []string{`malformed answer "no {{mail}} but bob@example.jp"`, `malformed answer "no ann@example.jp but {{mail}}"`}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("errors (-want +got):\n%s", diff)
		}
	})
}

func TestNoHitsUnlessAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		if _, m := mustRun(t, planInside(steady(time.Millisecond), traffic.Flat(10, time.Second))); m.hits != nil {
			t.Errorf("lines = %s; want none", m.hits)
		}
	})
}

func TestWhereARequestGoesIsAsItWasWritten(t *testing.T) {
	for _, tt := range []struct{ target, path, want string }{
		{"http://lab.test", "", "http://lab.test/"},
		{"http://lab.test", "cart", "http://lab.test/cart"},
		{"https://me:secret@lab.test:8443/api/?v=2#top", "/{{column}}/é?q={{random 1 100}}", "https://lab.test:8443/api/{{column}}/é?v=2&q={{random 1 100}}"},
		{"http://[2001:db8::1]/a%2Fb", "/c", "http://[2001:db8::1]/a%2Fb/c"},
	} {
		target, err := url.Parse(tt.target)
		if err != nil {
			t.Fatal(err)
		}
		if got := written(target, tt.path); got != tt.want {
			t.Errorf("written(%s, %s) = %s; want %s", tt.target, tt.path, got, tt.want)
		}
	}
}

// Whatever texts stand in it, a line is one line of JSON that says what was
// meant, to vegeta too. What is no UTF-8 is replaced.
func FuzzHitLine(f *testing.F) {
	f.Add("top", "/", "", "192.0.2.1", uint64(0), 200, int64(0), int64(0))
	f.Add("a \"name\"\\", "/<a>&b={{x}}", "read: \x00\x1f\x7f\u2028\xff\n", "fe80::1%eth0", uint64(1<<63), 599, int64(-1), int64(1<<40))
	f.Add("日本語 🎬", "/放送?q=%zz", strings.Repeat("é", 400), "", uint64(7), 0, int64(1e9+1), int64(5))
	f.Fuzz(func(t *testing.T, name, path, cause, address string, seq uint64, status int, due, latency int64) {
		status &= 0x3ff
		due &= 1<<47 - 1 // 39 hours
		target := &url.URL{Scheme: "http", Host: "lab.test"}
		l := newHitLog(Plan{Hits: true, Target: target, Requests: []Request{{Name: name, Path: path}}})
		start := time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)
		remote, _ := netip.ParseAddr(address) // else there was no connection
		h := &hit{status: status, address: remote, due: start.Add(time.Duration(due)), bytesIn: 5}
		h.arrival.Due = time.Duration(due)
		class := ""
		if cause != "" {
			h.err, class = errors.New(cause), "other"
		}
		lag := time.Duration(latency & 0xffff)
		result := &vegeta.Result{Seq: seq, Timestamp: h.due.Add(lag), Latency: time.Duration(latency)}
		if err := l.add(result, h, class); err != nil {
			t.Fatal(err)
		}
		lines, results := hitLines(t, l.lines), vegetaResults(t, l.lines)
		if len(lines) != 1 || len(results) != 1 || bytes.Count(l.lines, []byte("\n")) != 1 || !utf8.Valid(l.lines) {
			t.Fatalf("%q: read %d and %d lines; want one", l.lines, len(lines), len(results))
		}
		want := hitLine{Attack: "onair", Seq: seq, Code: status, Timestamp: result.Timestamp, Latency: latency,
			BytesIn: 5, Method: "GET", URL: valid(written(target, path)), Request: valid(name),
			Due: time.Duration(due).Seconds(), Lag: int64(lag), Response: int64(lag) + latency, Class: class, Address: valid(shortened(address))}
		if class != "" {
			want.Error, want.Code = valid(shortened(cause)), 0
		}
		if diff := cmp.Diff(want, lines[0]); diff != "" {
			t.Errorf("%s read (-want +got):\n%s", l.lines, diff)
		}
		known := vegeta.Result{Attack: "onair", Seq: seq, Code: uint16(want.Code), Timestamp: result.Timestamp, Latency: result.Latency,
			BytesIn: 5, Error: want.Error, Method: "GET", URL: want.URL}
		if diff := cmp.Diff(known, results[0]); diff != "" {
			t.Errorf("%s read by vegeta (-want +got):\n%s", l.lines, diff)
		}
	})
}

// valid returns a text with what is no UTF-8 replaced, byte by byte.
func valid(text string) string { return string([]rune(text)) }

func BenchmarkHitLine(b *testing.B) {
	mask := strings.NewReplacer("hunter-two", "${PASS}", "visitor-7", "${USER}").Replace
	for _, bb := range []struct {
		name  string
		hit   hit
		class string
	}{
		{"answered", hit{status: 200}, ""},
		{"failed", hit{err: io.ErrUnexpectedEOF}, "eof"},
	} {
		b.Run(bb.name, func(b *testing.B) {
			l := newHitLog(Plan{Hits: true, Mask: mask, Target: &url.URL{Scheme: "https", Host: "staging.example.jp"},
				Requests: []Request{{Name: "top", Path: "/"}}})
			start := time.Date(2026, 12, 1, 12, 54, 0, 0, time.UTC)
			h := bb.hit
			h.arrival.Due, h.arrival.Visit = 123456789012, 54321
			h.due, h.address, h.bytesIn = start.Add(h.arrival.Due), netip.MustParseAddr("192.0.2.1"), 51234
			result := &vegeta.Result{Seq: 54321, Timestamp: h.due.Add(91234), Latency: 31234567}
			b.ReportAllocs()
			for b.Loop() {
				if err := l.add(result, &h, bb.class); err != nil {
					b.Fatal(err)
				}
				select {
				case <-l.out:
				default:
				}
			}
		})
	}
}
