package freeaddr_test

import (
	"net"
	"runtime"
	"strings"
	"testing"

	"renewbot/bot/freeaddr"
)

func TestNobodyElseIsGivenAnAddress(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 100 {
		address := freeaddr.New(t)
		if seen[address] {
			t.Errorf("%s is given twice", address)
		}
		seen[address] = true
		if runtime.GOOS == "linux" && strings.HasPrefix(address, "127.0.0.1:") {
			t.Errorf("%s: anybody may be given that", address)
		}
		l, err := net.Listen("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		_ = l.Close()
	}
}
