package check

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"syscall"
	"time"

	"renewbot/bot/secure"
)

// unreached says why a server could not be asked, and what to do about it. host is its
// name as people know it. It is not ok when err is of another kind.
func unreached(err error, host string) (found, next string, ok bool) {
	var (
		name      *net.DNSError
		authority x509.UnknownAuthorityError
		invalid   x509.CertificateInvalidError
		other     x509.HostnameError
		network   net.Error
	)
	switch {
	case errors.As(err, &name) && !name.IsTimeout:
		return host + " cannot be found: its name is not known here",
			"Check the address, and this machine's name server (in a container: its network).", true
	case errors.Is(err, syscall.ECONNREFUSED):
		return host + " refuses the connection",
			"Check the address, and whether a firewall or a proxy (HTTPS_PROXY) stands between.", true
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH):
		return "there is no route to " + host,
			"Give this machine an outgoing connection to it, or set HTTPS_PROXY.", true
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return "the certificate of " + host + " is not valid at this machine's time",
			"Compare this machine's clock; if it is right, tell whoever runs the server or the proxy before it.", true
	case errors.As(err, &authority):
		return "the certificate of " + host + " is signed by somebody whom this machine does not know",
			"Install the package ca-certificates, or name your proxy's own certificate in SSL_CERT_FILE.", true
	case errors.As(err, &other):
		return "the certificate of " + host + " is for another name",
			"Check the address; a proxy may also answer in its place.", true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return host + " does not answer in time",
			"Try again; if it stays so, look whether a firewall drops the way to it, and at its status page.", true
	case errors.As(err, &network), errors.Is(err, syscall.ECONNRESET):
		return "the connection to " + host + " broke",
			"Try again; if it stays so, look whether a firewall or a proxy cuts it.", true
	}
	return "", "", false
}

// withoutURL drops the URL from an error of net/http: it may hold a ticket.
func withoutURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// hostOf is the host of an address, for people.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return "the server"
	}
	return u.Host
}

// The differences of clocks from which on somebody should know, and from which on things
// go wrong: tokens end at other times than thought, and orders are looked for in the
// wrong hour.
const (
	skewWarning = 5 * time.Second
	skewProblem = time.Minute
)

// skewOf is how far a server's clock, by the Date of its answer, is before ours, and how
// wrong that may be: the header has whole seconds, and the answer was on its way.
func skewOf(header http.Header, asked, answered time.Time) (skew, wrongBy time.Duration, ok bool) {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return 0, 0, false
	}
	took := answered.Sub(asked)
	return date.Add(time.Second / 2).Sub(asked.Add(took / 2)), took/2 + time.Second/2, true
}

// clock judges the difference between a clock and ours.
func (l *lines) clock(check, whose string, skew, wrongBy time.Duration) {
	off := max(skew.Abs()-wrongBy, 0)
	where := "ahead of"
	if skew > 0 {
		where = "behind"
	}
	found := fmt.Sprintf("this machine's clock is %s %s %s", skew.Abs().Round(time.Second), where, whose)
	const next = "Let the machine set its clock by itself (systemd-timesyncd, chrony or ntpd), and check again."
	switch {
	case off > skewProblem:
		l.add(check, Problem, found, next)
	case off > skewWarning:
		l.add(check, Warning, found, next)
	default:
		l.ok(check, "this machine's clock agrees with %s", whose)
	}
}

// onThisMachine says whether an address is of the loopback interface.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	return err == nil && secure.ThisMachine(u.Hostname())
}
