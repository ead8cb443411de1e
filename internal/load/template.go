package load

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/seed-f864f198/onair/internal/traffic"
)

// template is one kind of request, ready to be sent many times. What it holds is
// shared by all of them and only read; those with placeholders get their own of
// what these stand in, and share the rest.
type template struct {
	name   string
	method string
	url    *url.URL // nil where it has placeholders
	host   string   // of the Host header
	header http.Header
	body   []byte
	expect []int

	filled bool // there are placeholders, in these:
	place  place
	values []headerValues
	text   text // of the body

	feed *Feed
	seed uint64
}

// headerValues are all values of a header that has placeholders.
type headerValues struct {
	name   string
	values []text
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

// newTemplate makes the template of a request, whose every filling can then be
// sent: there is no error left for the time when it is.
func newTemplate(p Plan, r Request) (template, error) {
	if err := CheckHost(p.Target.Hostname(), p.AllowHosts); err != nil {
		return template{}, err
	}
	t := template{
		name:   r.Name,
		method: cmp.Or(strings.ToUpper(r.Method), http.MethodGet),
		header: headerOf(p, r),
		expect: r.Expect,
		feed:   p.Feed,
		seed:   p.Seed,
	}
	c := &compiler{columns: p.Feed.columns(), seed: p.Seed}
	for _, compile := range []func(*compiler, Plan, Request) error{t.compilePlace, t.compileHeader, t.compileBody} {
		if err := compile(c, p, r); err != nil {
			return template{}, err
		}
	}
	_, err := http.NewRequest(t.method, p.Target.String(), nil)
	return t, err
}

// headerOf returns the header of a request as the scenario wrote it, with what is
// sent with every one.
func headerOf(p Plan, r Request) http.Header {
	header := p.Header.Clone()
	maps.Copy(header, r.Header.Clone())
	// The request is made outside http.Client, which would have done this.
	if user := p.Target.User; user != nil && header.Get("Authorization") == "" {
		password, _ := user.Password()
		named := http.Request{Header: header}
		named.SetBasicAuth(user.Username(), password)
	}
	header.Set("User-Agent", p.UserAgent)
	if p.RunID != "" {
		header.Set("X-Onair-Run", p.RunID)
	}
	if header.Get("Accept-Encoding") == "" {
		header.Set("Accept-Encoding", "gzip") // as browsers do; the body is counted as it comes
	}
	return header
}

func (t *template) compilePlace(c *compiler, p Plan, r Request) (err error) {
	if t.place, err = newPlace(p.Target, r.Path, c); err == nil {
		err = t.place.check(p.Feed)
	}
	if err != nil {
		return fmt.Errorf("path %q: %w", r.Path, err)
	}
	if t.place.filled() {
		t.filled = true
	} else {
		t.url = t.place.url(&filling{})
	}
	return nil
}

// compileHeader leaves in the header its constant values.
func (t *template) compileHeader(c *compiler, p Plan, _ Request) error {
	t.host = t.header.Get("Host")
	if strings.Contains(t.host, "{{") {
		return errors.New("header Host: it takes no placeholders")
	}
	t.header.Del("Host")
	for _, name := range slices.Sorted(maps.Keys(t.header)) {
		values, filled := t.header[name], false
		texts := make([]text, len(values))
		for i, written := range values {
			var err error
			if texts[i], err = c.compile(written, asWritten); err == nil {
				err = checkHeader(written, texts[i], p.Feed)
			}
			if err != nil {
				return fmt.Errorf("header %s: %w", name, err)
			}
			values[i] = texts[i].constant
			filled = filled || texts[i].filled()
		}
		if filled {
			t.filled = true
			t.values = append(t.values, headerValues{name, texts})
		}
	}
	return nil
}

// checkHeader refuses what would end a header's line: a value could begin another
// header, or a body, behind it.
func checkHeader(written string, t text, feed *Feed) error {
	if hasControl(written) {
		return errors.New("a control character, which no header can have")
	}
	if len(t.columns) == 0 {
		return nil
	}
	for i, row := range feed.Rows {
		for _, column := range t.columns {
			if hasControl(row[column]) {
				return fmt.Errorf("feed row %d: column %d has a control character, which no header can have", i+1, column+1)
			}
		}
	}
	return nil
}

func (t *template) compileBody(c *compiler, _ Plan, r Request) (err error) {
	t.body = r.Body
	if r.Raw {
		return nil
	}
	if t.text, err = c.compile(string(r.Body), bodyForm(t.header.Get("Content-Type"))); err != nil {
		return fmt.Errorf("body: %w", err)
	}
	if t.text.filled() {
		t.filled = true
	} else {
		t.body = []byte(t.text.constant)
	}
	return nil
}

// request makes the request of one arrival.
func (t *template) request(ctx context.Context, a traffic.Arrival) *http.Request {
	to, header, body := t.url, t.header, t.body
	if t.filled {
		to, header, body = t.fill(a)
	}
	r := &http.Request{
		Method:     t.method,
		URL:        to,
		Host:       t.host,
		Header:     header,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1,
		ProtoMinor: 1,
	}
	switch {
	case len(body) > 0:
		r.ContentLength = int64(len(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
	case t.method == http.MethodGet || t.method == http.MethodHead:
		r.Body = once{}
	}
	return r.WithContext(ctx)
}

// once is a body without a byte. net/http sends a request again, unseen, when the
// target closes a kept connection instead of answering, unless it has a body that
// cannot be had a second time: the target would get more than was planned, and
// what it broke off would be no failure.
type once struct{}

func (once) Read([]byte) (int, error) { return 0, io.EOF }
func (once) Close() error             { return nil }

// fill returns what one arrival's request does not share with the others.
func (t *template) fill(a traffic.Arrival) (to *url.URL, header http.Header, body []byte) {
	f := &filling{arrival: a, row: t.feed.row(t.seed, a.Visit)}
	to, header, body = t.url, t.header, t.body
	if t.place.filled() {
		to = t.place.url(f)
	}
	if len(t.values) > 0 {
		header = maps.Clone(header)
	}
	for _, h := range t.values {
		values := make([]string, len(h.values))
		for i := range h.values {
			values[i] = h.values[i].string(f)
		}
		header[h.name] = values
	}
	if t.text.filled() {
		body = t.text.append(make([]byte, 0, t.text.room), f)
	}
	return to, header, body
}
