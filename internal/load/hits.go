package load

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"
)

// attackName is the name of the one attack that a run is to vegeta.
const attackName = "onair"

const (
	enoughLines = 256 << 10 // bytes of lines that are handed on without waiting for the second's end
	mostLines   = 128 << 20 // bytes of lines that may wait for a disk that does not keep up
	mostTexts   = 1000      // texts remembered as they are shown
	longestText = 256       // bytes of one; an error may quote a whole answer
)

var errHitsBehind = errors.New("hits: the disk does not keep up, 128 MB wait for it (leave --hits out, or name a faster disk with --out)")

// hitLog writes each hit that is over as a line of vegeta's JSON results
// (lib/results.go), which vegeta's own commands read; fields they do not know
// they pass over. Bodies and headers are left out.
//
//	{"attack":"onair","seq":7,"code":200,"timestamp":"…","latency":31000000,
//	 "bytes_out":0,"bytes_in":5,"error":"","method":"GET","url":"http://host/",
//	 "request":"top","due":1.25,"lag":90000,"response":31090000,"visit":7,
//	 "class":"…","address":"192.0.2.1","unit":"…","new_connection":true}
//
// Times are nanoseconds as vegeta writes them, but due is seconds since the
// start; timestamp = start + due + lag on the run's own clock, whatever becomes
// of the machine's. Class is there where the hit failed, address where it had a
// connection, unit where its answer named one. url is as the scenario wrote it, so that there are no more of them
// than requests.
//
// vegeta counts codes 200 to 399 as success and cannot be told otherwise. Code is
// 0 where no whole answer came, so that of requests that expect just these it
// counts as onair does. Of those with an expect of their own it does not: to it an
// expected 404 failed, and a 204 where only 200 is expected succeeded. Error is
// empty for onair's success alone: vegeta plot tells them apart by it. Its
// latencies are those of all lines; onair leaves class generator_limit out.
//
// Only the consumer uses it. A nil one keeps nothing.
type hitLog struct {
	shared []string // by request: the part that all its lines have in common
	feed   *Feed    // whose values no error shows
	seed   uint64
	mask   func(string) string
	texts  map[string]string // as they are shown: masked, in quotes
	lines  []byte            // gathered, and not handed on yet
	out    chan []byte       // to the writer
	behind bool              // too many lines waited: no more are gathered
}

// newHitLog returns nil where the plan keeps no hits.
func newHitLog(p Plan) *hitLog {
	if !p.Hits {
		return nil
	}
	l := &hitLog{feed: p.Feed, seed: p.Seed, mask: p.Mask, texts: make(map[string]string), out: make(chan []byte, 16)}
	for _, r := range p.Requests {
		shared := `,"method":` + quoted(cmp.Or(strings.ToUpper(r.Method), http.MethodGet)) +
			`,"url":` + quoted(l.masked(written(p.Target, l.masked(r.Path)))) +
			`,"request":` + quoted(r.Name)
		l.shared = append(l.shared, shared)
	}
	return l
}

// written is where a request goes, its path as the scenario wrote it: escaping
// would hide placeholders. It names no user. Secrets are masked in the path
// before, while they are whole.
func written(target *url.URL, path string) string {
	path, query, _ := strings.Cut("/"+strings.TrimPrefix(path, "/"), "?")
	to := target.Scheme + "://" + target.Host + strings.TrimSuffix(target.EscapedPath(), "/") + path
	between := ""
	if target.RawQuery != "" && query != "" {
		between = "&"
	}
	if query = target.RawQuery + between + query; query != "" {
		to += "?" + query
	}
	return to
}

// add writes the line of a hit that is over; class is that of its failure,
// empty for success. An error means that too many lines wait; there are no more
// of them then.
func (l *hitLog) add(result *vegeta.Result, h *hit, class string) error {
	if l == nil {
		return nil
	}
	if l.behind {
		return errHitsBehind
	}
	l.lines = l.appendVegeta(l.lines, result, h, class)
	l.lines = append(l.lines, l.shared[h.arrival.Request]...)
	l.lines = l.appendOwn(l.lines, result, h, class)
	if len(l.lines) >= enoughLines {
		l.handOn()
	}
	if l.behind = len(l.lines) >= mostLines; l.behind {
		return errHitsBehind
	}
	return nil
}

