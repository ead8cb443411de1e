package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
)

// template is one kind of request, ready to be sent many times. What it holds is
// shared by all of them and only read.
type template struct {
	name   string
	method string
	url    *url.URL
	host   string // of the Host header
	header http.Header
	body   []byte
	expect []int
}

func newTemplates(p Plan) ([]template, error) {
	templates := make([]template, len(p.Requests))
	for i, r := range p.Requests {
		t, err := newTemplate(p, r)
		if err != nil {
			return nil, fmt.Errorf("request %s: %w", r.Name, err)
		}
		templates[i] = t
	}
	return templates, nil
}

func newTemplate(p Plan, r Request) (template, error) {
	to, err := join(p.Target, r.Path)
	if err != nil {
		return template{}, err
	}
	if err := CheckHost(to.Hostname(), p.AllowHosts); err != nil {
		return template{}, err
	}
	header := p.Header.Clone()
	maps.Copy(header, r.Header.Clone())
	t := template{
		name:   r.Name,
		method: strings.ToUpper(r.Method),
		url:    to,
		host:   header.Get("Host"),
		header: header,
		body:   r.Body,
		expect: r.Expect,
	}
	// The request is made outside http.Client, which would have done this.
	if user := to.User; user != nil && header.Get("Authorization") == "" {
		password, _ := user.Password()
		named := http.Request{Header: header}
		named.SetBasicAuth(user.Username(), password)
	}
	header.Del("Host")
	header.Set("User-Agent", p.UserAgent)
	if p.RunID != "" {
		header.Set("X-Onair-Run", p.RunID)
	}
	if header.Get("Accept-Encoding") == "" {
		header.Set("Accept-Encoding", "gzip") // as browsers do; the body is counted as it comes
	}
	_, err = http.NewRequest(t.method, to.String(), nil)
	return t, err
}

// join puts a request's path and query behind the target's. A path is only ever
// a path: it cannot lead to another host.
func join(target *url.URL, path string) (*url.URL, error) {
	if !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	below, err := url.ParseRequestURI(path)
	if err != nil {
		return nil, fmt.Errorf("path %q: not a path with an optional query", path)
	}
	joined := *target
	joined.RawPath = strings.TrimSuffix(target.EscapedPath(), "/") + below.EscapedPath()
	if joined.Path, err = url.PathUnescape(joined.RawPath); err != nil {
		return nil, fmt.Errorf("path %q: %w", path, err)
	}
	joined.RawQuery = strings.Trim(target.RawQuery+"&"+below.RawQuery, "&")
	joined.Fragment, joined.RawFragment = "", ""
	return &joined, nil
}

// request makes one request of the template.
func (t *template) request(ctx context.Context) *http.Request {
	r := &http.Request{
		Method:     t.method,
		URL:        t.url,
		Host:       t.host,
		Header:     t.header,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}
	if len(t.body) > 0 {
		r.ContentLength = int64(len(t.body))
		r.Body = io.NopCloser(bytes.NewReader(t.body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(t.body)), nil }
	}
	return r.WithContext(ctx)
}
