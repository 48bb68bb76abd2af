// Package freeaddr gives tests an address of this machine that is theirs alone. A port of
// 127.0.0.1 that is free now may be another socket's in a moment, when a program that was
// told of it wants to listen there. It must be used by tests alone.
package freeaddr

import (
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"
)

// firstPort is below the ports that the system gives to whoever asks for any.
const firstPort = 10000

var given atomic.Int64

// New returns a host:port on which nobody listens, and which nobody else is given. All of
// 127.0.0.0/8 is this machine on Linux, so every process has an address of its own; where
// that is not so, the port is merely free now.
func New(t testing.TB) string {
	t.Helper()
	pid := os.Getpid()
	address := fmt.Sprintf("127.%d.%d.%d:%d", 64|pid>>16&63, pid>>8&255, pid&255, firstPort+given.Add(1))
	var listen net.ListenConfig
	l, err := listen.Listen(t.Context(), "tcp", address)
	if err != nil {
		if l, err = listen.Listen(t.Context(), "tcp", "127.0.0.1:0"); err != nil {
			t.Fatal(err)
		}
	}
	defer l.Close()
	return l.Addr().String()
}
