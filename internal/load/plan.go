package load

import (
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"
)

// ErrRefused is wrapped by errors that mean: refused for safety before anything
// was sent.
var ErrRefused = errors.New("refused for safety")

// CheckHost refuses a host that allow does not name, and an address that is
// never connected to even if it does. An entry is a host name, an
// IP address, or "*." before a domain for every name below it (not the domain
// itself, and no address).
func CheckHost(host string, allow []string) error {
	if reason := Forbidden(host); reason != "" {
		return fmt.Errorf("%w: host %q is never contacted: %s", ErrRefused, host, reason)
	}
	for _, entry := range allow {
		if allows(entry, host) {
			return nil
		}
	}
	return fmt.Errorf("%w: host %q is not one of allow_hosts [%s]", ErrRefused, host, strings.Join(allow, ", "))
}

// Forbidden says why a host that is written as an address is never contacted;
// empty where it is no address, or not such a one.
func Forbidden(host string) (reason string) {
	address, err := netip.ParseAddr(plainHost(host))
	if err != nil {
		return ""
	}
	return forbidden(address)
}

func allows(entry, host string) bool {
	entry, host = plainHost(entry), plainHost(host)
	if host == "" {
		return false
	}
	address, err := netip.ParseAddr(host)
	if err == nil {
		allowed, err := netip.ParseAddr(entry)
		return err == nil && allowed == address
	}
	if domain, ok := strings.CutPrefix(entry, "*."); ok {
		return domain != "" && strings.HasSuffix(host, "."+domain)
	}
	return entry == host
}

// plainHost writes a host as it is compared: case, a final dot and the brackets
// of an IPv6 address make no difference.
func plainHost(host string) string {
	host = strings.TrimSuffix(strings.ToLower(strings.TrimSpace(host)), ".")
	if inside, ok := strings.CutPrefix(host, "["); ok {
		host = strings.TrimSuffix(inside, "]")
	}
	return host
}

// Check returns why the plan cannot run, if it cannot: an error that wraps
// ErrRefused where for safety. It contacts nothing.
func (p Plan) Check() error {
	_, _, err := p.ready()
	return err
}

// ready returns the plan with its defaults and the requests it will send, or why
// it cannot run.
func (p Plan) ready() (Plan, []template, error) {
	p, err := p.checked()
	if err == nil {
		err = p.checkFeed()
	}
	if err != nil {
		return p, nil, err
	}
	templates, err := newTemplates(p)
	return p, templates, err
}

// checked returns the plan with its defaults, or what is wrong with it apart
// from its requests.
func (p Plan) checked() (Plan, error) {
	switch {
	case p.Target == nil || p.Target.Scheme != "http" && p.Target.Scheme != "https":
		return p, errors.New("target: not an http or https URL")
	case p.Schedule == nil:
		return p, errors.New("traffic: no schedule")
	case len(p.Requests) == 0:
		return p, errors.New("requests: none")
	case !(p.NewConnections >= 0 && p.NewConnections <= 1):
		return p, fmt.Errorf("connections: new %g is not a share between 0 and 1", p.NewConnections)
	case !(p.Caps.Rate > 0) || p.Caps.InFlight <= 0 || p.Caps.Requests == 0 || p.Caps.Duration <= 0:
		return p, errors.New("caps: rate, in_flight, requests and duration must all be above 0")
	}
	if err := CheckHost(p.Target.Hostname(), p.AllowHosts); err != nil {
		return p, err
	}
	if p.Start.IsZero() {
		p.Start = time.Now()
	}
	if p.UserAgent == "" {
		p.UserAgent = "onair"
	}
	p.Timeout = positive(p.Timeout, 10*time.Second)
	p.LateAfter = positive(p.LateAfter, 20*time.Millisecond)
	p.DropAfter = positive(p.DropAfter, 250*time.Millisecond)
	p.Resolve = positive(p.Resolve, 5*time.Second)
	if p.Mask == nil {
		p.Mask = func(text string) string { return text }
	}
	p.UnitHeader = http.CanonicalHeaderKey(p.UnitHeader)
	p.Header = p.Header.Clone()
	if p.Header == nil {
		p.Header = http.Header{}
	}
	return p, nil
}

func positive(d, otherwise time.Duration) time.Duration {
	if d > 0 {
		return d
	}
	return otherwise
}
