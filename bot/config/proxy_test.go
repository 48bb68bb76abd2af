package config_test

import (
	"strings"
	"testing"

	"renewbot/bot/config"
)

func TestProxyIsOneThatCanBeUsed(t *testing.T) {
	for value, want := range map[string]string{
		"":                                 "",
		"proxy.example:3128":               "http://proxy.example:3128",
		"http://proxy.example:3128":        "http://proxy.example:3128",
		"https://u:canary@proxy.example":   "https://proxy.example",
		"socks5://proxy.example:1080":      "socks5://proxy.example:1080",
		"socks5h://u:canary@proxy.example": "socks5h://proxy.example",
		"socks4://proxy.example":           "refused",
		"ftp://u:canary@proxy.example":     "refused",
		"http://":                          "refused",
		"https://u:ca%nary@proxy.example":  "refused",
	} {
		t.Run(value, func(t *testing.T) {
			t.Setenv("HTTPS_PROXY", value)
			t.Setenv("https_proxy", "")
			_, err := config.Load()
			refused := err != nil && strings.Contains(err.Error(), "HTTPS_PROXY names no proxy that can be used")
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Error("the password is told")
			}
			if got := config.ProxyHost(); refused != (want == "refused") || !refused && got != want {
				t.Errorf("%q, refused: %t", got, refused)
			}
		})
	}
}
