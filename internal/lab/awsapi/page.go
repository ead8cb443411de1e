package awsapi

import (
	"encoding/base64"
	"net/http"
	"slices"
)

// paging is how a call hands out a long list: the parameters that say how many
// items a page may hold and which page it is, and the bounds of the first.
type paging struct {
	size, token     string
	otherwise, most int
}

// records is how Auto Scaling pages.
func records(otherwise, most int) paging { return paging{"MaxRecords", "NextToken", otherwise, most} }

// marked is how Elastic Load Balancing pages.
var marked = paging{"PageSize", "Marker", 400, 400}

// page cuts one page out of items and returns the token of the next, empty
// after the last. A token holds the key of the last item told rather than a
// position, so that items which appear at the front between two pages neither
// repeat nor hide others.
func page[T any](items []T, key func(T) string, q query, p paging) (part []T, next string, refused *refusal) {
	limit, refused := q.count(p.size, p.otherwise, p.most)
	if refused != nil {
		return nil, "", refused
	}
	if token := q.get(p.token); token != "" {
		last, err := base64.RawURLEncoding.DecodeString(token)
		at := slices.IndexFunc(items, func(item T) bool { return key(item) == string(last) })
		if err != nil || at < 0 {
			return nil, "", refuse(http.StatusBadRequest, invalidNextToken, "The %s value is not valid.", p.token)
		}
		items = items[at+1:]
	}
	if len(items) <= limit {
		return items, "", nil
	}
	return items[:limit], base64.RawURLEncoding.EncodeToString([]byte(key(items[limit-1]))), nil
}
