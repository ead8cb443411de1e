package scenario

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"github.com/valyala/fasttemplate"

	"github.com/seed-f864f198/onair/internal/load"
	"github.com/seed-f864f198/onair/internal/timeline"
	"github.com/seed-f864f198/onair/internal/traffic"
)

// braced are values with what placeholders are made of.
func braced(name string) (string, bool) {
	value, ok := map[string]string{"PASS": "pa{{ss}}w", "LIKE": "{{user}}", "OPEN": "a{", "NINE": "9", "BAD": "6}}s3cret", "WORD": "s3cret"}[name]
	return value, ok
}

// sent is what arrived of a request.
type sent struct{ Path, Query, Header, Body string }

// sendsOf runs a scenario against a target that notes what arrives.
func sendsOf(t *testing.T, s *Scenario) (all []sent) {
	t.Helper()
	door := transport(func(r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		all = append(all, sent{r.URL.Path, r.URL.RawQuery, r.Header.Get("X-Secret"), string(body)})
	})
	synctest.Test(t, func(t *testing.T) {
		_, err := load.Run(context.Background(), load.Plan{
			Target: &url.URL{Scheme: "http", Host: "lab.test"}, AllowHosts: []string{"lab.test"}, Header: s.Target.Header,
			Requests: s.Requests, Schedule: traffic.NewSchedule(s.Plan()), Feed: s.Feed, Visits: s.Visitors(), Caps: s.Caps, Door: door,
		}, nowhere{}, nil)
		if err != nil {
			t.Fatal(err)
		}
	})
	return all
}

type transport func(*http.Request)

func (note transport) RoundTrip(r *http.Request) (*http.Response, error) {
	note(r)
	return &http.Response{StatusCode: 200, Body: http.NoBody, Request: r}, nil
}

// nowhere keeps nothing.
type nowhere struct{}

func (nowhere) WriteSecond(timeline.Second) error   { return nil }
func (nowhere) WriteReading(timeline.Reading) error { return nil }
func (nowhere) WriteEvent(timeline.Event) error     { return nil }
func (nowhere) WriteHits([]byte) error              { return nil }

// What a variable brings is sent as it is, whatever braces are in it, beside
// placeholders that are filled.
func TestBracesOfVariablesAreSent(t *testing.T) {
	const head = `
name: braces
target: {url: "http://lab.test", allow_hosts: [lab.test], headers: {X-Secret: "${PASS} {{user}} ${LIKE}"}}
traffic: {baseline: 1/s, duration: 1s}
feed: users.csv
objectives: [{p99: 1s, window: 1s}]
requests: [`
	for _, test := range []struct {
		request string
		want    sent
	}{
		{`{post: "/${PASS}/{{user}}?q=${LIKE}&r={{user}}", body: {text: "{${OPEN}${LIKE}{{random 9 ${NINE}}}${PASS}"}}`,
			sent{Path: "/pa{{ss}}w/user0", Query: "q={{user}}&r=user0", Body: "{a{{{user}}9pa{{ss}}w"}},
		{`{post: /json, body: {json: {pass: "${PASS}{{user}}${OPEN}"}}}`,
			sent{Path: "/json", Body: `{"pass":"pa{{ss}}wuser0a{"}`}},
		{`{post: /form, body: {form: {pass: "${PASS}{{user}}${LIKE}"}}}`,
			sent{Path: "/form", Body: "pass=pa%7B%7Bss%7D%7Dwuser0%7B%7Buser%7D%7D"}},
		{`{post: /base64, body: {base64: e3t1c2VyfX0=}}`,
			sent{Path: "/base64", Body: "{{user}}"}},
	} {
		s := mustParse(t, head+test.request+"]", Options{Env: braced})
		test.want.Header = "pa{{ss}}w user0 {{user}}"
		all := sendsOf(t, s)
		for i := range all {
			all[i].Query, _ = url.PathUnescape(all[i].Query)
		}
		if diff := cmp.Diff([]sent{test.want}, all); diff != "" {
			t.Errorf("sent by %s (-want +got):\n%s", test.request, diff)
		}
		if resolved := string(s.Resolved); strings.Contains(resolved, "ss}}") {
			t.Errorf("Resolved shows a secret:\n%s", resolved)
		}
	}
}

