package scenario

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
)

// What is sent is what the server understands; what is written shows no secret,
// not even one in base64.
func TestAuth(t *testing.T) {
	env := func(name string) (string, bool) {
		value, ok := map[string]string{"ADMIN": "hana", "PASS": "hunter:2", "TOKEN": "s3cret"}[name]
		return value, ok
	}
	encoded := base64.StdEncoding.EncodeToString([]byte("hana:hunter:2"))
	for _, test := range []struct{ auth, header, stored, masked string }{
		{`{bearer: "${TOKEN}"}`, "Bearer s3cret", `bearer: "${TOKEN}"`, "Bearer ${TOKEN}"},
		{`{bearer: "${NONE:-demo}"}`, "Bearer demo", `bearer: "${NONE:-demo}"`, "Bearer demo"},
		{`{basic: "${ADMIN}:${PASS}"}`, "Basic " + encoded, `basic: "${ADMIN}:${PASS}"`, "Basic ${ADMIN}:${PASS}"},
		{`{basic: "hana:open"}`, "Basic aGFuYTpvcGVu", `basic: "hana:open"`, "Basic aGFuYTpvcGVu"},
	} {
		s := mustParse(t, strings.Replace(minimal, "{url:", "{auth: "+test.auth+", url:", 1), Options{Env: env})
		got := s.Target.Header.Get("Authorization")
		if got != test.header {
			t.Errorf("Authorization with auth %s = %q; want %q", test.auth, got, test.header)
		}
		if resolved := string(s.Resolved); !strings.Contains(resolved, test.stored) || strings.Contains(resolved, "hunter") {
			t.Errorf("Resolved with auth %s lacks %s, or shows a secret:\n%s", test.auth, test.stored, resolved)
		}
		if masked := s.Mask(got); masked != test.masked {
			t.Errorf("Mask(%q) = %q; want %q", got, masked, test.masked)
		}
		mustParse(t, string(s.Resolved), Options{})
	}
	s := mustParse(t, strings.Replace(minimal, "{url:", `{auth: {basic: "${ADMIN}:${PASS}"}, url:`, 1), Options{Env: env})
	r := http.Request{Header: s.Target.Header}
	if user, pass, ok := r.BasicAuth(); !ok || user != "hana" || pass != "hunter:2" {
		t.Errorf("BasicAuth() = %q, %q, %v; want hana, hunter:2", user, pass, ok)
	}
	if got := strings.Join(s.Secrets, " "); got != encoded+" hana hunter:2" && got != "hana hunter:2 "+encoded {
		t.Errorf("Secrets = %q; want user, password and both in base64", s.Secrets)
	}
}
