// Package secure has the rules by which Renewbot reaches other machines: with TLS and
// verified certificates, without TLS on this machine alone, as with a simulator, and at
// public addresses alone where others may choose them. It must never show a secret.
package secure

import (
	"crypto/tls"
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// TLS verifies certificates against the system's authorities, and speaks nothing older
// than TLS 1.2.
func TLS() *tls.Config { return &tls.Config{MinVersion: tls.VersionTLS12} }

// Transport is an HTTP transport with TLS, by the proxy of the environment (HTTPS_PROXY,
// NO_PROXY).
func Transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = http.ProxyFromEnvironment
	t.TLSClientConfig = TLS()
	return t
}

// ErrAddress says that somebody gave an address that would be used without TLS. The
// address itself may be a secret.
var ErrAddress = errors.New("an address from Slack is not encrypted, or is no address")

// Address refuses an address that is not of the scheme for TLS (https, wss), or without
// TLS on this machine.
func Address(raw, scheme string) error {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Hostname() == "" || u.User != nil:
		return ErrAddress
	case u.Scheme == scheme:
		return nil
	case u.Scheme == strings.TrimSuffix(scheme, "s") && ThisMachine(u.Hostname()):
		return nil
	}
	return ErrAddress
}

// ThisMachine says whether a host, by name or address without a port, is this machine's
// loopback interface.
func ThisMachine(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}
