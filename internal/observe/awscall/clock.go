package awscall

import (
	"errors"
	"fmt"
	"net/http"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

const (
	// clockOff is how far AWS's clock may be from this machine's before its
	// activities do not fit between the polls that saw what they did.
	clockOff = 5 * time.Second
	// signedWithin is how far a signature's time may be from AWS's own.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html
	signedWithin = 5 * time.Minute
)

// Clock compares AWS's clock with this machine's, by the headers of an answer.
func Clock(subject string, h http.Header, sent, answered time.Time) preflight.Finding {
	f := preflight.Finding{Subject: subject, Asked: "clock"}
	skew, told := preflight.SkewOf(h, sent, answered)
	if !told {
		f.Status, f.Text, f.ToDo = preflight.Warning, "AWS does not tell its time", "see what answers in its place (a proxy?)"
		return f
	}
	off, way := skew.AtLeast(), "ahead of"
	if off < 0 {
		off, way = -off, "behind"
	}
	f.Text = fmt.Sprintf("AWS's is at least %s %s this machine's", figure.Duration(off.Round(time.Second)), way)
	f.ToDo = "set this machine's clock by NTP"
	switch {
	case off > signedWithin:
		f.Status = preflight.Fail
		f.Text += fmt.Sprintf(": it refuses what is signed here, for more than %s", figure.Duration(signedWithin))
	case off > clockOff:
		f.Status = preflight.Warning
		f.ToDo += ": until then what AWS tells is off by that much"
	default:
		f.Text, f.ToDo = fmt.Sprintf("within %s of this machine's", figure.Duration(clockOff)), ""
	}
	return f
}

// Headers are those of the answer to a call: of the metadata of its result, else of
// its error; nil where there was no answer.
func Headers(result middleware.Metadata, err error) http.Header {
	answer, _ := awsmiddleware.GetRawResponse(result).(*smithyhttp.Response)
	if refusal, ok := errors.AsType[*smithyhttp.ResponseError](err); ok {
		answer = refusal.Response
	}
	if answer == nil || answer.Response == nil || answer.StatusCode == 0 { // by which the SDK marks that there was none
		return nil
	}
	return answer.Header
}
