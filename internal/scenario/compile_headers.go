package scenario

import (
	"net"
	"net/http"
	"regexp"
	"strings"

	"github.com/seed-f864f198/onair/internal/load"
)

const headerToken = "[A-Za-z0-9!#$%&'*+.^_`|~-]+"

var (
	headerName = regexp.MustCompile("^" + headerToken + "$")
	hostHeader = regexp.MustCompile(`^(?:\[[0-9A-Fa-f:.]+\]|[-A-Za-z0-9._]+)(?::[0-9]{1,5})?$`)
)

// notYours says of headers that a scenario cannot set why that is so.
var notYours = map[string]string{
	"User-Agent":        "onair names itself in it, so that the service can tell this traffic from its visitors' and block it",
	"X-Onair-Run":       "onair names the run in it",
	"Content-Length":    "the body says it",
	"Transfer-Encoding": "the body says it",
	"Trailer":           "requests have none",
	"Connection":        "connections.new says how connections are used",
	"Keep-Alive":        "connections.new says how connections are used",
	"Proxy-Connection":  "connections.new says how connections are used",
	"Upgrade":           "requests are HTTP/1.1",
}

// header checks and collects headers; nil where there are none. Without a file
// they are for another than the target.
func (d *decoder) header(f *file, entries []entry[string], in string) http.Header {
	if len(entries) == 0 {
		return nil
	}
	h := http.Header{}
	spelled := map[string]string{}
	for _, e := range entries {
		name := http.CanonicalHeaderKey(e.key.Value)
		shown := shorten(e.key.Value)
		switch before, twice := spelled[name]; {
		case !headerName.MatchString(e.key.Value):
			d.mistake(e.key, in, "%q is not a header's name such as Accept-Language", shown)
		case twice:
			d.mistake(e.key, in, "%s and %s are one header (letters large or small make no difference)", before, shown)
		case notYours[name] != "" && d.env != nil:
			d.mistake(e.key, in, "%s cannot be set: %s", shown, notYours[name])
		case strings.ContainsAny(e.value, "\r\n\x00"):
			d.mistake(e.key, in, "%s has a line break in its value", shown)
		default:
			h.Set(name, e.value)
			if name == "Host" && f != nil {
				d.hostHeader(f, e, in)
			}
		}
		spelled[name] = shown
	}
	return h
}

// hostHeader judges a Host header. Behind a shared load balancer it names the
// service that answers, so that it must be an allowed host as the target's is.
// The lab serves nobody else, whatever the name.
func (d *decoder) hostHeader(f *file, e entry[string], in string) {
	if d.opaque(e.value) {
		return
	}
	if !hostHeader.MatchString(e.value) {
		d.mistake(e.node, in, "Host %q is not a host such as www.example.jp", d.quote(e.node))
		return
	}
	host := e.value
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if f.target.url != "" && load.CheckHost(host, f.target.allow) != nil {
		d.refuse(e.node, in, "Host %q is not one of allow_hosts [%s]", d.quote(e.node), d.allowList(&f.target))
	}
}
