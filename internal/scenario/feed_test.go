package scenario

import (
	"bytes"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const feeding = `
name: feeding
lab: {}
traffic: {baseline: 1/s, duration: 3s}
feed: users.csv
requests:
  - {name: form, post: "/{{user}}?q={{plan}}", body: {form: {"user name": "{{user}} & co", plan: "{{{{}}+{{ n }}", "ü": "${TOKEN}=1"}}}
  - {name: json, post: /json, body: {json: {user: "{{user}}", "{{plan}}": [1, "{{random 1 6}}"]}}, headers: {X-User: "{{user}}"}}
  - {name: letter, post: /letter, body: {file: letter.txt}}
  - {name: raw, post: /raw, body: {base64: e3t4fX0=}}
objectives: [{p99: 1s, window: 1s}]
`

// writeFiles makes a directory with what feeding names.
func writeFiles(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range map[string]string{
		"users.csv":  "user,plan\nhana,hunter2\nren,hunter3\nyui,hunter4\n",
		"letter.txt": "Dear {{user}},\nyour {{plan}} costs ${5}.\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestFeed(t *testing.T) {
	dir := writeFiles(t)
	t.Chdir(dir) // where names in --set are looked up
	for _, test := range []struct {
		set            []string
		random, repeat bool
	}{
		{nil, false, false},
		{[]string{"feed={file: users.csv, order: random}"}, true, false},
		{[]string{"feed.repeat=true", "feed.file=users.csv", "traffic.duration=1h"}, false, true},
	} {
		s, err := Parse("x.yaml", dir, []byte(strings.Replace(feeding, "feed: users.csv", "feed: {file: users.csv}", 1)), Options{Env: environment, Set: test.set})
		if err != nil {
			t.Errorf("Parse with %q: %v", test.set, err)
			continue
		}
		if s.Feed == nil {
			t.Fatalf("no feed with %q", test.set)
		}
		rows := [][]string{{"hana", "hunter2"}, {"ren", "hunter3"}, {"yui", "hunter4"}}
		if diff := cmp.Diff(rows, s.Feed.Rows) + cmp.Diff([]string{"user", "plan"}, s.Feed.Columns); diff != "" {
			t.Errorf("feed with %q (-want +got):\n%s", test.set, diff)
		}
		if s.Feed.Random != test.random || s.Feed.Repeat != test.repeat {
			t.Errorf("feed with %q has random %v, repeat %v; want %v, %v", test.set, s.Feed.Random, s.Feed.Repeat, test.random, test.repeat)
		}
	}
}

// A stored scenario holds no row, and is read again without the file.
func TestFeedIsNotStored(t *testing.T) {
	s, err := Parse("x.yaml", writeFiles(t), []byte(feeding), Options{Env: environment})
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(s.Resolved, []byte("hunter")) || !bytes.Contains(s.Resolved, []byte("file: users.csv")) {
		t.Errorf("Resolved holds rows, or lost the feed's name:\n%s", s.Resolved)
	}
	again, err := Parse("scenario.yaml", t.TempDir(), s.Resolved, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := compare(s, again); again.Feed != nil || diff != "" {
		t.Errorf("Parse(Resolved) has feed %v; want none, and nothing else changed (-first +again):\n%s", again.Feed, diff)
	}
	for i, r := range s.Requests[1:] { // the first has a secret
		if diff := cmp.Diff(r, again.Requests[i+1]); diff != "" {
			t.Errorf("request of Parse(Resolved) (-first +again):\n%s", diff)
		}
	}
}

func TestBodiesWithPlaceholders(t *testing.T) {
	s, err := Parse("x.yaml", writeFiles(t), []byte(feeding), Options{Env: environment})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		body, contentType string
		raw               bool
	}{
		{"user+name={{user}}+%26+co&plan=%7B%7B%2B{{ n }}&%C3%BC=s3cret%3D1", "application/x-www-form-urlencoded", false},
		{`{"user":"{{user}}","{{plan}}":[1,"{{random 1 6}}"]}`, "application/json", false},
		{"Dear {{user}},\nyour {{plan}} costs ${5}.\n", "", false},
		{"{{x}}", "", true},
	} {
		r := s.Requests[i]
		got := []any{string(r.Body), r.Header.Get("Content-Type"), r.Raw}
		if diff := cmp.Diff([]any{want.body, want.contentType, want.raw}, got); diff != "" && i != 1 {
			t.Errorf("body, content type, raw of %s (-want +got):\n%s", r.Name, diff)
		}
	}
	if got := string(s.Requests[1].Body); got != `{"user":"{{user}}","{{plan}}":[1,"{{random 1 6}}"]}` && got != `{"{{plan}}":[1,"{{random 1 6}}"],"user":"{{user}}"}` {
		t.Errorf("json body = %s", got)
	}
}

// A form gives back what was put in, but for its placeholders, which stand as
// they are.
func FuzzFormText(f *testing.F) {
	for _, text := range []string{"", "a b&c=d", "{{user}}", "x {{ n }} y", "{{{{}}", "{{", "}}{{a}}{{b}}", "ü%\x00\xff", "{{a\nb}}"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		encoded := formText(text)
		kept := placeholder.FindAllString(encoded, -1)
		var want []string
		for _, p := range placeholder.FindAllString(text, -1) {
			if p != "{{{{}}" {
				want = append(want, p)
			}
		}
		if diff := cmp.Diff(want, kept); diff != "" {
			t.Errorf("placeholders of formText(%q) = %q; want %q", text, kept, want)
		}
		constant := func(s string) string { return placeholder.ReplaceAllString(s, "0") }
		values, err := url.ParseQuery("k=" + constant(encoded))
		plain := constant(strings.ReplaceAll(text, "{{{{}}", "\x01"))
		if got := values.Get("k"); err != nil || got != strings.ReplaceAll(plain, "\x01", "{{") && !strings.Contains(text, "\x01") {
			t.Errorf("formText(%q) = %q, which reads %q (%v); want %q", text, encoded, got, err, plain)
		}
	})
}
