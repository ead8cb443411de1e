package awsapi

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"strings"
)

// invalidNextToken is the one code that all protocols share.
const invalidNextToken = "InvalidNextToken"

// refusal is an error as AWS words it: a machine's code, which is that of the
// Query protocol, and a sentence.
type refusal struct {
	status  int
	code    string
	message string
}

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status, code, fmt.Sprintf(format, args...)}
}

func invalid(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "ValidationError", format, args...)
}

func invalidValue(value, name, constraint string) *refusal {
	return invalid("1 validation error detected: Value '%s' at '%s' failed to satisfy constraint: %s", value, name, constraint)
}

// blames is whose fault a refusal is.
func (r *refusal) blames() string {
	if r.status >= http.StatusInternalServerError {
		return "Receiver"
	}
	return "Sender"
}

// exception is the code as the protocols that followed Query have it.
func (r *refusal) exception() string {
	if r.code == invalidNextToken {
		return r.code
	}
	return strings.TrimSuffix(r.code, "Error") + "Exception"
}

// send writes an answer.
func send(w http.ResponseWriter, status int, id, contentType string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-Requestid", id)
	w.WriteHeader(status)
	w.Write(body)
}

// requestID returns a random UUID.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
