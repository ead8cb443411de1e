package load

import (
	"encoding/json"
	"errors"
	"mime"
	"net/url"
	"strings"
	"unicode/utf8"
)

// form is how a text is written where it stands, so that a value stays a value
// whatever is in it.
type form struct {
	constant func(string) (string, error)         // of what the scenario wrote
	value    func(to []byte, value string) []byte // of a value of the feed
}

var (
	asWritten = form{constant: unchanged, value: appendPlain}
	inPath    = form{constant: escapePath, value: appendSegment}
	inQuery   = form{constant: escapeQuery, value: appendQuery}
	inJSON    = form{constant: unchanged, value: appendJSON}
	inFields  = form{constant: unchanged, value: appendQuery}
)

// bodyForm returns the form of a body.
func bodyForm(contentType string) form {
	media, _, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return asWritten
	case media == "application/json" || strings.HasSuffix(media, "+json"):
		return inJSON
	case media == "application/x-www-form-urlencoded":
		return inFields
	}
	return asWritten
}

func unchanged(written string) (string, error) { return written, nil }

var errNoPath = errors.New("not a path with an optional query")

// escapePath writes a part of a path as a URL has it; what is escaped already
// stays.
func escapePath(written string) (string, error) {
	path, err := url.PathUnescape(written)
	if err != nil || hasControl(written) {
		return "", errNoPath
	}
	return (&url.URL{Path: path, RawPath: written}).EscapedPath(), nil
}

// escapeQuery escapes in a query what no request line can have, as browsers do,
// and leaves all else as it is.
func escapeQuery(written string) (string, error) {
	if hasControl(written) {
		return "", errNoPath
	}
	const hex = "0123456789ABCDEF"
	var escaped strings.Builder
	for _, b := range []byte(written) {
		if b >= utf8.RuneSelf || strings.IndexByte(` "#<>`, b) >= 0 {
			escaped.Write([]byte{'%', hex[b>>4], hex[b&15]})
		} else {
			escaped.WriteByte(b)
		}
	}
	return escaped.String(), nil
}

func appendPlain(to []byte, value string) []byte { return append(to, value...) }

func appendSegment(to []byte, value string) []byte { return append(to, url.PathEscape(value)...) }

func appendQuery(to []byte, value string) []byte { return append(to, url.QueryEscape(value)...) }

// appendJSON appends a value as it stands between the quotes of a JSON string.
func appendJSON(to []byte, value string) []byte {
	if !hasControl(value) && !strings.ContainsAny(value, `"\`) {
		return append(to, value...)
	}
	quoted, err := json.Marshal(value)
	if err != nil { // no string is without JSON
		panic(err)
	}
	return append(to, quoted[1:len(quoted)-1]...)
}

// hasControl reports whether a text has control characters, such as line breaks.
func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
