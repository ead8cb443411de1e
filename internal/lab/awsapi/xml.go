package awsapi

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"net/http"
	"time"
)

// members is a list as answers hold it; an empty one is an empty element.
type members[T any] struct {
	Member []T `xml:"member"`
}

// MarshalJSON writes the list alone; an empty one is [].
func (m members[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(append([]T{}, m.Member...))
}

func listOf[T any](items ...T) members[T] { return members[T]{items} }

// stamp is an instant as answers in XML write it, in UTC with milliseconds.
type stamp time.Time

func (s stamp) MarshalText() ([]byte, error) {
	return []byte(time.Time(s).UTC().Format("2006-01-02T15:04:05.000Z")), nil
}

// MarshalJSON writes the seconds since 1970.
func (s stamp) MarshalJSON() ([]byte, error) {
	return json.Marshal(float64(time.Time(s).UnixMilli()) / 1e3)
}

// stampOf is nil, and so left out of an answer, for an instant that has not come.
func stampOf(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := stamp(t)
	return &s
}

func (q query) write(w http.ResponseWriter, result any) {
	id, action := requestID(), q.get("Action")
	writeXML(w, http.StatusOK, id, struct {
		XMLName   xml.Name
		Result    any
		RequestID string `xml:"ResponseMetadata>RequestId"`
	}{xml.Name{Space: q.namespace(), Local: action + "Response"}, named{action + "Result", result}, id})
}

func (q query) refuse(w http.ResponseWriter, r *refusal) {
	id := requestID()
	writeXML(w, r.status, id, struct {
		XMLName   xml.Name
		Type      string `xml:"Error>Type"`
		Code      string `xml:"Error>Code"`
		Message   string `xml:"Error>Message"`
		RequestID string `xml:"RequestId"`
	}{xml.Name{Space: q.namespace(), Local: "ErrorResponse"}, r.blames(), r.code, r.message, id})
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

func writeXML(w http.ResponseWriter, status int, id string, answer any) {
	var body bytes.Buffer
	encoder := xml.NewEncoder(&body)
	encoder.Indent("", "  ")
	if err := encoder.Encode(answer); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	body.WriteByte('\n')
	send(w, status, id, "text/xml", body.Bytes())
}
