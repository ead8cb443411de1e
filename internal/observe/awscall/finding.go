package awscall

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/seed-f864f198/onair/internal/preflight"
)

// May is the finding that the call is permitted.
func (c Call) May(subject string) preflight.Finding {
	return preflight.Finding{Subject: subject, Asked: c.asked(), Text: "permitted"}
}

func (c Call) asked() string { return "may " + c.String() }

// Finding is what a check found whose call failed with err after it had so long to
// answer, and how much that matters.
func (c Call) Finding(subject string, err error, timeout time.Duration, matters preflight.Status) preflight.Finding {
	f := preflight.Finding{Subject: subject, Asked: c.asked(), Status: Bearing(err, matters), Text: c.Words(err, timeout)}
	if f.Status == preflight.Fail && Unanswered(err) {
		f.Err = err // who needs no answer may do without
	}
	_, unsent := errors.AsType[*url.Error](err)
	switch {
	case Denied(err):
		f.ToDo = "allow " + c.String() + " to the caller"
	case Refused(err):
		f.Asked, f.ToDo = "credentials accepted", "renew the credentials (aws sso login), or choose others with AWS_PROFILE"
	case Throttled(err):
		f.Asked, f.ToDo = "answers", "ask again, and find out what else calls "+c.Service+" so often"
	case errors.Is(err, context.DeadlineExceeded):
		f.Asked, f.ToDo = "answers", "look at the way to the region's endpoint: proxy, firewall, VPC endpoint"
	case Unknown(err):
		f.Asked, f.ToDo = "answers", "check the region's name, and that AWS can be reached from here"
	case Strange(err):
		f.Asked, f.ToDo = "answers", "see what answers in its place: AWS_ENDPOINT_URL, a proxy, a network's sign-in page"
	case unsent:
		f.Asked, f.ToDo = "answers", "see whether AWS can be reached from here (proxy, VPN)"
	default:
		f.Asked, f.ToDo = "answers", "ask again; if it stays so, look at the region and at AWS's health page"
	}
	return f
}

// Unknown reports whether the host that was to be asked does not exist, as in a
// region that does not.
func Unknown(err error) bool {
	name, unresolved := errors.AsType[*net.DNSError](err)
	return unresolved && name.IsNotFound
}
