package sandbox

import (
	"context"
	"fmt"
	"io"
	"log/slog"
)

// RunDemo plays three renewals in a sandbox of its own and prints what the channels then
// show.
func RunDemo(ctx context.Context, out, log io.Writer) error {
	w, err := Start(ctx, Options{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return fmt.Errorf("start the sandbox: %w", err)
	}
	defer w.Close()
	return w.Demo(ctx, out)
}
