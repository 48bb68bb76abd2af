package config

import (
	"net/url"
	"strings"

	"renewbot/bot/secure"
)

// makeSecret is how somebody gets a secret for events.
const makeSecret = `make one with: echo "whsec_$(openssl rand -base64 32)"`

// check says what is wrong with where events go.
func (e Events) check(p *Problems) {
	address, secret := e.URL.Reveal(), e.Secret.Reveal()
	if fault := e.addressFault(address); fault != "" && !p.about("RENEW_EVENTS_URL", "RENEW_EVENTS_URL_FILE") {
		p.add("RENEW_EVENTS_URL", fault)
	}
	if p.about("RENEW_EVENTS_SECRET", "RENEW_EVENTS_SECRET_FILE") {
		return
	}
	switch _, err := secure.WebhookKey(secret); {
	case address == "" && secret == "":
	case address == "" && !p.about("RENEW_EVENTS_URL", "RENEW_EVENTS_URL_FILE"):
		p.add("RENEW_EVENTS_SECRET", "is set and RENEW_EVENTS_URL is not; set both, or none of them")
	case secret == "":
		p.add("RENEW_EVENTS_SECRET", "is not set, and without it nobody can tell that events are Renewbot's; "+makeSecret)
	case err != nil:
		p.add("RENEW_EVENTS_SECRET", err.Error()+"; "+makeSecret)
	}
}

// addressFault says what is wrong with the address of the receiver.
func (e Events) addressFault(address string) string {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return ""
	case err != nil || u.Hostname() == "" || u.Scheme != "https" && u.Scheme != "http":
		return "is not a URL; write it in full, with https:// in front"
	case u.User != nil || strings.Contains(address, "#"):
		return "has a user, a password or a # in it; leave them out"
	case u.Scheme == "http" && !e.Private:
		return "is not https; write https:// (http:// takes RENEW_EVENTS_PRIVATE=true)"
	}
	return ""
}
