package program

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"renewbot/bot/config"
)

const (
	// healthyTimeout is for a bot that hangs; its own checks take at most 2 seconds.
	healthyTimeout = 5 * time.Second
	// healthyAnswer bounds what is printed of an answer, in bytes.
	healthyAnswer = 1 << 10
)

// healthyCommand stands in for the shell and curl that a container image does not have.
var healthyCommand = command{
	name: "healthy",
	line: "ask the bot that runs on this machine whether it can work",
	about: `
Asks /readyz at HTTP_ADDR, with the configuration that the bot itself has. It ends with 0
when the bot hears Slack and can read its ledger, and with 1 when it does not. It is meant
for the health check of a container.`,
	prepare: func(*flag.FlagSet) action { return healthy },
}

func healthy(ctx context.Context, c call) int {
	settings, err := config.LoadOnly("HTTP_ADDR")
	if err != nil {
		// 1, since container engines keep 2 for themselves.
		return c.failed(fmt.Errorf("the configuration is not right:\n%w", err))
	}
	if err := askReady(ctx, settings.HTTPAddr); err != nil {
		return c.failed(err)
	}
	_, _ = fmt.Fprintln(c.stdout, "ready")
	return exitOK
}

// askReady returns an error unless a bot that listens on addr says that it is ready.
func askReady(ctx context.Context, addr string) error {
	if addr == "" {
		return errors.New("HTTP_ADDR is empty, so the bot cannot be asked; give it an address such as 127.0.0.1:9090")
	}
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("read HTTP_ADDR: %w", err)
	}
	if ip, err := netip.ParseAddr(host); host == "" || err == nil && ip.IsUnspecified() {
		host = "localhost" // it listens everywhere
	}
	ctx, cancel := context.WithTimeout(ctx, healthyTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return fmt.Errorf("ask the bot: %w", err)
	}
	transport := &http.Transport{} // none of the environment's proxies lies between
	defer transport.CloseIdleConnections()
	response, err := transport.RoundTrip(request)
	if err != nil {
		return fmt.Errorf("ask the bot: %w", err)
	}
	defer func() { _ = response.Body.Close() }() // it was only read
	answer, err := io.ReadAll(io.LimitReader(response.Body, healthyAnswer))
	if err != nil {
		return fmt.Errorf("read the bot's answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", strings.TrimSpace(string(answer)))
	}
	return nil
}
