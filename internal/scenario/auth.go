package scenario

import (
	"encoding/base64"
	"net/http"
	"strings"

	"go.yaml.in/yaml/v3"
)

type authFields struct {
	source
	basic, bearer string
}

var authTable = object[authFields]{
	name: "auth",
	say:  `a group such as {bearer: "${TOKEN}"} or {basic: "USER:${PASS}"}`,
	doc:  "The Authorization header of every request that has none of its own.",
	one:  []string{"basic", "bearer"},
	fields: []field[authFields]{
		is("basic", basicCredentials, func(a *authFields) *string { return &a.basic },
			"User and password, sent in base64. Has no placeholders.").like(`"USER:${PASS}"`),
		is("bearer", bearerToken, func(a *authFields) *string { return &a.bearer },
			"A token. May have placeholders.").like(`"${TOKEN}"`),
	},
}

// basicCredentials are user and password in base64. What a secret is made into
// is a secret too.
var basicCredentials = shape[string]{
	say:    `a user and a password such as "USER:${PASS}"`,
	schema: text.schema,
	accept: func(d *decoder, n *yaml.Node, at place, say string) (string, bool) {
		if !d.leaf(n, at, say) {
			return "", false
		}
		pair, ok := d.secret(n, at)
		if !ok || d.opaque(pair.text) {
			return pair.text, ok
		}
		if user, _, found := strings.Cut(pair.text, ":"); !found || user == "" {
			d.mistake(n, at.in, "%s %q is not %s", at.field, d.quote(n), say)
			return "", false
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(pair.text))
		if len(pair.brought) > 0 {
			d.secrets[n.Value] = encoded
		}
		return encoded, true
	},
}

var bearerToken = templated.check(`a token such as "${TOKEN}", in one line`, func(token string) bool {
	return strings.TrimSpace(token) != "" && !strings.ContainsAny(token, "\r\n\x00")
})

// authorize adds what auth says to the target's headers.
func (d *decoder) authorize(t *targetFields, h http.Header) http.Header {
	if t.auth == nil || !t.auth.sound {
		return h
	}
	if _, twice := h["Authorization"]; twice {
		d.mistake(child(t.node, "auth"), "target", "auth and the header Authorization cannot go together (one of them)")
		return h
	}
	if h == nil {
		h = http.Header{}
	}
	if t.auth.bearer != "" {
		h.Set("Authorization", "Bearer "+t.auth.bearer)
	} else {
		h.Set("Authorization", "Basic "+t.auth.basic)
	}
	return h
}
