package load

import (
	"fmt"
	"net/url"
	"strings"
)

// place is where requests of one kind go: to the target's scheme and host, which
// no placeholder can change, and there to a path and query behind the target's.
type place struct {
	target url.URL
	path   text
	query  text
}

// newPlace puts a request's path, with its query, behind the target's. A path is
// only ever a path: it cannot lead to another host.
func newPlace(target *url.URL, written string, c *compiler) (place, error) {
	// All of it, for a ? within a placeholder belongs to that.
	if err := CheckPlaceholders(written, c.columns); err != nil {
		return place{}, err
	}
	if !strings.HasPrefix(written, "/") {
		written = "/" + written
	}
	p := place{target: *target}
	p.target.Fragment, p.target.RawFragment = "", ""
	path, query, _ := strings.Cut(written, "?")
	var err error
	if p.path, err = c.compile(path, inPath); err != nil {
		return place{}, err
	}
	if p.query, err = c.compile(query, inQuery); err != nil {
		return place{}, err
	}
	p.path.prepend(strings.TrimSuffix(target.EscapedPath(), "/"))
	between := "&"
	if target.RawQuery == "" || query == "" {
		between = ""
	}
	p.query.prepend(target.RawQuery + between)
	return p, nil
}

// filled reports whether there are placeholders.
func (p *place) filled() bool { return p.path.filled() || p.query.filled() }

// url returns the URL with its placeholders filled.
func (p *place) url(f *filling) *url.URL {
	to := p.target
	to.RawPath = p.path.string(f)
	// There is no error: its constants could be unescaped, its values were escaped.
	to.Path, _ = url.PathUnescape(to.RawPath)
	to.RawQuery = p.query.string(f)
	return &to
}

// check refuses a feed whose values would make another path of it than the one
// that was meant: a value can be a segment of the path, and "", "." and ".." are
// ways around one.
func (p *place) check(feed *Feed) error {
	if len(p.path.columns) == 0 {
		return nil
	}
	meant := make([]string, len(feed.Columns))
	for i := range meant {
		meant[i] = "x"
	}
	f := &filling{row: meant}
	most := detours(p.path.string(f))
	for i, row := range feed.Rows {
		f.row = row
		if detours(p.path.string(f)) > most {
			return fmt.Errorf("feed row %d gives it an empty segment, or . or .. for one", i+1)
		}
	}
	return nil
}

// detours counts the segments of a path that stand for none: . and .. and, before
// the last, empty ones.
func detours(path string) int {
	segments := strings.Split(strings.TrimPrefix(path, "/"), "/")
	n := 0
	for i, s := range segments {
		if s == "" && i < len(segments)-1 || s == "." || s == ".." {
			n++
		}
	}
	return n
}
