package load

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/seed-f864f198/onair/internal/figure"
	"github.com/seed-f864f198/onair/internal/preflight"
)

// soon is how few days a certificate may have left before it is worth a word.
const soon = 14

// secured says whether every address that takes connections also speaks TLS for
// the target's name. A request that meets one which does not fails: unlike a
// connection, a handshake is not tried again elsewhere.
func (t *probe) secured(ways []way) []preflight.Finding {
	const asked = "TLS"
	var broken []way
	var until time.Time
	var version uint16
	open := 0
	for _, w := range ways {
		if w.failed != nil {
			continue
		}
		open++
		if w.handshake != nil {
			broken = append(broken, w)
			continue
		}
		state := w.conn.(*tls.Conn).ConnectionState()
		if ends := state.PeerCertificates[0].NotAfter; until.IsZero() || ends.Before(until) {
			until = ends
		}
		if version == 0 || state.Version < version {
			version = state.Version
		}
	}
	switch {
	case open == 0:
		return nil
	case len(broken) > 0:
		return []preflight.Finding{found(preflight.Fail, asked, wayOut(broken[0].handshake),
			"%d of %d: %s", len(broken), open, listed(broken, way.whyNotSecured))}
	}
	return []preflight.Finding{
		found(preflight.OK, asked, "", "%s, certificate valid for %s", tls.VersionName(version), t.target.Hostname()),
		lasts(time.Until(until)),
	}
}

// lasts judges how long a certificate is still valid.
func lasts(left time.Duration) preflight.Finding {
	const asked = "certificate"
	days := int(left.Hours() / 24)
	switch {
	case days < 2:
		return found(preflight.Warning, asked, "renew it before the broadcast", "expires in %s", figure.Duration(left.Round(time.Minute)))
	case days < soon:
		return found(preflight.Warning, asked, "renew it before the broadcast", "expires in %d days", days)
	}
	return found(preflight.OK, asked, "", "%d days left", days)
}

func (w way) whyNotSecured() string {
	text := why(w.handshake, probeConnect)
	if unverified := (*tls.CertificateVerificationError)(nil); errors.As(w.handshake, &unverified) {
		text = unverified.Err.Error()
	}
	return fmt.Sprintf("%s (%s)", w.address, text)
}

// wayOut is what to do about a handshake that failed.
func wayOut(err error) string {
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	var authority x509.UnknownAuthorityError
	switch {
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "renew the certificate, or set this machine's clock"
	case errors.As(err, &name):
		return "use a name that the certificate is valid for, or have one made for this name"
	case errors.As(err, &authority):
		return "have its issuer trusted on this machine (SSL_CERT_FILE names a file of certificates)"
	}
	return "see whether the target speaks TLS on this port"
}
