package load

import (
	"context"
	"fmt"
	"net/netip"
	"syscall"
)

// refusedAddress is an address that is never connected to, whatever a name
// resolves to.
type refusedAddress struct {
	address netip.Addr
	reason  string
}

func (e *refusedAddress) Error() string {
	return fmt.Sprintf("address %s is refused: %s", e.address, e.reason)
}

func (e *refusedAddress) Unwrap() error { return ErrRefused }

// metadata holds the addresses at which clouds tell an instance its credentials
// and that no rule below covers.
var metadata = map[netip.Addr]string{
	netip.MustParseAddr("fd00:ec2::254"):   "instance metadata (AWS)",
	netip.MustParseAddr("fd20:ce::254"):    "instance metadata (Google Cloud)",
	netip.MustParseAddr("100.100.100.200"): "instance metadata (Alibaba Cloud)",
	netip.MustParseAddr("168.63.129.16"):   "instance metadata (Azure)",
	netip.MustParseAddr("192.0.0.192"):     "instance metadata (Oracle Cloud)",
}

// nat64 embeds IPv4 addresses in its last four bytes (RFC 6052).
var nat64 = netip.MustParsePrefix("64:ff9b::/96")

// checkAddress refuses forbidden addresses just before they are connected to.
func checkAddress(_ context.Context, _, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("address %q: %w", address, err)
	}
	if reason := forbidden(to.Addr()); reason != "" {
		return &refusedAddress{to.Addr(), reason}
	}
	return nil
}

// forbidden says why an address is refused; empty where it is not.
func forbidden(a netip.Addr) (reason string) {
	a = a.WithZone("").Unmap()
	if nat64.Contains(a) {
		bytes := a.As16()
		a = netip.AddrFrom4([4]byte(bytes[12:]))
	}
	switch {
	case a.IsLinkLocalUnicast():
		return "link-local, where instance metadata lives"
	case a.IsUnspecified():
		return "unspecified"
	case a.IsMulticast(), a == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "not a single host"
	}
	return metadata[a]
}
