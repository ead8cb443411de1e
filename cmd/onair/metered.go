package main

import (
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

// asTransport is an aws.HTTPClient as a transport.
type asTransport struct{ aws.HTTPClient }

func (t asTransport) RoundTrip(r *http.Request) (*http.Response, error) { return t.Do(r) }
