package awsapi

import (
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// cborExchange is a call in Smithy RPC v2 with CBOR, as CloudWatch speaks it.
type cborExchange struct {
	service, operation string // as the path has them: …/service/SERVICE/operation/OPERATION
	input              cbor.Map
}

// cborServices are the services that speak CBOR, by the name in the path.
var cborServices = map[string]string{"GraniteServiceVersion20100801": "cloudwatch"}

var cborOperations = map[call]func(view, cbor.Map) (cbor.Map, *refusal){
	{"cloudwatch", "GetMetricData"}:  getMetricData,
	{"cloudwatch", "DescribeAlarms"}: describeAlarms,
}

const protocol = "rpc-v2-cbor"

func readCBOR(r *http.Request) (cborExchange, *refusal) {
	var x cborExchange
	rest, operation := path.Split(r.URL.Path)
	service, ok := strings.CutSuffix(rest, "/operation/")
	x.operation, x.service = operation, cborServices[path.Base(service)]
	body, err := io.ReadAll(r.Body)
	switch {
	case err != nil:
		return x, unreadable("%v", err)
	case r.Header.Get("Smithy-Protocol") != protocol || !ok:
		return x, unreadable("%s %s is not a call of %s", r.Method, r.URL.Path, protocol)
	}
	if x.input, err = decodeMap(body); err != nil {
		return x, unreadable("%v", err)
	}
	if err := r.ParseForm(); err != nil {
		return x, unreadable("%v", err)
	}
	return x, checkSigned(r)
}

// decodeMap reads the members of an input; no body is an input without any.
func decodeMap(body []byte) (cbor.Map, error) {
	if len(body) == 0 {
		return nil, nil
	}
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	m, ok := v.(cbor.Map)
	if !ok {
		return nil, errors.New("the input is not a map")
	}
	return m, nil
}

func (x cborExchange) call() call { return call{x.service, x.operation} }

func (x cborExchange) answer(v view) (any, *refusal) {
	act, ok := cborOperations[x.call()]
	if !ok {
		return nil, unknownOperation(x.operation)
	}
	return act(v, x.input)
}

func (x cborExchange) write(w http.ResponseWriter, result any) {
	writeCBOR(w, http.StatusOK, result.(cbor.Map))
}

// refuse adds the Query protocol's code in a header, for the clients of before.
func (x cborExchange) refuse(w http.ResponseWriter, r *refusal) {
	w.Header().Set("X-Amzn-Query-Error", r.code+";"+r.blames())
	writeCBOR(w, r.status, cbor.Map{"__type": cbor.String(r.exception()), "message": cbor.String(r.message)})
}

func writeCBOR(w http.ResponseWriter, status int, answer cbor.Map) {
	w.Header().Set("Smithy-Protocol", protocol)
	send(w, status, requestID(), "application/cbor", cbor.Encode(answer))
}

// epoch is an instant as CBOR has it: tag 1, seconds.
func epoch(t time.Time) cbor.Value {
	return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(t.UnixNano()) / 1e9)}
}
