package config

import (
	"net/url"
	"os"
	"slices"
	"strings"
)

// proxyVariables name the proxy for Slack and the vendor, the first one that is set. It is
// no variable of Renewbot's own: net/http knows it.
// https://pkg.go.dev/net/http#ProxyFromEnvironment
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy"}

// checkProxy refuses a proxy of a kind that the calls or the WebSockets can't use: some
// would go through it and others fail.
func checkProxy(p *Problems) {
	for _, name := range proxyVariables {
		value := os.Getenv(name)
		if value == "" {
			continue
		}
		if _, ok := proxyHost(value); !ok {
			p.add(name, "names no proxy that can be used; write http://host:port, https://host:port, socks5://host:port or socks5h://host:port")
		}
		return
	}
}

// ProxyHost is the proxy that the environment names, without user and password; empty:
// none, or none that can be used.
func ProxyHost() string {
	for _, name := range proxyVariables {
		if value := os.Getenv(name); value != "" {
			host, _ := proxyHost(value)
			return host
		}
	}
	return ""
}

// proxyHost reads a proxy's address as net/http does, which takes one without a scheme for
// http.
func proxyHost(value string) (string, bool) {
	if !strings.Contains(value, "://") {
		value = "http://" + value
	}
	u, err := url.Parse(value)
	if err != nil || u.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}
