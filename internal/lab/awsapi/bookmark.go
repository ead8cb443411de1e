package awsapi

import (
	"encoding/base64"
	"fmt"
	"slices"
	"time"
)

// bookmark is where a page of metrics begins: at a query, after the point last
// told of it. It holds that point's instant rather than a count, so that a point
// which comes out between two pages hides no other.
type bookmark struct {
	query int
	told  time.Time // zero: none of this query
}

// token is the bookmark as a caller carries it.
func (b bookmark) token() string {
	seconds := int64(0)
	if !b.told.IsZero() {
		seconds = b.told.Unix()
	}
	return base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, "%d %d", b.query, seconds))
}

// readBookmark reads a token for a call of so many queries; without one it is
// their beginning.
func readBookmark(token string, queries int) (b bookmark, ok bool) {
	if token == "" {
		return bookmark{}, true
	}
	text, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return bookmark{}, false
	}
	var seconds int64
	if _, err := fmt.Sscanf(string(text), "%d %d", &b.query, &seconds); err != nil {
		return bookmark{}, false
	}
	if seconds != 0 {
		b.told = time.Unix(seconds, 0).UTC()
	}
	return b, b.query >= 0 && b.query < queries && b.token() == token
}

// after cuts off the points that were told: all up to the bookmark's, whichever
// way they run.
func (b bookmark) after(points []point) []point {
	if b.told.IsZero() {
		return points
	}
	at := slices.IndexFunc(points, func(p point) bool { return p.at.Equal(b.told) })
	return points[at+1:]
}
