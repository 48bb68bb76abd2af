package check

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"time"
)

// running is what is known of a bot that runs on this machine with these settings.
type running struct {
	found      bool // something runs: it answers on HTTP_ADDR, or has the database
	told       bool // it answered /readyz
	hearsSlack bool // by its /readyz
	hasFile    bool // it has the SQLite file

	addr lines // of HTTP_ADDR
}

// localTimeout bounds a question to this machine.
const localTimeout = 3 * time.Second

// findRunning looks for a running bot before all else: some checks must not disturb it.
func (c *checker) findRunning(ctx context.Context) running {
	var b running
	if path, ok := sqliteFile(c.Config.DatabaseURL.Reveal()); ok {
		b.hasFile = locked(path + ".lock")
	}
	if c.Config.HTTPAddr == "" {
		b.addr.add("http address", Note, "HTTP_ADDR is empty: not used", "")
	} else {
		b.ask(ctx, c.Config.HTTPAddr)
	}
	b.found = b.found || b.hasFile
	return b
}

// ask asks whatever listens on HTTP_ADDR.
func (b *running) ask(ctx context.Context, addr string) {
	ctx, cancel := context.WithTimeout(ctx, localTimeout)
	defer cancel()
	const check = "http address"
	alive, err := ask(ctx, addr, "/healthz")
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		b.free(ctx, addr)
		return
	case err != nil:
		b.addr.add(check, Problem, fmt.Sprintf("%s is taken by something that does not answer as Renewbot does", addr), otherAddress)
		return
	case alive.status != http.StatusOK || alive.text != "ok":
		b.addr.add(check, Problem, addr+" is taken by another program", otherAddress)
		return
	}
	ready, err := ask(ctx, addr, "/readyz")
	if err != nil {
		b.addr.add(check, Problem, addr+" is taken by a program that does not answer /readyz", otherAddress)
		return
	}
	var down, trouble []string
	for line := range strings.Lines(ready.text) {
		part, state, _ := strings.Cut(strings.TrimSpace(line), ": ")
		state, detail, _ := strings.Cut(state, ", ")
		switch state {
		case "down":
			down = append(down, firstLine(detail))
		case "trouble":
			trouble = append(trouble, part+": "+firstLine(detail))
		}
		if part == "slack" { // no other program speaks of it
			b.found, b.told, b.hearsSlack = true, true, state != "down"
		}
	}
	if !b.found {
		b.addr.add(check, Problem, addr+" is taken by another program", otherAddress)
		return
	}
	const next = "Look at the lines above, and into its log."
	switch {
	case ready.status != http.StatusOK:
		b.addr.add(check, Problem, addr+": a running Renewbot is there, and not ready: "+strings.Join(down, "; "), next)
	case len(trouble) > 0:
		b.addr.add(check, Warning, addr+": a running Renewbot is there, ready, and in trouble: "+strings.Join(trouble, "; "), next)
	default:
		b.addr.ok(check, "%s: a running Renewbot is there, and ready", addr)
	}
}

const otherAddress = "Stop that program, or put another address into HTTP_ADDR."

// free looks whether the bot could listen. It listens for a moment.
func (b *running) free(ctx context.Context, addr string) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		why, next := err.Error(), otherAddress
		var op *net.OpError
		if errors.As(err, &op) {
			why = op.Err.Error()
		}
		if errors.Is(err, syscall.EACCES) {
			next = "Choose a port above 1023 in HTTP_ADDR."
		}
		b.addr.add("http address", Problem, "the bot could not listen on "+addr+": "+why, next)
		return
	}
	_ = listener.Close()
	b.addr.ok("http address", "%s is free", addr)
}

type said struct {
	status int
	text   string
}

func ask(ctx context.Context, addr, path string) (said, error) {
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		return said{}, fmt.Errorf("read HTTP_ADDR: %w", err)
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1" // an address to listen on is none to call
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+path, nil)
	if err != nil {
		return said{}, fmt.Errorf("ask %s: %w", path, err)
	}
	transport := &http.Transport{DisableKeepAlives: true} // no proxy: it is this machine
	answer, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return said{}, fmt.Errorf("ask %s: %w", path, err)
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, 4<<10))
	if err != nil {
		return said{}, fmt.Errorf("ask %s: %w", path, err)
	}
	return said{answer.StatusCode, strings.TrimSpace(string(raw))}, nil
}

// firstLine keeps a line of somebody else's text a line.
func firstLine(text string) string {
	text, _, _ = strings.Cut(text, "\n")
	if len(text) > 200 {
		return strings.ToValidUTF8(text[:200], "") + "…"
	}
	return text
}

func (c *checker) checkAddress(context.Context) lines { return c.bot.addr }
