package secure

import (
	"net/netip"
	"testing"
)

func TestPublic(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "100.100.100.200", "192.0.0.192", "198.18.0.1", "203.0.113.7", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "fec0::1",
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1", "2001:db8::1",
	} {
		if Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is called public", text)
		}
	}
	for _, text := range []string{
		"1.1.1.1", "8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.0.1.1", "198.20.0.1", "::ffff:1.1.1.1",
		"2606:4700:4700::1111", "2a00:1450:4001::200e",
	} {
		if !Public(netip.MustParseAddr(text)) {
			t.Errorf("%s is not called public", text)
		}
	}
	if Public(netip.Addr{}) {
		t.Error("no address is called public")
	}
	if PublicTransport().Proxy != nil {
		t.Error("a proxy would choose the address")
	}
}

func TestWebhookKey(t *testing.T) {
	t.Parallel()
	key, err := WebhookKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil || len(key) != 24 {
		t.Errorf("%d bytes, error %v", len(key), err)
	}
	for _, bad := range []string{
		"", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2La", "whsec_?fKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
	} {
		if key, err := WebhookKey(bad); err == nil {
			t.Errorf("%q has the key %x", bad, key)
		}
	}
}
