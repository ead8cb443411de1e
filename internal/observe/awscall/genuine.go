package awscall

import (
	"context"
	"errors"
	"mime"
	"strings"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// errStranger is of an answer that says all is well and is not AWS's: the sign-in
// page of a network, or AWS_ENDPOINT_URL that leads elsewhere. The SDK takes many
// a one for an answer that names nothing: there would be "no such group".
var errStranger = errors.New("not AWS's")

// Genuine is for aws.Config.APIOptions: it makes an error of what no AWS answers.
// What speaks AWS's protocols in its place, as emulators do, passes for AWS.
func Genuine(stack *middleware.Stack) error {
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("onair:Genuine",
		func(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (middleware.DeserializeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleDeserialize(ctx, in)
			answer, ok := out.RawResponse.(*smithyhttp.Response)
			if err != nil || !ok || answer.Response == nil || answer.StatusCode/100 != 2 || isGenuine(answer) {
				return out, metadata, err
			}
			answer.Body.Close()
			return out, metadata, &smithyhttp.ResponseError{Response: answer, Err: errStranger}
		}), middleware.After)
}

// isGenuine reports whether an answer has a request's id, as all of AWS's have, or
// at least is of a kind that AWS's protocols know.
func isGenuine(answer *smithyhttp.Response) bool {
	if answer.Header.Get("X-Amzn-Requestid") != "" {
		return true
	}
	kind, _, _ := mime.ParseMediaType(answer.Header.Get("Content-Type"))
	for _, known := range []string{"xml", "json", "json-1.0", "json-1.1", "cbor"} {
		if strings.HasSuffix(kind, "/"+known) || strings.HasSuffix(kind, "-"+known) {
			return true
		}
	}
	return false
}

// Strange reports whether who answered a call was not AWS: so it is to all others.
func Strange(err error) bool { return errors.Is(err, errStranger) }
