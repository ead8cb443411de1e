package awscall

import (
	"errors"
	"fmt"
	"io"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// strange says of an answer that is none of AWS's what it is; it is empty for one
// that is, and where there was no answer.
func strange(err error) string {
	answer, answered := errors.AsType[*smithyhttp.ResponseError](err)
	known, worded := errors.AsType[smithy.APIError](err)
	switch {
	case !answered || worded && known.ErrorCode() != "UnknownError":
		return ""
	case worded:
		return fmt.Sprintf("HTTP %d without a reason", answer.HTTPStatusCode())
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Sprintf("HTTP %d, cut off within the answer", answer.HTTPStatusCode())
	}
	return fmt.Sprintf("HTTP %d with an answer that is not AWS's (a proxy's?)", answer.HTTPStatusCode())
}
