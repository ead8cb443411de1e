package scenario

import (
	"net/url"
	"path/filepath"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/seed-f864f198/onair/internal/lab/world"
	"github.com/seed-f864f198/onair/internal/load"
)

func (d *decoder) compileTarget(f *file) Target {
	t := &f.target
	out := Target{AllowHosts: t.allow, Timeout: t.timeout, UnitHeader: t.unit}
	out.Header = d.authorize(t, d.header(f, t.headers, "target.headers"))
	given := child(child(f.node, "target"), "url")
	if given == nil && child(f.node, "lab") != nil && t.unit == "" {
		out.UnitHeader = world.UnitHeader
	}
	switch {
	case given == nil && child(f.node, "lab") == nil:
		d.mistake(childOr(f.node, "target"), "target", "url is missing (where requests go, such as https://staging.example.jp; or lab: {} for the embedded staging)")
	case given != nil && t.url != "":
		out.URL = d.targetURL(given, t.url)
		d.allowed(out.URL, given, t)
		if child(t.node, "allow_hosts") == nil && t.node != nil {
			d.mistake(t.node, "target", "allow_hosts is missing (a list of the hosts that may be contacted, such as [staging.example.jp])")
		}
	case given != nil && given.Kind == yaml.ScalarNode && given.Tag != "!!null" && t.sound:
		d.mistake(given, "target", "url is empty")
	}
	return out
}

func (d *decoder) targetURL(n *yaml.Node, text string) *url.URL {
	if d.opaque(text) {
		return nil
	}
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "", u.User != nil, u.RawQuery != "", u.Fragment != "":
		d.mistake(n, "target", "url %q is not such as https://staging.example.jp (http or https, a host, perhaps a path)", d.quote(n))
		return nil
	case !possiblePort(u):
		d.mistake(n, "target", "url %q has a port that none can be (1 to 65535)", d.quote(n))
		return nil
	}
	return u
}

// possiblePort reports whether a URL has no port, or one that there is.
func possiblePort(u *url.URL) bool {
	if u.Port() == "" {
		return true
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

// allowed refuses a target whose host is not among those it allows.
func (d *decoder) allowed(u *url.URL, n *yaml.Node, t *targetFields) {
	switch {
	case u == nil:
	case load.Forbidden(u.Hostname()) != "":
		d.refuse(n, "target", "the host of %q is never contacted: %s", d.quote(n), load.Forbidden(u.Hostname()))
	case load.CheckHost(u.Hostname(), t.allow) != nil:
		d.refuse(n, "target", "the host of %q is not one of allow_hosts [%s]", d.quote(n), d.allowList(t))
	}
}

// allowList writes the hosts of allow_hosts as written.
func (d *decoder) allowList(t *targetFields) string {
	var written []string
	if list := child(t.node, "allow_hosts"); list != nil {
		for _, c := range list.Content {
			written = append(written, d.written(c))
		}
	}
	return several(written)
}

func (d *decoder) compileRequests(f *file) []load.Request {
	names := map[string]bool{}
	var requests []load.Request
	for i := range f.requests {
		r := &f.requests[i]
		if !r.sound {
			continue
		}
		d.unique(names, r.title(), r.source)
		method, path := r.call()
		requests = append(requests, load.Request{
			Name: r.title(), Method: strings.ToUpper(method), Path: path,
			Header: d.header(f, r.headers, r.in+".headers"), Expect: r.expect,
		})
		d.fillBody(&requests[len(requests)-1], r)
	}
	return requests
}

// call returns the request's method, as the file names it, and its path.
func (r *requestFields) call() (method, path string) {
	for i, m := range methods {
		if child(r.node, m) != nil {
			return m, r.paths[i]
		}
	}
	return "", ""
}

// title returns the request's name. The default one has the path as written, so
// that no secret gets into reports.
func (r *requestFields) title() string {
	if r.name != "" {
		return r.name
	}
	method, _ := r.call()
	if path := child(r.node, method); path != nil {
		return strings.ToUpper(method) + " " + path.Value
	}
	return ""
}

// fileName returns where a file that n names is: relative to the scenario, or to
// the working directory where n came from the command line.
func (d *decoder) fileName(n *yaml.Node, name string) string {
	if _, ok := d.origin[n]; ok || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(d.dir, name)
}

// shownFile is fileName as a mistake shows it.
func (d *decoder) shownFile(n *yaml.Node) string {
	return d.fileName(n, d.quote(n))
}
