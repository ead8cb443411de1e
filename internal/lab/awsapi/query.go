package awsapi

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// longestRequest is far above what any read call needs, in bytes.
const longestRequest = 1 << 20

// query is the parameters of one request.
type query struct{ values url.Values }

// filter is one entry of a Filters parameter.
type filter struct {
	name   string
	values []string
}

// readQuery takes the parameters from the body of a post and the address of
// any request, as AWS does. It returns what it could read also with a refusal.
func readQuery(w http.ResponseWriter, r *http.Request) (query, *refusal) {
	r.Body = http.MaxBytesReader(w, r.Body, longestRequest)
	err := r.ParseForm()
	q := query{r.Form}
	if r.Method != http.MethodPost && r.Method != http.MethodGet {
		return q, refuse(http.StatusBadRequest, "InvalidAction", "The HTTP method %s is not valid for this endpoint.", r.Method)
	}
	if err != nil {
		return q, refuse(http.StatusBadRequest, "MalformedQueryString", "The query string contains a syntax error.")
	}
	return q, checkSigned(r, q)
}

// checkSigned refuses a request that carries no signature or only a part of
// one. The signature itself is not verified: the lab has no secrets.
func checkSigned(r *http.Request, q query) *refusal {
	header := r.Header.Get("Authorization")
	if header == "" && q.get("X-Amz-Signature") == "" {
		return refuse(http.StatusForbidden, "MissingAuthenticationToken", "Request is missing Authentication Token")
	}
	if header == "" {
		return nil
	}
	for _, part := range []string{"Credential", "SignedHeaders", "Signature"} {
		if !strings.Contains(header, part+"=") {
			return refuse(http.StatusBadRequest, "IncompleteSignature", "Authorization header requires '%s' parameter.", part)
		}
	}
	return nil
}

func (q query) get(name string) string { return q.values.Get(name) }

// list reads name.member.1, name.member.2 and so on, up to the first that is
// not there.
func (q query) list(name string) []string {
	var all []string
	for n := 1; ; n++ {
		values, ok := q.values[name+".member."+strconv.Itoa(n)]
		if !ok {
			return all
		}
		all = append(all, values[0])
	}
}

func (q query) filters() []filter {
	var all []filter
	for n := 1; ; n++ {
		entry := "Filters.member." + strconv.Itoa(n)
		name, ok := q.values[entry+".Name"]
		if !ok {
			return all
		}
		all = append(all, filter{name[0], q.list(entry + ".Values")})
	}
}

// boolean reads a flag that is otherwise where it is absent.
func (q query) boolean(name string, otherwise bool) (bool, *refusal) {
	switch text := q.get(name); strings.ToLower(text) {
	case "":
		return otherwise, nil
	case "true", "1":
		return true, nil
	case "false", "0":
		return false, nil
	default:
		return false, refuse(http.StatusBadRequest, "MalformedInput", "Invalid boolean value for %s: %s", name, text)
	}
}

// maxRecords reads how many items a page may hold.
func (q query) maxRecords(otherwise, most int) (int, *refusal) {
	text := q.get("MaxRecords")
	if text == "" {
		return otherwise, nil
	}
	n, err := strconv.Atoi(text)
	switch {
	case err != nil:
		return 0, refuse(http.StatusBadRequest, "MalformedInput", "Invalid integer value for MaxRecords: %s", text)
	case n < 1:
		return 0, invalidValue(text, "maxRecords", "Member must have value greater than or equal to 1")
	case n > most:
		return 0, invalidValue(text, "maxRecords", "Member must have value less than or equal to "+strconv.Itoa(most))
	}
	return n, nil
}

// parseTime reads the ISO 8601 forms AWS accepts; without a zone it is UTC.
func parseTime(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
