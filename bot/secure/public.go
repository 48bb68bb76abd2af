package secure

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
)

// ErrPrivate says that a name leads to an address that is not on the public internet.
var ErrPrivate = errors.New("its address is private, of this machine or otherwise not public")

// reserved are the networks that netip does not know for what they are and that lead to no
// server on the public internet, or to an IPv4 address that hides in an IPv6 one:
// https://www.iana.org/assignments/iana-ipv4-special-registry and its sister for IPv6.
var reserved = []netip.Prefix{
	netip.MustParsePrefix("0.0.0.0/8"),
	netip.MustParsePrefix("100.64.0.0/10"), // of carriers, and of some clouds' own services
	netip.MustParsePrefix("192.0.0.0/24"),
	netip.MustParsePrefix("192.0.2.0/24"),
	netip.MustParsePrefix("192.88.99.0/24"),
	netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("198.51.100.0/24"),
	netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("::/96"),
	netip.MustParsePrefix("64:ff9b::/96"),
	netip.MustParsePrefix("64:ff9b:1::/48"),
	netip.MustParsePrefix("100::/64"),
	netip.MustParsePrefix("2001::/23"),
	netip.MustParsePrefix("2001:db8::/32"),
	netip.MustParsePrefix("2002::/16"),
	netip.MustParsePrefix("3fff::/20"),
	netip.MustParsePrefix("5f00::/16"),
	netip.MustParsePrefix("fec0::/10"),
}

// Public says whether an address is one of the public internet.
func Public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsGlobalUnicast() || ip.IsPrivate() {
		return false
	}
	for _, p := range reserved {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// PublicTransport is an HTTP transport that connects to public addresses alone. The address
// is looked at when the connection is made, after the name was resolved, so that a name
// server can't lead it elsewhere. It goes by no proxy, which would choose the address itself.
func PublicTransport() *http.Transport {
	t := Transport()
	t.Proxy = nil
	dialer := &net.Dialer{Control: func(_, address string, _ syscall.RawConn) error {
		to, err := netip.ParseAddrPort(address)
		if err != nil || !Public(to.Addr()) {
			return ErrPrivate
		}
		return nil
	}}
	t.DialContext = dialer.DialContext
	return t
}
