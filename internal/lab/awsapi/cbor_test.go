package awsapi

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"

	"github.com/seed-f864f198/onair/internal/lab/world"
)

// nothing is a world without anything in it.
type nothing struct{}

func (nothing) State() (world.State, <-chan struct{}) {
	return world.State{Now: time.Date(2026, 11, 22, 12, 54, 0, 0, time.UTC)}, nil
}

// Whatever the bytes, the answer is in CBOR: a result or an error by name.
func FuzzCBOR(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{0x81, 0x01})
	f.Add(cbor.Encode(cbor.Map{"MetricDataQueries": cbor.List{cbor.Map{"Id": cbor.String("a"), "MetricStat": cbor.Map{
		"Period": cbor.Uint(60), "Stat": cbor.String("p99"), "Metric": cbor.Map{"Namespace": cbor.String("AWS/Usage"), "MetricName": cbor.String("ResourceCount")},
	}}}, "StartTime": epoch(time.Unix(0, 0)), "EndTime": epoch(time.Unix(60, 0)), "MaxDatapoints": cbor.NegInt(0)}))
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest(http.MethodPost, "/service/GraniteServiceVersion20100801/operation/GetMetricData", bytes.NewReader(body))
		r.Header.Set("Smithy-Protocol", protocol)
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=a, SignedHeaders=b, Signature=c")
		w := httptest.NewRecorder()
		New(nothing{}).ServeHTTP(w, r)
		answer, err := decodeMap(w.Body.Bytes())
		if err != nil {
			t.Fatalf("answer to %x = %x; want CBOR: %v", body, w.Body.Bytes(), err)
		}
		must := "MetricDataResults"
		if w.Code != http.StatusOK {
			must = "__type"
		}
		if _, ok := answer[must]; !ok {
			t.Errorf("answer to %x = %d %v; want %s in it", body, w.Code, answer, must)
		}
	})
}
