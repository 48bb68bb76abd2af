package config

import (
	"net/url"
	"strings"

	"renewbot/bot/secure"
)

type address struct{ decoded[string] }

// Decode reads the root of an API, and drops slashes at its end. Tokens go there, so
// it is https, or http on this machine.
func (d *address) Decode(text string) error {
	text = strings.TrimSpace(text)
	u, err := url.Parse(text)
	switch {
	case text == "":
		d.refuse(emptyFault)
	case err != nil || u.Hostname() == "":
		d.refuse("is not a URL; write it in full, with https:// in front")
	case u.User != nil || strings.ContainsAny(text, "?#"):
		d.refuse("has more than a host and a path; leave out user, password, ? and #")
	case u.Scheme != "https" && (u.Scheme != "http" || !secure.ThisMachine(u.Hostname())):
		d.refuse("is not https, and tokens are sent there; write https:// (http:// is for this machine only)")
	default:
		d.value = strings.TrimRight(u.String(), "/")
	}
	return nil
}
