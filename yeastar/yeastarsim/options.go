package yeastarsim

import "time"

// Option changes a server before it exists.
type Option func(*settings)

type settings struct {
	clientID, clientSecret string
	basePath               string
	address                string
	now                    func() time.Time
	names                  Names
	switches               Switches
	account                Account
	customers, pbxs        int
	journal                int
}

// WithCredentials replaces the default Client ID and Client Secret.
func WithCredentials(id, secret string) Option {
	return func(s *settings) { s.clientID, s.clientSecret = id, secret }
}

// WithBasePath puts a path before every endpoint, so that clients can be tested with a base URL that is not only a host.
func WithBasePath(path string) Option {
	return func(s *settings) { s.basePath = cleanBasePath(path) }
}

// WithAddress sets the host:port that Start listens on; the default is a free port of the loopback interface.
func WithAddress(hostport string) Option {
	return func(s *settings) { s.address = hostport }
}

// WithClock sets the time that tokens, orders and expiry dates are judged by; the default is the computer's.
func WithClock(now func() time.Time) Option {
	return func(s *settings) { s.now = now }
}

// WithCustomers makes n subordinate users in all, the same ones every time: the default handful first, the rest
// generated. Zero makes none.
func WithCustomers(n int) Option {
	return func(s *settings) { s.customers = n }
}

// WithPBXs makes n PBXs beside the default ones, the same ones every time: of the products 11, 12 and 13, spread over the
// customers, a tenth of them nobody's.
func WithPBXs(n int) Option {
	return func(s *settings) { s.pbxs = n }
}

// WithSwitches changes switches from the start; Server.Switch changes them later.
func WithSwitches(change func(*Switches)) Option {
	return func(s *settings) { change(&s.switches) }
}

// WithNames changes names that the guide does not give, once a live answer has shown the true ones.
func WithNames(change func(*Names)) Option {
	return func(s *settings) { change(&s.names) }
}
