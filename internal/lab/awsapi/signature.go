package awsapi

import (
	"net/http"
	"strings"
)

// checkSigned refuses a request, whose address and form are parsed, that
// carries no signature or only a part of one. The signature itself is not
// verified: the lab has no secrets.
func checkSigned(r *http.Request) *refusal {
	header := r.Header.Get("Authorization")
	if header == "" && r.Form.Get("X-Amz-Signature") == "" {
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
