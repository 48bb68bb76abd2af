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

// RunDemo plays three renewals in a sandbox of its own and prints what the channels then
// show.
func RunDemo(ctx context.Context, out, log io.Writer) error {
	ctx, cancel := context.WithTimeout(ctx, demoTimeout)
	defer cancel()
	w, err := Start(ctx, Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	defer w.Close()
	return w.Demo(ctx, out)
}
