// Package loopback lets tests of observers speak to AWS as a handler of theirs has
// it, with the SDK and real HTTP between.
package loopback

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
)

// Dial is a configuration of clients whose every call goes to the handler, until
// the test ends.
func Dial(t testing.TB, handler http.HandlerFunc) aws.Config {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return aws.Config{
		Region:       "ap-northeast-1",
		BaseEndpoint: aws.String(server.URL),
		Credentials:  credentials.NewStaticCredentialsProvider("lab", "lab", ""),
	}
}