// appendVegeta begins a line with what vegeta knows.
func (l *hitLog) appendVegeta(b []byte, result *vegeta.Result, h *hit, class string) []byte {
	code, cause := h.status, `""`
	if h.err != nil {
		code = 0
	}
	if class != "" {
		cause = l.shown(l.cause(result, h))
	}
	b = append(b, `{"attack":"`+attackName+`","seq":`...)
	b = strconv.AppendUint(b, result.Seq, 10)
	b = append(b, `,"code":`...)
	b = strconv.AppendInt(b, int64(code), 10)
	b = append(b, `,"timestamp":"`...)
	b = h.due.Add(h.lag(result)).UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","latency":`...)
	b = strconv.AppendInt(b, int64(result.Latency), 10)
	b = append(b, `,"bytes_out":`...)
	b = strconv.AppendInt(b, h.bytesOut, 10)
	b = append(b, `,"bytes_in":`...)
	b = strconv.AppendInt(b, h.bytesIn, 10)
	b = append(b, `,"error":`...)
	return append(b, cause...)
}

// appendOwn ends a line with what only onair knows.
func (l *hitLog) appendOwn(b []byte, result *vegeta.Result, h *hit, class string) []byte {
	lag := h.lag(result)
	b = append(b, `,"due":`...)
	b = strconv.AppendFloat(b, h.arrival.Due.Seconds(), 'f', -1, 64)
	b = append(b, `,"lag":`...)
	b = strconv.AppendInt(b, int64(lag), 10)
	b = append(b, `,"response":`...)
	b = strconv.AppendInt(b, int64(lag+result.Latency), 10)
	b = append(b, `,"visit":`...)
	b = strconv.AppendUint(b, h.arrival.Visit, 10)
	if class != "" {
		b = append(b, `,"class":`...)
		b = append(b, l.shown(class)...)
	}
	if h.address.IsValid() {
		b = append(b, `,"address":`...)
		b = append(b, l.shown(h.address.String())...)
	}
	if h.unit != "" {
		b = append(b, `,"unit":`...)
		b = append(b, l.shown(h.unit)...)
	}
	b = append(b, `,"new_connection":`...)
	b = strconv.AppendBool(b, h.opened)
	return append(b, "}\n"...)
}

func (h *hit) lag(result *vegeta.Result) time.Duration { return result.Timestamp.Sub(h.due) }

// cause says why a hit failed, where it has a status in vegeta's own words. Of
// what its visit's row holds, an error shows the columns alone.
func (l *hitLog) cause(result *vegeta.Result, h *hit) string {
	switch {
	case h.err != nil:
		return l.feed.hide(h.err.Error(), l.seed, h.arrival.Visit)
	case h.status == 0:
		return l.feed.hide(result.Error, l.seed, h.arrival.Visit)
	}
	return strings.TrimSpace(strconv.Itoa(h.status) + " " + http.StatusText(h.status))
}

// handOn gives the writer what gathered, where there is room: nobody waits for
// the disk here, since vegeta's workers wait for the consumer.
func (l *hitLog) handOn() {
	if l == nil || len(l.lines) == 0 || len(l.out) == cap(l.out) {
		return
	}
	l.out <- l.lines
	l.lines = make([]byte, 0, enoughLines+4096)
}

// close hands on the last lines.
func (l *hitLog) close() {
	if l == nil {
		return
	}
	l.out <- l.lines
	close(l.out)
}

// writeHits hands lines to the sink.
func (r *run) writeHits() {
	if r.hits == nil {
		return
	}
	for lines := range r.hits.out {
		if len(lines) == 0 {
			continue
		}
		if err := r.sink.WriteHits(lines); err != nil {
			r.fail(err)
		}
	}
}

// shown returns a text from outside as a line shows it. Most come again and
// again; those that do not, since they name a port, make no memory grow.
func (l *hitLog) shown(text string) string {
	if shown, ok := l.texts[text]; ok {
		return shown
	}
	if len(l.texts) >= mostTexts {
		clear(l.texts)
	}
	shown := quoted(shortened(l.masked(text)))
	if len(text) <= longestText {
		l.texts[text] = shown
	}
	return shown
}

func (l *hitLog) masked(text string) string {
	if l.mask == nil {
		return text
	}
	return l.mask(text)
}

func shortened(text string) string {
	if len(text) <= longestText {
		return text
	}
	return text[:longestText] + "…"
}

// quoted returns a text as a JSON string.
func quoted(text string) string {
	if strings.IndexFunc(text, isSpecial) < 0 {
		return `"` + text + `"` // & and < may stand as they are
	}
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err) // no string is without a JSON form
	}
	return string(encoded)
}

func isSpecial(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }
