package hpa

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// unread is what a check found that asked since then and could not read what it
// asked about. What mends it depends on why; missing is the way out where it is
// not there, or not as it should be.
func (o *Observer) unread(asked string, matters preflight.Status, err error, since time.Time, missing string) preflight.Finding {
	instead, toDo := wayOut(err, missing)
	return preflight.Finding{Subject: o.source, Asked: cmp.Or(instead, asked), Status: matters, Text: timed(err, since), ToDo: toDo}
}

// notAccepted is the way out for who is not let in.
const notAccepted = "log in again, renew the token of this context, or map this identity to the cluster (EKS: access entry, aws-auth)"

// wayOut says what to do about an error of the API, and what was then found to be
// asked instead; empty where the error is about the thing itself.
func wayOut(err error, missing string) (asked, toDo string) {
	var status apierrors.APIStatus
	var broken net.Error
	switch {
	case apierrors.IsForbidden(err):
		return "may read it", "bind the role that onair preflight --print-rbac prints"
	case apierrors.IsUnauthorized(err):
		return "credentials accepted", notAccepted
	case apierrors.IsTooManyRequests(err):
		return "answers", "ask again, and find out what else asks the API server so often"
	case errors.Is(err, context.DeadlineExceeded):
		return "answers", "check the way to the API server (VPN, proxy), and whether it is well"
	case apierrors.IsNotFound(err):
		return "", missing
	case errors.As(err, &status), errors.As(err, &broken), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "answers", "ask again; if it stays so, see whether the API server is well"
	}
	return "", missing
}

// timed words an error of what was asked since then: nobody knows a context's
// deadline by its name.
func timed(err error, since time.Time) string {
	return strings.ReplaceAll(err.Error(), context.DeadlineExceeded.Error(),
		"no answer within "+figure.Duration(time.Since(since).Round(100*time.Millisecond)))
}
