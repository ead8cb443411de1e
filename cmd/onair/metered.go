package main

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"

	"github.com/seed-f864f198/onair/internal/observe"
)

// meterAWS makes every call of clients with this config count. It comes after
// loading, for AWS_CA_BUNDLE can be added to the SDK's own client alone.
func meterAWS(config *aws.Config, meter *observe.Meter) {
	client := config.HTTPClient
	if client == nil {
		client = awshttp.NewBuildableClient()
	}
	config.HTTPClient = meteredClient{meter.Wrap(asTransport{client})}
}

// meteredClient is a transport as an aws.HTTPClient.
type meteredClient struct{ http.RoundTripper }

func (c meteredClient) Do(r *http.Request) (*http.Response, error) { return c.RoundTrip(r) }

// asTransport is an aws.HTTPClient as a transport that only reads the bodies it sends.
// The SDK closes a request's body with the answer; where that is there before the
// transport has looked whether the body has an end, as on loopback, a closed one that
// writes itself to the transport is an error, which cuts connection and answer off.
type asTransport struct{ aws.HTTPClient }

func (t asTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r = r.Clone(r.Context())
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return t.Do(r)
}