// A value is found where it stands in a text of the outside and where it stands
// in a template.
func TestMaskOfBraces(t *testing.T) {
	s := mustParse(t, strings.Replace(minimal, "get: /", `get: "/${PASS}"`, 1), Options{Env: braced})
	for _, text := range []string{"pa{{ss}}w", s.Requests[0].Path, "/pa%7B%7Bss%7D%7Dw"} {
		if got := strings.TrimPrefix(s.Mask(text), "/"); got != "${PASS}" {
			t.Errorf("Mask(%q) = %q; want ${PASS}", text, got)
		}
	}
}

// Where a value makes nonsense of a placeholder, no piece of it is told.
func TestValuesInPlaceholdersAreNotTold(t *testing.T) {
	for text, want := range map[string]string{
		"{{${BAD}}}":           `text "{{${BAD}}}" has a placeholder that is none with its variables replaced`,
		"{{random 1 ${WORD}}}": `text "{{random 1 ${WORD}}}" has a placeholder that is none`,
		"{{ ${PASS}":           `text "{{ ${PASS}" has a placeholder that is none`,
		"${OPEN}{{n}}":         `text "${OPEN}{{n}}" has a placeholder that is none`,
		"${PASS}{{usr}}${BAD}": `text: unknown placeholder "usr"`,
	} {
		_, err := Parse("x.yaml", ".", []byte(strings.Replace(minimal, "get: /", `post: /, body: {text: '`+text+`'}`, 1)), Options{Env: braced})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse with %s = %v; want %s", text, err, want)
			continue
		}
		for _, piece := range []string{"s3cret", "pa{{", "ss}}", "a{"} {
			if strings.Contains(err.Error(), piece) {
				t.Errorf("Parse with %s = %v; want no %q", text, err, piece)
			}
		}
	}
}

// Between any two texts without placeholders, any values come out as they are.
func FuzzTemplate(f *testing.F) {
	for _, value := range []string{"", "{", "{{", "{{{", "a{{b}}", "}}{{", "{{{{}}", "x{"} {
		f.Add("", value, "", value, "")
		f.Add("{", value, "{", value, "}} {")
		f.Add("a {", value, "}}", "", "{ b")
	}
	f.Fuzz(func(t *testing.T, before, first, between, second, after string) {
		for _, written := range []string{before, between, after} {
			if strings.Contains(written, "{{") {
				return
			}
		}
		e := expanded{text: before + first + between + second + after, brought: []brought{
			{from: len(before), to: len(before + first)},
			{from: len(before + first + between), to: len(before + first + between + second)},
		}}
		// Two pieces of the file that meet, for a value is empty, are one piece.
		if first == "" && strings.Contains(before+between, "{{") || second == "" && strings.Contains(between+after, "{{") ||
			first+second == "" && strings.Contains(e.text, "{{") {
			return
		}
		template, mixed := e.template()
		parsed, err := fasttemplate.NewTemplate(template, "{{", "}}")
		if err != nil || mixed {
			t.Fatalf("template of %q = %q, mixed %t, %v; want one without placeholders", e.text, template, mixed, err)
		}
		filled := parsed.ExecuteFuncString(func(w io.Writer, tag string) (int, error) {
			if tag != "{{" {
				t.Errorf("template of %q = %q, with a placeholder %q", e.text, template, tag)
			}
			return io.WriteString(w, "{{")
		})
		if filled != e.text {
			t.Errorf("template of %q = %q, which is filled to %q", e.text, template, filled)
		}
	})
}
