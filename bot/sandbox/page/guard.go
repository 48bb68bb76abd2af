package page

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"

	"renewbot/bot/secure"
)

// policy is what the page may load: its own files, and pictures that are in them.
const policy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// guard answers only the page itself: a page of somebody else in the same browser, and a
// foreign name that points to loopback, get nothing.
func guard(port string, next http.Handler) http.Handler {
	var hosts, origins []string
	for _, name := range []string{"127.0.0.1", "localhost", "::1"} {
		hosts = append(hosts, net.JoinHostPort(name, port))
		origins = append(origins, "http://"+net.JoinHostPort(name, port))
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		switch {
		case !slices.Contains(hosts, r.Host):
			refuse(w, http.StatusForbidden, codeForbidden, "This is the sandbox of the machine it runs on. Open the address that it printed.")
		case !sameOrigin(r, origins):
			refuse(w, http.StatusForbidden, codeForbidden, "Only the sandbox's own page may do that.")
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// sameOrigin says whether a request comes from the page itself, or was typed into the
// address bar, or is no browser's at all.
func sameOrigin(r *http.Request, origins []string) bool {
	for _, origin := range r.Header.Values("Origin") {
		if !slices.Contains(origins, origin) || origin != "http://"+r.Host {
			return false
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
		return true
	}
	return false
}

// ErrNotLoopback says that an address is not only for this machine.
var ErrNotLoopback = errors.New("the sandbox listens on loopback only, such as 127.0.0.1:8088")

// loopback checks that an address to listen on is of this machine alone.
func loopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNotLoopback, err)
	}
	if !secure.ThisMachine(host) {
		return ErrNotLoopback
	}
	return nil
}
