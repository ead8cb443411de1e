package awsapi

import (
	"encoding/base64"
	"net/http"
	"slices"
)

// page cuts one page out of items and returns the token of the next, empty
// after the last. A token holds the key of the last item told rather than a
// position, so that items which appear at the front between two pages neither
// repeat nor hide others.
func page[T any](items []T, key func(T) string, q query, otherwise, most int) (part []T, next string, refused *refusal) {
	limit, refused := q.maxRecords(otherwise, most)
	if refused != nil {
		return nil, "", refused
	}
	if token := q.get("NextToken"); token != "" {
		last, err := base64.RawURLEncoding.DecodeString(token)
		at := slices.IndexFunc(items, func(item T) bool { return key(item) == string(last) })
		if err != nil || at < 0 {
			return nil, "", refuse(http.StatusBadRequest, "InvalidNextToken", "The NextToken value is not valid.")
		}
		items = items[at+1:]
	}
	if len(items) <= limit {
		return items, "", nil
	}
	return items[:limit], base64.RawURLEncoding.EncodeToString([]byte(key(items[limit-1]))), nil
}
