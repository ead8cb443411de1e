package awsapi

import (
	"bytes"
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/http"
	"time"
)

// refusal is an error as AWS words it: a machine's code and a sentence.
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

// members is a list as answers hold it; an empty one is an empty element.
type members[T any] struct {
	Member []T `xml:"member"`
}

func listOf[T any](items ...T) members[T] { return members[T]{items} }

// stamp is an instant as answers write it, in UTC with milliseconds.
type stamp time.Time

func (s stamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// stampOf is nil, and so left out of an answer, for an instant that has not come.
func stampOf(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

func writeResult(w http.ResponseWriter, namespace, action string, result any) {
	id := requestID()
	write(w, http.StatusOK, id, struct {
		XMLName   xml.Name
		Result    any
		RequestID string `xml:"ResponseMetadata>RequestId"`
	}{xml.Name{Space: namespace, Local: action + "Response"}, named{action + "Result", result}, id})
}

func writeRefusal(w http.ResponseWriter, namespace string, r *refusal) {
	id := requestID()
	write(w, r.status, id, struct {
		XMLName   xml.Name
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}{xml.Name{Space: namespace, Local: "ErrorResponse"}, "Sender", r.code, r.message, id})
}

// named is a value whose element is named when the answer is written.
type named struct {
	name  string
	value any
}

func (n named) MarshalXML(e *xml.Encoder, start xml.StartElement) error {
	start.Name.Local = n.name
	return e.EncodeElement(n.value, start)
}

func write(w http.ResponseWriter, status int, id string, answer any) {
	var body bytes.Buffer
	encoder := xml.NewEncoder(&body)
	encoder.Indent("", "  ")
	if err := encoder.Encode(answer); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body.WriteByte('\n')
	w.Header().Set("Content-Type", "text/xml")
	w.Header().Set("X-Amzn-Requestid", id)
	w.WriteHeader(status)
	w.Write(body.Bytes())
}

// requestID returns a random UUID.
func requestID() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
