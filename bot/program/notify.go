package program

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
)

// What the program tells the service manager.
const (
	notifyReady    = "READY=1\nSTATUS=listens to Slack"
	notifyStopping = "STOPPING=1\nSTATUS=stops"
)

// notify tells the service manager that started this process, if one did, how it is. It
// is no reason to stop that nobody hears it.
// https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
func notify(ctx context.Context, log *slog.Logger, state string) {
	socket := os.Getenv("NOTIFY_SOCKET")
	if socket == "" {
		return
	}
	if err := send(ctx, socket, state); err != nil {
		log.Warn("the service manager was not told", "error", err)
	}
}

// send sends one datagram to a socket; its name starts with @ when it is not a file.
func send(ctx context.Context, socket, message string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "unixgram", socket)
	if err != nil {
		return err
	}
	_, err = conn.Write([]byte(message))
	return errors.Join(err, conn.Close())
}
