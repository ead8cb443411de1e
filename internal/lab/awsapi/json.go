package awsapi

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
)

// jsonExchange is a call in JSON, of version 1.0 or 1.1.
type jsonExchange struct {
	service, operation string // as X-Amz-Target has them: SERVICE.OPERATION
	contentType        string // names the version; the answer's is the same
	body               []byte
}

// jsonServices are the services that speak JSON, by their target's name.
var jsonServices = map[string]string{
	"ServiceQuotasV20190624":        "servicequotas",
	"GraniteServiceVersion20100801": "cloudwatch",
}

// jsonOperations answer a call from one state and the JSON that came with it.
var jsonOperations = map[call]func(view, []byte) (any, *refusal){
	{"cloudwatch", "GetMetricData"}:                getMetricJSON,
	{"cloudwatch", "DescribeAlarms"}:               describeAlarmsJSON,
	{"servicequotas", "GetServiceQuota"}:           getServiceQuota,
	{"servicequotas", "GetAWSDefaultServiceQuota"}: getAWSDefaultServiceQuota,
}

func readJSON(r *http.Request) (jsonExchange, *refusal) {
	target, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	x := jsonExchange{service: jsonServices[target], operation: operation, contentType: r.Header.Get("Content-Type")}
	var err error
	if x.body, err = io.ReadAll(r.Body); err != nil {
		return x, unreadable("%v", err)
	}
	if err := r.ParseForm(); err != nil {
		return x, unreadable("%v", err)
	}
	return x, checkSigned(r)
}

func (x jsonExchange) call() call { return call{x.service, x.operation} }

func (x jsonExchange) answer(v view) (any, *refusal) {
	act, ok := jsonOperations[x.call()]
	if !ok {
		return nil, unknownOperation(x.operation)
	}
	return act(v, x.body)
}

func (x jsonExchange) write(w http.ResponseWriter, result any) { x.send(w, http.StatusOK, result) }

func (x jsonExchange) refuse(w http.ResponseWriter, r *refusal) {
	x.send(w, r.status, struct {
		Type    string `json:"__type"`
		Message string
	}{r.exception(), r.message})
}

func (x jsonExchange) send(w http.ResponseWriter, status int, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	send(w, status, requestID(), x.contentType, body)
}

// unreadable refuses a body that does not say what its protocol demands.
func unreadable(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "Serialization", format, args...)
}

// unknownOperation refuses a call by the name of which nothing is served.
func unknownOperation(name string) *refusal {
	return refuse(http.StatusNotFound, "UnknownOperation", "The operation %s is not known.", name)
}
