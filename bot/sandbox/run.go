package sandbox

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"time"
)

// demoTimeout bounds the demo; it takes a few seconds.
const demoTimeout = time.Minute

// Run is the command "sandbox": with demo it plays three renewals and prints them,
// otherwise it keeps the sandbox until ctx ends and says where everything is.
func Run(ctx context.Context, demo bool, out, log io.Writer) error {
	w, err := Start(ctx, Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	defer w.Close()
	if demo {
		ctx, cancel := context.WithTimeout(ctx, demoTimeout)
		defer cancel()
		return w.Demo(ctx, out)
	}
	if err := w.describe(out); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// describe says where everything is. The credentials are good for these simulators only.
func (w *World) describe(out io.Writer) error {
	_, err := fmt.Fprintf(out, `The sandbox is running. Nothing here is real, and no order costs money.

  Slack            %s (simulated; Web API and Socket Mode)
  Partner Portal   %s (simulated)
  The bot          listens to /renew with the people and channels below

  People           alice and dave may request; bob and carol approve; gina is a guest; olga is of another company
  Channels         #renewals, #leads (private), #partners (shared), #random (without the bot)
  Audit channel    #renewals-audit

"sandbox -demo" plays three renewals and prints them. Ctrl-C stops.
`, w.Slack.APIURL(), w.Vendor.URL())
	return err
}
